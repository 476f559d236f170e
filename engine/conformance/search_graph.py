"""What the search walks over: the live part of a net's state space, its label sets, and its edges in both directions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.conformance.kernels.label_sets import label_sets
from engine.conformance.kernels.search import Bound, Graph
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.net import Net
from engine.nets.state_space import Exploration, StateSpace, explore


@dataclass(frozen=True, eq=False)
class SearchGraph:
    """A net compiled for the search. State 0 is the initial marking.

    Attributes:
        net: The net.
        edges: Outgoing edges of each live state (one from which a final marking can be reached).
        back: Incoming edges.
        final: Whether a state ends a run. For prefixes of running cases, every state does.
        bound: Label sets for the search's lower bound.
    """

    net: Net
    edges: Graph
    back: Graph
    final: NDArray[np.bool_]
    bound: Bound

    @property
    def states(self) -> int:
        """How many live states there are; 0 when the net has no run to a final marking."""
        return len(self.final)

    def for_prefixes(self) -> SearchGraph:
        """The same graph for cases that have not ended: a run may stop in any state, and nothing has to come."""
        rows, poss, must = self.bound
        return replace(self, final=np.ones_like(self.final), bound=(rows, poss, np.zeros_like(must)))


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
    return graph_of(space)


def graph_of(space: StateSpace) -> SearchGraph:
    """The search graph of a complete state space."""
    live = space.coreachable
    number = np.full(space.count, -1, dtype=np.int32)
    number[live] = np.arange(int(live.sum()), dtype=np.int32)
    sources = np.repeat(np.arange(space.count, dtype=np.int32), np.diff(space.offsets))
    kept = live[sources] & live[space.targets]
    source, target = number[sources[kept]], number[space.targets[kept]]
    transition = space.transitions[kept]
    label = space.net.transition_labels[transition]
    states = int(live.sum())
    edges: Graph = (_offsets(source, states), target, transition, label)
    order = np.argsort(target, kind="stable")
    back: Graph = (_offsets(target, states), source[order], transition[order], label[order])
    final = space.is_final[live]
    words = max(1, -(-len(space.net.labels) // 64))
    poss, must = label_sets(edges[0], target, label, final, back[0], back[1], words)
    rows, poss, must = _distinct(poss, must)
    return SearchGraph(net=space.net, edges=edges, back=back, final=final, bound=(rows, poss, must))


def _offsets(states: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(states, minlength=count), out=offsets[1:])
    return offsets


def _distinct(poss: NDArray[np.uint64], must: NDArray[np.uint64]) -> Bound:
    """The distinct pairs of label sets, and the row of each state among them: few, so that they stay in the cache."""
    if len(poss) == 0:
        return np.zeros(0, dtype=np.int32), poss, must
    pairs, rows = np.unique(np.hstack([poss, must]), axis=0, return_inverse=True)
    words = poss.shape[1]
    return (
        rows.reshape(-1).astype(np.int32),
        np.ascontiguousarray(pairs[:, :words]),
        np.ascontiguousarray(pairs[:, words:]),
    )
