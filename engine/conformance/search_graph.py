"""What the search walks over: a net's live state space with silent moves folded away, and its label sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.conformance.compressed_rows import gather
from engine.conformance.kernels.label_sets import label_sets, own_labels
from engine.conformance.kernels.reduction import reduce_silent
from engine.conformance.kernels.shapes import Bound, Ends, Graph, Int32s, Paths, Space, Words
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.net import Net
from engine.nets.state_space import Exploration, StateSpace, explore

_BYTES_PER_CLOSURE_ENTRY = 8


@dataclass(frozen=True, eq=False)
class SearchGraph:
    """A net compiled for the search. State 0 is the initial marking, the others follow a visible transition.

    Attributes:
        net: The net.
        edges: Outgoing edges of each state from which a final marking can be reached.
        paths: The silent transitions before each edge.
        ends: How a run ends from each state. For prefixes of running cases, in any state at once.
        bound: Label sets for the search's lower bound.
    """

    net: Net
    edges: Graph
    paths: Paths
    ends: Ends
    bound: Bound

    @property
    def states(self) -> int:
        """How many states there are; 0 when the net has no run to a final marking."""
        return len(self.ends[0])

    @property
    def has_end(self) -> bool:
        """Whether a final marking can be reached."""
        return self.states > 0

    @property
    def space(self) -> Space:
        """All of it, as the kernels take it."""
        return self.edges, self.paths, self.ends, self.bound

    def for_prefixes(self) -> SearchGraph:
        """The same graph for cases that have not ended: a run may stop in any state, and nothing has to come."""
        rows, poss, must, now = self.bound
        ends = (np.zeros(self.states, dtype=np.int32), np.zeros(self.states + 1, dtype=np.int64), self.ends[2][:0])
        return replace(self, ends=ends, bound=(rows, poss, np.zeros_like(must), now))


def compile_search(net: Net, *, limits: Limits = DEFAULT_LIMITS) -> SearchGraph:
    """Explore a net and prepare it for the search.

    Raises:
        LimitExceeded: The net has more markings than ``alignment_markings`` or takes more memory than
            ``state_space_bytes``; an unbounded net always does.
    """
    space = explore(net, max_markings=limits.alignment_markings, max_bytes=limits.state_space_bytes)
    if space.status is not Exploration.COMPLETE:
        found = "infinitely many" if space.status is Exploration.UNBOUNDED else f"more than {space.count:,}"
        raise LimitExceeded(limit="alignment_markings", allowed=limits.alignment_markings, found=found)
    return graph_of(space, limits=limits)


def graph_of(space: StateSpace, *, limits: Limits = DEFAULT_LIMITS) -> SearchGraph:
    """The search graph of a complete state space.

    Raises:
        LimitExceeded: Folding the silent moves away takes more memory than ``state_space_bytes``.
    """
    live = space.coreachable
    if not live[0]:
        return _without_states(space.net)
    number = np.full(space.count, -1, dtype=np.int32)
    number[live] = np.arange(int(live.sum()), dtype=np.int32)
    sources = np.repeat(np.arange(space.count, dtype=np.int32), np.diff(space.offsets))
    kept = live[sources] & live[space.targets]
    source, target, transition = number[sources[kept]], number[space.targets[kept]], space.transitions[kept]
    label, final = space.net.transition_labels[transition], space.is_final[live]
    offsets = _offsets(source, len(final))
    most = limits.state_space_bytes // _BYTES_PER_CLOSURE_ENTRY
    complete, full, edges, paths, end_skip, end_paths = reduce_silent(offsets, target, transition, label, final, most)
    if not complete:
        raise LimitExceeded(limit="state_space_bytes", allowed=limits.state_space_bytes, found="more")
    back_order = np.argsort(target, kind="stable")
    words = max(1, -(-len(space.net.labels) // 64))
    back_at = _offsets(target, len(final))
    poss, must = label_sets(offsets, target, label, final, back_at, source[back_order], words)
    graph, paths = _by_label(edges, paths)
    return SearchGraph(
        net=space.net,
        edges=graph,
        paths=paths,
        ends=(end_skip, *end_paths),
        bound=(*_distinct(poss[full], must[full]), own_labels(graph[0], graph[3], words)),
    )


def _offsets(states: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Where each state's edges begin, given the state of every edge in order."""
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(states, minlength=count), out=offsets[1:])
    return offsets


def _by_label(edges: Graph, paths: Paths) -> tuple[Graph, Paths]:
    """Sort each state's edges by label, so that the search finds the synchronous ones at once."""
    at, target, transition, label, skip = edges
    sources = np.repeat(np.arange(len(at) - 1), np.diff(at))
    order = np.lexsort((transition, label, sources))
    path_at, rows = gather(paths[0], order)
    return (at, target[order], transition[order], label[order], skip[order]), (path_at, paths[1][rows])


def _distinct(poss: Words, must: Words) -> tuple[Int32s, Words, Words]:
    """The distinct pairs of label sets, and the row of each state among them: few, so that they stay in the cache."""
    pairs, rows = np.unique(np.hstack([poss, must]), axis=0, return_inverse=True)
    words = poss.shape[1]
    return (
        rows.reshape(-1).astype(np.int32),
        np.ascontiguousarray(pairs[:, :words]),
        np.ascontiguousarray(pairs[:, words:]),
    )


def _without_states(net: Net) -> SearchGraph:
    """The graph of a net that has no run to a final marking."""
    none, begin = np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.int64)
    words = np.zeros((0, 1), dtype=np.uint64)
    edges = (begin, none, none, none, none)
    return SearchGraph(net, edges, (begin, none), (none, begin, none), (none, words, words, words))
