"""The outbox: which hook is to be told what, written in the unit of work in which it is said.

So whatever becomes of the process, what was said is told, and what was not is not. Each hook is told in the order of
the notices: the first that waits is tried until it is delivered or has failed for good, then comes the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, insert, update
from sqlmodel import col, select

from engine.storage.database import Session
from engine.storage.live_tables import DeliveryRow, HookRow, NoticeRow
from engine.storage.paging import part_of


class HookKind(StrEnum):
    """What a hook can be told."""

    DEVIATION_OPENED = "deviation-opened"
    DEADLINE_NEAR = "deadline-near"
    DEADLINE_PASSED = "deadline-passed"
    CASE_CLOSED = "case-closed"


class DeliveryStatus(StrEnum):
    """How far a delivery is; ``failed``: it was given up."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery with everything that is sent.

    Attributes:
        log: The log's number.
        hook: The hook's number; once the hook is removed, SQLite may give it to another one.
        number: The number of the notice, one of the log's.
        url: Where to.
        secret: What it is signed with.
        kind: What it says.
        body: JSON: what was said.
        created: When it was said.
        attempts: How often it was tried.
    """

    log: int
    hook: int
    number: int
    url: str
    secret: str
    kind: HookKind
    body: str
    created: datetime
    attempts: int


def hooks_of(session: Session, log: int) -> Sequence[HookRow]:
    """The hooks of a log, in the order in which they were registered."""
    return session.exec(select(HookRow).where(col(HookRow.log) == log).order_by(col(HookRow.id))).all()


def hook_of(session: Session, log: int, hook: int) -> HookRow | None:
    """A hook of a log, or None."""
    found = session.get(HookRow, hook)
    return found if found is not None and found.log == log else None


def enqueue(session: Session, log: int, said: Iterable[tuple[int, HookKind]], *, now: datetime) -> None:
    """Have the hooks of a log told of notices: each of the kinds that it asked for."""
    waiting = list(said)
    hooks = hooks_of(session, log) if waiting else ()
    rows = [
        {
            "hook": hook.id,
            "number": number,
            "kind": kind.value,
            "status": DeliveryStatus.WAITING.value,
            "attempts": 0,
            "due": now,
            "failure": "",
        }
        for hook in hooks
        for number, kind in waiting
        if kind.value in json.loads(hook.kinds)
    ]
    if rows:
        session.connection().execute(insert(DeliveryRow), rows)


def due_deliveries(session: Session, *, now: datetime) -> list[Outgoing]:
    """The first delivery that waits of each hook, where its time has come."""
    heads = (
        select(col(DeliveryRow.hook).label("hook"), func.min(DeliveryRow.number).label("number"))
        .where(col(DeliveryRow.status) == DeliveryStatus.WAITING.value)
        .group_by(col(DeliveryRow.hook))
        .subquery()
    )
    query = (
        select(DeliveryRow, HookRow, NoticeRow)
        .join(heads, (col(DeliveryRow.hook) == heads.c.hook) & (col(DeliveryRow.number) == heads.c.number))
        .join(HookRow, col(HookRow.id) == col(DeliveryRow.hook))
        .join(NoticeRow, (col(NoticeRow.log) == col(HookRow.log)) & (col(NoticeRow.number) == col(DeliveryRow.number)))
        .where(col(DeliveryRow.due) <= now)
        .order_by(col(DeliveryRow.hook))
    )
    return [
        Outgoing(
            hook.log,
            one.hook,
            one.number,
            hook.url,
            hook.secret,
            HookKind(one.kind),
            notice.body,
            notice.created,
            one.attempts,
        )
        for one, hook, notice in session.exec(query)
    ]


def mark(
    session: Session,
    one: Outgoing,
    status: DeliveryStatus,
    *,
    due: datetime,
    failure: str = "",
) -> None:
    """Note what an attempt came to. Of a hook that was removed meanwhile nothing is noted."""
    same = select(col(HookRow.id)).where(col(HookRow.id) == one.hook, col(HookRow.log) == one.log)
    where = col(DeliveryRow.hook).in_(same) & (col(DeliveryRow.number) == one.number)
    values = {"status": status.value, "attempts": one.attempts + 1, "due": due, "failure": failure}
    session.connection().execute(update(DeliveryRow).where(where).values(**values))


def page_of_deliveries(
    session: Session, hook: int, *, after: int, limit: int
) -> tuple[Sequence[DeliveryRow], int | None]:
    """What a hook is told, in its order, and where the next page begins."""
    query = select(DeliveryRow).where(col(DeliveryRow.hook) == hook, col(DeliveryRow.number) > after)
    return part_of(session, query.order_by(col(DeliveryRow.number)), limit=limit, key=lambda row: row.number)


def remove_hook(session: Session, hook: HookRow) -> None:
    """Remove a hook; what it was still to be told it is not told any more."""
    session.connection().execute(delete(DeliveryRow).where(col(DeliveryRow.hook) == hook.id))
    session.delete(hook)
    session.flush()
