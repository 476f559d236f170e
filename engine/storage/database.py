"""The database: how it is opened, brought up to date, and used in units of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlmodel import Session

from engine.errors import InputRefused, Problem

__all__ = ["Database", "Session", "after_commit", "migrate", "migration_config", "newest_revision"]

MIGRATIONS = Path(__file__).parent / "migrations"

WAIT_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""

CONNECTIONS = 64
"""More than a server has threads, so that no request waits for a connection; one of SQLite costs little."""

_AFTER_COMMIT = "after_commit"


class Database:
    """An open database.

    SQLite runs with a write-ahead log, so that readers do not wait for writers, and with ``synchronous = FULL``: what
    was answered as stored survives a power cut (``NORMAL`` may lose it).
    """

    def __init__(self, url: str) -> None:
        """Open a database and bring its tables up to date.

        Args:
            url: ``sqlite:///FILE``.

        Raises:
            InputRefused: ``service.database-unknown``, ``service.database-unusable``, ``service.database-newer``.
        """
        self._engine = _open(url)
        # its own transactions begin as writers: two that read first and then both want to write would block each other
        self._writer = self._engine.execution_options(begin="IMMEDIATE")
        try:
            migrate(self._writer)
        except (DatabaseError, CommandError) as error:
            self._engine.dispose()
            raise InputRefused([_why(error)]) from error

    @property
    def engine(self) -> Engine:
        """The connection pool, for tests and migrations."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that changes nothing; it sees one state of the database throughout."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A unit of work: committed as a whole when the block ends, or not at all when it raises.

        What was given to ``after_commit`` happens then, in order.
        """
        with Session(self._writer, expire_on_commit=False) as session:
            yield session
            session.commit()
            for action in session.info.pop(_AFTER_COMMIT, []):
                action()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def after_commit(session: Session, action: Callable[[], object]) -> None:
    """Do something once the unit of work is committed; never when it is not."""
    session.info.setdefault(_AFTER_COMMIT, []).append(action)


def migrate(engine: Engine) -> None:
    """Bring the tables up to date, in one transaction."""
    config = migration_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def migration_config() -> Config:
    """Alembic's configuration: no file, so that an installed package needs none."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str:
    """The revision that this version's tables have."""
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    if head is None:
        raise LookupError("there are no migrations")
    return head


def _open(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputRefused([Problem("service.database-unknown", values={"url": url[:200]})]) from error
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        shown = parsed.render_as_string(hide_password=True)[:200]
        raise InputRefused([Problem("service.database-unknown", values={"url": shown})])
    engine = create_engine(
        parsed,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
        pool_size=CONNECTIONS,
        max_overflow=0,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """Set up one SQLite connection."""
    connection.isolation_level = None  # transactions begin where we say, table changes included
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _why(error: Exception) -> Problem:
    if isinstance(error, CommandError):  # the database knows a revision that this version does not
        return Problem("service.database-newer")
    reason = error.orig if isinstance(error, OperationalError | DatabaseError) else error
    return Problem("service.database-unusable", values={"reason": str(reason)[:200]})
