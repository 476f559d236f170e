"""Exact alignments of all variants of a log with one net.

``align`` explains finished cases: the run has to reach a final marking. ``align_prefixes`` explains cases that still
run: the run may stop wherever a final marking can still be reached. The search itself is in ``kernels/search.py``, and
for nets with too many markings to compile in ``lazy_search.py``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import Alignments, MoveColumns
from engine.conformance.compressed_rows import row_sums
from engine.conformance.costs import STANDARD_COSTS, Costs
from engine.conformance.kernels import search
from engine.conformance.kernels.common import BUDGET, LOG, OPTIMAL, UNREACHABLE
from engine.conformance.lazy_net import LazyNet, prepare
from engine.conformance.mapper import SERIAL, Mapper
from engine.conformance.search_graph import SearchGraph, compile_search
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.variants import Variants
from engine.nets.net import SILENT, Net

_PIECES_PER_WORKER = 8  # long traces cluster, so a worker that finishes early takes another piece
_EVENTS_PER_PIECE = 2_000  # handing a smaller piece to another worker takes longer than aligning it


@dataclass(frozen=True, eq=False, slots=True)
class _Piece:
    """What the search found for some neighbouring variants."""

    statuses: NDArray[np.int8]
    optima: NDArray[np.int64]
    costs: NDArray[np.int64]
    explanations: NDArray[np.int8]
    moves: MoveColumns


@dataclass(frozen=True, eq=False, slots=True)
class _Solving:
    """Searches some neighbouring variants, given the first and the one past the last.

    Attributes:
        graph: The net, made ready.
        offsets: int64 where each variant begins, and the end of the last.
        labels, log_costs: Label of each event, and what its log move costs.
        model_costs: What model moves cost: of each transition, and at least for each label.
        costs, limits: As in ``align``.
    """

    graph: SearchGraph | LazyNet
    offsets: NDArray[np.int64]
    labels: NDArray[np.int32]
    log_costs: NDArray[np.int32]
    model_costs: tuple[NDArray[np.int32], NDArray[np.int32]]
    costs: Costs
    limits: Limits

    def __call__(self, piece: tuple[int, int]) -> _Piece:
        begins = self.offsets[piece[0] : piece[1] + 1]
        rows, starts = slice(begins[0], begins[-1]), begins - begins[0]
        if isinstance(self.graph, LazyNet):
            found = self.graph.solve(
                starts, self.labels[rows], self.log_costs[rows], costs=self.costs, limits=self.limits
            )
            return _Piece(found.statuses, found.bounds, found.costs, found.explanations, found.moves)
        statuses, optima, _, explanations, ends, kinds, positions, transitions = search.solve(
            self.graph.space,
            self.model_costs,
            starts,
            self.labels[rows],
            self.log_costs[rows],
            (self.limits.search_nodes, self.limits.explanation_nodes),
        )
        moves = MoveColumns(ends, kinds, positions, transitions)
        return _Piece(statuses, optima, np.where(statuses == OPTIMAL, optima, -1), explanations, moves)


def align(
    net: Net | SearchGraph | LazyNet,
    variants: Variants,
    *,
    costs: Costs = STANDARD_COSTS,
    limits: Limits = DEFAULT_LIMITS,
    mapper: Mapper = SERIAL,
) -> Alignments:
    """The optimal alignment of every variant.

    Args:
        net: The net, or the same already compiled or prepared.
        variants: The variants.
        costs: What moves cost.
        limits: As ``prepared``; and ``search_nodes`` or, where the net is not compiled, ``lazy_nodes`` bound each
            search, ``explanation_nodes`` each choice among the optimal alignments.
        mapper: Where the searches run.

    Returns:
        One alignment for each variant. The same input gives the same moves, whatever the order of variants.
    """
    graph = prepared(net, variants, limits=limits) if isinstance(net, Net) else net
    label_of, log_cost_of = graph.net.codes(variants.activities), costs.of_activities(variants.activities)
    # Where a log has no activities at all, there is nothing to look up.
    labels = label_of[variants.codes] if len(label_of) else variants.codes
    log_costs = log_cost_of[variants.codes] if len(label_of) else variants.codes
    log_totals = row_sums(log_costs, variants.offsets) if costs.log else variants.offsets[1:] - variants.offsets[:-1]
    if not graph.has_end:
        return _nothing_reachable(graph.net, variants, log_totals)
    model_costs = costs.of_transitions(graph.net)
    label_costs = _cheapest(model_costs, graph.net)
    # The empty trace comes last: its cost, that of the cheapest run, is the yardstick of all others.
    offsets = np.concatenate((variants.offsets, variants.offsets[-1:]))

    solving = _Solving(graph, offsets, labels, log_costs, (model_costs, label_costs), costs=costs, limits=limits)
    found = _joined(list(mapper(solving, _cut(offsets, mapper.workers))))
    return _collect(graph.net, variants, log_totals, found)


def align_prefixes(
    net: Net | SearchGraph | LazyNet,
    variants: Variants,
    *,
    costs: Costs = STANDARD_COSTS,
    limits: Limits = DEFAULT_LIMITS,
    mapper: Mapper = SERIAL,
) -> Alignments:
    """The optimal prefix alignment of every variant: a run may stop wherever it can still reach a final marking.

    Takes and returns what ``align`` does.
    """
    graph = prepared(net, variants, limits=limits) if isinstance(net, Net) else net
    return align(graph.for_prefixes(), variants, costs=costs, limits=limits, mapper=mapper)


def prepared(net: Net, variants: Variants, *, limits: Limits = DEFAULT_LIMITS) -> SearchGraph | LazyNet:
    """A net made ready for the search: compiled if it has few markings, else searched as its markings are met.

    Args:
        net: The net.
        variants: What will be aligned; their length counts for the memory of the lazy search.
        limits: ``compiled_markings`` and ``state_space_bytes`` bound the compilation.
    """
    try:
        return compile_search(net, max_markings=limits.compiled_markings, limits=limits)
    except LimitExceeded:
        return prepare(net, longest=int(np.diff(variants.offsets).max(initial=0)), limits=limits)


def _cheapest(model_costs: NDArray[np.int32], net: Net) -> NDArray[np.int32]:
    """The cheapest allowed model move of each label, int32; 0 where none is allowed, which keeps the bound low."""
    cheapest = [-1] * len(net.labels)
    for label, cost in zip(net.transition_labels.tolist(), model_costs.tolist(), strict=True):
        if label != SILENT and cost >= 0 and (cheapest[label] < 0 or cost < cheapest[label]):
            cheapest[label] = cost
    return np.array([max(0, cost) for cost in cheapest], dtype=np.int32)


def _cut(offsets: NDArray[np.int64], workers: int) -> list[tuple[int, int]]:
    """Cut the variants into ranges with about as many events each: a few for each worker, one for a single worker."""
    count, events = len(offsets) - 1, int(offsets[-1])
    pieces = 1 if workers == 1 else min(workers * _PIECES_PER_WORKER, 1 + events // _EVENTS_PER_PIECE)
    if pieces == 1:
        return [(0, count)]
    cuts = np.searchsorted(offsets, np.arange(1, pieces) * (events / pieces))
    bounds = sorted({0, count, *cuts.tolist()})
    return list(itertools.pairwise(bounds))


def _joined(pieces: list[_Piece]) -> _Piece:
    """Pieces end to end."""
    if len(pieces) == 1:
        return pieces[0]
    starts = np.cumsum([0, *(piece.moves.offsets[-1] for piece in pieces)])
    offsets = [piece.moves.offsets[:-1] + start for piece, start in zip(pieces, starts[:-1], strict=True)]
    return _Piece(
        statuses=np.concatenate([piece.statuses for piece in pieces]),
        optima=np.concatenate([piece.optima for piece in pieces]),
        costs=np.concatenate([piece.costs for piece in pieces]),
        explanations=np.concatenate([piece.explanations for piece in pieces]),
        moves=MoveColumns(
            offsets=np.concatenate([*offsets, starts[-1:]]).astype(np.int64),
            kinds=np.concatenate([piece.moves.kinds for piece in pieces]),
            positions=np.concatenate([piece.moves.positions for piece in pieces]),
            transitions=np.concatenate([piece.moves.transitions for piece in pieces]),
        ),
    )


def _collect(net: Net, variants: Variants, log_totals: NDArray[np.int64], found: _Piece) -> Alignments:
    """The alignments of all variants; what was found ends with the empty trace."""
    statuses, bounds = found.statuses[:-1], found.optima[:-1]
    # Where forbidden model moves leave no run without events, the log moves alone are the yardstick.
    plainest = log_totals + max(0, int(found.costs[-1]))
    costs, moves = found.costs[:-1], _but_the_last(found.moves)
    worsts = np.maximum(plainest, costs)
    if statuses.any():
        # A search past its budget may have found nothing that is better than to make no synchronous move at all.
        plain = (statuses == BUDGET) & (found.costs[-1] >= 0) & ((costs < 0) | (costs > plainest))
        costs = np.where(plain, plainest, costs)
        worsts = np.where(statuses == UNREACHABLE, np.maximum(log_totals, 1), np.maximum(plainest, costs))
        moves = _with_plain(found.moves, plain, np.diff(variants.offsets)) if plain.any() else moves
    return Alignments(
        net=net,
        activities=variants.activities,
        counts=variants.counts,
        statuses=statuses,
        costs=costs,
        lower_bounds=bounds,
        worsts=worsts,
        moves=moves,
        explanations=found.explanations[:-1],
    )


def _but_the_last(found: MoveColumns) -> MoveColumns:
    """The moves of all variants but the last."""
    stop = found.offsets[-2]
    return MoveColumns(found.offsets[:-1], found.kinds[:stop], found.positions[:stop], found.transitions[:stop])


def _with_plain(found: MoveColumns, plain: NDArray[np.bool_], lengths: NDArray[np.int64]) -> MoveColumns:
    """The moves of all variants but the last, which is empty.

    A plain one gets every log move and then the cheapest run, which the last one is.
    """
    offsets = found.offsets[:-1]
    last = slice(offsets[-1], found.offsets[-1])
    kinds, positions, transitions = [], [], []
    for variant, events in enumerate(lengths.tolist()):
        rows = slice(offsets[variant], offsets[variant + 1])
        if plain[variant]:
            rows = last
            kinds.append(np.full(events, LOG, dtype=np.int8))
            positions.append(np.arange(events, dtype=np.int32))
            transitions.append(np.full(events, -1, dtype=np.int32))
        kinds.append(found.kinds[rows])
        positions.append(found.positions[rows])
        transitions.append(found.transitions[rows])
    sizes = np.diff(offsets)
    sizes[plain] = lengths[plain] + (last.stop - last.start)
    stops = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    return MoveColumns(stops, np.concatenate(kinds), np.concatenate(positions), np.concatenate(transitions))


def _nothing_reachable(net: Net, variants: Variants, log_totals: NDArray[np.int64]) -> Alignments:
    """No run reaches a final marking: nothing can be explained, and every case says so."""
    count, nothing = len(variants), np.zeros(0, dtype=np.int32)
    return Alignments(
        net=net,
        activities=variants.activities,
        counts=variants.counts,
        statuses=np.full(count, UNREACHABLE, dtype=np.int8),
        costs=np.full(count, -1, dtype=np.int64),
        lower_bounds=log_totals,
        worsts=np.maximum(log_totals, 1),
        moves=MoveColumns(np.zeros(count + 1, dtype=np.int64), nothing.astype(np.int8), nothing, nothing),
        explanations=np.zeros(count, dtype=np.int8),
    )
