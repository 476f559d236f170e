"""The process map of a log: its activities and what directly follows what, as much of it as one wants to see.

A directly-follows graph as in van der Aalst, "Process Mining: Data Science in Action" (2016), chapter 5, with two
sliders. Both say how much is shown, as a share; at 1 everything is.

- **Activities** are ranked by the cases that have them, then by their events, then by name; the first are shown.
- What is hidden is left out of every case, and **what then stands beside each other is joined**. So the paths of a map
  are those of the log without the hidden activities, and each count is one that this log has.
- **Paths** are those between shown activities, from the beginning and to the end. Some are always shown: for each
  activity a way from the beginning to it and a way from it to the end, the widest ones (of all ways the one whose
  rarest path is most frequent). The others are ranked by how often they are gone, then by cases, then by names; the
  first are shown.

So a higher slider never hides an activity, and at the same activities never a path. What an activity says of itself
(events, cases, times) is that of the whole log, wherever the sliders stand.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.logs.filtering import EDGE
from engine.logs.log import Log
from engine.mining.directly_follows import BEGIN, FINISH, DirectlyFollows, Pair, connected, forward, widest_paths
from engine.mining.map_tables import ActivityRow, PairRow, Times, activity_rows, pair_rows

START_ID, END_ID = "start", "end"
"""The ids of the beginning and the end of a case."""

_PARTS = 1_000_000
"""Shares are counted in these parts, so that 7 % of 100 are 7."""

MOST_ACTIVITIES = 12
LEAST_ACTIVITIES = 5
COMMON = 0.05
"""Without a slider: the activities of at least this share of the cases, but no more and no fewer than these."""
PATHS_COVERED = 0.8
PATHS_PER_ACTIVITY = 2
"""Without a slider: paths until this share of all steps is on the map, but no more than these for each activity."""


@dataclass(frozen=True, slots=True)
class Sliders:
    """How much of a log is shown.

    Attributes:
        activities: Share of the activities, 0 to 1; one is always shown.
        paths: Share of the paths that could be left out, 0 to 1.
    """

    activities: float = 1.0
    paths: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not (0 <= self.activities <= 1 and 0 <= self.paths <= 1):
            raise ValueError("a share lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class Durations:
    """How long something took.

    Attributes:
        known: Of how many occurrences it is known; the rest have no timestamps.
        median: Seconds; None where nothing is known.
        mean: Seconds.
        p90: The 90th percentile, seconds.
        total: Seconds of all occurrences together.
    """

    known: int = 0
    median: float | None = None
    mean: float | None = None
    p90: float | None = None
    total: float | None = None

    @classmethod
    def of(cls, times: Times) -> Durations:
        """The same in seconds."""
        if not times.known:
            return cls()
        median, long = times.median or 0.0, times.long or 0.0
        mean = times.total / times.known
        return cls(times.known, median / 1e6, mean / 1e6, long / 1e6, times.total / 1e6)


@dataclass(frozen=True, slots=True)
class MapNode:
    """An activity.

    Attributes:
        activity: Its name.
        events: Events of it.
        cases: Cases that have it.
        work: From start to completion, of events that say both.
        waiting: From the case's previous event, shown or not, to the beginning of this one.
        rank: How many activities lie before it at most on the ways that are always shown, as far as they lead on. It
            does not depend on how many paths are shown.
    """

    activity: str
    events: int
    cases: int
    work: Durations
    waiting: Durations
    rank: int

    @property
    def id(self) -> str:
        """What stands for the activity where any text cannot; see ``activity_id``."""
        return activity_id(self.activity)


@dataclass(frozen=True, slots=True)
class MapEdge:
    """A path: one activity directly after another among those that are shown.

    Attributes:
        source: The first activity; "" for the beginning of a case.
        target: The second; "" for its end.
        count: How often it is gone.
        cases: Cases in which it is gone.
        between: From the end of the first event to the beginning of the second; unknown at beginnings and ends.
    """

    source: str
    target: str
    count: int
    cases: int
    between: Durations

    @property
    def id(self) -> str:
        """The ids of both activities with a dash between; ``start`` or ``end`` where a case begins or ends."""
        first = activity_id(self.source) if self.source else START_ID
        return f"{first}-{activity_id(self.target) if self.target else END_ID}"


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """What is shown of a log.

    Attributes:
        log_name: The log's file name.
        cases: Cases of the log.
        events: Events of the log.
        sliders: How much is shown of it.
        nodes: The shown activities in an order in which most of a case goes on: each after the one that the widest way
            from the beginning comes from; among those that can come next the one that tends to come earliest in a case
            (mean of place ÷ length), then by name.
        edges: The shown paths, most frequent first, then by cases, then by names.
        all_activities: How many activities the log has.
        all_paths: How many paths there are between the shown activities.
        cases_beside: Cases without any shown activity.
    """

    log_name: str
    cases: int
    events: int
    sliders: Sliders
    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
    all_activities: int
    all_paths: int
    cases_beside: int


def activity_id(activity: str) -> str:
    """Twelve hexadecimal digits made of an activity's name, the same in every map."""
    return hashlib.sha256(activity.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def process_map(log: Log, *, activities: float | None = None, paths: float | None = None) -> ProcessMap:
    """The process map of a log.

    The answer does not depend on the order of the log's cases or on the numbers of its activities.

    Args:
        log: A log, all of whose events count (``engine.logs.lifecycle``).
        activities: Share of the activities that are shown, 0 to 1. None: those that at least 5 % of the cases have, at
            least 5 and at most 12 of them, in whole per cent.
        paths: Share of the paths that are shown beyond those that are always shown, 0 to 1. None: so many that 80 % of
            all steps from event to event are on the map, but no more than 2 paths for each activity, in whole per cent.

    Raises:
        ValueError: A share lies outside 0 to 1.
    """
    rows = sorted(activity_rows(log), key=lambda row: (-row.cases, -row.events, row.name))
    share = _usual_activities(rows, log.cases.height) if activities is None else activities
    sliders = Sliders(share, 0.0 if paths is None else paths)
    chosen = sorted(rows[: max(1, _part(len(rows), share))], key=_place)
    pairs = pair_rows(log, {row.code for row in chosen})
    shown, backbone = _laid_out(chosen, pairs)
    ranked, always = _ranked(shown, pairs, backbone), len(backbone)
    if paths is None:
        sliders = Sliders(share, _usual_paths(ranked, always, len(shown)))
    drawn = ranked[: always + _part(len(ranked) - always, sliders.paths)]
    names = {row.code: row.name for row in shown} | {BEGIN: EDGE, FINISH: EDGE}
    edges = [MapEdge(names[p.first], names[p.second], p.count, p.cases, Durations.of(p.between)) for p in drawn]
    return ProcessMap(
        log_name=log.name,
        cases=log.cases.height,
        events=log.events.height,
        sliders=sliders,
        nodes=tuple(_node(row, rank) for row, rank in zip(shown, _ranks(shown, backbone), strict=True)),
        edges=tuple(sorted(edges, key=lambda e: (-e.count, -e.cases, e.source, e.target))),
        all_activities=len(rows),
        all_paths=len(ranked),
        cases_beside=log.cases.height - sum(pair.count for pair in pairs if pair.first == BEGIN),
    )


def _node(row: ActivityRow, rank: int) -> MapNode:
    return MapNode(row.name, row.events, row.cases, Durations.of(row.work), Durations.of(row.waiting), rank)


def _place(row: ActivityRow) -> tuple[float, str]:
    return row.positions / row.events, row.name


def _part(count: int, share: float) -> int:
    """How many of some things a share of them is, rounded up."""
    return math.ceil(count * round(share * _PARTS) / _PARTS)


def _ranked(shown: Sequence[ActivityRow], pairs: Sequence[PairRow], backbone: frozenset[Pair]) -> list[PairRow]:
    """All paths in the order in which they are shown; the backbone, which always is, comes first."""
    names = {row.code: row.name for row in shown} | {BEGIN: EDGE, FINISH: EDGE}

    def order(pair: PairRow) -> tuple[bool, int, int, str, str]:
        beyond = (pair.first, pair.second) not in backbone
        return beyond, -pair.count, -pair.cases, names[pair.first], names[pair.second]

    return sorted(pairs, key=order)


def _laid_out(chosen: Sequence[ActivityRow], pairs: Sequence[PairRow]) -> tuple[list[ActivityRow], frozenset[Pair]]:
    """The activities in the order of a map, and the widest ways from the beginning to each and from there to the end.

    Args:
        chosen: Those that are shown, in the order of ``_place``.
        pairs: What directly follows what between them.
    """
    if not chosen:
        return [], frozenset()
    codes: Mapping[int, int] = {place: row.code for place, row in enumerate(chosen)} | {BEGIN: BEGIN, FINISH: FINISH}
    places = {code: place for place, code in codes.items()}
    counts = {(places[pair.first], places[pair.second]): pair.count for pair in pairs}
    graph = DirectlyFollows(tuple(row.name for row in chosen), counts, tuple(row.events for row in chosen))
    backbone = frozenset((codes[first], codes[second]) for first, second in connected(graph, frozenset()))
    leads_to: dict[int, list[int]] = {}
    for place, before in widest_paths(graph.counts, BEGIN, forward).items():
        leads_to.setdefault(before, []).append(place)
    order: list[ActivityRow] = []
    coming = [place for place in leads_to[BEGIN] if place >= 0]
    heapq.heapify(coming)
    while coming:
        place = heapq.heappop(coming)
        order.append(chosen[place])
        for later in leads_to.get(place, ()):
            if later >= 0:
                heapq.heappush(coming, later)
    return order, backbone


def _ranks(shown: Sequence[ActivityRow], backbone: frozenset[Pair]) -> list[int]:
    """For each activity the length of the longest way to it along pairs of the backbone that lead on."""
    places = {row.code: place for place, row in enumerate(shown)}
    ranks = [0] * len(shown)
    leading = sorted((places[b], places[a]) for a, b in backbone if a >= 0 and b >= 0 and places[a] < places[b])
    for later, earlier in leading:  # in the order of the later one, so that the earlier one's rank is final
        ranks[later] = max(ranks[later], ranks[earlier] + 1)
    return ranks


def _usual_activities(rows: Sequence[ActivityRow], cases: int) -> float:
    common = sum(row.cases >= COMMON * cases for row in rows)
    wanted = min(max(common, LEAST_ACTIVITIES), MOST_ACTIVITIES, len(rows))
    return 100 * wanted // len(rows) / 100 if rows else 1.0


def _usual_paths(ranked: Sequence[PairRow], always: int, activities: int) -> float:
    rest = ranked[always:]
    if not rest:
        return 1.0
    covered, all_steps = sum(pair.count for pair in ranked[:always]), sum(pair.count for pair in ranked)
    room = max(0, PATHS_PER_ACTIVITY * activities - always)
    wanted = 0
    while wanted < min(room, len(rest)) and covered < PATHS_COVERED * all_steps:
        covered += rest[wanted].count
        wanted += 1
    return 100 * wanted // len(rest) / 100
