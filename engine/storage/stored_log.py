"""Reading live logs: sealed files and the rows that are not sealed yet, as one.

A unit of work that reads sees one state of the database, and files never change; so what is read here is what the log
was at one moment, whatever is stored or sealed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace

import polars as pl
from sqlalchemy import func
from sqlmodel import col, select

from engine.limits import Limits
from engine.logs.cell_types import as_moments
from engine.logs.log import Log
from engine.logs.tables import read_rows
from engine.storage.database import Session
from engine.storage.event_columns import columns_of, events_of, joined, table_of
from engine.storage.event_tables import CaseRow, EventRow, SealRow
from engine.storage.events import StoredEvent
from engine.storage.files import Files
from engine.storage.paging import AT_ONCE, in_parts
from engine.storage.tables import LogRow


def read_stored_log(
    session: Session, files: Files, log: int, *, limits: Limits, cases: Collection[str] | None = None
) -> Log:
    """A live log as it is now, by the rules by which tables are read.

    The events of a case stand in order of time, and those of one moment in the order in which they were stored. Text
    attributes all of whose values state date, time and offset become instants.

    Args:
        session: A unit of work that reads.
        files: The data folder.
        log: The log's number; it is there and live.
        limits: ``log_cells``.
        cases: Only these cases; None for all.

    Returns:
        The log under its name, with the cases that were closed; ``source_hash`` depends on its events, their
        numbers and these cases only, not on which events are sealed. It is that of the log where only some cases are
        read, of which then alone it is known whether they are closed.

    Raises:
        LimitExceeded: It has too many cells.
        DamagedFile: A sealed file is gone, or not what it was.
    """
    row = session.get_one(LogRow, log)
    query = select(SealRow).where(col(SealRow.log) == log)
    if cases is not None:
        query = query.where(col(SealRow.last) >= _first_of(session, row, cases))
    seals = session.exec(query.order_by(col(SealRow.first))).all()
    wanted = pl.lit(value=True) if cases is None else pl.col("case_id").is_in(list(cases))
    parts = [pl.scan_parquet(files.checked(one.file), glob=False).filter(wanted).collect() for one in seals]
    parts.append(_tail(session, row, after=row.sealed, cases=cases).filter(wanted))
    table = table_of(joined(parts))
    table = table.with_columns(as_moments(table[name]) for name in table.columns[6:] if table[name].dtype == pl.String)
    read = read_rows(table, name=row.name, limits=limits)
    closed = _closed_cases(session, row, cases)
    return replace(read, source_hash=_digest_with(row.digest, closed), closed=closed)


def _digest_with(digest: str, closed: frozenset[str]) -> str:
    """The digest of the events, and of what was closed: both decide how a log is assessed."""
    if not closed:
        return digest
    return hashlib.sha256(json.dumps([digest, *sorted(closed)]).encode()).hexdigest()  # ids may hold any separator


def _closed_cases(session: Session, row: LogRow, among_these: Collection[str] | None) -> frozenset[str]:
    """Ids of the cases that a call closed, by themselves or with the log; all of them, or those among some."""
    cases = select(CaseRow.case).where(col(CaseRow.log) == row.id)
    if row.closed is None:
        cases = cases.where(col(CaseRow.closed).is_not(None))
    if among_these is None:
        return frozenset(session.exec(cases).all())
    parts = in_parts(sorted(among_these))
    return frozenset(case for some in parts for case in session.exec(cases.where(col(CaseRow.case).in_(some))))


def _first_of(session: Session, row: LogRow, cases: Collection[str]) -> int:
    """The number of the first event that some cases have; behind all events where they have none."""
    found: list[int | None] = []
    for some in in_parts(sorted(cases)):
        query = select(func.min(CaseRow.first)).where(col(CaseRow.log) == row.id, col(CaseRow.case).in_(some))
        found += session.exec(query).all()
    return min((first for first in found if first is not None), default=row.events + 1)


def page_of_events(
    session: Session, files: Files, log: int, *, case: CaseRow | None = None, after: int, limit: int
) -> tuple[list[StoredEvent], int | None]:
    """Events in the order of their numbers.

    Args:
        session: A unit of work that reads.
        files: The data folder.
        log: The log's number; it is there and live.
        case: Only those of this case.
        after: Only those with a larger number.
        limit: At most so many.

    Returns:
        The events, and the number to continue after, or None when this is the last page.

    Raises:
        DamagedFile: A sealed file is gone, or not what it was.
    """
    row = session.get_one(LogRow, log)
    found: list[StoredEvent] = []
    for one in _seals_of_page(session, log, case, after=after):
        if len(found) > limit:
            break
        wanted = pl.col("sequence") > after
        if case is not None:
            wanted &= pl.col("case_id") == case.case
        part = pl.scan_parquet(files.checked(one.file), glob=False).filter(wanted).head(limit + 1 - len(found))
        found += events_of(part.collect())
    if len(found) <= limit:
        rest = _tail(session, row, after=max(after, row.sealed), case=case, limit=limit + 1 - len(found))
        found += events_of(rest)
    more = len(found) > limit
    return found[:limit], found[limit - 1].sequence if more else None


def _seals_of_page(session: Session, log: int, case: CaseRow | None, *, after: int) -> list[SealRow]:
    query = select(SealRow).where(col(SealRow.log) == log, col(SealRow.last) > after)
    if case is not None:
        query = query.where(col(SealRow.last) >= case.first, col(SealRow.first) <= case.last)
    return list(session.exec(query.order_by(col(SealRow.first))).all())


def _tail(
    session: Session,
    row: LogRow,
    *,
    after: int,
    case: CaseRow | None = None,
    cases: Collection[str] | None = None,
    limit: int | None = None,
) -> pl.DataFrame:
    query = select(EventRow.sequence, EventRow.body).where(col(EventRow.log) == row.id, col(EventRow.sequence) > after)
    if case is not None:
        query = query.where(col(EventRow.case) == case.case)
    if cases is not None and len(cases) <= AT_ONCE:  # of more, most of what is not sealed is theirs
        query = query.where(col(EventRow.case).in_(list(cases)))
    query = query.order_by(col(EventRow.sequence))
    rows = session.exec(query if limit is None else query.limit(limit)).all()
    return columns_of((sequence, body) for sequence, body in rows)
