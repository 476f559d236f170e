"""Real logs from end to end: a flow is discovered from each, and the log is held against it on the command line."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.api.cli.making import run
from tests.shared_data import shared

LOGS = {
    "helpdesk.xes.gz": (),
    "03_repairExample.xes.gz": (),
    "08_receipt.xes.gz": (),
    "callcenter.csv": ("--date-order", "day-first"),
}
CASES = {
    "helpdesk.xes.gz": 4_580,
    "03_repairExample.xes.gz": 1_104,
    "08_receipt.xes.gz": 1_434,
    "callcenter.csv": 3_885,
}

pytestmark = pytest.mark.parametrize("name", LOGS)


@cache
def assessed(name: str) -> tuple[bytes, bytes, str, str]:
    """The JSON of two runs, the report, and the hash of the discovered flow."""
    log, options = str(shared(f"logs/{name}")), LOGS[name]
    with TemporaryDirectory() as folder:
        flow, *answers = (str(Path(folder, file)) for file in ("flow.yaml", "first.json", "second.json"))
        page = str(Path(folder, "report.html"))
        found = run("discover", log, "-o", flow, "--miner", "inductive", "--noise", "0.2", *options)
        assert found.exit_code == 0, found.output
        for answer in answers:
            done = run("assess", flow, log, "--json", answer, "--html", page, *options)
            assert done.exit_code == 0, done.output
        first, second = (Path(answer).read_bytes() for answer in answers)
        return first, second, Path(page).read_text("utf-8"), hashlib.sha256(Path(flow).read_bytes()).hexdigest()


def assessment(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(assessed(name)[0])
    return found


def test_every_case_is_explained(name: str) -> None:
    found = assessment(name)
    assert (found["cases"], found["open_cases"], found["unexplained_cases"]) == (CASES[name], 0, 0)


def test_the_four_dimensions_stand_in_order_and_all_but_efficiency_have_a_score(name: str) -> None:
    dimensions = assessment(name)["dimensions"]
    assert list(dimensions) == ["completeness", "ordering", "efficiency", "adaptability"]
    assert [dimension for dimension, score in dimensions.items() if score["score"] is None] == ["efficiency"]


def test_efficiency_is_not_assessable_and_says_why(name: str) -> None:
    efficiency = assessment(name)["dimensions"]["efficiency"]
    assert (efficiency["score"], efficiency["denominator"], efficiency["reason"]) == (None, 0, "assess.no-standards")


def test_findings_lose_exactly_the_gap(name: str) -> None:
    for score in assessment(name)["dimensions"].values():
        assert sum(finding["lost"] for finding in score["findings"]) == score["denominator"] - score["numerator"]


def test_points_of_the_findings_are_the_points_that_are_missing(name: str) -> None:
    for score in assessment(name)["dimensions"].values():
        if score["score"] is not None:
            missing = sum(finding["points"] for finding in score["findings"])
            assert missing == pytest.approx(100 - score["score"], abs=0.006)


def test_two_runs_give_the_same_bytes(name: str) -> None:
    first, second, _, _ = assessed(name)
    assert first == second


def test_json_and_report_carry_the_hashes_of_both_files(name: str) -> None:
    _, _, page, flow = assessed(name)
    hashes = assessment(name)["hashes"]
    assert hashes["flow"] == flow
    assert hashes["log"] == hashlib.sha256(shared(f"logs/{name}").read_bytes()).hexdigest()
    assert hashes["flow"] in page
    assert hashes["log"] in page
