"""Alignments with a net whose markings are made as they are met: the searches for one variant after the other.

For each variant a cost U is guessed, at first the largest bound of one view. The bounds of the views then need to hold
for alignments up to U only, which makes their sum much larger (``kernels/lazy_bound.py``). Where the sum or the search
shows that there is none, U is raised; so when one is found it is optimal, and U is little more than the optimum.

When the optimum is known, the search is done once more to collect all best alignments, and one is chosen. Past the
budget the level that was reached is a lower bound, and a greedy search looks for some alignment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import MoveColumns
from engine.conformance.kernels.common import BUDGET, FORBIDDEN, NONE, OPTIMAL, UNREACHABLE
from engine.conformance.kernels.lazy_bound import NEVER, fill, through_all
from engine.conformance.kernels.lazy_markings import bytes_of, empty_store
from engine.conformance.kernels.lazy_routes import chosen_moves, way_to
from engine.conformance.kernels.lazy_search import TOO_NARROW, search
from engine.conformance.kernels.lazy_shapes import Found, LazySpace, Links, Store
from engine.conformance.kernels.shapes import Columns, Int32s, Trace, Words

_UNLIMITED = 1 << 60
_SINGLE_STEPS = 32
"""Guesses that rise by one step; each later one rises by twice the last step."""
_FEW_NODES = 4_000
"""Up to so many nodes every move is kept for the choice, beyond them those of the stubborn sets."""
_GREED = 4
"""Weight of the bound in the search for some alignment."""
_GREEDY_NODES = 100_000
_WIDEST = 32


class TooNarrowError(Exception):
    """A count of tokens does not fit the bits for each place."""


@dataclass(frozen=True, slots=True)
class LazyLimits:
    """What bounds the search for one variant.

    Attributes:
        nodes: Nodes of all its searches for the optimum, and of each other search.
        bytes: Memory of the markings and nodes.
        split_nodes: Nodes collected for the choice, and split nodes after which it does without counting deviations.
        running: Whether a run may stop wherever a final marking can still be reached.
    """

    nodes: int
    bytes: int
    split_nodes: int
    running: bool


@dataclass(frozen=True, eq=False, slots=True)
class Explained:
    """What was found for some variants.

    Attributes:
        statuses: int8, as in ``Alignments``.
        bounds: int64 lower bounds.
        costs: int64 costs of the moves, −1 where no alignment was found.
        explanations: int8, as in ``Alignments``.
        visited: int64 nodes visited to find the optimum.
        moves: Of all of them.
    """

    statuses: NDArray[np.int8]
    bounds: NDArray[np.int64]
    costs: NDArray[np.int64]
    explanations: NDArray[np.int8]
    visited: NDArray[np.int64]
    moves: MoveColumns


class _Outcome(NamedTuple):
    """What one search found; as ``kernels.lazy_search.search`` returns it, without the store."""

    status: int
    level: int
    goal: int
    nodes: int
    found: Found
    links: Links


class _One(NamedTuple):
    """What is known of one variant."""

    status: int
    bound: int
    cost: int
    local: int
    visited: int
    columns: Columns


def explain(
    space: LazySpace,
    start: tuple[Words, Int32s],
    offsets: NDArray[np.int64],
    events: Trace,
    limits: LazyLimits,
) -> Explained:
    """Align variants.

    Args:
        space: The net and its views.
        start: The initial marking, packed, and its state in each view.
        offsets: Where each variant begins among the events, and the end of the last.
        events: Label (−1: unknown to the net) and log cost of each.
        limits: Of each search.

    Raises:
        TooNarrowError: The net has to be packed with more bits for each place.
    """
    searcher = _Searcher(space, start, limits)
    ones = [
        searcher.explained((events[0][begin:end], events[1][begin:end]))
        for begin, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    ]
    stops = np.cumsum([0, *(len(one.columns[0]) for one in ones)])
    none = np.empty(0, dtype=np.int32)
    kinds, positions, transitions = (
        np.concatenate([none.astype(dtype), *(one.columns[k] for one in ones)])
        for k, dtype in enumerate((np.int8, np.int32, np.int32))
    )
    return Explained(
        statuses=np.array([one.status for one in ones], dtype=np.int8),
        bounds=np.array([one.bound for one in ones], dtype=np.int64),
        costs=np.array([one.cost for one in ones], dtype=np.int64),
        explanations=np.array([one.local for one in ones], dtype=np.int8),
        visited=np.array([one.visited for one in ones], dtype=np.int64),
        moves=MoveColumns(stops.astype(np.int64), kinds, positions, transitions),
    )


class _Searcher:
    """Searches with one net. The markings it met are kept from variant to variant."""

    def __init__(self, space: LazySpace, start: tuple[Words, Int32s], limits: LazyLimits) -> None:
        self._space, self._start, self._limits = space, start, limits
        self._order = np.arange(len(start[1]))
        self._store = self._emptied()

    def explained(self, trace: Trace) -> _One:
        """One variant: its optimum and the chosen alignment, or what is known within the budget."""
        if 2 * bytes_of(self._store) > self._limits.bytes:
            self._store = self._emptied()
        outcome, bounds, bound, visited = self._optimum(trace)
        nothing = np.empty(0, dtype=np.int32)
        columns: Columns = (nothing.astype(np.int8), nothing, nothing)
        if outcome.status == UNREACHABLE:
            return _One(UNREACHABLE, int(trace[1].sum()), NONE, 0, visited, columns)
        if outcome.status != OPTIMAL:
            outcome = self._some(trace)
        if outcome.goal == NONE:
            return _One(BUDGET, bound, NONE, 1, visited, columns)
        cost, local = int(outcome.found[2][outcome.goal]), 1
        if cost > bound:
            return _One(BUDGET, bound, cost, local, visited, self._way(outcome))
        chosen = self._chosen(trace, bounds, cost)
        columns, local = chosen or (self._way(outcome), local)
        return _One(OPTIMAL, cost, cost, local, visited, columns)

    def _emptied(self) -> Store:
        return empty_store(len(self._start[0]), len(self._start[1]))

    def _way(self, outcome: _Outcome) -> Columns:
        return way_to(outcome.found, outcome.links, self._space[4][1], outcome.goal)

    def _search(
        self, trace: Trace, bounds: Int32s, *, nodes: int, most: int, weight: int = 1, needed: bool = True,
        keep_all: bool = False,
    ) -> _Outcome:  # fmt: skip
        options = (nodes, self._limits.bytes, weight, needed, keep_all, self._limits.running, most)
        status, level, goal, count, _, found, links, self._store = search(
            self._space, self._start, trace, bounds, self._store, options
        )
        if status == TOO_NARROW:
            if self._space[0][4] < _WIDEST:
                raise TooNarrowError
            status = BUDGET
        return _Outcome(status, level, goal, count, found, links)

    def _fill(self, trace: Trace, through: Int32s, most: int, bounds: Int32s) -> int:
        _, _, views, by_label, (model_costs, _, _, view_ends) = self._space
        return int(fill(views, self._order, by_label, trace, model_costs, (through, most), view_ends, bounds))

    def _room(self, trace: Trace) -> tuple[Int32s, Int32s]:
        shape = (2, len(trace[0]) + 1, len(self._space[2][1]))
        return np.zeros(shape, dtype=np.int32), np.empty(shape, dtype=np.int32)

    def _optimum(self, trace: Trace) -> tuple[_Outcome, Int32s, int, int]:
        """The last search for the optimum, its bounds, the optimum or a lower bound, and the nodes visited in all."""
        _, _, views, by_label, (model_costs, _, _, view_ends) = self._space
        through, bounds = self._room(trace)
        most = int(through_all(views, by_label, trace, model_costs, view_ends, through, bounds))
        if most >= NEVER:
            nothing = np.empty(0, dtype=np.int32)
            none = _Outcome(UNREACHABLE, 0, NONE, 0, (nothing,) * 4, (nothing,) * 5)
            return none, bounds, 0, 0
        step, proven, visited, guesses = max(1, most >> 5), 0, 0, 0
        if not len(self._order):
            most = _UNLIMITED
        while True:
            guesses += 1
            if self._fill(trace, through, most, bounds) <= most:
                outcome = self._search(trace, bounds, nodes=self._limits.nodes - visited, most=most)
                visited += outcome.nodes
                if outcome.status != UNREACHABLE or most == _UNLIMITED:
                    return outcome, bounds, max(outcome.level, proven), visited
            proven = most + 1
            step = step if guesses < _SINGLE_STEPS else 2 * step
            most = most + step if guesses < 2 * _SINGLE_STEPS else _UNLIMITED

    def _some(self, trace: Trace) -> _Outcome:
        """A search that ends with some alignment, if it finds one."""
        through, bounds = self._room(trace)
        self._fill(trace, through, _UNLIMITED, bounds)
        return self._search(trace, bounds, nodes=min(self._limits.nodes, _GREEDY_NODES), most=_UNLIMITED, weight=_GREED)

    def _uniform(self, trace: Trace) -> int:
        """1 where all log moves of a trace and all allowed visible model moves cost the same, else 0."""
        model_costs, transition_labels = self._space[4][:2]
        moves = model_costs[(transition_labels >= 0) & (model_costs != FORBIDDEN)]
        costs = np.concatenate([moves, trace[1]])
        return int(len(costs) > 0 and costs.min() == costs.max() > 0)

    def _chosen(self, trace: Trace, bounds: Int32s, optimum: int) -> tuple[Columns, int] | None:
        """The chosen alignment, and 1 where deviations were not counted; None where there are too many to collect."""
        limits, known = self._limits, (trace[0], self._space[4][1])
        for needed, nodes in ((False, min(limits.nodes, _FEW_NODES)), (True, min(limits.nodes, limits.split_nodes))):
            outcome = self._search(trace, bounds, nodes=nodes, most=optimum, needed=needed, keep_all=True)
            if outcome.status == OPTIMAL:
                label_count = len(self._space[3][0]) - 1
                wanted = (
                    outcome.nodes,
                    len(trace[0]),
                    optimum,
                    limits.running,
                    label_count,
                    limits.split_nodes,
                    self._uniform(trace),
                )
                return chosen_moves(outcome.found, outcome.links, self._store, known, wanted)
        return None
