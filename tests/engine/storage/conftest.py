from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.storage.database import Database
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileStore]:
    with closing(FileStore(tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def writer(database: Database) -> Iterator[GroupWriter]:
    with closing(GroupWriter(database, waiting=100)) as opened:
        yield opened
