"""A disk without room: told from other failures, and what was written in vain takes none."""

from __future__ import annotations

import errno
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, update

from engine.storage.failures import is_full_disk
from engine.storage.files import FileStore
from engine.storage.tables import LogRow
from tests.engine.storage.rows import live_log, open_database


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a file that is always full")
def test_what_could_not_be_written_is_removed(tmp_path: Path) -> None:
    with closing(FileStore(tmp_path)) as files:
        with files.incoming(limit=100) as incoming:
            incoming._file.close()
            incoming._file = Path("/dev/full").open("wb")  # noqa: SIM115 - closed by what is tested
            incoming.write(b"some bytes, which wait in a buffer")
            with pytest.raises(OSError, match="No space left") as caught:
                incoming.finish()
        assert is_full_disk(caught.value)
        assert list((tmp_path / "incoming").iterdir()) == []


def test_database_that_cannot_grow_is_a_full_disk(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database:
        log = live_log(database)
        with database.writing() as session:
            connection = session.connection()
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as it has already
            more = update(LogRow).where(col(LogRow.id) == log).values(report="x" * 100_000)
            with pytest.raises(OperationalError) as caught:
                connection.execute(more)
        assert is_full_disk(caught.value)


@pytest.mark.parametrize(
    ("failure", "full"),
    [
        (OperationalError("", None, psycopg.errors.DiskFull()), True),
        (OperationalError("", None, psycopg.errors.LockNotAvailable()), False),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (RuntimeError("No space left on device"), False),
    ],
)
def test_other_failures_are_no_full_disk(failure: Exception, full: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_full_disk(failure) is full
