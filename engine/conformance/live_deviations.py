"""Deviations of a running case: each keeps its number while its explanation changes from event to event.

After an event the deviations are those of the prefix alignment, found anew; they are then matched with the ones before.
Two are the same deviation when they explain the same events or the same executions of steps; then, when they concern
the same step; then, what is left over is matched in order: a rise of the cost that was explained in one way is now
explained in another. So a deviation that a rise has proven is never withdrawn for good, only explained otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.conformance.alignment import Alignment
from engine.conformance.deviations import Deviation
from engine.nets.net import SILENT, Net
from engine.vocabulary import MoveKind

Unit = tuple[int, int, int]
"""An event ``(0, position, 0)``, or the k-th execution of a step in the run ``(1, label, k)``."""


@dataclass(frozen=True, slots=True)
class LiveDeviation:
    """A deviation of a running case.

    Attributes:
        number: Its identity in the case, from 1, in the order in which they were opened; never used again.
        cost: What its moves cost.
        deviation: What went wrong, as the prefix alignment has it.
        units: The events and the executions of steps that it explains, increasing.
    """

    number: int
    cost: int
    deviation: Deviation
    units: tuple[Unit, ...]

    def says_what(self, other: LiveDeviation) -> bool:
        """Whether two say the same, whatever moves stand around them."""
        one, two = self.deviation, other.deviation
        same_words = (one.kind, one.steps, one.other_branch) == (two.kind, two.steps, two.other_branch)
        return same_words and self.units == other.units


@dataclass(frozen=True, slots=True)
class Account:
    """The deviations of a case after an event, and what the event changed. All in the order of their first moves.

    Attributes:
        deviations: All of them. Their costs sum up to the prefix cost.
        opened: Those that are new.
        extended: Those that were there and cost more now.
        revised: Those that were there and are explained otherwise now, at no more cost.
        withdrawn: Those that are gone, as they were. Their cost is explained by one that was extended.
        numbers: How many numbers were given.
    """

    deviations: tuple[LiveDeviation, ...] = ()
    opened: tuple[LiveDeviation, ...] = ()
    extended: tuple[LiveDeviation, ...] = ()
    revised: tuple[LiveDeviation, ...] = ()
    withdrawn: tuple[LiveDeviation, ...] = ()
    numbers: int = 0

    @property
    def unchanged(self) -> tuple[LiveDeviation, ...]:
        """Those that were there and say the same."""
        changed = {one.number for group in (self.opened, self.extended, self.revised) for one in group}
        return tuple(one for one in self.deviations if one.number not in changed)

    def after_insertion(self, position: int) -> Account:
        """The same deviations, once a late event has moved those from a position on."""

        def moved(unit: Unit) -> Unit:
            return (0, unit[1] + 1, 0) if unit[0] == 0 and unit[1] >= position else unit

        return replace(self, deviations=tuple(replace(d, units=tuple(map(moved, d.units))) for d in self.deviations))

    def after_recount(self, places: Mapping[int, int]) -> Account:
        """The same deviations, once other events count.

        Args:
            places: Old position → new position, of the events that still count.
        """

        def moved(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
            events = [(0, places[place], 0) for what, place, _ in units if what == 0 and place in places]
            return tuple(sorted([*events, *(unit for unit in units if unit[0] != 0)]))

        return replace(self, deviations=tuple(replace(d, units=moved(d.units)) for d in self.deviations))


NOTHING = Account()
"""What is known before the first deviation."""


def follow(
    before: Account,
    net: Net,
    alignment: Alignment,
    found: Sequence[Deviation],
    *,
    cost_of_event: Callable[[int], int],
    cost_of_transition: Callable[[int], int],
) -> Account:
    """Give the deviations of an alignment their numbers.

    Args:
        before: What was known one event earlier.
        net: The net.
        alignment: The explanation of the case now.
        found: Its deviations.
        cost_of_event: The cost of a log move, by position.
        cost_of_transition: The cost of a model move, by transition.

    Returns:
        What is known now. Where the cost has risen, at least one deviation is opened or extended, because the costs
        of all deviations sum up to the cost of the alignment.
    """
    if not found and not before.deviations:
        return Account(numbers=before.numbers)
    units, costs = _units(net, alignment), []
    for move in alignment.moves:
        if move.kind is MoveKind.LOG and move.position is not None:
            costs.append(cost_of_event(move.position))
        elif move.kind is MoveKind.MODEL and move.transition is not None:
            costs.append(cost_of_transition(move.transition))
        else:
            costs.append(0)
    fresh = [
        LiveDeviation(0, sum(costs[m] for m in one.moves), one, tuple(sorted(units[m] for m in one.moves)))
        for one in found
    ]
    same = _matched(before.deviations, fresh)
    numbers, now, opened = before.numbers, [], set()
    for index, one in enumerate(fresh):
        if index in same:
            number = same[index].number
        else:
            numbers += 1
            number = numbers
            opened.add(number)
        now.append(replace(one, number=number))
    earlier = {one.number: one for one in before.deviations}
    extended = {d.number for d in now if d.number in earlier and d.cost > earlier[d.number].cost}
    revised = {d.number for d in now if d.number in earlier and not d.says_what(earlier[d.number])} - extended
    kept = {d.number for d in now}
    return Account(
        deviations=tuple(now),
        opened=tuple(d for d in now if d.number in opened),
        extended=tuple(d for d in now if d.number in extended),
        revised=tuple(d for d in now if d.number in revised),
        withdrawn=tuple(d for d in before.deviations if d.number not in kept),
        numbers=numbers,
    )


def _units(net: Net, alignment: Alignment) -> list[Unit]:
    """What each move is, independently of the moves around it as far as that can be."""
    executions: Counter[int] = Counter()
    units: list[Unit] = []
    for move in alignment.moves:
        label = SILENT if move.transition is None else net.transitions[move.transition].label
        if move.position is not None:
            units.append((0, move.position, 0))
        else:
            units.append((1, label, executions[label]))
        executions[label] += 1
    return units


def _matched(before: Sequence[LiveDeviation], now: Sequence[LiveDeviation]) -> dict[int, LiveDeviation]:
    """For the index of each deviation now the one that it was before, if there is one."""
    same: dict[int, LiveDeviation] = {}
    taken: set[int] = set()

    def match(weight: Callable[[LiveDeviation, LiveDeviation], int]) -> None:
        pairs = [
            (-weight(old, new), old.number, index)
            for old in before
            if old.number not in taken
            for index, new in enumerate(now)
            if index not in same
        ]
        for negative, number, index in sorted(pairs):
            if negative < 0 and number not in taken and index not in same:
                same[index] = by_number[number]
                taken.add(number)

    by_number = {old.number: old for old in before}
    match(lambda old, new: len({*old.units} & {*new.units}))
    match(lambda old, new: len({*old.deviation.steps} & {*new.deviation.steps}))
    match(lambda _old, _new: 1)
    return same
