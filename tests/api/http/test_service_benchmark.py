"""A short run of ``benchmarks/service.py``: a small service is filled, and answers all that the benchmark asks for."""

from __future__ import annotations

from pathlib import Path

from benchmarks.service import moved, run
from benchmarks.service_world import Size


def test_everything_is_answered_and_moves_to_another_database(tmp_path: Path) -> None:
    size = Size(flows=3, logs=3, events=1_000, periods=1)
    outcome = run(tmp_path, size=size, seconds=0, least=1, clients=1)
    assert outcome.refused == {}
    assert (len(outcome.world.flows), outcome.world.events) == (3, 1_000)
    assert {"page: home", "page: live board", "report, xlsx", "append 100 events"} <= outcome.answers.keys()
    assert all(len(one.alone) == len(one.together) == 1 and one.size for one in outcome.answers.values())
    target = tmp_path / "other"
    target.mkdir()
    url = f"sqlite:///{target / 'rows.db'}"
    moved(tmp_path, target, url)
    again = run(target, size=size, seconds=0, least=1, clients=2, database=url, only="list of logs")
    assert (again.world, again.refused, list(again.answers)) == (outcome.world, {}, ["list of logs"])
