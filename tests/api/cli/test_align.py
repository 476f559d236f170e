"""``trueline align``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.nets.pnml import write_pnml
from tests.api.cli.making import flow_file, log_file, run
from tests.making import make_net
from tests.shared_data import shared


def test_json_holds_the_agreed_shape_and_nothing_else(tmp_path: Path) -> None:
    result = run("align", flow_file(tmp_path), log_file(tmp_path), "--json", "-")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found.pop("seconds") >= 0
    assert found == {
        "cases": 2,
        "events": 6,
        "variants": 2,
        "total_cost": 2,
        "total_cost_upper": 2,
        "fitting_cases": 1,
        "average_fitness": pytest.approx(5 / 6),
        "log_fitness": pytest.approx(5 / 6),
        "not_optimal": 0,
        "per_variant": [
            {
                "activities": ["Conduct", "Analyse", "Call back {found}"],
                "cases": 1,
                "cost": 2,
                "fitness": pytest.approx(2 / 3),
                "status": "optimal",
                "lower_bound": 2,
                "explanation": "global",
                "moves": [
                    ["sync", "Conduct", "conduct"],
                    ["model", None, "collect"],
                    ["sync", "Analyse", "analyse"],
                    ["log", "Call back {found}", None],
                ],
            },
            {
                "activities": ["Conduct", "Collect", "Analyse"],
                "cases": 1,
                "cost": 0,
                "fitness": 1.0,
                "status": "optimal",
                "lower_bound": 0,
                "explanation": "global",
                "moves": [
                    ["sync", "Conduct", "conduct"],
                    ["sync", "Collect", "collect"],
                    ["sync", "Analyse", "analyse"],
                ],
            },
        ],
    }


def test_the_table_shows_measures_and_costly_variants(tmp_path: Path) -> None:
    result = run("align", flow_file(tmp_path), log_file(tmp_path))
    assert "Average fitness" in result.stdout
    assert "Conduct · −collect · Analyse · +Call back {found}" in result.stdout


def test_a_json_file_is_written_beside_the_table(tmp_path: Path) -> None:
    result = run("align", flow_file(tmp_path), log_file(tmp_path), "--json", str(tmp_path / "a.json"))
    assert "Total cost" in result.stdout
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["total_cost"] == 2


def test_named_columns_are_used(tmp_path: Path) -> None:
    log = log_file(tmp_path, "ort,was,wann\n1,Conduct,2026-01-01T08:00:00Z\n")
    columns = ("--case", "ort", "--activity", "was", "--timestamp", "wann")
    result = run("align", flow_file(tmp_path), log, *columns, "--json", "-")
    assert json.loads(result.stdout)["total_cost"] == 2


def test_lifecycle_chooses_the_events_that_count(tmp_path: Path) -> None:
    start, end = "1,Conduct,2026-01-01T08:00:00Z,start\n", "1,Conduct,2026-01-01T09:00:00Z,complete\n"
    rows = "case,activity,timestamp,lifecycle\n" + start + end
    arguments = ("align", flow_file(tmp_path), log_file(tmp_path, rows), "--json", "-")
    assert json.loads(run(*arguments).stdout)["events"] == 2
    assert json.loads(run(*arguments, "--lifecycle", "pair").stdout)["events"] == 1


def test_no_time_at_all_leaves_honest_bounds(tmp_path: Path) -> None:
    result = run("align", flow_file(tmp_path), log_file(tmp_path), "--budget", "0", "--json", "-")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["total_cost"] <= 2 <= found["total_cost_upper"]
    assert found["not_optimal"] == sum(v["cases"] for v in found["per_variant"] if v["status"] == "budget")


def test_enough_time_gives_the_answer_without_a_budget(tmp_path: Path) -> None:
    arguments = ("align", flow_file(tmp_path), log_file(tmp_path), "--json", "-")
    free, timed = (json.loads(run(*arguments, *more).stdout) for more in ((), ("--budget", "3600")))
    assert {**timed, "seconds": 0} == {**free, "seconds": 0}


def aligned(folder: Path, *rules: str, **environment: str) -> dict[str, Any]:
    """The small log against a net of these transitions, by way of a PNML file."""
    net = flow_file(folder, write_pnml(make_net(*rules)), "net.pnml")
    result = run("align", net, log_file(folder), "--json", "-", **environment)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


SEQUENCE = ("Conduct: i -> a", "Collect: a -> b", "Analyse: b -> o")


def test_a_net_without_a_run_is_unreachable(tmp_path: Path) -> None:
    found = aligned(tmp_path, "Conduct: x -> o")
    assert (found["not_optimal"], found["fitting_cases"], found["total_cost"], found["total_cost_upper"]) == (
        2,
        0,
        0,
        0,
    )
    assert (found["average_fitness"], found["log_fitness"]) == (0.0, 0.0)
    told = [(v["status"], v["cost"], v["fitness"], v["moves"]) for v in found["per_variant"]]
    assert told == [("unreachable", None, 0.0, [])] * 2


def test_past_the_budget_the_lower_bound_counts_and_the_best_found_stands_beside(tmp_path: Path) -> None:
    found = aligned(tmp_path, *SEQUENCE, TRUELINE_SEARCH_NODES="1")
    variants = found["per_variant"]
    assert {v["status"] for v in variants} == {"budget"}
    assert found["not_optimal"] == 2
    assert found["total_cost"] == sum(v["lower_bound"] for v in variants) <= 2
    assert found["total_cost_upper"] == sum(v["cost"] for v in variants) >= 2
    assert [v["fitness"] for v in variants] == [pytest.approx(1 - v["lower_bound"] / 6) for v in variants]


def test_moves_past_the_budget_are_a_possible_alignment_of_the_cost_stated(tmp_path: Path) -> None:
    for variant in aligned(tmp_path, *SEQUENCE, TRUELINE_SEARCH_NODES="1")["per_variant"]:
        kinds = [kind for kind, _, _ in variant["moves"]]
        assert [activity for _, activity, _ in variant["moves"] if activity] == variant["activities"]
        assert kinds.count("log") + kinds.count("model") == variant["cost"]


def test_every_problem_of_a_log_is_one_line_with_its_place(tmp_path: Path) -> None:
    rows = "case,activity,timestamp\n1,A,2026-02-30T00:00:00Z\n1,B,tomorrow\n"
    result = run("align", flow_file(tmp_path), log_file(tmp_path, rows))
    assert result.exit_code == 2
    assert "survey.csv:2" in result.stderr
    assert "survey.csv:3" in result.stderr
    assert result.stdout == ""


def test_an_output_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    result = run("align", flow_file(tmp_path), log_file(tmp_path), "--json", str(tmp_path / "no" / "a.json"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_the_receipt_log_has_its_known_optimum() -> None:
    net, log = shared("models/08_receipt-imf.pnml"), shared("logs/08_receipt.xes.gz")
    result = run("align", str(net), str(log), "--json", "-")
    found = json.loads(result.stdout)
    assert found["total_cost"] == found["total_cost_upper"] == 2465
    assert round(found["average_fitness"], 6) == 0.815495
    assert found["variants"] == 116
