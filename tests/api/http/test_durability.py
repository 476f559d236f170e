"""The process is killed during ingest, a few times; ``benchmarks/durability.py`` does it 200 times."""

from __future__ import annotations

from pathlib import Path

from benchmarks.durability import run


def test_kills_lose_double_and_halve_nothing(database_url: str, tmp_path: Path) -> None:
    outcome = run(tmp_path, kills=3, database=database_url, seal_events=100)
    assert outcome.clean, outcome
    assert outcome.acknowledged > 0
