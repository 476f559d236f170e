"""JSON shapes of event logs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from api.http.shapes import RowNumber
from api.reading import READ_OPTIONS
from api.schemas.log import LogShape
from api.schemas.problem import ProblemShape
from engine.logs.lifecycle import Lifecycle
from engine.logs.quality import LogReport
from engine.storage.repository import problems_from_json, problems_to_json
from engine.storage.tables import NAME_CHARACTERS, LogRow
from engine.vocabulary import Language

LOG_FILE = """\
case,activity,timestamp,resource
4711,Receive the car,2026-03-02T09:00:00+08:00,Li
4711,Inspect,2026-03-02T09:20:00+08:00,Chen
4711,Hand over,2026-03-02T10:05:00+08:00,Li
4712,接车,2026-03-02T09:10:00+08:00,王芳
4712,交车,2026-03-02T09:55:00+08:00,王芳
"""
"""A log as somebody may upload it."""

_FIELDS: dict[str, Any] = {option.field: (str | None, None) for option in READ_OPTIONS}
ColumnsShape = create_model(
    "ColumnsShape",
    __doc__="How the file was to be read, as the upload said; null: found by well-known names.",
    **_FIELDS,
)


class LiveLogRequest(BaseModel):
    """A live log that is to be made.

    Attributes:
        name: How it is called in lists, reports and problems.
        flow: The number of the flow that it follows, if it is known.
        lifecycle: Which of its events count, and as what; when missing, starts and completions of an activity that has
            both are paired, and all others count.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"name": "service desk", "flow": 1}]}
    )

    name: Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS)]
    flow: RowNumber | None = None
    lifecycle: Literal["all", "complete", "pair"] | None = None


class LogSummary(BaseModel):
    """A log, without its content.

    Attributes:
        id: Its number here.
        name: The file's name, or that of the live log.
        columns: How the file was to be read.
        cases: How many it has.
        events: How many it has.
        sha256: Of the file's bytes; of a live log, of its events in the order in which they were stored.
        created: When it came.
        created_by: The number of the key by which; null for what is older than accounts.
        live: Whether it grows event by event.
        flow: The number of the flow that a live log follows; null if it was not said.
        lifecycle: Which events of a live log count: ``all``, ``complete`` or ``pair``; null where it was not said,
            so that it is found as for files: paired where an activity has starts and completions, else all.
        closed: When a live log was closed; null while it takes events, and for files.
        closing: Whether some cases of a live log that was closed are still open; they are being closed.
    """

    id: int
    name: str
    columns: ColumnsShape  # type: ignore[valid-type]  # a model made at run time
    cases: int
    events: int
    sha256: str
    created: datetime
    created_by: int | None
    live: bool
    flow: int | None
    lifecycle: Lifecycle | None
    closed: datetime | None
    closing: bool

    @classmethod
    def of(cls, row: LogRow) -> LogSummary:
        """The shape of a row."""
        return cls(
            id=row.id or 0,
            name=row.name,
            columns=ColumnsShape.model_validate(json.loads(row.columns)),
            cases=row.cases,
            events=row.events,
            sha256=row.digest if row.file is None else row.file,
            created=row.created,
            created_by=row.created_by,
            live=row.live,
            flow=row.flow,
            lifecycle=Lifecycle(row.lifecycle) if row.lifecycle else None,
            closed=row.closed,
            closing=row.closing,
        )


class LogAnswer(LogSummary):
    """A log, what is in it, and what is odd about it.

    Attributes:
        report: The same as ``trueline log --json`` writes.
    """

    report: LogShape

    @classmethod
    def with_report(cls, row: LogRow, found: str, language: Language) -> LogAnswer:
        """The shape of a row with its report, which is in no language."""
        stored = json.loads(found)
        warnings = [ProblemShape.of(problem, language) for problem in problems_from_json(stored["warnings"])]
        report = LogShape.model_validate(stored["content"] | {"warnings": warnings})
        return cls(**dict(LogSummary.of(row)), report=report)


def report_to_json(report: LogReport) -> str:
    """A log's report as it is stored: its warnings in no language."""
    content = LogShape.of(report, Language.EN).model_dump(mode="json", exclude={"warnings"})
    return json.dumps({"content": content, "warnings": problems_to_json(report.warnings)})
