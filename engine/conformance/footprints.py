"""Footprints: which activities can directly follow each other, in a log and in a net, cell by cell.

With a > b for "b comes directly after a in some case (in some run)", two activities are related by exactly one of
a → b (a > b alone), a ← b (b > a alone), a ‖ b (both) and a # b (neither). As in van der Aalst (2016), "Process
Mining: Data Science in Action", chapter 8. The net's relation is that of its language: only runs that reach a final
marking count, silent transitions do not come between, and it is read from the whole state space.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.conformance.search_graph import SearchGraph
from engine.logs.variants import Variants


class Relation(StrEnum):
    """How the first of two activities is related to the second.

    ``precedes``: →, only the second directly follows the first. ``follows``: ←, only the other way round.
    ``parallel``: ‖, both happen. ``unrelated``: #, neither does.
    """

    PRECEDES = "precedes"
    FOLLOWS = "follows"
    PARALLEL = "parallel"
    UNRELATED = "unrelated"


RELATIONS = (Relation.UNRELATED, Relation.PRECEDES, Relation.FOLLOWS, Relation.PARALLEL)
"""Relations under their codes in matrices: 1 for a > b, plus 2 for b > a."""


@dataclass(frozen=True, slots=True)
class DifferingPair:
    """Two activities, maybe the same, that log and net relate differently.

    Attributes:
        first, second: The net's labels, or activities that it does not have.
        log: The log's relation.
        net: The net's relation.
        forward: How often the second directly follows the first in the log.
        backward: How often the first directly follows the second.
    """

    first: str
    second: str
    log: Relation
    net: Relation
    forward: int
    backward: int


@dataclass(frozen=True, eq=False)
class Footprints:
    """The footprints of a log and of a net over the same activities.

    Attributes:
        activities: The net's labels, then the activities of the log that the net does not have, by name.
        follows: int64 square matrix: how often the second directly follows the first in the log.
        can_follow: bool square matrix: whether it can in the net.
    """

    activities: tuple[str, ...]
    follows: NDArray[np.int64]
    can_follow: NDArray[np.bool_]

    @property
    def of_log(self) -> NDArray[np.int8]:
        """int8 square matrix of the log's relations, as indices of ``RELATIONS``."""
        return _relations(self.follows > 0)

    @property
    def of_net(self) -> NDArray[np.int8]:
        """int8 square matrix of the net's relations, as indices of ``RELATIONS``."""
        return _relations(self.can_follow)

    @property
    def cells(self) -> int:
        """How many cells there are: the activities, squared."""
        return len(self.activities) ** 2

    @property
    def differing_cells(self) -> int:
        """How many cells differ; each differing pair of two activities makes two."""
        return int((self.of_log != self.of_net).sum())

    @property
    def agreement(self) -> float | None:
        """1 − differing cells ÷ cells; None without activities."""
        return 1.0 - self.differing_cells / self.cells if self.cells else None

    @property
    def differing(self) -> tuple[DifferingPair, ...]:
        """Each differing pair once: first what the log shows most often against the net, then what it shows most."""
        of_log, of_net = self.of_log, self.of_net
        against = np.where(self.can_follow, 0, self.follows)
        places = np.argwhere(np.triu(of_log != of_net)).tolist()
        places.sort(key=lambda at: (-_both(against, *at), -_both(self.follows, *at)))
        return tuple(
            DifferingPair(
                first=self.activities[a],
                second=self.activities[b],
                log=RELATIONS[of_log[a, b]],
                net=RELATIONS[of_net[a, b]],
                forward=int(self.follows[a, b]),
                backward=int(self.follows[b, a]),
            )
            for a, b in places
        )


def compare_footprints(graph: SearchGraph, variants: Variants) -> Footprints:
    """Compare what follows what in a log and in a net.

    Args:
        graph: The net, compiled. Without a run to a final marking all its activities are unrelated.
        variants: The variants. Activities of one label count as one; those that the net does not have are unrelated
            to all others in the net.
    """
    net = graph.net
    codes = net.codes(variants.activities)
    used = np.unique(variants.codes)
    unknown = sorted(variants.activities[code] for code in used.tolist() if codes[code] < 0)
    place = {name: len(net.labels) + number for number, name in enumerate(unknown)}
    row_of = np.array(
        [
            place.get(name, 0) if code < 0 else code
            for name, code in zip(variants.activities, codes.tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    size = len(net.labels) + len(unknown)
    follows = np.zeros((size, size), dtype=np.int64)
    if len(variants.codes):
        rows = row_of[variants.codes]
        variant = np.repeat(np.arange(len(variants)), np.diff(variants.offsets))
        inside = variant[1:] == variant[:-1]
        np.add.at(follows, (rows[:-1][inside], rows[1:][inside]), variants.counts[variant[1:][inside]])
    can_follow = np.zeros((size, size), dtype=np.bool_)
    can_follow[: len(net.labels), : len(net.labels)] = _successors(graph)
    return Footprints((*net.labels, *unknown), follows, can_follow)


def _successors(graph: SearchGraph) -> NDArray[np.bool_]:
    """Whether one label can directly follow another. Every edge lies on a run from the beginning to an end."""
    at, target, _, label, _ = graph.edges
    labels = len(graph.net.labels)
    found = np.zeros((labels, labels), dtype=np.bool_)
    source = np.repeat(np.arange(graph.states), np.diff(at))
    arrived = np.zeros(graph.states, dtype=np.bool_)
    for first in range(labels):
        arrived[:] = False
        arrived[target[label == first]] = True
        found[first, label[arrived[source]]] = True
    return found


def _both(counts: NDArray[np.int64], a: int, b: int) -> int:
    """The counts of a pair in both directions."""
    return int(counts[a, b]) + (int(counts[b, a]) if a != b else 0)


def _relations(follows: NDArray[np.bool_]) -> NDArray[np.int8]:
    return follows.astype(np.int8) + 2 * follows.T.astype(np.int8)
