"""Sequences in an order in which every common prefix is walked over once, and what a net can do after a prefix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.conformance.compressed_rows import gather
from engine.conformance.search_graph import SearchGraph


def by_prefix(offsets: NDArray[np.int64], labels: NDArray[np.int32]) -> Iterator[tuple[int, int, list[int]]]:
    """Walk over sequences in lexicographic order.

    Args:
        offsets: int64, one more than there are sequences.
        labels: int32 labels of all sequences, laid end to end; −1 comes last.

    Yields:
        The index of a sequence, how many labels it shares with the one before it, and its labels.
    """
    whole = labels.astype(">u4").tobytes()  # bytes compare like the numbers they hold
    keys = [whole[4 * start : 4 * stop] for start, stop in pairwise(offsets.tolist())]
    before: NDArray[np.int32] = labels[:0]
    for index in sorted(range(len(keys)), key=keys.__getitem__):
        row = labels[offsets[index] : offsets[index + 1]]
        common = min(len(row), len(before))
        unequal = np.flatnonzero(row[:common] != before[:common])
        yield index, int(unequal[0]) if len(unequal) else common, row.tolist()
        before = row


class VisibleBehaviour:
    """What a net can do after each sequence of labels: its search graph, made deterministic as far as it is asked.

    A state stands for all states of the graph that runs with the same visible labels lead to (Rabin and Scott 1959,
    "Finite automata and their decision problems"), so neither silent transitions nor several transitions of one label
    show. State 0 is the beginning. Only what can still be brought to an end counts.
    """

    def __init__(self, graph: SearchGraph) -> None:
        """Nothing is looked at yet; a net without a run can do nothing."""
        self._edges = graph.edges
        self._count = graph.states
        self._members: list[NDArray[np.int64]] = [np.zeros(min(graph.states, 1), dtype=np.int64)]
        self._number = {self._members[0].tobytes(): 0}
        self._steps: list[dict[int, int] | None] = [None]

    def steps(self, state: int) -> dict[int, int]:
        """Label → state after it, for every label that can come next, in the order of labels."""
        known = self._steps[state]
        if known is None:
            known = self._steps[state] = self._expanded(self._members[state])
        return known

    def available(self, states: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What can come next in each of some states.

        Returns:
            For each possibility the place of its state in ``states``, increasing, and its label, increasing in a state.
        """
        distinct, places = np.unique(states, return_inverse=True)
        steps = [list(self.steps(state)) for state in distinct.tolist()]
        offsets = np.zeros(len(steps) + 1, dtype=np.int64)
        np.cumsum([len(labels) for labels in steps], out=offsets[1:])
        labels = np.array([label for labels in steps for label in labels], dtype=np.int64)
        gathered, rows = gather(offsets, places)
        return np.repeat(np.arange(len(states)), np.diff(gathered)), labels[rows]

    def _expanded(self, members: NDArray[np.int64]) -> dict[int, int]:
        at, target, _, label, _ = self._edges
        _, rows = gather(at, members)
        reached = np.unique(label[rows].astype(np.int64) * max(1, self._count) + target[rows])
        labels, targets = np.divmod(reached, max(1, self._count))
        found, begins = np.unique(labels, return_index=True)
        parts = np.split(targets, begins[1:]) if len(found) else []
        return {name: self._numbered(part) for name, part in zip(found.tolist(), parts, strict=True)}

    def _numbered(self, members: NDArray[np.int64]) -> int:
        key = members.tobytes()
        number = self._number.get(key)
        if number is None:
            number = self._number[key] = len(self._members)
            self._members.append(members)
            self._steps.append(None)
        return number
