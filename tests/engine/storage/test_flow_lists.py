"""Lists of all flows say what a look at each of them would, in as many queries for many flows as for one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby

import pytest
from sqlalchemy import event as listened
from sqlmodel import col, select

from engine.storage.database import Database, Session
from engine.storage.flow_lists import all_uploads, latest_done_by_flow, listed_flows
from engine.storage.repository import (
    activations,
    add,
    artefacts,
    done_of,
    remember_file,
    rows_of,
    uploads_of,
)
from engine.storage.tables import ActivationRow, ArtefactRow, AssessmentRow, FlowRow, LogRow, Status
from tests.engine.storage.rows import NOW, flow_row, stored_file

KEYS = tuple(f"flow{number}" for number in range(7))


@pytest.fixture
def filled(database: Database) -> Database:
    """Some flows, uploaded, put into force and assessed a few times each; one was never assessed."""
    rng = random.Random(4)
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
        log = add(session, LogRow(name="log", created=NOW)).id or 0
        flows = []
        for key in [*KEYS, *rng.choices(KEYS, k=9)]:
            row = flow_row()
            row.key = key
            flows.append(add(session, row))
        for place, row in enumerate(rng.choices(flows[:12], k=6)):
            add(session, ActivationRow(key=row.key, effective=date(2026, 9 - place, 1), flow=row.id or 0, created=NOW))
        for row in rng.choices([row for row in flows if row.key != KEYS[0]], k=30):
            status = rng.choice([Status.DONE, Status.FAILED])
            made = add(session, AssessmentRow(flow=row.id or 0, log=log, status=status, created=NOW))
            if status is Status.DONE:
                add(session, ArtefactRow(assessment=made.id or 0, name="summary.json", file=stored_file().hash))
    return database


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    connection = session.connection()
    listened.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        listened.remove(connection, "before_cursor_execute", note)


def test_all_flows_are_listed_as_each_is_found(filled: Database) -> None:
    with filled.reading() as session:
        with counted(session) as sent:
            found = listed_flows(session)
        assert len(sent) == 1
        assert [flow.newest.key for flow in found] == sorted(KEYS)
        for flow in found:
            uploads, days = uploads_of(session, flow.newest.key), activations(session, flow.newest.key)
            assert (flow.newest, flow.uploads) == (uploads[0], len(uploads))
            assert flow.since == (days[-1].effective if days else None)
        assert {flow.since is None for flow in found} == {True, False}
        every = {key: list(rows) for key, rows in groupby(all_uploads(session), key=lambda row: row.key)}
        assert every == {key: list(uploads_of(session, key)) for key in sorted(KEYS)}


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_latest_done_of_each_flow_are_those_of_each(filled: Database, limit: int) -> None:
    with filled.reading() as session:
        with counted(session) as sent:
            found = latest_done_by_flow(session, limit=limit)
        assert len(sent) == 1
        each = {key: list(done_of(session, key, limit=limit)) for key in KEYS}
        assert {key: list(rows) for key, rows in found.items()} == {key: rows for key, rows in each.items() if rows}


def test_rows_and_files_are_found_by_their_numbers(filled: Database) -> None:
    with filled.reading() as session:
        rows = session.exec(select(AssessmentRow).order_by(col(AssessmentRow.id))).all()
        done = {row.id: stored_file().hash for row in rows if row.status == Status.DONE}
        numbers = [row.id or 0 for row in rows]
        assert artefacts(session, [*numbers, 10_000], "summary.json") == done
        assert artefacts(session, numbers, "result.json") == {}
        assert rows_of(session, AssessmentRow, {*numbers[:5], 10_000}) == {row.id: row for row in rows[:5]}
        assert rows_of(session, FlowRow, ()) == {}
