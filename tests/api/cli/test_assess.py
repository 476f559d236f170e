"""``trueline assess`` and ``trueline demo``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.cli.assessing import moment
from api.cli.demonstrating import CHECKOUT, example_pairs
from engine.errors import InputRefused
from tests.api.cli.making import FLOW, LOG, flow_file, log_file, run


def test_the_scorecard_shows_dimensions_findings_and_standards(tmp_path: Path) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path))
    assert result.exit_code == 0
    for text in (
        "Customer survey",
        "Completeness",
        "83.3",
        "Skipped",
        "Collect",
        "Call back {found}",
        "not assessable",
    ):
        assert text in result.stdout


def test_the_scorecard_is_chinese_when_asked(tmp_path: Path) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), "--lang", "zh")
    for text in ("客户调查", "完整性", "系统性", "效率", "应变能力", "漏做", "回收"):
        assert text in result.stdout


def test_json_holds_the_dimensions_and_nothing_else(tmp_path: Path) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), "--json", "-")
    found = json.loads(result.stdout)
    assert list(found["dimensions"]) == ["completeness", "ordering", "efficiency", "adaptability"]
    completeness = found["dimensions"]["completeness"]
    assert (completeness["numerator"], completeness["denominator"]) == (5, 6)
    assert completeness["findings"][0] | {"examples": None} == {
        "key": "skipped:collect",
        "kind": "skipped",
        "step": "collect",
        "steps": ["collect"],
        "standard": None,
        "lost": 1,
        "cases": 1,
        "points": 16.67,
        "examples": None,
        "group": None,
        "other_branch": False,
        "branch": None,
    }
    assert (found["flow"], found["log"], set(found["hashes"])) == ("survey", "survey.csv", {"flow", "log", "engine"})


def test_a_dimension_that_is_not_assessable_has_no_score(tmp_path: Path) -> None:
    flow = flow_file(tmp_path, FLOW.replace(", at-most: 14d", ""))
    found = json.loads(run("assess", flow, log_file(tmp_path), "--json", "-").stdout)
    assert found["dimensions"]["efficiency"]["score"] is None
    assert found["dimensions"]["efficiency"]["reason"] == "assess.no-standards"


def test_the_report_is_one_html_file_in_the_language(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    assert run("assess", flow_file(tmp_path), log_file(tmp_path), "--html", str(report), "--lang", "zh").exit_code == 0
    assert "<html" in report.read_text("utf-8")
    assert "完整性" in report.read_text("utf-8")


PATTERN_LOG = "case,activity,timestamp,branch\n" + "".join(
    f"{case},{activity},2026-01-0{day}T08:00:00Z,{'north' if case < 20 else 'south'}\n"
    for case in range(40)
    for day, activity in enumerate(["Conduct", *["Collect"] * (case >= 12), "Analyse"], start=1)
)
"""Twelve of twenty cases of the north skip a step, and none of the south."""


def test_patterns_are_printed_and_are_in_the_json(tmp_path: Path) -> None:
    flow, log = flow_file(tmp_path), log_file(tmp_path, PATTERN_LOG)
    printed = run("assess", flow, log).stdout
    assert "Patterns (of which 5 % at most are to be expected by chance)" in printed
    assert 'Cases with branch north skip "Collect", and no others do (60 % against 0 %)' in printed
    assert "只有branch为“north”的案例才漏做“回收”（60% 对 0%）" in run("assess", flow, log, "--lang", "zh").stdout
    found = json.loads(run("assess", flow, log, "--json", "-").stdout)["patterns"]
    (pattern,) = found["more_frequent"]
    assert pattern["deviations"] == [
        {"kind": "skipped", "steps": ["collect"], "standard": None, "other_branch": False, "branch": None}
    ]
    assert pattern["where"] == {
        "attribute": "branch",
        "scope": "first-event",
        "step": None,
        "value": "north",
        "low": None,
        "high": None,
    }
    assert (pattern["share_inside"], pattern["share_outside"], pattern["ratio"]) == (0.6, 0, None)
    assert (found["more_frequent_count"], found["more_frequent_tests"], found["level"]) == (1, 2, 0.05)
    assert (found["together"], found["attributes"], found["left_out"]) == ([], ["branch"], [])


def test_without_patterns_nothing_is_printed_of_them(tmp_path: Path) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path))
    assert "Patterns" not in result.stdout


def test_now_and_closed_are_used_and_said(tmp_path: Path) -> None:
    options = ("--now", "2026-01-04T08:00:00+08:00", "--closed", "idle:14d", "--json", "-")
    found = json.loads(run("assess", flow_file(tmp_path), log_file(tmp_path), *options).stdout)
    assert (found["now"], found["closed"]) == ("2026-01-04T00:00:00Z", "idle:14d")
    assert found["open_cases"] == 2


def test_two_results_do_not_share_standard_output(tmp_path: Path) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), "--json", "-", "--html", "-")
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("option", "value"),
    [("--now", "yesterday"), ("--closed", "sometimes"), ("--calendar", "moon"), ("--lifecycle", "some")],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, option: str, value: str) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), option, value)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "moment_of"),
    [
        ("2026-03-31", datetime(2026, 3, 31, tzinfo=UTC)),
        ("2026-03-31T18:00", datetime(2026, 3, 31, 18, tzinfo=UTC)),
        ("2026-03-31T18:00:00+08:00", datetime(2026, 3, 31, 10, tzinfo=UTC)),
    ],
)
def test_moments_are_iso_and_utc_without_an_offset(text: str, moment_of: datetime) -> None:
    assert moment(text, option="--now") == moment_of


@pytest.mark.parametrize("text", ["", "18:00", "31.3.2026", "0001-01-01T00:00:00+08:00", "2026-02-30"])
def test_other_moments_are_refused(text: str) -> None:
    with pytest.raises(InputRefused, match=r"cli\.not-a-time"):
        moment(text, option="--now")


def test_demo_writes_reports_and_charts_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = tmp_path / "examples"
    for folder in ("flows", "logs"):
        (examples / folder).mkdir(parents=True)
    flow_file(examples / "flows", FLOW)
    log_file(examples / "logs", LOG)
    monkeypatch.setattr("api.cli.demonstrating.PACKAGE", "no_such_package_is_installed")
    monkeypatch.setattr("api.cli.demonstrating.CHECKOUT", examples)
    result = run("demo", "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.stderr
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {f"survey.{language}.{kind}" for language in ("en", "zh") for kind in ("html", "svg", "png")}
    assert all(str(tmp_path / "out" / name) in result.stdout for name in written)


def test_every_shipped_flow_has_its_log() -> None:
    flows = {path.name for path in (CHECKOUT / "flows").glob("*.yaml")}
    assert {flow.name for flow, _ in example_pairs(CHECKOUT)} == flows


def test_demo_without_examples_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.demonstrating.PACKAGE", "no_such_package_is_installed")
    monkeypatch.setattr("api.cli.demonstrating.CHECKOUT", tmp_path)
    result = run("demo", "-o", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "There are no examples here" in result.stderr
