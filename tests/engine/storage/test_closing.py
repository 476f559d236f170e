"""Logs that are closed part by part: what is true in between, and once it is done."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.errors import Conflict
from engine.limits import DEFAULT_LIMITS
from engine.storage import closing
from engine.storage.closing import close_case, close_log
from engine.storage.database import Database, Session
from engine.storage.event_store import Silence, append, page_of_cases
from engine.storage.event_tables import CaseRow
from engine.storage.repository import add, remember_file
from engine.storage.tables import LogRow
from tests.engine.storage.rows import NOW, event, flow_row, live_log, stored_file


class Witness(Silence):
    """A listener that remembers which cases were closed together."""

    def __init__(self) -> None:
        self.parts: list[list[str]] = []

    def cases_closed(self, session: Session, log: LogRow, cases: Sequence[CaseRow]) -> None:
        assert session.in_transaction()
        assert all(one.closed == log.closed for one in cases)
        self.parts.append([one.case for one in cases])


def desk(database: Database, events_of_cases: Sequence[int]) -> int:
    """A live log that follows a flow, and has cases with so many events."""
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
        flow = add(session, flow_row()).id
        log = add(session, LogRow(name="desk", flow=flow, created=NOW)).id or 0
        batch = [event(f"{c}-{n}", case=f"c{c}") for c, count in enumerate(events_of_cases) for n in range(count)]
        append(session, log, batch, limits=DEFAULT_LIMITS)
    return log


def open_ones(database: Database, log: int) -> list[str]:
    with database.reading() as session:
        rows, _ = page_of_cases(session, log, after=0, limit=1_000)
        return [row.case for row in rows if row.closed is None]


def test_log_is_closed_in_parts_of_so_many_cases(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "JUDGED_TOGETHER", 2)
    log, witness = desk(database, [1] * 5), Witness()
    done: list[bool] = []
    while not done or not done[-1]:
        with database.writing() as session:
            part = close_log(session, log, now=NOW, listener=witness)
            done.append(part.is_last)
        with pytest.raises(Conflict) as refused, database.writing() as session:
            append(session, log, [event("new", case="c4")], limits=DEFAULT_LIMITS)
        assert [problem.code for problem in refused.value.problems] == ["event.log-closed"]
        with database.writing() as session:
            assert append(session, log, [event("4-0", case="c4")], limits=DEFAULT_LIMITS).duplicates == (True,)
    assert (witness.parts, done) == ([["c0", "c1"], ["c2", "c3"], ["c4"]], [False, False, True])
    with database.writing() as session:
        assert close_log(session, log, now=NOW, listener=witness).cases == 0
    assert len(witness.parts) == 3


def test_part_has_only_so_many_events(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "EVENTS_TOGETHER", 5)
    log, witness = desk(database, [9, 2, 2, 2, 1]), Witness()
    for _ in range(3):
        with database.writing() as session:
            part = close_log(session, log, now=NOW, listener=witness)
    assert (witness.parts, part.is_last) == ([["c0"], ["c1", "c2"], ["c3", "c4"]], True)


def test_what_is_not_committed_is_closed_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "JUDGED_TOGETHER", 1)
    log = desk(database, [1, 1, 1])
    with database.writing() as session:
        close_log(session, log, now=NOW)
    with pytest.raises(LookupError), database.writing() as session:  # noqa: PT012 - the unit of work is what fails
        close_log(session, log, now=NOW)
        raise LookupError
    assert open_ones(database, log) == ["c1", "c2"]
    with database.writing() as session:
        close_case(session, log, "c2", now=NOW)
        assert close_log(session, log, now=NOW).is_last
    assert open_ones(database, log) == []


def test_log_without_a_flow_is_closed_at_once(database: Database) -> None:
    log = live_log(database)
    with database.writing() as session:
        append(session, log, [event(number, case=f"c{number}") for number in range(100)], limits=DEFAULT_LIMITS)
        part = close_log(session, log, now=NOW)
    assert (part.cases, part.is_last, open_ones(database, log)) == (100, True, [])
