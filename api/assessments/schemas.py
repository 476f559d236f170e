"""JSON shapes of assessments."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.http.dependencies import LARGEST_ID
from api.schemas.assessment import AssessmentShape
from api.schemas.problem import ProblemShape
from api.schemas.versions import VersionedAssessmentShape
from engine.storage.repository import problems_from_json
from engine.storage.tables import AssessmentRow, Status
from engine.vocabulary import Language

OptionText = Annotated[str, Field(min_length=1, max_length=100)]


class AssessmentRequest(BaseModel):
    """What is asked for.

    Attributes:
        flow: The flow's number.
        log: The log's number.
        now: The moment at which open cases are judged, with its zone; without it, the latest of the log.
        closed: When a case counts as closed: ``all``, ``ended``, ``idle:14d`` or ``ended-or-idle:14d``; a case that was
            closed always is. Without it, ``all`` for a file; for a live log those that have ended, or are idle by the
            rule of the flow.
        calendar: The working calendar; without it, the flow's.
        lifecycle: Which events count; without it, pairs where the log has both.
        versions: Whether every case is judged by the version in force when it started, of the versions of this flow
            that were put into force by then; else by this flow alone.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"flow": 1, "log": 1, "now": "2026-03-31T18:00:00+08:00", "closed": "idle:14d"}]
        },
    )

    flow: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    log: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    now: OptionText | None = None
    closed: OptionText | None = None
    calendar: OptionText | None = None
    lifecycle: Literal["all", "complete", "pair"] | None = None
    versions: bool = False


class VersionChoice(BaseModel):
    """A version that judges: its number, and the first day on which it is in force."""

    flow: int
    effective: date


class OptionsShape(BaseModel):
    """Options as they were asked for; ``versions`` were those in force then, empty when one flow judges all."""

    now: datetime | None
    closed: str | None
    calendar: str | None
    lifecycle: str | None
    versions: list[VersionChoice] = []


class AssessmentSummary(BaseModel):
    """An assessment, without its result.

    Attributes:
        id: Its number.
        flow: The flow's number.
        log: The log's number.
        options: As asked for.
        status: How far it is.
        created: When it was asked for.
        created_by: The number of the key by which; null for what is older than accounts.
        started: When work began, or null.
        finished: When it was done or failed, or null.
        problems: Why it failed; empty unless it did.
    """

    id: int
    flow: int
    log: int
    options: OptionsShape
    status: Status
    created: datetime
    created_by: int | None
    started: datetime | None
    finished: datetime | None
    problems: list[ProblemShape]

    @classmethod
    def of(cls, row: AssessmentRow, language: Language) -> AssessmentSummary:
        """The shape of a row."""
        return cls(
            id=row.id or 0,
            flow=row.flow,
            log=row.log,
            options=OptionsShape.model_validate(json.loads(row.options)),
            status=Status(row.status),
            created=row.created,
            created_by=row.created_by,
            started=row.started,
            finished=row.finished,
            problems=[ProblemShape.of(problem, language) for problem in problems_from_json(row.failure)],
        )


class AssessmentAnswer(AssessmentSummary):
    """An assessment with its result.

    Attributes:
        result: The same as ``trueline assess --json`` writes; null until it is done, and where several versions judged.
        versions: The same as ``trueline assess --version … --json`` writes; null unless several versions judged.
    """

    result: AssessmentShape | None
    versions: VersionedAssessmentShape | None
