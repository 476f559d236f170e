"""How cases and live logs end: cases one by one or a few at once, logs in parts.

Confirming what is known of a case takes a search, so closing a log with thousands of open cases takes seconds. Whoever
closes one therefore closes a part of its cases in each unit of work, and lets others have theirs in between. What holds
throughout, whatever becomes of the process:

- From the first part on the log takes no new event: nothing changes any more but what is open.
- A log is ``closing`` until its last case is closed. Whoever finds one so may go on (``close_log``), at once or after
  the next start; two who do so at the same time share the work.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from engine.storage.database import Session
from engine.storage.event_store import SILENCE, Listener, locked
from engine.storage.event_tables import CaseRow
from engine.storage.tables import LogRow

JUDGED_TOGETHER = 25
PLAIN_TOGETHER = 1_000
"""Cases of a part: of a log that follows a flow, where each takes a search, and of one that does not."""
EVENTS_TOGETHER = 1_000
"""Events of a part, unless its first case alone has more: the longer a case is, the longer takes its search."""


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """What became of a log that is closed part by part.

    Attributes:
        log: Its row.
        cases: How many cases this part has closed.
    """

    log: LogRow
    cases: int

    @property
    def is_last(self) -> bool:
        """Whether the whole log is closed."""
        return not self.log.closing


def close_case(session: Session, log: int, case: str, *, now: datetime, listener: Listener = SILENCE) -> CaseRow:
    """Close a case, which is there: it takes no more events. One that is closed already stays as it is."""
    row = locked(session, log)
    found = session.get_one(CaseRow, (log, case), populate_existing=True)
    if found.closed is None:
        _close(session, row, [found], now=now, listener=listener)
    return found


def close_cases(
    session: Session, log: int, cases: Collection[str], *, now: datetime, listener: Listener = SILENCE
) -> tuple[CaseRow, ...]:
    """Close some cases at once, a part of them at most; those of them that this has closed."""
    row = locked(session, log)
    query = select(CaseRow).where(col(CaseRow.log) == log, col(CaseRow.case).in_(cases), col(CaseRow.closed).is_(None))
    query = query.order_by(col(CaseRow.first)).limit(JUDGED_TOGETHER).execution_options(populate_existing=True)
    part = _within(session.exec(query).all(), EVENTS_TOGETHER)
    _close(session, row, part, now=now, listener=listener)
    return tuple(part)


def close_log(session: Session, log: int, *, now: datetime, listener: Listener = SILENCE) -> ClosedPart:
    """Close a live log to new events, and a part of its open cases.

    To be called again until the answer is the last one; once it is, calling it changes nothing.
    """
    row = locked(session, log)
    if row.closed is None:
        row.closed, row.closing = now, True
    elif not row.closing:
        return ClosedPart(row, 0)
    most = PLAIN_TOGETHER if row.flow is None else JUDGED_TOGETHER
    found = _open_ones(session, log, most + 1)
    part = _within(found[:most], EVENTS_TOGETHER) if row.flow is not None else found[:most]
    row.closing = len(part) < len(found)
    session.add(row)
    _close(session, row, part, now=row.closed, listener=listener)
    return ClosedPart(row, len(part))


def _open_ones(session: Session, log: int, most: int) -> Sequence[CaseRow]:
    """The first open cases of a log."""
    query = select(CaseRow).where(col(CaseRow.log) == log, col(CaseRow.closed).is_(None))
    query = query.order_by(col(CaseRow.first)).limit(most).execution_options(populate_existing=True)
    return session.exec(query).all()


def _within(cases: Sequence[CaseRow], events: int) -> Sequence[CaseRow]:
    """As many of the first cases as have so many events together, one at least."""
    for count, one in enumerate(cases):
        events -= one.events
        if events < 0:
            return cases[: max(count, 1)]
    return cases


def _close(session: Session, row: LogRow, cases: Collection[CaseRow], *, now: datetime, listener: Listener) -> None:
    for one in cases:
        one.closed = now
        session.add(one)
    session.flush()
    if cases:
        listener.cases_closed(session, row, tuple(cases))
