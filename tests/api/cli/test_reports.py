"""``trueline assess`` with reports: three forms, the last period, improvement actions."""

from __future__ import annotations

import json
from pathlib import Path

import fastexcel
import pytest

from tests.api.cli.making import FLOW, LOG, flow_file, log_file, run

LAST = LOG.replace("2026-01", "2025-12").replace("2,Call back {found}", "2,Collect")
ACTION = {"answers": "skipped:collect", "action": "Check the list", "owner": "Wang Fang", "due": "2026-12-15"}


def actions_file(folder: Path, content: object, name: str = "actions.json") -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(path)


def test_three_forms_are_written_at_once(tmp_path: Path) -> None:
    html, pdf, xlsx = (tmp_path / f"report.{ending}" for ending in ("html", "pdf", "xlsx"))
    options = ["--html", str(html), "--pdf", str(pdf), "--xlsx", str(xlsx), "--prepared-by", "Zhang Min"]
    options += ["--against", log_file(tmp_path, LAST, "last.csv"), "--actions", actions_file(tmp_path, [ACTION])]
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), *options)
    assert result.exit_code == 0
    assert result.stderr == ""
    page = html.read_text("utf-8")
    for text in ("Zhang Min", "Check the list (Wang Fang, 2026-12-15, Open)", "last.csv"):
        assert text in page
    assert pdf.read_bytes().startswith(b"%PDF")
    book = fastexcel.read_excel(xlsx)
    assert book.sheet_names[-3:] == ["Cases", "Actions", "Method"]
    assert book.load_sheet("Cases", header_row=2).to_polars().height == 3  # two cases and a note


def test_the_last_period_is_printed_and_in_the_json(tmp_path: Path) -> None:
    files = (flow_file(tmp_path), log_file(tmp_path), "--against", log_file(tmp_path, LAST, "last.csv"))
    printed = run("assess", *files)
    for text in ("Compared with the last period, 2025-12-01 – 2025-12-03 (last.csv, 2 cases)", "No clear change"):
        assert text in printed.stdout
    found = json.loads(run("assess", *files, "--json", "-").stdout)
    assert found["comparison"]["dimensions"]["completeness"]["before"] == 100
    assert found["comparison"]["now"]["log"] == found["log"] == "survey.csv"
    gone = [change["key"] for change in found["comparison"]["deviations"] if change["gone"]]
    assert gone == ["misplaced:collect"]


def test_json_without_a_last_period_has_no_comparison(tmp_path: Path) -> None:
    found = json.loads(run("assess", flow_file(tmp_path), log_file(tmp_path), "--json", "-").stdout)
    assert "comparison" not in found


@pytest.mark.parametrize("option", ["--pdf", "--xlsx", "--html"])
def test_a_report_can_go_to_standard_output(tmp_path: Path, option: str) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), option, "-")
    begin = {"--pdf": b"%PDF", "--xlsx": b"PK", "--html": b"<!DOCTYPE"}[option]
    assert result.stdout_bytes.lstrip().startswith(begin)


def test_only_one_file_goes_to_standard_output(tmp_path: Path) -> None:
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), "--pdf", "-", "--json", "-")
    assert (result.exit_code, "Only one file" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "actions.json:1: The file of actions is no JSON"),
        ('{"rows": []}', "holds no list of actions"),
        ([{**ACTION, "due": "soon"}, {"answers": "a"}], "(actions[0].due): soon is not a day"),
        ([ACTION] * 501, "number of improvement actions"),
    ],
)
def test_actions_that_cannot_be_read_are_refused(tmp_path: Path, content: object, said: str) -> None:
    html = tmp_path / "report.html"
    files = (flow_file(tmp_path), log_file(tmp_path), "--actions", actions_file(tmp_path, content), "--html", str(html))
    result = run("assess", *files)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert not html.exists()


def test_an_action_that_answers_nothing_is_a_warning(tmp_path: Path) -> None:
    actions = actions_file(tmp_path, {"actions": [{**ACTION, "answers": "skipped:nowhere"}]})
    result = run("assess", flow_file(tmp_path), log_file(tmp_path), "--actions", actions)
    assert (result.exit_code, "skipped:nowhere" in result.stderr) == (0, True)


@pytest.mark.parametrize("option", ["--pdf", "--xlsx", "--against", "--actions", "--prepared-by"])
def test_versions_have_no_such_report(tmp_path: Path, option: str) -> None:
    later = flow_file(tmp_path, FLOW.replace("flow: survey", "flow: survey\neffective: 2026-01-02"), "later.yaml")
    files = (flow_file(tmp_path), log_file(tmp_path), "--version", later, option, str(tmp_path / "x"))
    result = run("assess", *files)
    assert (result.exit_code, "cannot be used together with --version" in result.stderr) == (2, True)
