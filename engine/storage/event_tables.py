"""The tables of live logs. What they are for: ``event_store``; how events leave the first of them: ``sealing``."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from engine.storage.tables import HASH_CHARACTERS, UtcTime


class EventRow(SQLModel, table=True):
    """An event that is not sealed yet.

    Attributes:
        log: Its log.
        sequence: Its number in the log: 1, 2, 3, … without gaps, in the order in which events were stored.
        case: Its case.
        body: The event in its canonical form: see ``events``.
    """

    __tablename__: ClassVar[str] = "event"
    __table_args__ = (Index("ix_event_case", "log", "case", "sequence"),)

    log: int = Field(foreign_key="log.id", primary_key=True)
    sequence: int = Field(sa_column=Column(BigInteger(), primary_key=True))
    case: str
    body: str = Field(sa_column=Column(Text(), nullable=False))


class EventIdRow(SQLModel, table=True):
    """An event id that a log knows, sealed or not. Narrow, because there is one for every event there ever was.

    Attributes:
        log: The log.
        id: The id that the sender gave.
        sequence: The number of the event.
        hash: SHA-256 of its canonical form, 32 bytes.
    """

    __tablename__: ClassVar[str] = "event_id"
    __table_args__: ClassVar[dict[str, object]] = {"sqlite_with_rowid": False}

    log: int = Field(foreign_key="log.id", primary_key=True)
    id: str = Field(primary_key=True)
    sequence: int = Field(sa_column=Column(BigInteger(), nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))


class CaseRow(SQLModel, table=True):
    """A case of a live log.

    Attributes:
        log: Its log.
        case: Its id.
        events: How many it has.
        first: The number of the first of them that was stored; the order of cases.
        last: The number of the last of them that was stored.
        closed: When it was closed, if it was.
    """

    __tablename__: ClassVar[str] = "event_case"
    __table_args__ = (
        Index("ix_event_case_first", "log", "first"),
        Index("ix_event_case_closed", "log", "closed", "first"),
    )

    log: int = Field(foreign_key="log.id", primary_key=True)
    case: str = Field(primary_key=True)
    events: int = Field(sa_column=Column(BigInteger(), nullable=False))
    first: int = Field(sa_column=Column(BigInteger(), nullable=False))
    last: int = Field(sa_column=Column(BigInteger(), nullable=False))
    closed: datetime | None = Field(default=None, sa_column=Column(UtcTime(), nullable=True))


class AttributeRow(SQLModel, table=True):
    """An attribute key of a live log and the kind of its values, which the first event that has it decides.

    Attributes:
        log: The log.
        key: The key.
        kind: A member of ``events.Kind``.
    """

    __tablename__: ClassVar[str] = "event_attribute"

    log: int = Field(foreign_key="log.id", primary_key=True)
    key: str = Field(primary_key=True)
    kind: str = Field(max_length=16)


class TransitionRow(SQLModel, table=True):
    """A kind of transition that an activity has had in a live log: which of its events count depends on it.

    Attributes:
        log: The log.
        activity: The activity.
        kind: A member of ``engine.logs.counting.TransitionKind``.
    """

    __tablename__: ClassVar[str] = "transition"

    log: int = Field(foreign_key="log.id", primary_key=True)
    activity: str = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=8)


class SealRow(SQLModel, table=True):
    """Events of a log that lie in a file. The seals of a log follow each other without gaps, from event 1 on.

    Attributes:
        log: The log.
        first: The number of the file's first event.
        last: The number of its last.
        file: The file.
    """

    __tablename__: ClassVar[str] = "sealed"

    log: int = Field(foreign_key="log.id", primary_key=True)
    first: int = Field(sa_column=Column(BigInteger(), primary_key=True))
    last: int = Field(sa_column=Column(BigInteger(), nullable=False))
    file: str = Field(foreign_key="file.hash", max_length=HASH_CHARACTERS)


class SealingRow(SQLModel, table=True):
    """A file that is about to be written for a seal, so that after a crash it is known as an orphan.

    Attributes:
        hash: Its address.
    """

    __tablename__: ClassVar[str] = "sealing"

    hash: str = Field(primary_key=True, max_length=HASH_CHARACTERS)
