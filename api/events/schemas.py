"""JSON shapes of events and their cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.logs.schemas import LogSummary
from api.schemas.problem import ProblemShape
from api.schemas.watching import SeenShape
from engine.errors import Problem
from engine.storage.event_store import Appended
from engine.storage.event_tables import CaseRow
from engine.storage.events import Event, Scalar, StoredEvent
from engine.storage.live_store import Said
from engine.storage.repository import problems_from_json
from engine.storage.tables import LogRow
from engine.vocabulary import Language

Label = Annotated[str, Field(min_length=1, pattern=r"\S")]

EXAMPLE: dict[str, Any] = {
    "id": "crm-000417",
    "case": "4711",
    "activity": "Call back",
    "time": "2026-03-02T09:30:00+08:00",
    "resource": "Li",
    "attributes": {"channel": "telephone", "minutes": 4.5, "case:region": "East"},
}


class EventShape(BaseModel):
    """An event.

    Attributes:
        id: Given by its sender, unique in its log: the same event may be sent again, and is stored once.
        case: Its case.
        activity: What happened.
        time: When it happened or was completed, as RFC 3339 with its offset; finer than a microsecond is cut off.
        start: When its work began, if it is known.
        resource: Who did it, if it is known.
        lifecycle: Which transition it is, as in XES, if it is known.
        attributes: Text, numbers and truth values by key; a key keeps its kind. ``case:`` begins the key of an
            attribute of the case.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: str
    case: str
    activity: str
    time: datetime
    start: datetime | None = None
    resource: str | None = None
    lifecycle: str | None = None
    attributes: dict[str, Scalar] = Field(default_factory=dict)


class EventRequest(BaseModel):
    """An event that is to be stored; what is null is as good as missing. The attributes are those of ``EventShape``."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    id: Label
    case: Label
    activity: Label
    time: datetime
    start: datetime | None = None
    resource: Label | None = None
    lifecycle: Label | None = None
    attributes: (
        Annotated[
            dict[str, Scalar | None], Field(json_schema_extra={"propertyNames": {"minLength": 1, "pattern": r"\S"}})
        ]
        | None
    ) = None


class BatchRequest(BaseModel):
    """Events to store: all of them or none."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"events": [EXAMPLE]}]})

    events: list[EventRequest] = Field(min_length=1)


class StoredEventShape(EventShape):
    """An event that is stored.

    Attributes:
        sequence: Its number in its log, in the order in which events were stored.
    """

    sequence: int

    @classmethod
    def of(cls, stored: StoredEvent) -> StoredEventShape:
        """The shape of an event."""
        event = stored.event
        return cls(
            sequence=stored.sequence,
            id=event.id,
            case=event.case,
            activity=event.activity,
            time=event.time,
            start=event.start,
            resource=event.resource,
            lifecycle=event.lifecycle,
            attributes=dict(event.attributes),
        )


class ReceiptShape(BaseModel):
    """What became of one event of a batch.

    Attributes:
        id: Its id.
        sequence: Its number.
        duplicate: Whether it was there already.
        verdict: What it meant when it was stored, as ``trueline watch --json`` says it; null where nothing judges it.
        unjudged: Why nothing is said of it: nothing judges its case, or it does not count by itself. Null where
            something is said, and for a log that follows no flow.
    """

    id: str
    sequence: int
    duplicate: bool
    verdict: SeenShape | None = None
    unjudged: ProblemShape | None = None


class BatchAnswer(BaseModel):
    """What became of a batch. It is on the disk.

    Attributes:
        accepted: How many events are new.
        duplicates: How many were there already.
        events: Each of them, in the order of the batch.
    """

    accepted: int
    duplicates: int
    events: list[ReceiptShape]

    @classmethod
    def of(cls, events: tuple[Event, ...], made: Appended, said: Said | None, language: Language) -> BatchAnswer:
        """The shape of what became of a batch, and of what is said of it; None in a log that follows no flow."""
        together = zip(events, made.sequences, made.duplicates, strict=True)
        duplicates = sum(made.duplicates)
        return cls(
            accepted=len(events) - duplicates,
            duplicates=duplicates,
            events=[
                ReceiptShape(
                    id=one.id,
                    sequence=number,
                    duplicate=known,
                    verdict=None if said is None else _verdict(said.verdicts.get(number)),
                    unjudged=None if said is None else _unjudged(said, number, one.case, language),
                )
                for one, number, known in together
            ],
        )


class CaseShape(BaseModel):
    """A case of a live log.

    Attributes:
        case: Its id.
        events: How many events it has.
        first: The number of the first of them that was stored.
        last: The number of the last of them that was stored.
        closed: When it was closed; null while it is open.
    """

    case: str
    events: int
    first: int
    last: int
    closed: datetime | None

    @classmethod
    def of(cls, row: CaseRow) -> CaseShape:
        """The shape of a row."""
        return cls(case=row.case, events=row.events, first=row.first, last=row.last, closed=row.closed)


class ClosedLogAnswer(LogSummary):
    """A live log that was closed.

    Attributes:
        cases_closed: How many open cases this call has closed; 0 when all were closed before.
    """

    cases_closed: int

    @classmethod
    def closed_with(cls, row: LogRow, cases: int) -> ClosedLogAnswer:
        """The shape of a row, and of how many cases were closed."""
        return cls(**dict(LogSummary.of(row)), cases_closed=cases)


def _verdict(body: str | None) -> SeenShape | None:
    return None if body is None else SeenShape.model_validate_json(body)


def _unjudged(said: Said, number: int, case: str, language: Language) -> ProblemShape | None:
    if number in said.verdicts:
        return None
    stored = said.problems.get(case)
    return ProblemShape.of(problems_from_json(stored)[0] if stored else Problem("live.not-counted"), language)
