"""The tables of who is signed in and of who changed what. Keys stand in ``tables``: all others refer to them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from engine.storage.tables import HASH_CHARACTERS, NAME_CHARACTERS, UtcTime


class SignInRow(SQLModel, table=True):
    """Somebody is signed in by a browser.

    Attributes:
        hash: SHA-256 of what the browser's cookie holds, hexadecimal.
        key: The key with which it was done; it ends with it.
        created: When.
        expires: When it ends whatever happens.
        seen: When it was last used; a minute late at most.
    """

    __tablename__: ClassVar[str] = "sign_in"

    hash: str = Field(primary_key=True, max_length=HASH_CHARACTERS)
    key: int = Field(foreign_key="key.id", index=True)
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    expires: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    seen: datetime = Field(sa_column=Column(UtcTime(), nullable=False))


class AuditRow(SQLModel, table=True):
    """Somebody changed something. It never changes.

    Attributes:
        id: Counts up.
        at: When.
        key: By which key; None where nobody was asked for one.
        name: Whose key it was, as it was called then.
        role: What it might do then.
        how: By key or by session.
        method: HTTP method.
        action: What was done.
        resource: The kind of what was changed.
        resource_id: Its number or id.
        status: HTTP status of the answer.
        changed: JSON: what was changed, in a few words; never a secret.
    """

    __tablename__: ClassVar[str] = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_key", "key", "id"),
        Index("ix_audit_resource", "resource", "resource_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    key: int | None = Field(default=None, foreign_key="key.id")
    name: str = Field(max_length=NAME_CHARACTERS)
    role: str = Field(max_length=16)
    how: str = Field(max_length=16)
    method: str = Field(max_length=16)
    action: str = Field(max_length=40)
    resource: str = Field(max_length=40)
    resource_id: str = Field(max_length=NAME_CHARACTERS)
    status: int
    changed: str = Field(sa_column=Column(Text(), nullable=False))
