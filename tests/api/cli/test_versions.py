"""Several versions of a flow on the command line, and targets beside history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.cli.making import FLOW, flow_file, log_file, run

LONGER = FLOW.replace("  end: end\n", "  report: {step: {en: Report, zh: 报告}}\n  end: end\n").replace(
    "analyse -> end", "analyse -> report -> end"
)
LOG = """\
case,activity,timestamp
1,Conduct,2026-01-01T08:00:00Z
1,Collect,2026-02-02T08:00:00Z
1,Analyse,2026-02-03T08:00:00Z
2,Conduct,2026-02-01T08:00:00Z
2,Collect,2026-02-02T08:00:00Z
2,Analyse,2026-02-03T08:00:00Z
3,Conduct,
"""


def on_a_day(text: str, day: str) -> str:
    return text.replace("flow: survey\n", f"flow: survey\neffective: {day}\n")


@pytest.fixture
def versions(tmp_path: Path) -> tuple[str, str, str, str]:
    """Flow, log, option and further version."""
    newer = flow_file(tmp_path, on_a_day(LONGER, "2026-02-01"), "newer.yaml")
    return flow_file(tmp_path), log_file(tmp_path, LOG), "--version", newer


def test_each_case_is_judged_by_the_version_of_its_start(versions: tuple[str, str, str, str]) -> None:
    found = json.loads(run("assess", *versions, "--json", "-").stdout)
    assert [(part["effective"], part["cases"]) for part in found["versions"]] == [(None, 1), ("2026-02-01", 1)]
    assert (found["cases"], found["before_first"], found["without_start"]) == (3, 0, 1)
    completeness = found["dimensions"]["completeness"]
    assert (completeness["numerator"], completeness["denominator"]) == (6, 7)
    alone = json.loads(run("assess", *versions[:2], "--json", "-").stdout)
    assert alone.keys() == found["versions"][0]["assessment"].keys()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["In force from", "All versions together", "no timestamp"]), ("zh", ["生效日", "合计", "时间戳"])],
)
def test_the_scorecard_says_which_version_judged_what(
    versions: tuple[str, str, str, str], language: str, words: list[str]
) -> None:
    result = run("assess", *versions, "--lang", language)
    assert result.exit_code == 0
    assert all(word in result.stdout for word in [*words, "2026-02-01"])


def test_the_report_holds_the_reports_of_all_versions(versions: tuple[str, str, str, str], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert run("assess", *versions, "--html", str(page)).exit_code == 0
    text = page.read_text("utf-8")
    assert text.count("<iframe") == 2
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_two_versions_of_one_day_are_refused(tmp_path: Path) -> None:
    result = run(
        "assess", flow_file(tmp_path), log_file(tmp_path, LOG), "--version", flow_file(tmp_path, LONGER, "b.yaml")
    )
    assert result.exit_code == 2
    assert "comes into force on" in result.stderr


def test_versions_of_two_flows_are_refused(tmp_path: Path) -> None:
    other = flow_file(tmp_path, LONGER.replace("flow: survey", "flow: other"), "b.yaml")
    result = run("assess", flow_file(tmp_path), log_file(tmp_path, LOG), "--version", other)
    assert (result.exit_code, "version of “other”" in result.stderr) == (2, True)


HISTORY = "case,activity,timestamp\n" + "".join(
    f"{number},Conduct,2026-01-{number + 1:02}T08:00:00Z\n{number},Collect,2026-01-{number + 1:02}T{hour:02}:00:00Z\n"
    for number, hour in enumerate([9] * 7 + [20] * 3)
)


def asking(share: str) -> str:
    return f"{FLOW}standards:\n  quick: {{response: [conduct, collect], within: 2h, share: {share}}}\n"


def test_a_target_that_was_never_reached_is_a_warning(tmp_path: Path) -> None:
    flow = flow_file(tmp_path, asking("100%"))
    found = json.loads(run("check", flow, "--log", log_file(tmp_path, HISTORY), "--json", "-").stdout)["flows"][0]
    (target,) = [target for target in found["targets"] if target["standard"] == "quick"]
    assert (target["verdict"], target["shares"], target["begins"]) == ("out-of-reach", [0.7], ["2026-01-01"])
    (problem,) = [problem for problem in found["problems"] if problem["code"] == "check.target-out-of-reach"]
    assert problem["severity"] == "warning"
    assert found["verdict"] == "clean"
    strict = run("check", flow, "--log", log_file(tmp_path, HISTORY), "--strict")
    assert strict.exit_code == 1
    assert "out of reach" in strict.stdout


def test_a_target_within_reach_is_none(tmp_path: Path) -> None:
    result = run("check", flow_file(tmp_path, asking("75%")), "--log", log_file(tmp_path, HISTORY), "--lang", "zh")
    assert result.exit_code == 0
    assert "可行" in result.stdout
    assert "达不到" not in result.stdout


def test_without_a_log_nothing_is_said_of_targets(tmp_path: Path) -> None:
    found = json.loads(run("check", flow_file(tmp_path, asking("100%")), "--json", "-").stdout)["flows"][0]
    assert found["targets"] is None
