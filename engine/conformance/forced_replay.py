"""Replay of events that a net cannot follow: tokens are added where they are missing, as few as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.compressed_rows import row_sums
from engine.conformance.kernels.nearest import nearest
from engine.nets.net import SILENT, Arcs, Net


@dataclass(frozen=True, slots=True)
class Tokens:
    """The four counts of a replay, as in ``engine.conformance.token_replay``."""

    produced: int = 0
    consumed: int = 0
    missing: int = 0
    remaining: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        """The counts of one replay and the one after it."""
        return Tokens(
            self.produced + other.produced,
            self.consumed + other.consumed,
            self.missing + other.missing,
            self.remaining + other.remaining,
        )

    @property
    def fitness(self) -> float:
        """½ (1 − missing ÷ consumed) + ½ (1 − remaining ÷ produced); a half is whole where nothing can be lost."""
        lost = self.missing / self.consumed if self.consumed else 0.0
        left = self.remaining / self.produced if self.produced else 0.0
        return 0.5 * (1 - lost) + 0.5 * (1 - left)


_END = -1  # in the place of a label
STRANGER = Tokens(1, 1, 1, 1)
"""What an event moves that no transition stands for: it takes a token that is not there, and nobody takes its own."""


def token_sums(arcs: Arcs) -> NDArray[np.int64]:
    """int64 tokens that each transition moves over these arcs."""
    return row_sums(arcs.weights, arcs.offsets)


@dataclass(frozen=True, eq=False, slots=True)
class _Label:
    """How an event of one label can be played.

    Attributes:
        transitions: The transitions of the label.
        needs: int64, one row of token counts for each of them: what it consumes.
        silent: int32 silent transitions that can help to enable one of them.
    """

    transitions: tuple[int, ...]
    needs: NDArray[np.int64]
    silent: NDArray[np.int32]


@dataclass(frozen=True, eq=False, slots=True)
class _Played:
    """One event, or the end, played from one marking: the tokens moved, the marking after it, and ``complete``."""

    tokens: Tokens
    marking: NDArray[np.int64]
    complete: bool


_REMEMBERED_BYTES = 1 << 28
_BYTES_PER_PLACE, _BYTES_BESIDE = 16, 500
"""About what one remembered event takes: two markings, and the objects that hold them."""


class ForcedReplay:
    """Plays events on a net from any marking. What was played is remembered, as much as fits in a fixed memory."""

    def __init__(self, net: Net, most_markings: int) -> None:
        """Prepare the net; each search for silent transitions looks at so many markings at most."""
        self._net = net
        self._most = most_markings
        self._before = (net.before.offsets, net.before.places, net.before.weights)
        self._after = (net.after.offsets, net.after.places, net.after.weights)
        self._consumed, self._produced = token_sums(net.before), token_sums(net.after)
        self._silent = np.flatnonzero(net.transition_labels == SILENT).astype(np.int32)
        self._labels: dict[int, _Label] = {}
        self._played: dict[tuple[bytes, int], _Played] = {}
        self._most_played = _REMEMBERED_BYTES // (_BYTES_PER_PLACE * len(net.places) + _BYTES_BESIDE)

    def replay(self, marking: NDArray[np.int64], labels: Sequence[int]) -> tuple[Tokens, bool]:
        """Play events, −1 for an activity that the net does not have, and the end.

        Returns:
            The tokens moved, and whether no search met its limit.
        """
        tokens, complete = Tokens(), True
        for label in labels:
            if label < 0:
                tokens += STRANGER
                continue
            played = self._remembered(marking, label)
            tokens, marking, complete = tokens + played.tokens, played.marking, complete and played.complete
        end = self._remembered(marking, _END)
        return tokens + end.tokens, complete and end.complete

    def _remembered(self, marking: NDArray[np.int64], label: int) -> _Played:
        """One event, or the end, played now or before."""
        key = marking.tobytes(), label
        played = self._played.get(key)
        if played is None:
            if len(self._played) >= self._most_played:
                self._played.clear()
            played = self._played[key] = self._end(marking) if label == _END else self._event(marking, label)
        return played

    def _event(self, marking: NDArray[np.int64], label: int) -> _Played:
        """Play one event: the fewest tokens missing, then the fewest silent transitions, then the net's order."""
        ways = self._labels.get(label)
        if ways is None:
            ways = self._labels[label] = self._ways(label)
        if not ways.transitions:
            return _Played(STRANGER, marking, complete=True)
        which, lack, path, complete = nearest(
            self._before, self._after, ways.silent, marking, ways.needs, 0, self._most
        )
        moved, there = self._fired(marking, path)
        there += np.maximum(ways.needs[which] - there, 0)
        fired, there = self._fired(there, np.array([ways.transitions[which]], dtype=np.int32))
        return _Played(moved + fired + Tokens(missing=lack), there, complete)

    def _end(self, marking: NDArray[np.int64]) -> _Played:
        """Play the end: silent transitions to a marking close to a final one, which is then consumed."""
        finals = self._net.finals.astype(np.int64)
        which, _, path, complete = nearest(self._before, self._after, self._silent, marking, finals, 1, self._most)
        moved, there = self._fired(marking, path)
        final = finals[which]
        missing, remaining = np.maximum(final - there, 0), np.maximum(there - final, 0)
        last = Tokens(0, int(final.sum()), int(missing.sum()), int(remaining.sum()))
        return _Played(moved + last, there, complete)

    def _fired(self, marking: NDArray[np.int64], path: NDArray[np.int32]) -> tuple[Tokens, NDArray[np.int64]]:
        """The tokens that enabled transitions move, and the marking after them."""
        there = marking.copy()
        for transition in path.tolist():
            for arcs, sign in ((self._net.before, -1), (self._net.after, 1)):
                row = slice(arcs.offsets[transition], arcs.offsets[transition + 1])
                there[arcs.places[row]] += sign * arcs.weights[row]
        return Tokens(int(self._produced[path].sum()), int(self._consumed[path].sum())), there

    def _ways(self, label: int) -> _Label:
        """The transitions of a label, and the silent ones that can bring tokens, over others too, to what they need.

        The others need not be tried: they put no token where one is needed, so a sequence that enables the event, or
        leaves the fewest tokens missing, is shorter without them.
        """
        transitions = np.flatnonzero(self._net.transition_labels == label).tolist()
        needs = np.zeros((len(transitions), len(self._net.places)), dtype=np.int64)
        for row, transition in enumerate(transitions):
            for place, weight in self._net.before.row(transition):
                needs[row, place] = weight
        needed = set(np.flatnonzero(needs.any(axis=0)).tolist())
        helping: set[int] = set()
        grown = True
        while grown:
            grown = False
            for transition in set(self._silent.tolist()) - helping:
                if any(place in needed for place, _ in self._net.after.row(transition)):
                    helping.add(transition)
                    needed.update(place for place, _ in self._net.before.row(transition))
                    grown = True
        return _Label(tuple(transitions), needs, np.array(sorted(helping), dtype=np.int32))
