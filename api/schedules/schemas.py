"""JSON shapes of schedules."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.assessments.schemas import AssessmentRequest, CalendarName, OptionText
from api.http.shapes import WHOLE, RowNumber
from api.schemas.problem import ProblemShape
from engine.storage.repository import problems_from_json
from engine.storage.tables import NAME_CHARACTERS, ScheduleRow
from engine.vocabulary import Language

Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

RECURRENCES = ("daily", "weekly", "monthly")
"""Of which a schedule has one."""

STRICT = ConfigDict(extra="forbid", strict=True)


class Period(StrEnum):
    """Which cases are assessed: those that started in the calendar month before, or all."""

    LAST_MONTH = "last-month"
    WHOLE = "whole"


class Daily(BaseModel):
    """Every day.

    Attributes:
        at: The local time of day, ``HH:MM``.
        timezone: IANA name of the time zone.
    """

    model_config = STRICT

    at: TimeOfDay
    timezone: Annotated[str, Field(min_length=1, max_length=64, examples=["Asia/Shanghai"])]


class Weekly(Daily):
    """Every week.

    Attributes:
        at: The local time of day, ``HH:MM``.
        timezone: IANA name of the time zone.
        day: The day of the week.
    """

    day: Weekday


class Monthly(Daily):
    """Every month.

    Attributes:
        at: The local time of day, ``HH:MM``.
        timezone: IANA name of the time zone.
        day: The day of the month; its last day where the month has fewer.
    """

    day: Annotated[int, Field(ge=1, le=31), WHOLE]


class ScheduledOptions(BaseModel):
    """How is assessed, as in a request for one assessment; it is judged at the moment at which it was due."""

    model_config = STRICT

    closed: OptionText | None = None
    calendar: CalendarName | None = None
    lifecycle: Literal["all", "complete", "pair"] | None = None
    versions: bool = False
    against: RowNumber | Literal["last"] | None = "last"

    def request(self, flow: int, log: int, *, now: datetime | None = None) -> AssessmentRequest:
        """The request for one assessment."""
        moment = None if now is None else now.isoformat()
        return AssessmentRequest(flow=flow, log=log, now=moment, **self.model_dump())


class ScheduleSettings(BaseModel):
    """When, and what is asked for then.

    Attributes:
        flow: The number of a flow; or its own id, which means the version in force on that day, or without one the
            flow of that id that was uploaded last.
        log: The number of a log; or a name, in which ``*`` stands for any text: the newest log of such a name.
        daily: Every day; one of ``daily``, ``weekly`` and ``monthly`` is given.
        weekly: Every week.
        monthly: Every month.
        period: Which cases are assessed.
        options: How.
    """

    model_config = STRICT

    flow: RowNumber | Name
    log: RowNumber | Name
    daily: Daily | None = None
    weekly: Weekly | None = None
    monthly: Monthly | None = None
    period: Annotated[Period, Field(strict=False)] = Period.LAST_MONTH
    options: ScheduledOptions = ScheduledOptions()


class ScheduleRequest(ScheduleSettings):
    """A schedule to be made.

    Attributes:
        name: As people call it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [name], "properties": {name: {"type": "object"}}} for name in RECURRENCES],
            "examples": [
                {
                    "name": "月度通报",
                    "flow": "survey",
                    "log": 1,
                    "monthly": {"day": 1, "at": "08:00", "timezone": "Asia/Shanghai"},
                    "period": "last-month",
                },
                {
                    "name": "every morning",
                    "flow": 1,
                    "log": "service desk*",
                    "daily": {"at": "07:30", "timezone": "Europe/Berlin"},
                    "period": "whole",
                    "options": {"closed": "ended-or-idle:14d", "calendar": "china-office", "against": None},
                },
                {
                    "name": "每周一",
                    "flow": 1,
                    "log": 1,
                    "weekly": {"day": "monday", "at": "08:00", "timezone": "Asia/Shanghai"},
                },
            ],
        }
    )

    name: Name


class ScheduleAnswer(ScheduleSettings):
    """A schedule.

    Attributes:
        id: Its number.
        name: As people call it.
        paused: Whether it asks for nothing until it is resumed.
        due: When it is next due; while it is paused, when it was to be.
        last: When it was last due and asked for something, or tried to; or null.
        problems: Why it could ask for nothing then; empty where it could.
        created: When it was made.
        created_by: The number of the key by which; null where that is not known.
    """

    id: int
    name: str
    paused: bool
    due: datetime
    last: datetime | None
    problems: list[ProblemShape]
    created: datetime
    created_by: int | None

    @classmethod
    def of(cls, row: ScheduleRow, language: Language) -> ScheduleAnswer:
        """The shape of a row."""
        settings = ScheduleSettings.model_validate_json(row.settings)
        return cls(
            **dict(settings),
            id=row.id or 0,
            name=row.name,
            paused=row.paused,
            due=row.due,
            last=row.last,
            problems=[ProblemShape.of(problem, language) for problem in problems_from_json(row.failure)],
            created=row.created,
            created_by=row.created_by,
        )


class ScheduleList(BaseModel):
    """The schedules, in the order in which they were made."""

    items: list[ScheduleAnswer]
