"""Rows for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.storage.database import Database
from engine.storage.files import Stored
from engine.storage.tables import FlowRow

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


def open_database(folder: Path) -> Database:
    """A database in a folder; whoever opens it closes it."""
    return Database(f"sqlite:///{folder / 'x.db'}")
