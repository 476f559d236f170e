"""Units of work that get in each other's way: told from other failures, and avoided by the order of what is locked."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import select

from engine.storage import audit
from engine.storage.account_tables import SignInRow
from engine.storage.accounts import note_seen, note_use, revoke, sign_out
from engine.storage.database import Database, Session
from engine.storage.failures import is_full_disk, is_in_the_way
from engine.storage.repository import add, hold
from engine.storage.tables import KeyRow
from tests.databases import PostgreSql
from tests.engine.storage.rows import live_log, open_database

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PATIENCE = 30.0
ENTRY = audit.Entry(
    key=1,
    name="1",
    role="reviewer",
    how="session",
    method="POST",
    action="sign-out",
    resource="key",
    resource_id="1",
    status=303,
    changed={},
)


@pytest.fixture
def database(postgresql: PostgreSql) -> Iterator[Database]:
    """A database in which key 1 is signed in under "x"; there is a key 2."""
    with postgresql.database() as url, closing(Database(url)) as opened:
        with opened.writing() as session:
            for name in ("1", "2"):
                add(session, KeyRow(hash=name, name=name, role="reviewer", created=NOW))
            session.add(SignInRow(hash="x", key=1, created=NOW, expires=NOW + timedelta(hours=1), seen=NOW))
        yield opened


def waits(database: Database) -> bool:
    with database.reading() as session:
        return bool(session.connection().exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar())


def until_it_waits(database: Database) -> None:
    patience = threading.Event()
    for _ in range(int(PATIENCE * 100)):
        if waits(database):
            return
        patience.wait(0.01)
    pytest.fail("nothing waits")


def beside(database: Database, work: Callable[[Session], object], pool: ThreadPoolExecutor) -> Future[None]:
    """Work in a unit of its own, begun once and waiting for what is locked already."""

    def done() -> None:
        with database.writing() as session:
            work(session)

    answer = pool.submit(done)
    until_it_waits(database)
    return answer


def test_a_session_is_noted_while_its_key_is_revoked(database: Database) -> None:
    """In whatever moment the one comes to the other, neither is given up."""
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            note_use(session, 1, now=NOW)  # the key is locked, as by the first half of what revokes it
            noting = beside(database, lambda other: note_seen(other, "x", key=1, now=NOW), pool)
            key = session.get_one(KeyRow, 1)
            revoke(session, key, now=NOW)
        noting.result(PATIENCE)
    with database.reading() as session:
        assert session.exec(select(SignInRow)).all() == []


def test_who_signs_out_or_revokes_waits_for_no_key_that_is_revoked(database: Database) -> None:
    """What is noted of a change refers to a key, and so does what holds it."""

    def signed_out() -> None:
        with database.writing() as session:
            sign_out(session, "x")
            audit.write(session, ENTRY, now=NOW)

    with ThreadPoolExecutor(1) as pool, database.writing() as session:
        key = session.get_one(KeyRow, 1)
        hold(session, key)
        pool.submit(signed_out).result(PATIENCE)
        revoke(session, key, now=NOW)
    with database.reading() as session:
        assert session.exec(select(SignInRow)).all() == []
        assert session.get_one(KeyRow, 1).revoked == NOW


def test_units_of_work_that_wait_for_each_other_are_in_the_way(database: Database) -> None:
    def other_order(session: Session) -> None:
        note_use(session, 2, now=NOW)
        note_use(session, 1, now=NOW)

    with ThreadPoolExecutor(1) as pool:
        failures: list[BaseException | None] = []
        try:
            with database.writing() as session:
                note_use(session, 1, now=NOW)
                other = beside(database, other_order, pool)
                note_use(session, 2, now=NOW)
        except DBAPIError as error:
            failures.append(error)
        failures.append(other.exception(PATIENCE))
    given_up = [error for error in failures if error is not None]
    assert len(given_up) == 1
    assert is_in_the_way(given_up[0])
    assert not is_full_disk(given_up[0])


def test_a_database_that_is_locked_is_in_the_way(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database:
        live_log(database)
        with database.writing() as session, closing(sqlite3.connect(tmp_path / "x.db", timeout=0)) as other:
            note_use(session, 0, now=NOW)
            with pytest.raises(sqlite3.OperationalError) as caught:
                other.execute("BEGIN IMMEDIATE")
    assert is_in_the_way(OperationalError("", None, caught.value))


@pytest.mark.parametrize(
    "failure",
    [
        OperationalError("", None, psycopg.errors.DiskFull()),
        OperationalError("", None, psycopg.OperationalError("server closed the connection unexpectedly")),
        OSError("deadlock detected"),
    ],
)
def test_other_failures_are_in_nobodys_way(failure: Exception) -> None:
    assert not is_in_the_way(failure)
