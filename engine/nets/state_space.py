"""The state space of a net: every reachable marking, explored once, breadth first, within a budget.

Markings are packed into 64-bit words with 1, 8 or 32 bits for each place. Exploration starts with 1 bit, which is
enough for a safe net, and starts again with more when a place needs them, so that one kernel serves every net.

An unbounded net is recognised by a marking that strictly covers one of its ancestors (Karp and Miller 1969). A safe
marking needs no such test: an infinite branch of the breadth-first tree holds, by Dickson's lemma, a marking with more
than one token on some place that covers an ancestor, so only such markings are tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.nets.kernels import exploration
from engine.nets.net import Net

_WIDTHS = (1, 8, 32)
_COVER_STEPS = 200_000_000  # place comparisons; past them unboundedness shows as a spent budget


class Exploration(StrEnum):
    """How an exploration ended.

    ``complete``: every reachable marking is there. ``unbounded``: there are infinitely many. ``budget``: the number of
    markings or the memory allowed was spent.
    """

    COMPLETE = "complete"
    UNBOUNDED = "unbounded"
    BUDGET = "budget"


@dataclass(frozen=True, eq=False)
class StateSpace:
    """Reachable markings and the transitions between them.

    State 0 is the initial marking; states are numbered in breadth-first order, so that ``path_to`` is a shortest path.

    Attributes:
        net: The net.
        status: How the exploration ended. Unless complete, the states found last have no edges.
        width: Bits for each place in ``words``.
        words: uint64, one row of packed counts for each state.
        offsets: int64, one more than there are states; the edges of state s are ``offsets[s]:offsets[s + 1]``.
        targets: int32 state that an edge leads to.
        transitions: int32 transition that an edge fires.
        parents: int32 state from which a state was first found, −1 for state 0.
        parent_transitions: int32 transition by which it was, −1 for state 0.
        cover: When unbounded: the covered ancestor and the marking that covers it, else None.
    """

    net: Net
    status: Exploration
    width: int
    words: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]
    transitions: NDArray[np.int32]
    parents: NDArray[np.int32]
    parent_transitions: NDArray[np.int32]
    cover: tuple[int, int] | None

    @property
    def count(self) -> int:
        """How many markings were found."""
        return len(self.words)

    def marking(self, state: int) -> tuple[int, ...]:
        """Token counts of one state, one for each place."""
        per_word, mask = 64 // self.width, (1 << self.width) - 1
        row = [int(word) for word in self.words[state]]
        return tuple(
            row[place // per_word] >> (place % per_word * self.width) & mask for place in range(len(self.net.places))
        )

    def path_to(self, state: int) -> tuple[int, ...]:
        """Transitions of a shortest path from the initial marking to a state."""
        path: list[int] = []
        while self.parents[state] >= 0:
            path.append(int(self.parent_transitions[state]))
            state = int(self.parents[state])
        return tuple(reversed(path))

    @property
    def pumping(self) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """When unbounded: a path, and the transitions that can be repeated after it for ever, else None."""
        if self.cover is None:
            return None
        covered, covering = self.cover
        path, whole = self.path_to(covered), self.path_to(covering)
        return path, whole[len(path) :]

    @cached_property
    def is_final(self) -> NDArray[np.bool_]:
        """Whether, for each state, it is a final marking."""
        final = np.zeros(self.count, dtype=np.bool_)
        for marking in self.net.finals:
            if self.width < 32 and int(marking.max(initial=0)) >> self.width:
                continue
            final |= (self.words == pack(marking, self.width)).all(axis=1)
        return final

    @property
    def finals(self) -> NDArray[np.int64]:
        """Indices of the final markings that were found."""
        return np.flatnonzero(self.is_final)

    @cached_property
    def coreachable(self) -> NDArray[np.bool_]:
        """Whether, for each state, a final marking can be reached from it by the edges found."""
        return exploration.reaches(self.offsets, self.targets, self.is_final)


def explore(net: Net, *, max_markings: int, max_bytes: int) -> StateSpace:
    """Find the reachable markings of a net.

    Args:
        net: The net.
        max_markings: Markings after which the exploration gives up.
        max_bytes: Bytes of its arrays after which it gives up.

    Returns:
        The state space, complete or with the reason why not; never an error, and it always ends.
    """
    before, after = net.before, net.after
    for width in _WIDTHS:
        if width < 32 and int(net.initial.max(initial=0)) >> width:
            continue
        code, words, offsets, targets, transitions, parents, by, covered, covering = exploration.explore(
            (before.offsets, before.places, before.weights),
            (after.offsets, after.places, after.weights),
            pack(net.initial, width),
            width,
            max_markings,
            max_bytes,
            _COVER_STEPS,
        )
        if code != exploration.TOO_NARROW:
            break
    else:  # a count past 2³² − 1 cannot be stored; so many tokens are past any budget too
        code = exploration.BUDGET
    return StateSpace(
        net=net,
        status=(Exploration.COMPLETE, Exploration.UNBOUNDED, Exploration.BUDGET)[code],
        width=width,
        words=words,
        offsets=offsets,
        targets=targets,
        transitions=transitions,
        parents=parents,
        parent_transitions=by,
        cover=(covered, covering) if code == exploration.UNBOUNDED else None,
    )


def pack(marking: NDArray[np.int32], width: int) -> NDArray[np.uint64]:
    """A marking as packed words."""
    per_word = 64 // width
    words = np.zeros(max(1, -(-len(marking) // per_word)), dtype=np.uint64)
    for place, tokens in enumerate(marking.tolist()):
        words[place // per_word] |= np.uint64(tokens << (place % per_word * width))
    return words
