"""``--workers`` and ``--cluster``: the same answer wherever the work runs, and files that are read in parts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.api.cli.making import FLOW, flow_file, log_file, run


def parquet_file(folder: Path, cases: int = 40) -> str:
    """Cases that interleave; every third one lacks a step, every fifth has two in the wrong order."""
    rows = []
    for case in range(cases):
        steps = ["Conduct", "Collect", "Analyse"]
        if case % 3 == 0:
            del steps[1]
        if case % 5 == 0:
            steps.reverse()
        begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=case)
        rows += [(f"c{case}", step, begin + timedelta(days=place), case % 4) for place, step in enumerate(steps)]
    path = folder / "survey [1].parquet"  # not a pattern of names
    pl.DataFrame(rows, schema=["case", "activity", "timestamp", "case:team"], orient="row").sort(
        "timestamp"
    ).write_parquet(path)
    return str(path)


def test_parts_and_processes_give_the_answer_of_the_whole(tmp_path: Path) -> None:
    flow, log = flow_file(tmp_path), parquet_file(tmp_path)
    whole = run("assess", flow, log, "--json", "-")
    assert whole.exit_code == 0
    assert json.loads(whole.stdout)["cases"] == 40
    parted = run("assess", flow, log, "--json", "-", TRUELINE_PART_CELLS="50")
    spread = run("assess", flow, log, "--json", "-", "--workers", "2", TRUELINE_PART_CELLS="50")
    assert (parted.exit_code, parted.stdout, parted.stderr) == (0, whole.stdout, whole.stderr)
    assert (spread.exit_code, spread.stdout) == (0, whole.stdout)


CALENDARS = """
calendar: {by: case.team, values: {"1": night, "2": clock}, otherwise: office}
calendars:
  night: {timezone: UTC, hours: {mon-sun: 20:00-04:00}}
roles: {clerk: {en: Clerk, zh: 文员}}
role-calendars: {clerk: night}
standards:
  collected-soon: {response: [conduct, collect], within: 6 workhours, share: 50%}
  quick: {cycle-time: {at-most: 10 workhours}, share: 50%}
"""


def test_processes_know_calendars_of_roles_and_of_branches(tmp_path: Path) -> None:
    head, rest = FLOW.replace("zh: 回收}", "zh: 回收}, role: clerk").split("nodes:\n")
    flow, log = flow_file(tmp_path, head + CALENDARS + "nodes:\n" + rest), parquet_file(tmp_path)
    whole = run("assess", flow, log, "--json", "-")
    assert whole.exit_code == 0, whole.stderr
    spread = run("assess", flow, log, "--json", "-", "--workers", "2", TRUELINE_PART_CELLS="50")
    plain = run("assess", flow, log, "--json", "-", "--calendar", "office")
    assert spread.stdout == whole.stdout
    assert json.loads(plain.stdout)["standards"] != json.loads(whole.stdout)["standards"]


def test_a_file_past_the_limit_for_parts_is_refused(tmp_path: Path) -> None:
    limits = {"TRUELINE_PART_CELLS": "50", "TRUELINE_PARTED_CELLS": "100"}
    result = run("assess", flow_file(tmp_path), parquet_file(tmp_path), **limits)
    assert result.exit_code == 2
    assert "TRUELINE_PARTED_CELLS" in result.stderr


def test_align_gives_the_same_with_workers(tmp_path: Path) -> None:
    flow, log = flow_file(tmp_path), parquet_file(tmp_path)
    one, two = (json.loads(run("align", flow, log, "--json", "-", *more).stdout) for more in ((), ("--workers", "2")))
    assert one.pop("seconds") >= 0
    assert two.pop("seconds") >= 0
    assert one == two


@pytest.mark.parametrize(
    ("command", "other"), [(("align", "--budget", "5"), "--budget"), (("assess", "--version", "x.yaml"), "--version")]
)
def test_where_work_runs_cannot_be_said_with_everything(tmp_path: Path, command: tuple[str, ...], other: str) -> None:
    name, *options = command
    result = run(name, flow_file(tmp_path), log_file(tmp_path), *options, "--workers", "2")
    assert result.exit_code == 2
    assert other in result.stderr


@pytest.mark.parametrize("workers", ["0", "65", "two"])
def test_workers_are_a_number_of_a_range(tmp_path: Path, workers: str) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), "--workers", workers)
    assert result.exit_code == 2
    assert "--workers" in result.stderr
