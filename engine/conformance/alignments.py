"""Exact alignments of all variants of a log with one net.

``align`` explains finished cases: the run has to reach a final marking. ``align_prefixes`` explains cases that still
run: the run may stop wherever a final marking can still be reached. The search itself is in ``kernels/search.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import Alignments, MoveColumns
from engine.conformance.compressed_rows import gather
from engine.conformance.costs import STANDARD_COSTS, Costs
from engine.conformance.kernels import search
from engine.conformance.kernels.common import BUDGET, LOG, OPTIMAL, UNREACHABLE
from engine.conformance.mapper import SERIAL, Mapper
from engine.conformance.search_graph import SearchGraph, compile_search
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.variants import Variants
from engine.nets.net import SILENT, Net

_PIECES_PER_WORKER = 4  # long traces cluster, so a worker that finishes early takes another piece


@dataclass(frozen=True, eq=False, slots=True)
class _Piece:
    """What the search found for some of the variants, in the order of ``members``."""

    members: NDArray[np.int64]
    statuses: NDArray[np.int8]
    optima: NDArray[np.int64]
    moves: MoveColumns


def align(
    net: Net | SearchGraph,
    variants: Variants,
    *,
    costs: Costs = STANDARD_COSTS,
    limits: Limits = DEFAULT_LIMITS,
    mapper: Mapper = SERIAL,
) -> Alignments:
    """The optimal alignment of every variant.

    Args:
        net: The net, or the same already compiled.
        variants: The variants.
        costs: What moves cost.
        limits: ``alignment_markings`` and ``state_space_bytes`` bound the compilation, ``search_nodes`` each search.
        mapper: Where the searches run.

    Returns:
        One alignment for each variant. The same input gives the same moves, whatever the order of variants.

    Raises:
        LimitExceeded: The net has too many markings to be compiled.
    """
    graph = net if isinstance(net, SearchGraph) else compile_search(net, limits=limits)
    count, lengths = len(variants), np.diff(variants.offsets)
    label_of = graph.net.codes(variants.activities)
    log_cost_of = costs.of_activities(variants.activities)
    labels = label_of[variants.codes] if len(variants.codes) else np.zeros(0, dtype=np.int32)
    log_costs = log_cost_of[variants.codes] if len(variants.codes) else np.zeros(0, dtype=np.int32)
    log_totals = _row_sums(log_costs, variants.offsets)
    if graph.states == 0:
        return _nothing_reachable(graph.net, variants, log_totals)
    model_costs = costs.of_transitions(graph.net)
    label_costs = _cheapest(model_costs, graph.net)

    def solve(members: NDArray[np.int64]) -> _Piece:
        offsets, rows = gather(variants.offsets, members)
        statuses, optima, _, ends, kinds, positions, transitions = search.solve(
            graph.space,
            (model_costs, label_costs),
            offsets,
            labels[rows],
            log_costs[rows],
            limits.search_nodes,
        )
        return _Piece(members, statuses, optima, MoveColumns(ends, kinds, positions, transitions))

    # Longest first, dealt round like cards, so that the pieces take about the same time.
    order = np.argsort(-lengths, kind="stable")
    pieces = max(1, min(count, mapper.workers * _PIECES_PER_WORKER if mapper.workers > 1 else 1))
    found = list(mapper(solve, [order[piece::pieces] for piece in range(pieces)]))
    empty = _solve_empty(graph, model_costs, label_costs)
    return _collect(graph.net, variants, log_totals, found, empty)


def align_prefixes(
    net: Net | SearchGraph,
    variants: Variants,
    *,
    costs: Costs = STANDARD_COSTS,
    limits: Limits = DEFAULT_LIMITS,
    mapper: Mapper = SERIAL,
) -> Alignments:
    """The optimal prefix alignment of every variant: a run may stop wherever it can still reach a final marking.

    Takes, returns and raises what ``align`` does.
    """
    graph = net if isinstance(net, SearchGraph) else compile_search(net, limits=limits)
    return align(graph.for_prefixes(), variants, costs=costs, limits=limits, mapper=mapper)


def _row_sums(values: NDArray[np.int32], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums[offsets[1:]] - sums[offsets[:-1]]


def _cheapest(model_costs: NDArray[np.int32], net: Net) -> NDArray[np.int32]:
    """The cheapest allowed model move of each label, int32; 0 where none is allowed, which keeps the bound low."""
    cheapest = np.full(len(net.labels), -1, dtype=np.int32)
    for label, cost in zip(net.transition_labels.tolist(), model_costs.tolist(), strict=True):
        if label != SILENT and cost >= 0 and (cheapest[label] < 0 or cost < cheapest[label]):
            cheapest[label] = cost
    return np.maximum(cheapest, 0)


def _solve_empty(graph: SearchGraph, model_costs: NDArray[np.int32], label_costs: NDArray[np.int32]) -> _Piece:
    """The alignment of the empty trace: the cheapest run of the net. It visits each state once at most."""
    nothing = np.zeros(0, dtype=np.int32)
    begin = np.zeros(2, dtype=np.int64)
    statuses, optima, _, ends, kinds, positions, transitions = search.solve(
        graph.space, (model_costs, label_costs), begin, nothing, nothing, graph.states + 1
    )
    return _Piece(begin[:1], statuses, optima, MoveColumns(ends, kinds, positions, transitions))


def _collect(
    net: Net, variants: Variants, log_totals: NDArray[np.int64], pieces: list[_Piece], empty: _Piece
) -> Alignments:
    """Bring the pieces into the order of the variants."""
    count = len(variants)
    members = np.concatenate([piece.members for piece in pieces])
    places = np.empty(count, dtype=np.int64)
    places[members] = np.arange(count)
    statuses = np.concatenate([piece.statuses for piece in pieces])[places]
    bounds = np.concatenate([piece.optima for piece in pieces])[places]
    # Where forbidden model moves leave no run without events, the log moves alone are the yardstick.
    worsts = log_totals + (empty.optima[0] if empty.statuses[0] == OPTIMAL else 0)
    moves = _with_fallbacks(_concatenated(pieces), places, statuses, np.diff(variants.offsets), empty.moves)
    unreachable = statuses == UNREACHABLE
    costs = np.where(unreachable, -1, np.where(statuses == BUDGET, worsts, bounds))
    worsts = np.maximum(worsts, costs)
    return Alignments(
        net=net,
        activities=variants.activities,
        counts=variants.counts,
        statuses=statuses,
        costs=costs,
        lower_bounds=bounds,
        worsts=np.where(unreachable, np.maximum(log_totals, 1), worsts),
        moves=moves,
    )


def _concatenated(pieces: list[_Piece]) -> MoveColumns:
    starts = np.cumsum([0, *(piece.moves.offsets[-1] for piece in pieces)])
    offsets = [piece.moves.offsets[:-1] + start for piece, start in zip(pieces, starts[:-1], strict=True)]
    return MoveColumns(
        offsets=np.concatenate([*offsets, starts[-1:]]).astype(np.int64),
        kinds=np.concatenate([piece.moves.kinds for piece in pieces]),
        positions=np.concatenate([piece.moves.positions for piece in pieces]),
        transitions=np.concatenate([piece.moves.transitions for piece in pieces]),
    )


def _with_fallbacks(
    found: MoveColumns,
    places: NDArray[np.int64],
    statuses: NDArray[np.int8],
    lengths: NDArray[np.int64],
    empty: MoveColumns,
) -> MoveColumns:
    """The moves in the order of the variants. A search past its budget gets every log move, then the cheapest run."""
    gathered, rows = gather(found.offsets, places)
    past = np.flatnonzero(statuses == BUDGET)
    kinds, positions, transitions = found.kinds[rows], found.positions[rows], found.transitions[rows]
    if not len(past):
        return MoveColumns(gathered, kinds, positions, transitions)
    parts: list[tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]] = []
    for variant in range(len(statuses)):
        if statuses[variant] != BUDGET:
            row = slice(gathered[variant], gathered[variant + 1])
            parts.append((kinds[row], positions[row], transitions[row]))
            continue
        events = int(lengths[variant])
        parts.append(
            (
                np.concatenate([np.full(events, LOG, dtype=np.int8), empty.kinds]),
                np.concatenate([np.arange(events, dtype=np.int32), empty.positions]),
                np.concatenate([np.full(events, -1, dtype=np.int32), empty.transitions]),
            )
        )
    offsets = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part[0]) for part in parts], out=offsets[1:])
    return MoveColumns(
        offsets,
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
    )


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
    )
