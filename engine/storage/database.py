"""The database: how it is opened, brought up to date, and used in units of work. SQLite or PostgreSQL, by its URL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlmodel import Session

from engine.errors import InputRefused, Problem

__all__ = [
    "Database",
    "Session",
    "after_commit",
    "after_rollback",
    "known_revisions",
    "migrate",
    "migration_config",
    "newest_revision",
    "open_engine",
    "part",
    "revision_of",
]

MIGRATIONS = Path(__file__).parent / "migrations"

WAIT_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""

CONNECTIONS = 64
"""More than a server has threads, so that no request waits for a connection; they are opened as they are needed."""

POSTGRESQL = "postgresql+psycopg"

_AFTER_COMMIT = "after_commit"
_AFTER_ROLLBACK = "after_rollback"


class Database:
    """An open database.

    SQLite runs with a write-ahead log, so that readers do not wait for writers, and with ``synchronous = FULL``: what
    was answered as stored survives a power cut (``NORMAL`` may lose it). PostgreSQL's defaults promise the same.
    """

    def __init__(self, url: str, *, up_to_date: bool = False) -> None:
        """Open a database and bring its tables up to date.

        Args:
            url: ``sqlite:///FILE``, or ``postgresql+psycopg://USER:PASSWORD@HOST/NAME``, also without ``+psycopg``.
            up_to_date: Whether the tables are so already, because another process of the same service saw to it.

        Raises:
            InputRefused: ``service.database-unknown``, ``service.database-unusable``, ``service.database-newer``.
        """
        self._engine = open_engine(url, in_use=True)
        self._writer = self._reader = self._engine
        if self._engine.dialect.name == "sqlite":
            # begun as writers: two that read first and then both want to write would block each other
            self._writer = self._engine.execution_options(begin="IMMEDIATE")
        else:
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")
        if up_to_date:
            return
        try:
            migrate(self._writer)
        except (DatabaseError, CommandError) as error:
            self._engine.dispose()
            raise InputRefused([_why(error)]) from error

    @property
    def engine(self) -> Engine:
        """The connection pool, for tests and migrations."""
        return self._engine

    def answers(self) -> bool:
        """Whether something can be read from it; where it cannot, that, or what its driver raises."""
        with self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() is not None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that changes nothing; it sees one state of the database throughout."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A unit of work: committed as a whole when the block ends, or not at all when it raises.

        What was given to ``after_commit`` happens then, in order, and all of it: one that raises is no fault of the
        others', and the first error is raised when they are done. What was given to ``after_rollback`` happens when it
        raises, the last first.
        """
        with Session(self._writer, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                try:
                    session.rollback()
                finally:  # a connection that is lost cannot roll back, and nothing is left all the same
                    _undo(session, since=0)
                raise
            _do_all(session.info.pop(_AFTER_COMMIT, []))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _do_all(actions: Iterable[Callable[[], object]]) -> None:
    failures: list[Exception] = []
    for action in actions:
        try:
            action()
        except Exception as failure:  # noqa: BLE001 - raised below
            failures.append(failure)
    if failures:
        raise failures[0]


def after_commit(session: Session, action: Callable[[], object]) -> None:
    """Do something once the unit of work is committed; never when it is not."""
    session.info.setdefault(_AFTER_COMMIT, []).append(action)


def after_rollback(session: Session, action: Callable[[], object]) -> None:
    """Do something once it is sure that the unit of work, or the part of it that this is called in, leaves nothing."""
    session.info.setdefault(_AFTER_ROLLBACK, []).append(action)


@contextmanager
def part(session: Session) -> Iterator[None]:
    """A part of a unit of work that is kept as a whole, or not at all when it raises; the rest may go on."""
    commits: list[Callable[[], object]] = session.info.setdefault(_AFTER_COMMIT, [])
    kept, since = len(commits), len(session.info.setdefault(_AFTER_ROLLBACK, []))
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del commits[kept:]
        _undo(session, since=since)
        raise


def _undo(session: Session, *, since: int) -> None:
    actions: list[Callable[[], object]] = session.info.get(_AFTER_ROLLBACK, [])
    undone = actions[since:]
    del actions[since:]
    for action in reversed(undone):
        action()


def migrate(engine: Engine, *, step: Callable[[Config, str], None] = command.upgrade, revision: str = "head") -> None:
    """Bring the tables up to date, in one transaction; or to any other revision, by an upgrade or a downgrade."""
    config = migration_config()
    with engine.connect() as connection, _references_unchecked(connection), connection.begin():
        config.attributes["connection"] = connection
        step(config, revision)
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise LookupError("a migration left a reference that leads nowhere")


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by making the table anew, which it refuses while other tables refer to the old one."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")  # says nothing to a transaction that has begun
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


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


def known_revisions() -> frozenset[str]:
    """The revisions that this version can bring up to date."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(migration_config()).walk_revisions())


def revision_of(url: str) -> str | None:
    """The revision of a database's tables, which are left as they are; None where it has none.

    Raises:
        InputRefused: ``service.database-unknown``, ``service.database-unusable``, ``service.database-newer``.
    """
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as error:
        raise InputRefused([_why(error)]) from error
    finally:
        engine.dispose()
    if found is not None and found not in known_revisions():
        raise InputRefused([Problem("service.database-newer")])
    return found


def open_engine(url: str, *, in_use: bool = False) -> Engine:
    """Open a database.

    Args:
        url: Where it is.
        in_use: Whether a service is about to use it, for which SQLite's file is set up; else it is left as it is.

    Raises:
        InputRefused: ``service.database-unknown``.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputRefused([Problem("service.database-unknown", values={"url": url[:200]})]) from error
    if parsed.drivername in {"postgresql", POSTGRESQL}:
        return _open_postgresql(parsed)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        shown = parsed.render_as_string(hide_password=True)[:200]
        raise InputRefused([Problem("service.database-unknown", values={"url": shown})])
    engine = create_engine(
        parsed,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error is logged; hashes of keys and secrets of hooks are not
        pool_size=CONNECTIONS,
        max_overflow=0,
    )
    event.listen(engine, "connect", _prepare)
    if in_use:
        event.listen(engine, "connect", _write_ahead)
    event.listen(engine, "begin", _begin)
    return engine


def _open_postgresql(url: URL) -> Engine:
    seconds = int(WAIT_SECONDS)
    return create_engine(
        url.set(drivername=POSTGRESQL),
        connect_args={
            "connect_timeout": seconds,
            "options": f"-c lock_timeout={seconds}s",
            # a plan that is kept was made for tables as they were: while small, every row is read; they grow, it stays
            "prepare_threshold": None,
        },
        pool_size=CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,
        pool_pre_ping=True,  # the server may have been started anew
    )


def _prepare(connection: Any, _record: object) -> None:
    """Set up one SQLite connection."""
    connection.isolation_level = None  # transactions begin where we say, table changes included
    cursor = connection.cursor()
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(connection: Any, _record: object) -> None:
    """Let readers read while somebody writes; the file itself says so from then on."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _why(error: Exception) -> Problem:
    if isinstance(error, CommandError):  # the database knows a revision that this version does not
        return Problem("service.database-newer")
    reason = error.orig if isinstance(error, OperationalError | DatabaseError) else error
    return Problem("service.database-unusable", values={"reason": str(reason)[:200]})
