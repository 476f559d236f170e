"""Directly-follows: how often one activity comes directly after another, and the flow that this graph draws.

As in van der Aalst, "Process Mining: Data Science in Action" (2016), chapter 5. Counting is done on columns; Python
objects exist for each pair of activities, never for each event.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import polars as pl

from engine.definitions.flow import Flow, NodeKind
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import Log
from engine.mining.draft import END, START, Draft

Pair = tuple[int, int]
"""Two activities, or ``BEGIN`` and an activity, or an activity and ``FINISH``."""

BEGIN = -1
FINISH = -2


@dataclass(frozen=True)
class DirectlyFollows:
    """The directly-follows graph of a log.

    Attributes:
        activities: Activity names, those that tend to come early in a case first (mean position, then name); the
            numbers in the other attributes index them.
        counts: Pair → how often it occurs, in the order of the pair. ``(BEGIN, a)`` counts the cases that begin
            with a, ``(a, FINISH)`` those that end with it, ``(BEGIN, FINISH)`` cases without events.
        occurrences: Events of each activity.
    """

    activities: tuple[str, ...]
    counts: Mapping[Pair, int]
    occurrences: tuple[int, ...]

    def __post_init__(self) -> None:
        """Freeze the counts."""
        object.__setattr__(self, "counts", MappingProxyType(dict(sorted(self.counts.items()))))

    @cached_property
    def starts(self) -> Mapping[str, int]:
        """Activity → cases that begin with it."""
        return MappingProxyType({self.activities[b]: n for (a, b), n in self.counts.items() if a == BEGIN and b >= 0})

    @cached_property
    def ends(self) -> Mapping[str, int]:
        """Activity → cases that end with it."""
        return MappingProxyType({self.activities[a]: n for (a, b), n in self.counts.items() if b == FINISH and a >= 0})

    @cached_property
    def follows(self) -> Mapping[tuple[str, str], int]:
        """(activity, next activity) → how often."""
        return MappingProxyType(
            {(self.activities[a], self.activities[b]): n for (a, b), n in self.counts.items() if a >= 0 and b >= 0}
        )


def count_directly_follows(log: Log) -> DirectlyFollows:
    """Count what follows what. The result does not depend on the order of the log's cases."""
    case, activity = pl.col("case"), pl.col("activity").cast(pl.Int64)
    rows = log.events.lazy().select(
        case,
        activity,
        position=pl.int_range(pl.len()).over("case"),
        first=(case != case.shift(1)).fill_null(value=True),
        follower=pl.when(case == case.shift(-1)).then(activity.shift(-1)).otherwise(FINISH),
    )
    per_activity = (
        rows.group_by("activity").agg(pl.len().alias("count"), pl.col("position").sum().alias("positions")).collect()
    )
    ranked = sorted(
        (row["positions"] / row["count"], log.activities[row["activity"]], row["activity"], row["count"])
        for row in per_activity.to_dicts()
    )
    rank = {code: index for index, (_, _, code, _) in enumerate(ranked)} | {BEGIN: BEGIN, FINISH: FINISH}
    pairs = rows.group_by("activity", "follower").len().collect().rows()
    begins = rows.filter("first").group_by("activity").len().collect().rows()
    empty = log.cases.height - log.events["case"].n_unique()
    return DirectlyFollows(
        activities=tuple(name for _, name, _, _ in ranked),
        counts={(rank[a], rank[b]): n for a, b, n in pairs}
        | {(BEGIN, rank[a]): n for a, n in begins}
        | ({(BEGIN, FINISH): empty} if empty else {}),
        occurrences=tuple(count for _, _, _, count in ranked),
    )


def without_noise(graph: DirectlyFollows, noise: float) -> frozenset[Pair]:
    """The pairs that are not noise.

    A pair stays when it is more frequent than ``noise`` times the most frequent pair with the same first activity
    (Leemans, Fahland and van der Aalst 2014, "Discovering block-structured process models from event logs containing
    infrequent behaviour"). With noise 0 all stay.
    """
    most: dict[int, int] = {}
    for (first, _), count in graph.counts.items():
        most[first] = max(most.get(first, 0), count)
    return frozenset(pair for pair, count in graph.counts.items() if count > noise * most[pair[0]])


def connected(graph: DirectlyFollows, pairs: frozenset[Pair]) -> frozenset[Pair]:
    """The pairs and as many more as every activity needs to lie on a path from the beginning to the end.

    What is added are the most frequent ways: of all paths to an activity the one whose rarest pair is most frequent.
    """
    kept = set(pairs)
    numbers = range(len(graph.activities))
    for origin, along in ((BEGIN, forward), (FINISH, backward)):
        towards = widest_paths(graph.counts, origin, along)
        reached = _reached(kept, origin, along)
        for number in (*numbers, FINISH if origin == BEGIN else BEGIN):
            node = number
            while node not in reached:
                reached.add(node)
                kept.add(along((towards[node], node)))
                node = towards[node]
    return frozenset(kept)


def flow_of_graph(log_name: str, graph: DirectlyFollows, *, noise: float, limits: Limits = DEFAULT_LIMITS) -> Flow:
    """The flow that allows exactly the paths of the graph without its noise.

    Each activity is a step. Where several ways lead on or several ways lead in stands an exclusive gateway.
    """
    kept = sorted(connected(graph, without_noise(graph, noise)))
    draft = Draft(log_name, graph.activities, limits=limits)
    steps = {number: draft.step(name) for number, name in enumerate(graph.activities)} | {BEGIN: START, FINISH: END}
    leaving: dict[int, str] = {}
    entering: dict[int, str] = {}
    for number, step in steps.items():
        if sum(pair[1] == number for pair in kept) > 1:
            entering[number] = draft.gateway(NodeKind.EXCLUSIVE, f"before_{step}")
            draft.connect(entering[number], step)
        if sum(pair[0] == number for pair in kept) > 1:
            leaving[number] = draft.gateway(NodeKind.EXCLUSIVE, f"after_{step}")
            draft.connect(step, leaving[number])
    for first, second in kept:
        draft.connect(leaving.get(first, steps[first]), entering.get(second, steps[second]))
    return draft.flow()


def forward(pair: Pair) -> Pair:
    """A pair as it is walked from the beginning."""
    return pair


def backward(pair: Pair) -> Pair:
    """A pair as it is walked from the end."""
    return pair[1], pair[0]


def _reached(pairs: set[Pair], origin: int, along: Callable[[Pair], Pair]) -> set[int]:
    """Nodes that a path along the pairs leads to."""
    after: dict[int, list[int]] = {}
    for pair in pairs:
        source, target = along(pair)
        after.setdefault(source, []).append(target)
    reached, open_nodes = {origin}, [origin]
    while open_nodes:
        fresh = [node for node in after.get(open_nodes.pop(), ()) if node not in reached]
        reached.update(fresh)
        open_nodes.extend(fresh)
    return reached


def widest_paths(counts: Mapping[Pair, int], origin: int, along: Callable[[Pair], Pair]) -> dict[int, int]:
    """Node → the node before it on its widest path from the origin; ties go to the earlier activity.

    Args:
        counts: How often each pair occurs.
        origin: ``BEGIN``, or ``FINISH``.
        along: ``forward``, or ``backward`` for the way from a node to the end.
    """
    after: dict[int, list[tuple[int, int]]] = {}
    for pair, count in counts.items():
        source, target = along(pair)
        after.setdefault(source, []).append((target, count))
    before: dict[int, int] = {}
    heap = [(-count, target, origin) for target, count in after.get(origin, ())]
    heapq.heapify(heap)
    while heap:
        width, node, source = heapq.heappop(heap)
        if node in before or node == origin:
            continue
        before[node] = source
        for target, count in after.get(node, ()):
            if target not in before:
                heapq.heappush(heap, (max(width, -count), target, node))
    return before
