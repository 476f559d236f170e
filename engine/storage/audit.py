"""The audit log: who changed what, and when. Rows are written in the unit of work of the change, and never change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from engine.storage.account_tables import AuditRow
from engine.storage.database import Session
from engine.storage.paging import part_of
from engine.storage.tables import NAME_CHARACTERS

Noted = str | int | bool | None
"""What a member of ``changed`` may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A change that is to be noted; the attributes are those of ``AuditRow``."""

    key: int | None
    name: str
    role: str
    how: str
    method: str
    action: str
    resource: str
    resource_id: str
    status: int
    changed: Mapping[str, Noted]


def write(session: Session, entry: Entry, *, now: datetime) -> None:
    """Note a change. Long texts are cut to 200 characters: the resource itself has them whole."""
    changed = {
        name: value[:NAME_CHARACTERS] if isinstance(value, str) else value for name, value in entry.changed.items()
    }
    values = {
        "at": now,
        "key": entry.key,
        "name": entry.name,
        "role": entry.role,
        "how": entry.how,
        "method": entry.method,
        "action": entry.action,
        "resource": entry.resource,
        "resource_id": entry.resource_id[:NAME_CHARACTERS],
        "status": entry.status,
        "changed": json.dumps(changed),
    }
    session.connection().execute(insert(AuditRow), [values])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries are wanted; None wants all.

    Attributes:
        key: By which key.
        action: What was done.
        resource: The kind of what was changed.
        resource_id: Its number or id.
        since: Not before then.
    """

    key: int | None = None
    action: str | None = None
    resource: str | None = None
    resource_id: str | None = None
    since: datetime | None = None


def page_of_entries(
    session: Session, wanted: Wanted, *, after: int, limit: int
) -> tuple[Sequence[AuditRow], int | None]:
    """Entries in the order in which they were written, and where the next page begins."""
    query = _wanted(wanted).where(col(AuditRow.id) > after).order_by(col(AuditRow.id))
    return part_of(session, query, limit=limit, key=lambda row: row.id)


def latest_entries(
    session: Session, wanted: Wanted, *, before: int, limit: int
) -> tuple[Sequence[AuditRow], int | None]:
    """Entries before one of them, the latest first, and before which the next page begins."""
    query = _wanted(wanted).where(col(AuditRow.id) < before).order_by(col(AuditRow.id).desc())
    return part_of(session, query, limit=limit, key=lambda row: row.id)


def _wanted(wanted: Wanted) -> SelectOfScalar[AuditRow]:
    query = select(AuditRow)
    for column, value in (
        (col(AuditRow.key), wanted.key),
        (col(AuditRow.action), wanted.action),
        (col(AuditRow.resource), wanted.resource),
        (col(AuditRow.resource_id), wanted.resource_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return query if wanted.since is None else query.where(col(AuditRow.at) >= wanted.since)
