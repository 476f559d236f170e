"""Who does what: the role in which a step is done, and the people who have to be the same or must not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from engine.definitions import rules
from engine.definitions.flow import Flow
from engine.definitions.standards import Standard
from engine.simulation.attributes import allows
from engine.simulation.chance import Chance
from engine.simulation.conditions import Conditions
from engine.simulation.values import Value

STAFF = "staff"
"""The pool of those who do steps without a role, where a standard asks who did them."""
_USUAL = 0.7
"""How often the step's own role decides where others may decide too."""


@dataclass(frozen=True)
class Crew:
    """What a flow's standards ask of people.

    Attributes:
        roles: Step → the role it names, or ``STAFF`` where a standard asks who did it.
        together: Step → number of the group of steps that one person does.
        apart: Step → the steps that someone else has to do.
        performed: Step → standards about its roles.
        authorities: Step → standards about its amounts.
        known: Attributes of cases that are known from the beginning.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    together: Mapping[str, int] = field(default_factory=dict)
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)
    performed: Mapping[str, tuple[Standard, ...]] = field(default_factory=dict)
    authorities: Mapping[str, tuple[rules.Authority, ...]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def possible(self, step: str) -> tuple[str, ...]:
        """The roles in which a step may be done."""
        return self._possible.get(step, ())

    @cached_property
    def _possible(self) -> Mapping[str, tuple[str, ...]]:
        steps = {**self.roles, **self.performed, **self.authorities}
        return {step: self._roles_for(step) for step in steps}

    def _roles_for(self, step: str) -> tuple[str, ...]:
        roles = [self.roles[step]] if step in self.roles else []
        for standard in self.performed.get(step, ()):
            roles += standard.rule.roles if isinstance(standard.rule, rules.PerformedBy) else ()
        for rule in self.authorities.get(step, ()):
            roles += [limit.role for limit in rule.limits]
        return tuple(dict.fromkeys(roles))

    def role_of(self, step: str, case: Mapping[str, Value], conditions: Conditions, chance: Chance) -> str | None:
        """The role in which a step is done in a case: its own where that is allowed, else one that is.

        Args:
            step: Its id.
            case: What is known of the case from its beginning.
            conditions: Answers to conditions.
            chance: Chooses where several may decide.
        """
        own = self.roles.get(step)
        roles = list(self.possible(step))
        for standard in self.performed.get(step, ()):
            if standard.when is None or conditions.holds(standard.when, case) is not False:
                allowed = standard.rule.roles if isinstance(standard.rule, rules.PerformedBy) else ()
                roles = [role for role in roles if role in allowed]
        deciding = self.authorities.get(step, ())
        for rule in deciding:
            amount = case.get(rule.amount.name) if rule.amount.step is None else None
            limits = [limit.role for limit in rule.limits]
            roles = [r for r in roles if r in limits and (amount is None or allows(rule, r, amount))]
        if own in roles and (not deciding or chance.share() < _USUAL):
            return own
        return chance.one_of(roles) if roles else own


def crew_of(flow: Flow, known: Sequence[str]) -> Crew:
    """What a flow's standards ask of people.

    Args:
        flow: The flow.
        known: Attributes of cases that are known from the beginning.
    """
    roles = {step.id: step.role for step in flow.steps if step.role is not None}
    teams = [s.rule for s in flow.standards if isinstance(s.rule, rules.SameActor | rules.DifferentActor)]
    groups: dict[str, int] = {}
    apart: dict[str, frozenset[str]] = {}
    for number, rule in enumerate(teams):
        if isinstance(rule, rules.SameActor):
            merged = {groups[step] for step in rule.members if step in groups}
            joined = [step for step, group in groups.items() if group in merged]
            groups.update(dict.fromkeys([*joined, *rule.members], number))
        else:
            for step in rule.members:
                apart[step] = apart.get(step, frozenset()) | (frozenset(rule.members) - {step})
        named = [roles[step] for step in rule.members if step in roles]
        same = named[0] if named and isinstance(rule, rules.SameActor) else STAFF
        for step in rule.members:
            roles.setdefault(step, same)
    performed: dict[str, tuple[Standard, ...]] = {}
    authorities: dict[str, tuple[rules.Authority, ...]] = {}
    for standard in flow.standards:
        if isinstance(standard.rule, rules.PerformedBy):
            performed[standard.rule.step] = (*performed.get(standard.rule.step, ()), standard)
        elif isinstance(standard.rule, rules.Authority):
            authorities[standard.rule.step] = (*authorities.get(standard.rule.step, ()), standard.rule)
    return Crew(roles, groups, apart, performed, authorities, frozenset(known))
