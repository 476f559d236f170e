from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError, StatementError

from engine.errors import InputRefused
from engine.storage.database import Database, after_commit, newest_revision
from engine.storage.repository import add, find, page, remember_file
from engine.storage.tables import METADATA, AssessmentRow, FileRow, FlowRow
from tests.engine.storage.rows import NOW, flow_row, open_database, stored_file


def test_migrations_and_tables_say_the_same(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    with closing(open_database(tmp_path)) as database, database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest_revision()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_sqlite_is_safe_against_power_cuts_and_broken_references(
    database: Database, pragma: str, value: object
) -> None:
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


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


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://u:secret@h/d"])
def test_other_databases_are_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(InputRefused) as refused:
        Database(url)
    assert refused.value.problems[0].code == "service.database-unknown"
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
