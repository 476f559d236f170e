"""The JSON shape of a process map."""

from __future__ import annotations

from pydantic import BaseModel

from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.filter_query import to_query
from engine.logs.filtering import LogFilter
from engine.mining.process_map import Durations, MapEdge, MapNode, ProcessMap


class DurationsShape(BaseModel):
    """How long something took, in seconds of clock time; null where nothing is known.

    Attributes:
        known: Of how many occurrences it is known.
        median_seconds: Half take no longer.
        mean_seconds: Total ÷ known.
        p90_seconds: Nine of ten take no longer.
        total_seconds: All occurrences together.
    """

    known: int
    median_seconds: float | None
    mean_seconds: float | None
    p90_seconds: float | None
    total_seconds: float | None

    @classmethod
    def of(cls, found: Durations) -> DurationsShape:
        """The shape of durations."""
        return cls(
            known=found.known,
            median_seconds=found.median,
            mean_seconds=found.mean,
            p90_seconds=found.p90,
            total_seconds=found.total,
        )


class MapNodeShape(BaseModel):
    """An activity.

    Attributes:
        id: As in ``data-activity`` of the picture.
        activity: Its name.
        events: Events of it.
        cases: Cases that have it.
        work: From start to completion.
        waiting: From the case's previous event to its beginning.
    """

    id: str
    activity: str
    events: int
    cases: int
    work: DurationsShape
    waiting: DurationsShape

    @classmethod
    def of(cls, node: MapNode) -> MapNodeShape:
        """The shape of an activity."""
        return cls(
            id=node.id,
            activity=node.activity,
            events=node.events,
            cases=node.cases,
            work=DurationsShape.of(node.work),
            waiting=DurationsShape.of(node.waiting),
        )


class MapEdgeShape(BaseModel):
    """A path.

    Attributes:
        id: As in ``data-path`` of the picture.
        source: The first activity; null for the beginning of a case.
        target: The second; null for its end.
        count: How often it is taken.
        cases: Cases in which it is.
        between: From the end of the first to the beginning of the second.
    """

    id: str
    source: str | None
    target: str | None
    count: int
    cases: int
    between: DurationsShape

    @classmethod
    def of(cls, edge: MapEdge) -> MapEdgeShape:
        """The shape of a path."""
        return cls(
            id=edge.id,
            source=edge.source or None,
            target=edge.target or None,
            count=edge.count,
            cases=edge.cases,
            between=DurationsShape.of(edge.between),
        )


class SlidersShape(BaseModel):
    """How much is shown, each a share from 0 to 1."""

    activities: float
    paths: float


class ProcessMapShape(BaseModel):
    """A process map.

    Attributes:
        log: The file's name.
        filter: Which cases are meant: names and values as in an address.
        cases: Those cases.
        events: Their events.
        shown: How much of them is on the map.
        all_activities: Activities they have.
        all_paths: Paths between the shown activities.
        cases_beside: Cases without any shown activity.
        activities: In the order of the picture.
        paths: Most frequent first.
    """

    log: str
    filter: list[tuple[str, str]]
    cases: int
    events: int
    shown: SlidersShape
    all_activities: int
    all_paths: int
    cases_beside: int
    activities: list[MapNodeShape]
    paths: list[MapEdgeShape]

    @classmethod
    def of(cls, drawn: ProcessMap, chosen: LogFilter, *, limits: Limits = DEFAULT_LIMITS) -> ProcessMapShape:
        """The shape of a map.

        Raises:
            LimitExceeded: The filter holds more values than an address may.
        """
        return cls(
            log=drawn.log_name,
            filter=to_query(chosen, limits=limits),
            cases=drawn.cases,
            events=drawn.events,
            shown=SlidersShape(activities=drawn.sliders.activities, paths=drawn.sliders.paths),
            all_activities=drawn.all_activities,
            all_paths=drawn.all_paths,
            cases_beside=drawn.cases_beside,
            activities=[MapNodeShape.of(node) for node in drawn.nodes],
            paths=[MapEdgeShape.of(edge) for edge in drawn.edges],
        )
