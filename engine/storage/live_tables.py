"""The tables of what is said of running cases. What is in them and when it is written: ``live_store``, ``outbox``."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from engine.storage.tables import UtcTime


class LiveCaseRow(SQLModel, table=True):
    """Where a case of a live log that follows a flow stands.

    Attributes:
        log: The log.
        case: Its id.
        flow: The version that judges it; None where none was in force when it started.
        first: The number of its first event that was stored; the order of cases.
        began: The earliest moment that is known of it, which decides on the version.
        state: What the checker needs to take its next event; None once it is closed, or while nothing judges it.
        cost: The cost so far.
        deviations: How many deviations it shows.
        problem: JSON: why nothing judges it; "" where something does.
        latest: When the last of its events that count happened; None once it is closed.
    """

    __tablename__: ClassVar[str] = "live_case"
    __table_args__ = (
        Index("ix_live_case_first", "log", "first"),
        Index("ix_live_case_latest", "log", "flow", "latest"),
    )

    log: int = Field(foreign_key="log.id", primary_key=True)
    case: str = Field(primary_key=True)
    flow: int | None = Field(default=None, foreign_key="flow.id")
    first: int = Field(sa_column=Column(BigInteger(), nullable=False))
    began: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    state: bytes | None = Field(default=None, sa_column=Column(LargeBinary(), nullable=True))
    cost: int = Field(default=0, sa_column=Column(BigInteger(), nullable=False))
    deviations: int = 0
    problem: str = Field(default="", sa_column=Column(Text(), nullable=False))
    latest: datetime | None = Field(default=None, sa_column=Column(UtcTime(), nullable=True))


class NoticeRow(SQLModel, table=True):
    """Something that was said of a case. It never changes.

    Attributes:
        log: The log.
        number: 1, 2, 3, … in the order in which it was said.
        kind: A member of ``live_store.NoticeKind``.
        case: The case.
        sequence: The number of the event that it is about; None where it is about none.
        body: JSON: what was said.
        created: When.
    """

    __tablename__: ClassVar[str] = "notice"
    __table_args__ = (
        Index("ix_notice_sequence", "log", "sequence"),
        Index("ix_notice_case", "log", "case", "number"),
        CheckConstraint("kind IN ('verdict', 'closed', 'deadline-near', 'deadline-passed')", name="notice_kind"),
    )

    log: int = Field(foreign_key="log.id", primary_key=True)
    number: int = Field(sa_column=Column(BigInteger(), primary_key=True))
    kind: str = Field(max_length=16)
    case: str
    sequence: int | None = Field(default=None, sa_column=Column(BigInteger(), nullable=True))
    body: str = Field(sa_column=Column(Text(), nullable=False))
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))


class HookRow(SQLModel, table=True):
    """An address that is told what is said of a log's cases.

    Attributes:
        id: Counts up.
        log: The log.
        url: Where to.
        secret: What its messages are signed with; it has to be kept as it is.
        kinds: JSON: members of ``outbox.HookKind``.
        created: When it was registered.
        created_by: The key by which it was registered; None where that was not kept yet.
    """

    __tablename__: ClassVar[str] = "hook"

    id: int | None = Field(default=None, primary_key=True)
    log: int = Field(foreign_key="log.id", index=True)
    url: str = Field(sa_column=Column(Text(), nullable=False))
    secret: str = Field(max_length=64)
    kinds: str = Field(sa_column=Column(Text(), nullable=False))
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    created_by: int | None = Field(default=None, foreign_key="key.id")


class DeliveryRow(SQLModel, table=True):
    """A notice that a hook is to be told: the outbox.

    Attributes:
        hook: The hook.
        number: The number of the notice in the hook's log.
        kind: A member of ``outbox.HookKind``.
        status: A member of ``outbox.DeliveryStatus``.
        attempts: How often it was tried.
        due: Before then it is not tried.
        failure: What the last attempt came to; "" before the first, and once it is delivered.
    """

    __tablename__: ClassVar[str] = "delivery"
    __table_args__ = (
        Index("ix_delivery_status", "status", "hook", "number"),
        CheckConstraint("status IN ('waiting', 'delivered', 'failed')", name="delivery_status"),
    )

    hook: int = Field(foreign_key="hook.id", primary_key=True)
    number: int = Field(sa_column=Column(BigInteger(), primary_key=True))
    kind: str = Field(max_length=20)
    status: str = Field(max_length=16)
    attempts: int = 0
    due: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    failure: str = Field(default="", sa_column=Column(Text(), nullable=False))


class ToldRow(SQLModel, table=True):
    """A deadline of which it was said that it is near, or has passed, so that it is said once.

    Attributes:
        log: The log.
        case: The case.
        key: Which deadline, for which moment, and what was said.
    """

    __tablename__: ClassVar[str] = "told"

    log: int = Field(foreign_key="log.id", primary_key=True)
    case: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
