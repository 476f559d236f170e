"""The other commands: the happy path of each, and what it refuses."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import get_args

import pytest

from api.cli import charting, logs, options
from api.cli.demonstrating import example_pairs
from api.cli.formats import LOG_ENDINGS, ending_of, without_ending
from engine.definitions.bpmn.vocabulary import MODEL
from engine.definitions.flow import Edge, Node, Plan, WeightGroup
from engine.definitions.standards import Intention, Standard
from engine.definitions.titles import Title
from engine.errors import InputRefused
from engine.logs.lifecycle import Lifecycle
from engine.messages.catalogue import has_text
from engine.mining.discovery import Miner
from engine.rendering.overlay import OverlayKind
from engine.vocabulary import Language
from tests.api.cli.making import FLOW, flow_file, log_file, run

SPLIT_WITHOUT_JOIN = "case,activity\n" + "".join(
    f"{case},{activity}\n" for case in range(20) for activity in ("abc" if case % 2 else "acb")
)
"""b and c side by side behind a, and nothing that brings them together."""


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (options.LifecycleName, Lifecycle),
        (charting.Show, OverlayKind),
        (logs.MinerName, Miner),
    ],
)
def test_choices_are_those_of_the_engine(names: object, words: type[Lifecycle]) -> None:
    assert list(get_args(names)) == [word.value for word in words]


@pytest.mark.parametrize("language", list(Language))
def test_everything_that_can_differ_has_a_name(language: Language) -> None:
    kinds = (Node, Edge, Standard, Intention, Plan, WeightGroup, Title)
    names = {field.name for kind in kinds for field in dataclasses.fields(kind)} - {"id", "line", "source", "target"}
    assert [name for name in names if not has_text(f"attribute.{name}", language)] == []


def test_check_of_a_good_flow_is_clean(tmp_path: Path) -> None:
    result = run("check", flow_file(tmp_path))
    assert result.exit_code == 0
    assert "survey.yaml: sound" in result.stdout


def test_check_of_an_unreadable_flow_says_where_and_goes_on(tmp_path: Path) -> None:
    result = run("check", flow_file(tmp_path, "trueline: 1\nflow: [x\n", "bad.yaml"), flow_file(tmp_path))
    assert result.exit_code == 2
    assert "bad.yaml:" in result.stderr
    assert "survey.yaml: sound" in result.stdout


def test_check_finds_problems_with_exit_code_1(tmp_path: Path) -> None:
    net = Path(flow_file(tmp_path, name="dead.pnml", text=""))
    arcs = "".join(
        f'<arc id="{s}{t}" source="{s}" target="{t}"/>'
        for s, t in [("i", "a"), ("a", "p"), ("i", "b"), ("b", "q"), ("p", "c"), ("q", "c"), ("c", "o")]
    )
    places = "".join(f'<place id="{name}"/>' for name in "pqo")
    steps = "".join(f'<transition id="{n}"><name><text>{n}</text></name></transition>' for n in "abc")
    net.write_text(
        '<pnml><net id="n" type="http://www.pnml.org/version-2009/grammar/ptnet"><page id="g">'
        f'<place id="i"><initialMarking><text>1</text></initialMarking></place>{places}{steps}{arcs}'
        "</page></net></pnml>",
        "utf-8",
    )
    result = run("check", str(net))
    assert result.exit_code == 1
    assert "not sound" in result.stdout


def test_a_strict_check_takes_warnings_for_problems(tmp_path: Path) -> None:
    path = flow_file(tmp_path, FLOW.replace("nodes:\n", "roles: {nobody: {en: Nobody, zh: 无人}}\nnodes:\n"))
    assert (run("check", path).exit_code, run("check", path, "--strict").exit_code) == (0, 1)


def test_check_as_json_keeps_standard_output_to_itself(tmp_path: Path) -> None:
    result = run("check", flow_file(tmp_path), str(tmp_path / "none.yaml"), "--json", "-")
    found = json.loads(result.stdout)
    assert result.exit_code == 2
    assert [flow["verdict"] for flow in found["flows"]] == ["clean", "unreadable"]
    assert [flow["soundness"] for flow in found["flows"]] == ["sound", None]


def test_diff_names_changes_and_a_sequence_that_shows_them(tmp_path: Path) -> None:
    new = flow_file(tmp_path, FLOW.replace("collect -> analyse", "analyse -> collect"), "new.yaml")
    result = run("diff", flow_file(tmp_path), new)
    assert result.exit_code == 0
    assert "now allowed: conduct → analyse → collect" in result.stdout
    found = json.loads(run("diff", flow_file(tmp_path), new, "--json", "-").stdout)
    assert found["forbidden"] == {"end": "found", "trace": ["conduct", "collect", "analyse"], "compared": None}
    assert "conduct -> analyse" not in found["edges"]["removed"]


def test_diff_of_a_flow_with_itself_is_empty(tmp_path: Path) -> None:
    assert "written alike" in run("diff", flow_file(tmp_path), flow_file(tmp_path)).stdout


def test_diff_with_a_net_says_what_was_not_compared(tmp_path: Path) -> None:
    run("convert", flow_file(tmp_path), str(tmp_path / "net.pnml"))
    result = run("diff", str(tmp_path / "net.pnml"), str(tmp_path / "net.pnml"))
    assert result.exit_code == 0
    assert "only its steps and its behaviour are compared" in result.stderr


def test_log_says_what_is_in_it(tmp_path: Path) -> None:
    found = json.loads(run("log", log_file(tmp_path), "--json", "-").stdout)
    assert (found["cases"], found["events"], found["variants"]) == (2, 6, 2)
    assert found["activities"][0] == {"name": "Analyse", "count": 2}
    assert "Events per case" in run("log", log_file(tmp_path)).stdout


def test_log_shows_warnings_as_a_result(tmp_path: Path) -> None:
    rows = "case,activity,timestamp\n1,A,\n1,B,2026-01-01T08:00:00Z\n"
    result = run("log", log_file(tmp_path, rows), "--lang", "zh")
    assert result.exit_code == 0
    assert "警告: survey.csv" in result.stdout


def test_discover_finds_a_flow_that_fits(tmp_path: Path) -> None:
    output = tmp_path / "found.yaml"
    result = run("discover", log_file(tmp_path), "-o", str(output), "--miner", "directly-follows", "--noise", "0")
    assert result.exit_code == 0, result.stderr
    found = json.loads(run("align", str(output), log_file(tmp_path), "--json", "-").stdout)
    assert found["total_cost"] == 0


def test_discover_counts_the_warnings_of_a_flow_that_holds_together(tmp_path: Path) -> None:
    result = run("discover", log_file(tmp_path), "-o", str(tmp_path / "found.yaml"), "--noise", "0")
    assert result.exit_code == 0, result.stderr
    assert "found.yaml: sound; errors: 0, warnings: " in result.stdout
    assert "does not say when it leads to" not in result.stdout + result.stderr


@pytest.mark.parametrize("ending", ["yaml", "pnml"])
def test_discover_writes_an_unsound_flow_and_shows_how_it_goes_wrong(tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"found.{ending}"
    result = run("discover", log_file(tmp_path, SPLIT_WITHOUT_JOIN), "-o", str(output), "--miner", "heuristics")
    assert result.exit_code == 1
    assert "The end is reached while work is left at c: a → [all_after_a] → b" in result.stdout
    checked = run("check", str(output))
    assert checked.exit_code == 1
    assert {line for line in result.stdout.splitlines() if line.startswith("error")} <= set(checked.stdout.splitlines())


def test_what_a_format_cannot_hold_is_said_of_the_file_that_was_asked_for(tmp_path: Path) -> None:
    source, target = tmp_path / "x.xes", tmp_path / "x.csv"
    source.write_text("<log><trace/></log>")
    result = run("convert", str(source), str(target))
    assert result.exit_code == 0
    assert "x.csv: Cases without events have no row in a table" in result.stderr


@pytest.mark.parametrize("ending", LOG_ENDINGS)
def test_a_converted_log_is_the_same_log(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"copy{ending}"
    assert run("convert", log_file(tmp_path), str(target)).exit_code == 0
    before, after = (
        json.loads(run("align", flow_file(tmp_path), str(log), "--json", "-").stdout)
        for log in (log_file(tmp_path), target)
    )
    assert before["per_variant"] == after["per_variant"]


def test_a_flow_becomes_a_net_and_the_net_no_flow(tmp_path: Path) -> None:
    net = tmp_path / "survey.pnml"
    result = run("convert", flow_file(tmp_path), str(net))
    assert result.exit_code == 0
    assert "net alone" in result.stderr
    back = run("convert", str(net), str(tmp_path / "back.yaml"))
    assert back.exit_code == 2
    assert "cannot be turned into a flow" in back.stderr
    assert not (tmp_path / "back.yaml").exists()


def test_a_flow_written_again_is_the_same_flow(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    run("convert", flow_file(tmp_path), str(copy))
    assert "written alike" in run("diff", flow_file(tmp_path), str(copy)).stdout


def test_a_flow_goes_through_bpmn_and_stays_the_same_flow(tmp_path: Path) -> None:
    model, copy = tmp_path / "survey.bpmn", tmp_path / "copy.yaml"
    assert run("convert", flow_file(tmp_path), str(model)).exit_code == 0
    assert "BPMNDiagram" in model.read_text("utf-8")
    assert run("convert", str(model), str(copy)).exit_code == 0
    assert "written alike" in run("diff", flow_file(tmp_path), str(copy)).stdout
    log = log_file(tmp_path)
    before, after = (
        json.loads(run("align", flow, log, "--json", "-").stdout) for flow in (flow_file(tmp_path), str(model))
    )
    assert before["per_variant"] == after["per_variant"]


def test_the_process_of_a_bpmn_file_is_chosen_anywhere_on_the_line(tmp_path: Path) -> None:
    tasks = "".join(f'<task id="{name}" name="{name}"/>' for name in "ab")
    process = f"<process id='P'>{tasks}<sequenceFlow id='f' sourceRef='a' targetRef='b'/></process>"
    other = process.replace("'P'", "'Q'").replace('"a"', '"c"').replace('"b"', '"d"').replace("'f'", "'g'")
    other = other.replace("'a'", "'c'").replace("'b'", "'d'")
    file = tmp_path / "two.bpmn"
    file.write_text(f'<definitions xmlns="{MODEL}">{process}{other}</definitions>', "utf-8")
    refused = run("check", str(file))
    assert (refused.exit_code, "P, Q" in refused.stderr, "--process" in refused.stderr) == (2, True, True)
    assert run("--process", "Q", "convert", str(file), str(tmp_path / "q.yaml")).exit_code == 0
    assert "{step: c}" in (tmp_path / "q.yaml").read_text("utf-8")
    assert run("convert", str(file), str(tmp_path / "p.yaml"), "--process=P").exit_code == 0
    assert "{step: a}" in (tmp_path / "p.yaml").read_text("utf-8")


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    result = run("convert", flow_file(tmp_path), str(tmp_path / "survey.doc"))
    assert result.exit_code == 2
    assert ".parquet" in result.stderr


def test_simulate_writes_log_and_truth_and_repeats_itself(tmp_path: Path) -> None:
    arguments = ("simulate", flow_file(tmp_path), "--cases", "20", "--seed", "7", "--deviations", "skip:0.5")
    assert run(*arguments, "-o", str(tmp_path / "x.xes.gz")).exit_code == 0
    assert run(*arguments, "-o", str(tmp_path / "y.xes.gz")).exit_code == 0
    assert (tmp_path / "x.xes.gz").read_bytes() == (tmp_path / "y.xes.gz").read_bytes()
    truth = json.loads((tmp_path / "x.truth.json").read_text("utf-8"))
    found = json.loads(run("align", flow_file(tmp_path), str(tmp_path / "x.xes.gz"), "--json", "-").stdout)
    assert found["cases"] - found["fitting_cases"] == len(truth["affected"]) == 10


def test_simulate_draws_attributes_as_they_are_set(tmp_path: Path) -> None:
    output = tmp_path / "x.csv"
    set_ = ("--set", "case.answers=40..45", "--set", "channel=fax", "--set", "weekday=mo:1|tu:0|:1")
    assert run("simulate", flow_file(tmp_path), "--cases", "20", "-o", str(output), *set_).exit_code == 0
    rows = list(csv.DictReader(output.read_text("utf-8-sig").splitlines()))
    assert {row["case:channel"] for row in rows} == {"fax"}
    assert {row["case:weekday"] for row in rows} == {"mo", ""}
    assert {40 <= int(row["case:answers"]) <= 45 for row in rows} == {True}
    recorded = json.loads((tmp_path / "x.truth.json").read_text("utf-8"))["settings"]["attributes"]
    assert "answers: 40..45" in recorded


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (("--cases", "0"), "--cases: 0 is not between 1 and"),
        (("--cases", "many"), "--cases: many is not a whole number"),
        (("--seed", "-1"), "--seed: -1 is not between 0 and"),
        (("--people", "0"), "--people: 0 is not between 1 and"),
        (("--from", "heute"), "--from: heute is not a day"),
        (("--deviations", "skipp:1"), "skipp"),
        (("--calendar", "moon"), "moon"),
        (("--set", "answers=60..10"), "answers: “60..10” is not a range"),
        (("--set", "nowhere.sheet=x"), "“nowhere” is no step"),
    ],
)
def test_simulate_refuses_what_it_cannot_play(tmp_path: Path, extra: tuple[str, ...], says: str) -> None:
    result = run("simulate", flow_file(tmp_path), "-o", str(tmp_path / "x.csv"), *extra)
    assert result.exit_code == 2
    assert says in result.stderr
    assert list(tmp_path.glob("x.*")) == []


@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_chart_draws_each_kind_of_picture(tmp_path: Path, ending: str, begins: bytes) -> None:
    output = tmp_path / f"survey.{ending}"
    assert run("chart", flow_file(tmp_path), "-o", str(output)).exit_code == 0
    assert begins in output.read_bytes()[:1000]


def test_chart_speaks_the_language(tmp_path: Path) -> None:
    run("chart", flow_file(tmp_path), "-o", str(tmp_path / "a.svg"), "--lang", "zh")
    assert "回收" in (tmp_path / "a.svg").read_text("utf-8")


def test_chart_draws_a_log_on_a_flow(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.svg", tmp_path / "marked.svg"
    run("chart", flow_file(tmp_path), "-o", str(plain))
    result = run("chart", flow_file(tmp_path), "-o", str(marked), "--log", log_file(tmp_path), "--show", "frequency")
    assert result.exit_code == 0, result.stderr
    assert marked.read_text("utf-8") != plain.read_text("utf-8")


def test_chart_refuses_other_endings(tmp_path: Path) -> None:
    result = run("chart", flow_file(tmp_path), "-o", str(tmp_path / "a.gif"))
    assert result.exit_code == 2
    assert ".svg, .png, .pdf" in result.stderr


def test_endings_are_read_whole_and_in_any_case() -> None:
    assert ending_of(Path("a.b.XES.GZ"), LOG_ENDINGS) == ".xes.gz"
    assert without_ending(Path("d/a.b.xes.gz"), LOG_ENDINGS) == Path("d/a.b")
    with pytest.raises(InputRefused, match=r"cli\.unknown-ending"):
        ending_of(Path(".csv"), LOG_ENDINGS)


def test_examples_are_paired_by_name(tmp_path: Path) -> None:
    for name in ("flows/a.yaml", "flows/b.yaml", "logs/a.xes.gz", "logs/a.truth.json", "logs/ab.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert example_pairs(tmp_path) == [(tmp_path / "flows/a.yaml", tmp_path / "logs/a.xes.gz")]
