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

from engine.nets.kernels import exploration, states
from engine.nets.kernels.arcs import Int32s, Int64s, Words
from engine.nets.net import Net

_WIDTHS = (1, 8, 32)
_COVER_STEPS = 200_000_000  # place comparisons; past them unboundedness shows as a spent budget
_FIRST_ROOM = 1024  # markings; a small net needs no more, and a budget of bytes grants as much to every net


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
        return states.holding(self.words, self.net.finals, self.width)

    @property
    def finals(self) -> NDArray[np.int64]:
        """Indices of the final markings that were found."""
        return np.flatnonzero(self.is_final)

    @cached_property
    def coreachable(self) -> NDArray[np.bool_]:
        """Whether, for each state, a final marking can be reached from it by the edges found."""
        return states.reaches(self.offsets, self.targets, self.is_final)


def explore(net: Net, *, max_markings: int, max_bytes: int) -> StateSpace:
    """Find the reachable markings of a net.

    Args:
        net: The net.
        max_markings: Markings after which the exploration gives up.
        max_bytes: Bytes of its arrays after which it gives up, the hash table and its larger copy included. The room
            for the first markings is free of charge.

    Returns:
        The state space, complete or with the reason why not; never an error, and it always ends.
    """
    before, after = net.before, net.after
    highest = int(net.initial.max(initial=0))
    for width in _WIDTHS:
        if highest >> width:
            continue
        arrays = _Arrays(max(1, -(-len(net.places) * width // 64)), max_bytes)
        while True:
            code = exploration.advance(
                before.offsets,
                before.places,
                before.weights,
                after.offsets,
                after.places,
                after.weights,
                net.initial,
                width,
                *arrays.all,
                max_markings,
            )
            if code != exploration.NO_ROOM:
                break
            if not arrays.grow():
                code = exploration.BUDGET
                break
        if code != exploration.TOO_NARROW:
            break
    else:  # a count past 2³² − 1 cannot be stored; so many tokens are past any budget too
        code = exploration.BUDGET
    return arrays.as_space(net, width, (Exploration.COMPLETE, Exploration.UNBOUNDED, Exploration.BUDGET)[code])


_Everything = tuple[Words, Int32s, Int32s, Int64s, Int32s, Int32s, Words, Words, Int64s]


class _Arrays:
    """The arrays of an exploration while they grow.

    They are NumPy's, not the kernel's: NumPy lets the system move a large array to more room without a copy, and asks
    it for large pages, without which a large hash table is slow.
    """

    def __init__(self, words: int, max_bytes: int) -> None:
        self._words, self._max_bytes = words, max_bytes
        self._markings = np.empty(_FIRST_ROOM * words, dtype=np.uint64)
        self._parents = np.empty(_FIRST_ROOM, dtype=np.int32)
        self._by = np.empty(_FIRST_ROOM, dtype=np.int32)
        self._offsets = np.empty(_FIRST_ROOM + 1, dtype=np.int64)
        self._targets = np.empty(4 * _FIRST_ROOM, dtype=np.int32)
        self._transitions = np.empty(4 * _FIRST_ROOM, dtype=np.int32)
        self._table = np.zeros(2 * _FIRST_ROOM, dtype=np.uint64)
        self._firings = np.empty(512 * words, dtype=np.uint64)
        self._progress = np.array([0, 0, 0, _COVER_STEPS, -1, -1, 0], dtype=np.int64)

    @property
    def all(self) -> _Everything:
        """Everything, in the order in which the kernel takes it."""
        return (
            self._markings,
            self._parents,
            self._by,
            self._offsets,
            self._targets,
            self._transitions,
            self._table,
            self._firings,
            self._progress,
        )

    def grow(self) -> bool:
        """Make the room that the next step may need, generously if the budget allows it; False if it does not."""
        return self._grow(2) or self._grow(8)

    def _grow(self, part: int) -> bool:
        """Make room for the next step, and lengthen what is too short by at least one part in ``part``."""
        _, count, edges, _, _, _, wanted = self._progress.tolist()

        def enough(now: int, needed: int) -> int:
            return now if needed <= now else max(needed, now + now // part)

        markings, links = enough(len(self._parents), count + wanted), enough(len(self._targets), edges + wanted)
        firings, cells = enough(len(self._firings) // self._words, wanted), len(self._table)
        while cells < 2 * (count + wanted):
            cells *= 2 if cells >> 18 else 4
        larger_table = cells if cells > len(self._table) else 0
        words = self._words * (markings + firings) + markings + 1 + links + markings + larger_table
        if 8 * (words + len(self._table)) > self._max_bytes:
            return False
        self._resize(markings, links)
        self._firings.resize(firings * self._words, refcheck=False)
        if larger_table:
            larger = np.zeros(cells, dtype=np.uint64)
            exploration.rehash(self._table, larger)
            self._table = larger
        return True

    def _resize(self, markings: int, links: int) -> None:
        """Give the arrays that will be the state space their lengths."""
        self._markings.resize(markings * self._words, refcheck=False)
        self._parents.resize(markings, refcheck=False)
        self._by.resize(markings, refcheck=False)
        self._offsets.resize(markings + 1, refcheck=False)
        self._targets.resize(links, refcheck=False)
        self._transitions.resize(links, refcheck=False)

    def as_space(self, net: Net, width: int, status: Exploration) -> StateSpace:
        """What was found. The arrays are the state space's from now on."""
        done, count, edges, _, covered, covering, _ = self._progress.tolist()
        self._resize(count, edges)
        self._offsets[done + 1 :] = edges
        return StateSpace(
            net=net,
            status=status,
            width=width,
            words=self._markings.reshape(count, self._words),
            offsets=self._offsets,
            targets=self._targets,
            transitions=self._transitions,
            parents=self._parents,
            parent_transitions=self._by,
            cover=(covered, covering) if status is Exploration.UNBOUNDED else None,
        )
