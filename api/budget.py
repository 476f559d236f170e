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

from engine.conformance.alignment import Alignments, joined
from engine.conformance.alignments import align, prepared
from engine.conformance.lazy_net import LazyNet
from engine.conformance.search_graph import SearchGraph
from engine.limits import Limits
from engine.logs.variants import Variants
from engine.nets.net import Net

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
        if len(items) == 1:
            results.append(function(items[0]))
            if self.progress is not None:
                self.progress(1, 1)
            return results
        with ThreadPoolExecutor(self.workers) as pool:
            for result in pool.map(function, items):
                results.append(result)
                if self.progress is not None:
                    self.progress(len(results), len(items))
        return results


def align_within(
    net: Net | SearchGraph | LazyNet,
    variants: Variants,
    *,
    seconds: float | None,
    limits: Limits,
    progress: Progress | None = None,
) -> Alignments:
    """Align all variants, or as many as a time allows.

    Args:
        net: The net, or the same already compiled or prepared.
        variants: The variants.
        seconds: The time for everything after the compilation of the net; None for no limit, which makes the result
            the same on every machine.
        limits: Budgets of the compilation and of each search.
        progress: Told how much is done.
    """
    if seconds is None:
        return align(net, variants, limits=limits, mapper=Watched(progress))
    graph = prepared(net, variants, limits=limits) if isinstance(net, Net) else net
    if not graph.has_end or not len(variants):
        return align(graph, variants, limits=limits)
    return joined(list(_portions(graph, variants, time.monotonic() + seconds, limits=limits, progress=progress)))


def _portions(
    graph: SearchGraph | LazyNet, variants: Variants, deadline: float, *, limits: Limits, progress: Progress | None
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
