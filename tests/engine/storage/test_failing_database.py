"""Live logs while the database fails, is held by somebody else, or loses its connection in the middle."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from engine.errors import Conflict
from engine.limits import DEFAULT_LIMITS
from engine.storage import database as opening
from engine.storage.bulk import insert_columns, together
from engine.storage.closing import close_case
from engine.storage.database import Database, Session, part
from engine.storage.event_store import Appended, append
from engine.storage.event_tables import EventIdRow
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter, NotCertain
from engine.storage.stored_log import page_of_events
from tests.databases import PostgreSql
from tests.engine.storage.rows import NOW, event, live_log


def appended(log: int, number: int, session: Session) -> Appended:
    return append(session, log, [event(number)], limits=DEFAULT_LIMITS)


def numbers(database: Database, files: FileStore, log: int) -> list[str]:
    with database.reading() as session:
        return [one.event.id for one in page_of_events(session, files, log, after=0, limit=1_000)[0]]


def in_one_group(writer: GroupWriter, *works: Any) -> list[Future[Any]]:
    """Have works share a transaction."""
    go, begun = Event(), Event()

    def hold(_session: Session) -> None:
        begun.set()
        go.wait(30)

    writer.submit(hold)
    assert begun.wait(30)
    answers = [writer.submit(work) for work in works]
    go.set()
    return answers


def test_connection_that_is_lost_in_a_group_is_a_success_for_nobody(postgresql: PostgreSql, tmp_path: Path) -> None:
    with (
        postgresql.database() as url,
        closing(Database(url)) as database,
        closing(FileStore(tmp_path)) as files,
        closing(GroupWriter(database, waiting=100)) as writer,
    ):
        log = live_log(database)

        def cut(session: Session) -> None:
            own = session.connection().connection.driver_connection
            assert isinstance(own, psycopg.Connection)
            with psycopg.connect(postgresql.uri, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 10000)", [own.info.backend_pid])

        works = [partial(appended, log, 1), cut, partial(appended, log, 2), partial(appended, log, 3)]
        failures = [answer.exception(60) for answer in in_one_group(writer, *works)]
        assert [type(failure) for failure in failures] == [NotCertain] * 4
        assert numbers(database, files, log) == []
        assert writer.submit(partial(appended, log, 1)).result(60).sequences == (1,)


def test_database_held_by_another_makes_a_group_wait_once(
    database_url: str, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "WAIT_SECONDS", 1.0)
    with closing(Database(database_url)) as database, closing(GroupWriter(database, waiting=100)) as writer:
        log = live_log(database)
        with closing(locking(database_url, log)):
            began = time.monotonic()
            answers = in_one_group(writer, *(partial(appended, log, number) for number in range(9)))
            assert {type(answer.exception(60)) for answer in answers} == {NotCertain}
            assert time.monotonic() - began < 6, "every piece waited for itself"
        assert numbers(database, files, log) == []
        assert writer.submit(partial(appended, log, 1)).result(60).sequences == (1,)


def locking(url: str, log: int) -> Any:
    """A connection of somebody else, who holds what a batch needs until it is closed."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        held = sqlite3.connect(parsed.database or "", isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        return held
    server = psycopg.connect(parsed.set(drivername="postgresql").render_as_string(hide_password=False))
    server.execute("SELECT 1 FROM log WHERE id = %s FOR UPDATE", [log])
    return server


def test_same_new_id_twice_in_a_group_is_stored_once(database: Database, writer: GroupWriter, files: FileStore) -> None:
    log = live_log(database)
    one, two = in_one_group(writer, *[partial(appended, log, 1)] * 2)
    assert [(a.result(60).sequences, a.result(60).duplicates) for a in (one, two)] == [
        ((1,), (False,)),
        ((1,), (True,)),
    ]
    assert numbers(database, files, log) == ["e1"]


def test_conflict_in_the_middle_of_a_group_leaves_its_neighbours(
    database: Database, writer: GroupWriter, files: FileStore
) -> None:
    log = live_log(database)

    def other(session: Session) -> Appended:
        batch = [event(2), event(1, activity="Serve")]
        return append(session, log, batch, limits=DEFAULT_LIMITS)

    answers = in_one_group(writer, partial(appended, log, 1), other, partial(appended, log, 3))
    assert isinstance(answers[1].exception(60), Conflict)
    assert [answers[n].result(60).sequences for n in (0, 2)] == [(1,), (2,)]
    assert numbers(database, files, log) == ["e1", "e3"]


def test_case_closed_in_the_group_of_its_events_counts_them_and_takes_no_more(
    database: Database, writer: GroupWriter
) -> None:
    log = live_log(database)
    closing_it = lambda session: close_case(session, log, "a", now=NOW)  # noqa: E731
    works = [partial(appended, log, 1), partial(appended, log, 2), closing_it, partial(appended, log, 3)]
    answers = in_one_group(writer, *works)
    closed = answers[2].result(60)
    assert (closed.events, closed.first, closed.last, closed.closed) == (2, 1, 2, NOW)
    assert isinstance(answers[3].exception(60), Conflict)


def test_ids_that_differ_in_normal_form_or_in_width_are_different(
    database: Database, writer: GroupWriter, files: FileStore
) -> None:
    log = live_log(database)
    names = ["é", "e\u0301", "É", "ａ", "a", "a ", "x" * 200, "\U0001f600" * 200, "a\u0001\n\x7f", "'\"\\{},NULL%s"]
    batch = [event(name, case=name) for name in names]
    made = writer.submit(lambda session: append(session, log, batch, limits=DEFAULT_LIMITS)).result(60)
    assert made.sequences == tuple(range(1, len(names) + 1))
    again = writer.submit(lambda session: append(session, log, batch[::-1], limits=DEFAULT_LIMITS)).result(60)
    assert (again.sequences, set(again.duplicates)) == (made.sequences[::-1], {True})
    assert numbers(database, files, log) == [f"e{name}" for name in names]


def ids_at_once(session: Session, log: int, *names: str) -> None:
    with part(session), together(session):
        for name in names:
            insert_columns(session, EventIdRow, {"log": [log], "id": [name], "sequence": [9], "hash": [b"x"]})


def test_statements_sent_together_fail_together_and_only_in_their_part(database: Database, files: FileStore) -> None:
    log = live_log(database)
    with database.writing() as session:
        appended(log, 1, session)
        with pytest.raises(IntegrityError):
            ids_at_once(session, log, "new", "e1")
        assert appended(log, 2, session).sequences == (2,)
        assert append(session, log, [event("new")], limits=DEFAULT_LIMITS).sequences == (3,)
    assert numbers(database, files, log) == ["e1", "e2", "enew"]
