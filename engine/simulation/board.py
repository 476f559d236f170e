"""A net laid out for the token game: arcs and markings as tuples, and what can fire from a marking, remembered.

The game and the explanations of short traces share it. It holds no time and no chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.nets.net import SILENT, Net

Marking = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Firing:
    """One transition that can fire from a marking.

    Attributes:
        transition: Its index.
        label: Its label index, or ``SILENT``.
        enters_plan: Whether it enters a contingency plan.
        target: The marking it leads to.
    """

    transition: int
    label: int
    enters_plan: bool
    target: Marking


class Board:
    """A net, ready to be played.

    Attributes:
        net: The net.
        before: Places and weights that each transition takes from.
        after: Places and weights that each transition gives to.
        initial: The initial marking.
        finals: The final markings.
        consumers: The transitions that take from each place.
        rivals: For each transition those that take from a place it takes from, itself included, in order; none for a
            source.
        entries: The transitions that enter a plan.
        may_end: For each transition whether a final marking may be reached by it: it gives to no place that all of them
            leave empty.
        touched: For each transition those that take from a place whose tokens it changes, in order.
        exits: For each transition, the least number of visible transitions on a path of the net's graph from it,
            itself included, to a place that a final marking holds; a very large number where there is none.
    """

    def __init__(self, net: Net) -> None:
        count = range(len(net.transitions))
        self.net = net
        self.before = tuple(tuple(net.before.row(t)) for t in count)
        self.after = tuple(tuple(net.after.row(t)) for t in count)
        self.initial: Marking = tuple(net.initial.tolist())
        self.finals = frozenset(tuple(final) for final in net.finals.tolist())
        consumers: list[list[int]] = [[] for _ in net.places]
        for transition, row in enumerate(self.before):
            for place, _ in row:
                consumers[place].append(transition)
        self.consumers = tuple(tuple(row) for row in consumers)
        self.entries = frozenset(t for t, meaning in enumerate(net.transitions) if meaning.enters_plan)
        self.rivals = tuple(self._takers(row) for row in self.before)
        self.touched = tuple(self._takers((*self.before[t], *self.after[t])) for t in count)
        held = frozenset(place for final in self.finals for place, tokens in enumerate(final) if tokens)
        self.may_end = tuple(all(place in held for place, _ in row) for row in self.after)
        self.exits = self._exits()
        self._firings: dict[Marking, tuple[Firing, ...]] = {}

    def firings(self, marking: Marking) -> tuple[Firing, ...]:
        """Everything that can fire from a marking, in the order of the transitions."""
        known = self._firings.get(marking)
        if known is not None:
            return known
        found = []
        for index, transition in enumerate(self.net.transitions):
            if all(marking[place] >= weight for place, weight in self.before[index]):
                tokens = list(marking)
                for place, weight in self.before[index]:
                    tokens[place] -= weight
                for place, weight in self.after[index]:
                    tokens[place] += weight
                found.append(Firing(index, transition.label, transition.enters_plan, tuple(tokens)))
        return self._firings.setdefault(marking, tuple(found))

    def can_avoid(self, label: int) -> bool:
        """Whether a path of the net's graph leads to a final place past every transition with a label.

        False means that every run has the label; True, with parallel work, that some run may lack it.
        """
        seen = {place for place, count in enumerate(self.initial) if count}
        waiting = list(seen)
        while waiting:
            place = waiting.pop()
            if any(final[place] for final in self.finals):
                return True
            for transition in self.consumers[place]:
                if self.net.transitions[transition].label != label:
                    fresh = {target for target, _ in self.after[transition]} - seen
                    seen |= fresh
                    waiting.extend(fresh)
        return False

    def _takers(self, arcs: Iterable[tuple[int, int]]) -> tuple[int, ...]:
        return tuple(sorted({taker for place, _ in arcs for taker in self.consumers[place]}))

    def _exits(self) -> tuple[int, ...]:
        far = 1 << 40
        place_exit = [0 if any(final[p] for final in self.finals) else far for p in range(len(self.net.places))]
        exits = [far] * len(self.before)
        changed = True
        while changed:
            changed = False
            for index, transition in enumerate(self.net.transitions):
                cost = 0 if transition.label == SILENT else 1
                onward = min((place_exit[place] for place, _ in self.after[index]), default=0)
                if onward + cost < exits[index]:
                    exits[index] = onward + cost
                    changed = True
                    for place, _ in self.before[index]:
                        place_exit[place] = min(place_exit[place], exits[index])
        return tuple(exits)
