"""Alignments within a time: the outer guard of ``trueline align --budget``. The engine counts nodes, not seconds.

Variants are aligned in their order, the most frequent first, in portions that take a fraction of a second. Once the
time has passed, what is left keeps what one node of search says of it: a lower bound, and the alignment without
synchronous moves as the best known.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import MOVE_KINDS, STATUSES, Alignments, MoveColumns
from engine.conformance.alignments import align
from engine.conformance.search_graph import SearchGraph, compile_search
from engine.limits import Limits
from engine.logs.variants import Variants
from engine.nets.net import Net
from engine.vocabulary import AlignmentStatus, MoveKind

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

PORTION_SECONDS = 0.1
"""About how long one portion of variants may take; the time is looked at between two portions."""
NODES_PER_SECOND = 2_000_000
"""A cautious speed of the search, so that one search alone does not outlast the time by far."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Watched:
    """Threads that say how many pieces are done.

    Attributes:
        progress: Told so.
        workers: How many pieces run at once.
    """

    progress: Progress | None = None
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterable[_Result]:
        """Apply ``function`` to every item."""
        results = []
        with ThreadPoolExecutor(self.workers) as pool:
            for result in pool.map(function, items):
                results.append(result)
                if self.progress is not None:
                    self.progress(len(results), len(items))
        return results


def align_within(
    net: Net, variants: Variants, *, seconds: float | None, limits: Limits, progress: Progress | None = None
) -> Alignments:
    """Align all variants, or as many as a time allows.

    Args:
        net: The net.
        variants: The variants.
        seconds: The time for everything after the compilation of the net; None for no limit, which makes the result
            the same on every machine.
        limits: Budgets of the compilation and of each search.
        progress: Told how much is done.

    Raises:
        LimitExceeded: The net is too large to be compiled.
    """
    if seconds is None:
        return align(net, variants, limits=limits, mapper=Watched(progress))
    graph = compile_search(net, limits=limits)
    nothing = align(graph, _empty_trace(variants), limits=limits)
    if graph.states == 0 or not len(variants):
        return align(graph, variants, limits=limits)
    parts = list(_portions(graph, variants, time.monotonic() + seconds, limits=limits, progress=progress))
    return _joined(parts, variants, nothing)


def _portions(
    graph: SearchGraph, variants: Variants, deadline: float, *, limits: Limits, progress: Progress | None
) -> Iterator[Alignments]:
    """Portions in the order of the variants; once the time has passed, one last portion with all the rest."""
    start, size = 0, 1
    while start < len(variants):
        began = time.monotonic()
        nodes = min(limits.search_nodes, max(1, int((deadline - began) * NODES_PER_SECOND)))
        stop = min(start + size, len(variants)) if nodes > 1 else len(variants)
        yield align(graph, _slice(variants, start, stop), limits=replace(limits, search_nodes=nodes))
        took = time.monotonic() - began
        if took > PORTION_SECONDS:
            size = max(1, size // 2)
        elif took < PORTION_SECONDS / 2:
            size *= 2
        start = stop
        if progress is not None:
            progress(start, len(variants))


def _joined(parts: Sequence[Alignments], variants: Variants, nothing: Alignments) -> Alignments:
    """One result of all portions. What was not finished costs every log move and the cheapest run, which is possible.

    Args:
        parts: Portions, searched with fewer nodes than the empty trace.
        variants: All variants, in the same order.
        nothing: The alignment of the empty trace.
    """
    lengths = np.diff(variants.offsets)
    statuses = np.concatenate([part.statuses for part in parts])
    bounds = np.concatenate([part.lower_bounds for part in parts])
    unfinished = statuses == STATUSES.index(AlignmentStatus.BUDGET)
    worsts = lengths + nothing.worsts[0]
    return Alignments(
        net=nothing.net,
        activities=variants.activities,
        counts=variants.counts,
        statuses=statuses,
        costs=np.where(unfinished, worsts, bounds),
        lower_bounds=np.minimum(bounds, worsts),
        worsts=worsts,
        moves=_moves(parts, lengths, unfinished, nothing.moves),
    )


def _moves(
    parts: Sequence[Alignments], lengths: NDArray[np.int64], unfinished: NDArray[np.bool_], run: MoveColumns
) -> MoveColumns:
    """The moves of all portions; of unfinished variants, every log move and then the cheapest run."""
    log_move = MOVE_KINDS.index(MoveKind.LOG)
    found: list[tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]] = []
    places = ((portion, row) for portion in parts for row in range(len(portion)))
    for variant, (part, index) in enumerate(places):
        if unfinished[variant]:
            events = int(lengths[variant])
            kinds = np.concatenate([np.full(events, log_move, dtype=np.int8), run.kinds])
            positions = np.concatenate([np.arange(events, dtype=np.int32), run.positions])
            transitions = np.concatenate([np.full(events, -1, dtype=np.int32), run.transitions])
        else:
            rows = slice(part.moves.offsets[index], part.moves.offsets[index + 1])
            kinds, positions, transitions = (
                part.moves.kinds[rows],
                part.moves.positions[rows],
                part.moves.transitions[rows],
            )
        found.append((kinds, positions, transitions))
    offsets = np.zeros(len(found) + 1, dtype=np.int64)
    np.cumsum([len(kinds) for kinds, _, _ in found], out=offsets[1:])
    kinds, positions, transitions = (np.concatenate(column) for column in zip(*found, strict=True))
    return MoveColumns(offsets, kinds, positions, transitions)


def _slice(variants: Variants, start: int, stop: int) -> Variants:
    """Some neighbouring variants; they belong to no case."""
    first, last = variants.offsets[start], variants.offsets[stop]
    return Variants(
        activities=variants.activities,
        offsets=variants.offsets[start : stop + 1] - first,
        codes=variants.codes[first:last],
        counts=variants.counts[start:stop],
        of_case=np.zeros(0, dtype=np.int32),
    )


def _empty_trace(variants: Variants) -> Variants:
    """A single variant without events."""
    nothing = np.zeros(0, dtype=np.int32)
    return Variants(variants.activities, np.zeros(2, dtype=np.int64), nothing, np.ones(1, dtype=np.int64), nothing)
