from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError, StatementError

from engine.errors import InputRefused
from engine.storage.accounts import all_keys
from engine.storage.database import Database, after_commit, after_rollback, migrate, newest_revision, part
from engine.storage.repository import add, find, page, remember_file
from engine.storage.tables import METADATA, AssessmentRow, FileRow, FlowRow, KeyRow, LogRow
from tests.databases import PostgreSql
from tests.engine.storage.rows import NOW, flow_row, open_database, stored_file


def test_migrations_and_tables_say_the_same(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_again_changes_nothing(database_url: str) -> None:
    Database(database_url).close()
    with closing(Database(database_url)) as database, database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest_revision()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_sqlite_is_safe_against_power_cuts_and_broken_references(tmp_path: Path, pragma: str, value: object) -> None:
    with closing(open_database(tmp_path)) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_postgresql_is_safe_against_power_cuts(postgresql: PostgreSql) -> None:
    with postgresql.database() as url, closing(Database(url)) as database, database.engine.connect() as connection:
        settings = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("fsync", "synchronous_commit")]
    assert settings == ["on", "on"]


def test_reader_sees_one_state_throughout(database: Database) -> None:
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
    with database.reading() as reader:
        before = page(reader, FlowRow, after=0, limit=9)
        with database.writing() as session:
            add(session, flow_row())
        assert page(reader, FlowRow, after=0, limit=9) == before == ([], None)


def test_part_of_a_unit_of_work_is_kept_or_not_on_its_own(database: Database) -> None:
    told: list[str] = []
    with database.writing() as session:
        with part(session):
            remember_file(session, stored_file(), now=NOW)
            after_commit(session, lambda: told.append("file"))
        with pytest.raises(IntegrityError), part(session):  # noqa: PT012 - the part is what fails
            after_commit(session, lambda: told.append("assessment"))
            after_rollback(session, lambda: told.append("no assessment"))
            add(session, AssessmentRow(flow=1, log=1, status="queued", created=NOW))
        add(session, flow_row())
    assert told == ["no assessment", "file"]
    with database.reading() as session:
        assert len(page(session, FlowRow, after=0, limit=9)[0]) == 1


def test_undoing_goes_backwards(database: Database) -> None:
    undone: list[int] = []
    with pytest.raises(LookupError), database.writing() as session:  # noqa: PT012 - the unit of work is what fails
        for number in (1, 2):
            after_rollback(session, partial(undone.append, number))
        raise LookupError
    assert undone == [2, 1]


def test_older_database_is_brought_up_to_date_with_what_is_in_it(database_url: str) -> None:
    Database(database_url).close()
    with closing(Database(database_url)) as database:
        with database.writing() as session:
            remember_file(session, stored_file(), now=NOW)
            flow = add(session, flow_row()).id or 0
            log = add(session, LogRow(name="x.csv", cases=1, events=2, file=stored_file().hash, created=NOW)).id or 0
            add(session, AssessmentRow(flow=flow, log=log, status="done", created=NOW))
        move(database, command.downgrade, "0002")
        move(database, command.upgrade, "head")
        with database.reading() as session:
            row = session.get_one(LogRow, log)
            assert (row.name, row.cases, row.events, row.live, row.sealed) == ("x.csv", 1, 2, False, 0)
            assert len(page(session, AssessmentRow, after=0, limit=9)[0]) == 1


def test_key_of_an_older_database_is_an_administrators_of_the_console(database_url: str) -> None:
    Database(database_url).close()
    with closing(Database(database_url)) as database:
        move(database, command.downgrade, "0004")
        with database.engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO key (hash, created) VALUES ('aa', '2026-01-01 00:00:00')")
        move(database, command.upgrade, "head")
        with database.reading() as session:
            (row,) = all_keys(session)
    assert (row.hash, row.name, row.role) == ("aa", "console", "administrator")
    assert (row.expires, row.revoked, row.created_by) == (None, None, None)


def test_key_that_may_not_everything_is_gone_from_an_older_database(database: Database) -> None:
    with database.writing() as session:
        first = add(session, KeyRow(hash="a" * 64, name="console", role="administrator", created=NOW)).id
        add(session, KeyRow(hash="b" * 64, name="Li", role="reviewer", created=NOW, created_by=first))
    move(database, command.downgrade, "0004")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT hash FROM key").scalars().all() == ["a" * 64]


def move(database: Database, step: Callable[[Config, str], None], revision: str) -> None:
    """Bring a database to a revision."""
    migrate(database.engine, step=step, revision=revision)


def test_unit_of_work_is_kept_as_a_whole(database: Database) -> None:
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
        row = add(session, flow_row())
    with database.reading() as session:
        assert find(session, FlowRow, row.id or 0) == row


def test_unit_of_work_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:  # noqa: PT012 - the unit of work is what fails
        remember_file(session, stored_file(), now=NOW)
        add(session, AssessmentRow(flow=1, log=1, status="queued", created=NOW))
    with database.reading() as session:
        assert session.get(FileRow, stored_file().hash) is None


def test_reader_changes_nothing(database: Database) -> None:
    with database.reading() as session:
        remember_file(session, stored_file(), now=NOW)
    with database.reading() as session:
        assert session.get(FileRow, stored_file().hash) is None


def test_reference_to_a_missing_file_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        add(session, flow_row())


def test_actions_happen_after_the_commit_only(database: Database) -> None:
    done: list[str] = []
    with database.writing() as session:
        after_commit(session, lambda: done.append("yes"))
        assert done == []
    assert done == ["yes"]
    with pytest.raises(IntegrityError), database.writing() as session:  # noqa: PT012 - as above
        after_commit(session, lambda: done.append("no"))
        add(session, flow_row())
    assert done == ["yes"]


def test_action_that_raises_keeps_no_other_from_happening(database: Database) -> None:
    done: list[str] = []

    def fail() -> None:
        raise LookupError("the first")

    with pytest.raises(LookupError, match="the first"), database.writing() as session:  # noqa: PT012 - as above
        for action in (fail, lambda: done.append("second"), lambda: done.append("third")):
            after_commit(session, action)
    assert done == ["second", "third"]


def test_times_come_back_in_utc(database: Database) -> None:
    east = datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    with database.writing() as session:
        remember_file(session, stored_file(), now=east)
    with database.reading() as session:
        row = session.get(FileRow, stored_file().hash)
    assert row is not None
    assert (row.created, row.created.tzinfo) == (east, UTC)


def test_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="zone"), database.writing() as session:
        remember_file(session, stored_file(), now=NOW.replace(tzinfo=None))


def test_unknown_status_is_refused_by_the_database(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        add(session, AssessmentRow(flow=1, log=1, status="maybe", created=NOW))


def test_pages_follow_each_other(database: Database) -> None:
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
        for number in range(5):
            add(session, flow_row(name=f"{number}.yaml"))
    with database.reading() as session:
        first, cursor = page(session, FlowRow, after=0, limit=3)
        second, end = page(session, FlowRow, after=cursor or 0, limit=3)
    assert [row.name for row in (*first, *second)] == [f"{number}.yaml" for number in range(5)]
    assert (cursor, end) == (first[-1].id, None)


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d"])
def test_other_databases_are_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(InputRefused) as refused:
        Database(url)
    assert refused.value.problems[0].code == "service.database-unknown"
    assert "secret" not in str(refused.value)


def test_database_that_does_not_answer_is_refused_without_showing_a_password() -> None:
    with pytest.raises(InputRefused) as refused:
        Database("postgresql+psycopg://u:secret@127.0.0.1:1/d")
    assert refused.value.problems[0].code == "service.database-unusable"
    assert "secret" not in str(refused.value)


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database at all, " * 100)
    with pytest.raises(InputRefused) as refused:
        open_database(tmp_path)
    assert refused.value.problems[0].code == "service.database-unusable"


def test_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(InputRefused) as refused:
        open_database(tmp_path)
    assert refused.value.problems[0].code == "service.database-newer"
