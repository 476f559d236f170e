"""Rows for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.storage.database import Database
from engine.storage.events import Event
from engine.storage.files import Stored
from engine.storage.repository import add
from engine.storage.tables import FlowRow, LogRow

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def stored_file() -> Stored:
    return Stored("ab" * 32, 7)


def flow_row(*, name: str = "x.yaml") -> FlowRow:
    return FlowRow(
        name=name,
        format="yaml",
        key="survey",
        title_en="Survey",
        title_zh="调查",
        steps=3,
        file=stored_file().hash,
        created=NOW,
    )


def live_log(database: Database, *, name: str = "desk") -> int:
    """A live log without events; its number."""
    with database.writing() as session:
        return add(session, LogRow(name=name, created=NOW)).id or 0


def event(number: int | str, *, case: str = "a", minute: int = 0, **members: Any) -> Event:
    """An event of a live log."""
    time = NOW + timedelta(minutes=minute)
    return Event(id=f"e{number}", case=case, activity=members.pop("activity", "Greet"), time=time, **members)


def open_database(folder: Path) -> Database:
    """A database in a folder; whoever opens it closes it."""
    return Database(f"sqlite:///{folder / 'x.db'}")
