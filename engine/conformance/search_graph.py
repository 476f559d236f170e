"""What the search walks over: a net's live state space with silent moves folded away, and its label sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.conformance.kernels.label_sets import label_sets, own_labels
from engine.conformance.kernels.reduction import reduce_silent
from engine.conformance.kernels.shapes import Bound, Ends, Graph, Paths, Space
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.net import Net
from engine.nets.state_space import Exploration, StateSpace, explore


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


def compile_search(net: Net, *, max_markings: int | None = None, limits: Limits = DEFAULT_LIMITS) -> SearchGraph:
    """Explore a net and prepare it for the search.

    Args:
        net: The net.
        max_markings: Markings at most, if not the limit's.
        limits: ``alignment_markings`` and ``state_space_bytes`` bound the compilation.

    Raises:
        LimitExceeded: The net has more markings than ``alignment_markings`` or takes more memory than
            ``state_space_bytes``; an unbounded net always does.
    """
    most = limits.alignment_markings if max_markings is None else max_markings
    space = explore(net, max_markings=most, max_bytes=limits.state_space_bytes)
    if space.status is not Exploration.COMPLETE:
        found = "infinitely many" if space.status is Exploration.UNBOUNDED else f"more than {space.count:,}"
        raise LimitExceeded(limit="alignment_markings", allowed=most, found=found)
    return graph_of(space, limits=limits)


def graph_of(space: StateSpace, *, limits: Limits = DEFAULT_LIMITS) -> SearchGraph:
    """The search graph of a complete state space.

    Raises:
        LimitExceeded: Folding the silent moves away takes more memory than ``state_space_bytes``.
    """
    live = space.coreachable
    if not live[0]:
        return _without_states(space.net)
    complete, _, edges, paths, end_skip, end_paths = reduce_silent(
        space.offsets,
        space.targets,
        space.transitions,
        space.net.transition_labels,
        live,
        space.is_final,
        limits.state_space_bytes,
    )
    if not complete:
        raise LimitExceeded(limit="state_space_bytes", allowed=limits.state_space_bytes, found="more")
    at, target, _, label, _ = edges
    words = max(1, -(-len(space.net.labels) // 64))
    return SearchGraph(
        net=space.net,
        edges=edges,
        paths=paths,
        ends=(end_skip, *end_paths),
        bound=(*label_sets(at, target, label, end_skip, words), own_labels(at, label, words)),
    )


def _without_states(net: Net) -> SearchGraph:
    """The graph of a net that has no run to a final marking."""
    none, begin = np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.int64)
    words = np.zeros((0, 1), dtype=np.uint64)
    edges = (begin, none, none, none, none)
    return SearchGraph(net, edges, (begin, none), (none, begin, none), (none, words, words, words))
