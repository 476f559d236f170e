"""The tables. Their history is in ``migrations``; a test holds that both say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Text, TypeDecorator, event
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

HASH_CHARACTERS = 64
"""A SHA-256 in hexadecimal."""

NAME_CHARACTERS = 200


class Status(StrEnum):
    """How far an assessment is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What the holder of a key is to the service; each one may do what those before it may, and more."""

    REVIEWER = "reviewer"
    OPERATOR = "operator"
    DESIGNER = "designer"
    ADMINISTRATOR = "administrator"


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept in UTC. SQLite forgets zones, so a time without one is refused instead of guessed."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC without its zone.

        Raises:
            ValueError: The time has no zone.
        """
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database: UTC with its zone."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def _time(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcTime(), nullable=nullable))


def _text() -> Any:
    return Field(default="", sa_column=Column(Text(), nullable=False))


def _large() -> Any:
    return Field(default=0, sa_column=Column(BigInteger(), nullable=False))


def _owner() -> Any:
    return Field(default=None, foreign_key="key.id")


class KeyRow(SQLModel, table=True):
    """A key to the service. Only its hash is kept, and the row stays when the key is revoked: others refer to it.

    Attributes:
        id: Counts up.
        hash: SHA-256 of the key, hexadecimal.
        name: Whose it is: a person or a program.
        role: What it may do.
        created: When it was made.
        created_by: The key by which it was made; None for one that was made at the console.
        expires: From when it opens nothing, if ever.
        revoked: When it was revoked, if it was.
        used: When it was last used, if ever; a minute late at most.
    """

    __tablename__: ClassVar[str] = "key"
    __table_args__ = (
        CheckConstraint("role IN ('reviewer', 'operator', 'designer', 'administrator')", name="key_role"),
    )

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(max_length=HASH_CHARACTERS, unique=True, index=True)
    name: str = Field(max_length=NAME_CHARACTERS)
    role: str = Field(max_length=16)
    created: datetime = _time()
    created_by: int | None = _owner()
    expires: datetime | None = _time(nullable=True)
    revoked: datetime | None = _time(nullable=True)
    used: datetime | None = _time(nullable=True)


class FileRow(SQLModel, table=True):
    """A file in the data folder.

    Attributes:
        hash: SHA-256 of its bytes, hexadecimal; its address.
        size: Bytes.
        created: When it first came.
    """

    __tablename__: ClassVar[str] = "file"

    hash: str = Field(primary_key=True, max_length=HASH_CHARACTERS)
    size: int = _large()
    created: datetime = _time()


class FlowRow(SQLModel, table=True):
    """A flow that was uploaded. It never changes.

    Attributes:
        id: Counts up.
        name: The file's name.
        format: ``yaml``, ``bpmn`` or ``pnml``.
        key: The flow's own id, as its file says.
        title_en: Its title.
        title_zh: Its title.
        steps: How many steps it has.
        content_hash: SHA-256 of what it means; "" for one that came before this was kept.
        effective: The day from which it is in force, as its file says, or None.
        file: The file it came in.
        created: When it came.
        created_by: The key by which it came; None where that was not kept yet. So it is with logs and assessments.
    """

    __tablename__: ClassVar[str] = "flow"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_CHARACTERS)
    format: str = Field(max_length=16)
    key: str = Field(max_length=NAME_CHARACTERS)
    title_en: str = Field(max_length=NAME_CHARACTERS)
    title_zh: str = Field(max_length=NAME_CHARACTERS)
    steps: int
    content_hash: str = Field(default="", max_length=HASH_CHARACTERS)
    effective: date | None = None
    file: str = Field(foreign_key="file.hash", max_length=HASH_CHARACTERS)
    created: datetime = _time()
    created_by: int | None = _owner()


class ActivationRow(SQLModel, table=True):
    """A flow was put into force, as a version, from a day on.

    Attributes:
        key: The flow's own id, as its file says: its versions share it.
        effective: The first day. A day belongs to one version.
        flow: The version.
        created: When it was put into force.
    """

    __tablename__: ClassVar[str] = "activation"

    key: str = Field(primary_key=True, max_length=NAME_CHARACTERS)
    effective: date = Field(primary_key=True)
    flow: int = Field(foreign_key="flow.id", index=True)
    created: datetime = _time()


class LogRow(SQLModel, table=True):
    """An event log: uploaded as a file, or live, growing event by event.

    Attributes:
        id: Counts up.
        name: The file's name, or that of the live log.
        columns: JSON: which column means what, as the user said.
        cases: How many it has.
        events: How many it has; of a live log also the sequence number of its last event.
        report: JSON: what is in it and what is odd about it; empty for a live log, where it is made when asked for.
        file: The file it came in; None for a live log.
        flow: The flow that a live log follows, if it was said.
        digest: SHA-256 of what a live log holds, in the order in which it came: see ``events.chained``.
        sealed: How many of a live log's events lie in sealed files.
        notices: How much was said of a live log's cases; the number of the last notice.
        closed: When a live log was closed, if it was: it takes no events since.
        closing: Whether a live log that was closed still has open cases, which are closed part by part.
        lifecycle: Which events of a live log count: a member of ``engine.logs.lifecycle.Lifecycle``; "" where it was
            not said, and for a file.
        recounts: How often it turned out, since an activity had a kind of transition for the first time, that other
            events of a live log may count than before.
        created: When it came.
        created_by: The key by which it came.
    """

    __tablename__: ClassVar[str] = "log"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_CHARACTERS)
    columns: str = _text()
    cases: int = _large()
    events: int = _large()
    report: str = _text()
    file: str | None = Field(default=None, foreign_key="file.hash", max_length=HASH_CHARACTERS)
    flow: int | None = Field(default=None, foreign_key="flow.id")
    digest: str = Field(default="", max_length=HASH_CHARACTERS)
    sealed: int = _large()
    notices: int = _large()
    closed: datetime | None = _time(nullable=True)
    closing: bool = False
    lifecycle: str = Field(default="", max_length=16)
    recounts: int = 0
    created: datetime = _time()
    created_by: int | None = _owner()

    @property
    def live(self) -> bool:
        """Whether it grows event by event."""
        return self.file is None


class ScheduleRow(SQLModel, table=True):
    """Asks for assessments, again and again.

    Attributes:
        id: Counts up.
        name: As its user calls it.
        settings: JSON: when, and what is asked for then.
        due: When it is next due.
        paused: Whether it asks for nothing until it is resumed.
        deleted: Whether it was deleted; the row stays for the assessments that it asked for.
        last: When it was last due and asked for something, or tried to.
        failure: JSON list of problems: why it could ask for nothing then; empty where it could.
        created: When it was made.
        created_by: The key by which it was made.
    """

    __tablename__: ClassVar[str] = "schedule"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_CHARACTERS)
    settings: str = _text()
    due: datetime = Field(default=None, sa_column=Column(UtcTime(), nullable=False, index=True))
    paused: bool = False
    deleted: bool = False
    last: datetime | None = _time(nullable=True)
    failure: str = _text()
    created: datetime = _time()
    created_by: int | None = _owner()


class AssessmentRow(SQLModel, table=True):
    """An assessment that was asked for.

    Attributes:
        id: Counts up.
        flow: The flow.
        log: The log.
        schedule: The schedule that asked for it, or None.
        options: JSON: now, closed, calendar, lifecycle and the like, as asked for.
        status: How far it is.
        attempts: How often work on it began, but for what the end of the service in good order broke off.
        failure: JSON list of problems; empty unless it failed.
        created: When it was asked for.
        created_by: The key by which it was asked for.
        started: When work began, the last time, if it did.
        finished: When it was done, failed or cancelled, if it was.
    """

    __tablename__: ClassVar[str] = "assessment"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="assessment_status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    flow: int = Field(foreign_key="flow.id", index=True)
    log: int = Field(foreign_key="log.id", index=True)
    schedule: int | None = Field(default=None, foreign_key="schedule.id", index=True)
    options: str = _text()
    status: str = Field(max_length=16, index=True)
    attempts: int = 0
    failure: str = _text()
    created: datetime = _time()
    created_by: int | None = _owner()
    started: datetime | None = _time(nullable=True)
    finished: datetime | None = _time(nullable=True)


class ArtefactRow(SQLModel, table=True):
    """A file that an assessment made.

    Attributes:
        assessment: Whose.
        name: What it is, such as ``result.json``.
        file: The file.
    """

    __tablename__: ClassVar[str] = "artefact"

    assessment: int = Field(foreign_key="assessment.id", primary_key=True)
    name: str = Field(primary_key=True, max_length=64)
    file: str = Field(foreign_key="file.hash", max_length=HASH_CHARACTERS)


METADATA = SQLModel.metadata


@event.listens_for(FlowRow, "before_update")
@event.listens_for(ActivationRow, "before_update")
def _refuse_change(_mapper: object, _connection: object, row: FlowRow | ActivationRow) -> None:
    """Hold that a version, and from when it was in force, never changes.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"a row of “{row.__tablename__}” never changes")
