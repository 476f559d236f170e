"""The people of one case while it is played: who may do the next step, and who is known already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.simulation.chance import Chance
from engine.simulation.values import Value
from engine.simulation.world import World


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who may do a step.

    Attributes:
        step: Its id, or the name of work that the flow does not have.
        role: The role, or None where nobody asks who does it.
        known: Whom the case knows in that role, or None.
        among: Who may do it; None for everyone with the role.
    """

    step: str
    role: str | None
    known: str | None
    among: tuple[str, ...] | None


class Team:
    """The people of one case.

    A case knows one person of each role and stays with that person where it can. Steps that one person has to do are
    left to the one who did the first of them; of steps for different people each goes to somebody who did no other.
    """

    def __init__(self, world: World, chance: Chance, attributes: Mapping[str, Value]) -> None:
        self._world, self._chance, self._attributes = world, chance, attributes
        self._of_role: dict[str, str] = {}
        self._of_group: dict[int, str] = {}
        self._of_step: dict[str, set[str]] = {}

    def for_step(self, step: str) -> Assignment:
        """Who may do a step."""
        crew, node = self._world.crew, self._world.flow.by_id.get(step)
        role = node.role if node is not None else None
        if crew.possible(step):
            role = crew.role_of(step, self._attributes, self._world.conditions, self._chance)
        if role is None:
            return Assignment(step, None, None, None)
        group = crew.together.get(step)
        if group is not None and group in self._of_group:
            return Assignment(step, role, None, (self._of_group[group],))
        others = crew.apart.get(step, frozenset())
        taken = {person for other in others for person in self._of_step.get(other, ())}
        if group is not None:
            inside = {other for other, number in crew.together.items() if number == group}
            further = frozenset[str]().union(*(crew.apart.get(other, frozenset()) for other in inside))
            taken |= {person for other in further for person in self._of_step.get(other, ())}
        known = self._of_role.get(role)
        if not taken:
            return Assignment(step, role, known, None)
        free = tuple(person for person in self._world.people.pool(role) if person not in taken)
        return Assignment(step, role, known if known not in taken else None, free or None)

    def anyone(self, who: Assignment) -> str | None:
        """Who looks after something that takes its time: whom the case knows, or by chance."""
        if who.role is None:
            return None
        if who.known is not None:
            return who.known
        return self._chance.one_of(who.among or self._world.people.pool(who.role))

    def done(self, who: Assignment, person: str | None) -> None:
        """Note who did a step."""
        if who.role is None or person is None:
            return
        self._of_role.setdefault(who.role, person)
        group = self._world.crew.together.get(who.step)
        if group is not None:
            self._of_group.setdefault(group, person)
        self._of_step.setdefault(who.step, set()).add(person)
