"""Repetition: which events are one stretch of work that was done once too often.

A stretch is a run of surplus events, each of which follows the one before it with nothing between that is in order with
either. So a part of the flow that was gone through again is one stretch, whatever else went on meanwhile:

1. Events are neighbours when every synchronous event between them is of work that runs in parallel to both: neither
   depends on the other (``causality.py``). Events that are themselves deviations separate nothing.
2. A step that was not performed in its place belongs to a stretch when the case went back for it: the run chose
   against the step (it took another exclusive branch, or left the optional step out), and in the stretch, between the
   event and that choice, a step was done again on which the choice depends. ⟨a b a c⟩ for a, then b or c: back to a.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.conformance.causality import Causality


@dataclass(frozen=True, slots=True)
class Surplus:
    """An event that no run has room for, of a step that the flow has.

    Attributes:
        move: Index of its log move.
        place: Index of the move at which its step had its place: where the step was performed, or where the run chose
            against it.
        again: Whether the step was performed in its place, so that this event is a repetition.
    """

    move: int
    place: int
    again: bool


def find_stretches(
    surplus: Sequence[Surplus], synchronous: Sequence[bool], causality: Causality
) -> tuple[tuple[int, ...], ...]:
    """The stretches of work that were done once too often.

    Args:
        surplus: The events, by increasing move.
        synchronous: For each move of the alignment whether it is synchronous.
        causality: The dependences of the alignment's moves.

    Returns:
        Moves of each stretch, increasing; stretches by first move. Every repetition is in exactly one of them; an event
        that is none is in at most one. Cost: about linear in the moves between neighbours and their places.
    """
    order = _Order(causality)
    found: list[tuple[int, ...]] = []
    for run in _runs(surplus, synchronous, order):
        again = [event for event in run if event.again]
        stretch = [event.move for event in run if event.again or _is_gone_back_for(event, again, order)]
        if stretch:
            found.append(tuple(stretch))
    return tuple(found)


def _runs(surplus: Sequence[Surplus], synchronous: Sequence[bool], order: _Order) -> list[list[Surplus]]:
    """Rule 1."""
    runs: list[list[Surplus]] = []
    for event in surplus:
        before = runs[-1][-1] if runs else None
        if before is not None and all(
            order.are_parallel(move, before.place) and order.are_parallel(move, event.place)
            for move in range(before.move + 1, event.move)
            if synchronous[move]
        ):
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs


def _is_gone_back_for(event: Surplus, again: Sequence[Surplus], order: _Order) -> bool:
    """Rule 2."""
    first, last = sorted((event.move, event.place))
    return any(first < other.move < last and order.depends(event.place, other.place) for other in again)


@dataclass(frozen=True, slots=True)
class _Order:
    """Dependence between moves, looked up within the part of the run that lies between them and kept."""

    causality: Causality
    _effects: dict[int, tuple[set[int], int]] = field(default_factory=dict)

    def depends(self, effect: int, cause: int) -> bool:
        """Whether one move depends on another, directly or through others."""
        if effect <= cause:
            return False
        found, known = self._effects.get(cause, ({cause}, cause))
        for move in range(known + 1, effect + 1):
            if not found.isdisjoint(self.causality.causes[move]):
                found.add(move)
        self._effects[cause] = (found, max(known, effect))
        return effect in found

    def are_parallel(self, one: int, other: int) -> bool:
        """Whether neither of two moves depends on the other."""
        return one != other and not self.depends(one, other) and not self.depends(other, one)
