"""A log and its truth stand side by side, and equal logs are equal bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.logs.log import EVENT_COLUMNS
from engine.logs.reading import read_log
from engine.simulation.playout import SimulatedLog, simulate
from engine.simulation.truth import read_truth
from engine.simulation.writing import truth_path, write_simulation
from tests.engine.simulation.flows import SERVICE, flow_of


def simulated() -> SimulatedLog:
    return simulate(*flow_of(SERVICE), cases=5, seed=6)


@pytest.mark.parametrize("name", ["x.xes", "x.xes.gz", "x.csv", "x.csv.gz", "x.parquet"])
def test_log_and_truth_read_back(tmp_path: Path, name: str) -> None:
    written = simulated()
    assert write_simulation(written, tmp_path / name) == ()
    read = read_log(tmp_path / name)
    assert read.events.select(*EVENT_COLUMNS, "org:role").equals(written.log.events)
    assert read.activities == written.log.activities
    assert read_truth((tmp_path / "x.truth.json").read_text(encoding="utf-8")) == written.truth


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_simulation(simulated(), tmp_path / folder / "x.xes.gz")
    first, second = (sorted(path.read_bytes() for path in (tmp_path / folder).iterdir()) for folder in ("a", "b"))
    assert first == second


@pytest.mark.parametrize("name", ["x", "x.txt", ".xes", "x.gz", "x.parquet.gz"])
def test_a_name_without_a_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        write_simulation(simulated(), tmp_path / name)
    assert refused.value.problems[0].code == "simulate.unknown-log-format"
    assert list(tmp_path.iterdir()) == []


def test_truth_keeps_the_case_and_the_dots_of_the_name() -> None:
    assert truth_path(Path("a/March.2026.XES.gz")) == Path("a/March.2026.truth.json")
