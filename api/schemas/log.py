"""The JSON shape of ``log --json``."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from api.schemas.problem import ProblemShape
from engine.logs.quality import Count, LogReport
from engine.vocabulary import Language


class CountShape(BaseModel):
    """A name and how often it occurs."""

    name: str
    count: int

    @classmethod
    def of(cls, count: Count) -> CountShape:
        """The shape of a count."""
        return cls(name=count.name, count=count.count)


class LogShape(BaseModel):
    """What is in a log.

    Attributes:
        log: The file's name.
        sha256: Of the file's bytes.
        cases: Cases, empty ones included.
        events: Events.
        variants: Distinct sequences of activities.
        activities: Most frequent first.
        resources: Most frequent first.
        lifecycles: Lifecycle transitions as written, most frequent first.
        pairable: Whether some activity has both starts and completions.
        first: The earliest time, or null.
        last: The latest time, or null.
        timeless: Events without a time.
        with_start: Events that say when their work began.
        shortest: Events of the shortest case.
        longest: Events of the longest case.
        event_attributes: Names of further attributes of events.
        case_attributes: Names of further attributes of cases.
        warnings: What is odd; nothing was dropped without one.
    """

    log: str
    sha256: str
    cases: int
    events: int
    variants: int
    activities: list[CountShape]
    resources: list[CountShape]
    lifecycles: list[CountShape]
    pairable: bool
    first: datetime | None
    last: datetime | None
    timeless: int
    with_start: int
    shortest: int
    longest: int
    event_attributes: list[str]
    case_attributes: list[str]
    warnings: list[ProblemShape]

    @classmethod
    def of(cls, report: LogReport, language: Language) -> LogShape:
        """The shape of a report; warnings in one language."""
        same = ("cases", "events", "variants", "pairable", "first", "last", "timeless", "with_start")
        return cls(
            log=report.name,
            sha256=report.source_hash,
            **{name: getattr(report, name) for name in (*same, "shortest", "longest")},
            activities=[CountShape.of(count) for count in report.activities],
            resources=[CountShape.of(count) for count in report.resources],
            lifecycles=[CountShape.of(count) for count in report.lifecycles],
            event_attributes=list(report.event_attributes),
            case_attributes=list(report.case_attributes),
            warnings=[ProblemShape.of(problem, language) for problem in report.warnings],
        )
