"""``trueline map``: pictures, numbers and filters, and what makes no sense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.cli.making import flow_file, log_file, run

PICTURES = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF"}


@pytest.mark.parametrize("ending", PICTURES)
def test_a_map_is_drawn_in_the_kind_of_the_ending(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"map{ending}"
    result = run("map", log_file(tmp_path), "-o", str(out))
    assert (result.exit_code, result.stderr) == (0, "")
    assert out.read_bytes().startswith(PICTURES[ending])
    assert f"Written: {out}" in result.stdout


def numbers(folder: Path, *options: str) -> Any:
    result = run("map", log_file(folder), "--json", "-", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_numbers_are_written_as_json(tmp_path: Path) -> None:
    found = numbers(tmp_path, "--activities", "100%", "--paths", "1")
    assert [(a["activity"], a["events"]) for a in found["activities"]] == [
        ("Conduct", 2),
        ("Collect", 1),
        ("Analyse", 2),
        ("Call back {found}", 1),
    ]
    assert found["shown"] == {"activities": 1, "paths": 1}
    assert found["paths"][0]["source"] is None
    assert found["paths"][0]["id"] == f"start-{found['activities'][0]['id']}"
    between = [path["between"] for path in found["paths"] if path["target"] == "Collect"]
    assert between == [
        {"known": 1, "median_seconds": 86400, "mean_seconds": 86400, "p90_seconds": 86400, "total_seconds": 86400}
    ]


def test_sliders_are_shares(tmp_path: Path) -> None:
    found = numbers(tmp_path, "--activities", "50%", "--paths", "0.0")
    assert [a["activity"] for a in found["activities"]] == ["Conduct", "Analyse"]
    assert (found["all_activities"], len(found["paths"]), found["all_paths"]) == (4, 3, 3)


@pytest.mark.parametrize(
    ("options", "cases"),
    [
        (["--with", "Collect"], 1),
        (["--without", "Collect"], 1),
        (["--follows", "Conduct->Analyse"], 1),
        (["--follows", "->Conduct"], 2),
        (["--from", "2026-01-02"], 0),
        (["--before", "2026-01-02", "--lasting-from", "2d"], 2),
        (["--lasting-below", "2d1m"], 1),
        (["--case-id", "1", "--case-id", "2"], 2),
        (["--with", "Collect", "--invert"], 1),
    ],
)
def test_a_filter_narrows_the_map(tmp_path: Path, options: list[str], cases: int) -> None:
    assert numbers(tmp_path, *options)["cases"] == cases


def test_the_filter_stands_in_the_json_as_in_an_address(tmp_path: Path) -> None:
    assert numbers(tmp_path, "--with", "Collect", "--invert")["filter"] == [["with", "Collect"], ["invert", "true"]]


def test_a_filter_that_no_case_meets_is_said(tmp_path: Path) -> None:
    out = tmp_path / "map.svg"
    result = run("map", log_file(tmp_path), "-o", str(out), "--from", "2027-01-01")
    assert result.exit_code == 0
    assert "No case of the log meets the filter" in result.stderr
    assert out.read_bytes().startswith(b"<svg")


@pytest.mark.parametrize("show", ["deviations", "completeness", "ordering", "efficiency", "adaptability"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_flow_says_is_drawn_on_the_map(tmp_path: Path, show: str, language: str) -> None:
    out = tmp_path / "map.svg"
    options = ("--flow", flow_file(tmp_path), "--show", show, "--lang", language)
    result = run("map", log_file(tmp_path), "-o", str(out), *options)
    assert (result.exit_code, result.stderr) == (0, "")
    assert out.read_text("utf-8").startswith("<svg")


def test_an_svg_may_go_to_standard_output(tmp_path: Path) -> None:
    result = run("map", log_file(tmp_path), "-o", "-", "--show", "time")
    assert result.stdout.startswith("<svg")
    assert result.stdout.rstrip().endswith("</svg>")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Nothing is to be written"),
        (["-o", "map.gif"], "This ending names no kind of picture"),
        (["-o", "no/map.svg"], "cannot be written"),
        (["-o", "-", "--json", "-"], "cannot be used together with --json -"),
        (["-o", "m.svg", "--activities", "120%"], "--activities: 120% is not a share"),
        (["-o", "m.svg", "--paths", "nan"], "--paths: nan is not a share"),
        (["-o", "m.svg", "--paths", "many"], "--paths: many is not a share"),
        (["-o", "m.svg", "--show", "beauty"], "--show"),
        (["-o", "m.svg", "--show", "deviations"], "none is given — Give --flow"),
        (["-o", "m.svg", "--flow", "f.yaml"], "the flow is not used"),
        (["-o", "m.svg", "--with", "Colect"], "The log has no activity “Colect”"),
        (["-o", "m.svg", "--by", "Ann"], "Nobody called “Ann” did anything in this log"),
        (["-o", "m.svg", "--attribute", "colour=red"], "have an attribute “colour”"),
        (["-o", "m.svg", "--with", ""], "--with: A filter has no value"),
        (["-o", "m.svg", "--variant", "1"], "“1” does not name a variant"),
        (["-o", "m.svg", "--from", "soon"], "soon” is not a moment"),
        (["-o", "m.svg", "--range", "x=2..1"], "“x=2..1” is not an attribute with a range"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("map", log_file(tmp_path), *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not Path("m.svg").exists()


def test_all_that_is_wrong_with_a_filter_is_said_at_once(tmp_path: Path) -> None:
    result = run("map", log_file(tmp_path), "-o", "m.svg", "--from", "x", "--lasting-from", "y", "--follows", "z")
    assert [line.split(":")[1].strip() for line in result.stderr.splitlines()] == ["from", "lasting-from", "follows"]


def test_the_limit_on_a_filter_names_its_setting(tmp_path: Path) -> None:
    options = ("--case-id", "1", "--case-id", "2")
    result = run("map", log_file(tmp_path), "--json", "-", *options, TRUELINE_FILTER_VALUES="1")
    assert result.exit_code == 2
    assert "TRUELINE_FILTER_VALUES" in result.stderr
