"""JSON shapes of assessments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.assessments.progress import Stage
from api.http.shapes import MomentText, RowNumber
from api.schemas.assessment import AssessmentShape
from api.schemas.problem import ProblemShape
from api.schemas.versions import VersionedAssessmentShape
from engine.calendars import CALENDAR_NAMES
from engine.messages.catalogue import term
from engine.storage.repository import problems_from_json
from engine.storage.tables import AssessmentRow, Status
from engine.vocabulary import Language, Phase

OptionText = Annotated[str, Field(min_length=1, max_length=100)]
CalendarName = Annotated[OptionText, Field(json_schema_extra={"enum": list(CALENDAR_NAMES)})]


class PeriodRequest(BaseModel):
    """A period, in which the cases started that are assessed.

    Attributes:
        since: Its first moment, with its zone.
        until: The first moment after it, with its zone.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    since: MomentText
    until: MomentText


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
        period: Only cases that started in it are assessed; without it, all.
        versions: Whether every case is judged by the version in force when it started, of the versions of this flow
            that were put into force by then; else by this flow alone.
        against: What its reports compare it with: ``last``, the assessment of the same flow whose log ends latest
            before this one's does; the number of another one; or null for none. Where versions judge, none.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"flow": 1, "log": 1, "now": "2026-03-31T18:00:00+08:00", "closed": "idle:14d"}]
        },
    )

    flow: RowNumber
    log: RowNumber
    now: MomentText | None = None
    closed: OptionText | None = None
    calendar: CalendarName | None = None
    lifecycle: Literal["all", "complete", "pair"] | None = None
    period: PeriodRequest | None = None
    versions: bool = False
    against: RowNumber | Literal["last"] | None = "last"


class VersionChoice(BaseModel):
    """A version that judges: its number, and the first day on which it is in force."""

    flow: int
    effective: date


class PeriodShape(BaseModel):
    """A period: its first moment, and the first one after it."""

    since: datetime
    until: datetime


class OptionsShape(BaseModel):
    """Options as they were asked for; ``versions`` were those in force then, empty when one flow judges all."""

    now: datetime | None
    closed: str | None
    calendar: str | None
    lifecycle: str | None
    period: PeriodShape | None = None
    versions: list[VersionChoice] = []
    against: int | Literal["last"] | None = None


class ProgressShape(BaseModel):
    """How far an assessment is that is worked on.

    Attributes:
        phase: What is done now: ``reading``, ``aligning``, ``explaining``, ``standards``, ``tables`` or ``report``.
        sentence: The same in words.
        share: Phases that are done, and the part of the present one, of all; phases take very different times.
    """

    phase: Phase
    sentence: str
    share: float

    @classmethod
    def of(cls, stage: Stage, language: Language) -> ProgressShape:
        """The shape of a stage."""
        return cls(phase=stage.phase, sentence=term(stage.phase, language), share=round(stage.share, 3))


class AssessmentSummary(BaseModel):
    """An assessment, without its result.

    Attributes:
        id: Its number.
        flow: The flow's number.
        log: The log's number.
        schedule: The number of the schedule that asked for it, or null.
        options: As asked for.
        status: How far it is.
        progress: What is done now; null unless it is worked on.
        created: When it was asked for.
        created_by: The number of the key by which; null for what is older than accounts.
        started: When work began, the last time, or null.
        finished: When it was done, failed or cancelled, or null.
        problems: Why it failed; empty unless it did.
    """

    id: int
    flow: int
    log: int
    schedule: int | None
    options: OptionsShape
    status: Status
    progress: ProgressShape | None
    created: datetime
    created_by: int | None
    started: datetime | None
    finished: datetime | None
    problems: list[ProblemShape]

    @classmethod
    def of(cls, row: AssessmentRow, language: Language, stage: Stage | None = None) -> AssessmentSummary:
        """The shape of a row, and of how far it is."""
        return cls(
            id=row.id or 0,
            flow=row.flow,
            log=row.log,
            schedule=row.schedule,
            options=OptionsShape.model_validate_json(row.options),
            status=Status(row.status),
            progress=None if stage is None or row.status != Status.RUNNING else ProgressShape.of(stage, language),
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
        against: The number of the assessment that its reports compare it with; null for none.
    """

    result: AssessmentShape | None
    versions: VersionedAssessmentShape | None
    against: int | None
