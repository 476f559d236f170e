"""``trueline measure``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.nets.pnml import write_pnml
from tests.api.cli.making import flow_file, log_file, run
from tests.making import make_net
from tests.shared_data import shared


def test_json_holds_the_agreed_shape_and_nothing_else(tmp_path: Path) -> None:
    """Case 1 fits; case 2 lacks ``collect`` and has an activity of its own."""
    result = run("measure", flow_file(tmp_path), log_file(tmp_path), "--json", "-")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found.pop("seconds") >= 0
    assert found.pop("simplicity")["simplicity"] == 1.0
    precision = {"value": 1.0, "left_out": 0, "cut": 0, "escaping_edges": 0, "escaping": []}
    assert found == {
        "cases": 2,
        "events": 6,
        "variants": 2,
        "fitness": {
            "average": pytest.approx(5 / 6),
            "log": pytest.approx(5 / 6),
            "fitting_cases": 1,
            "not_optimal": 0,
            "total_cost": 2,
            "total_cost_upper": 2,
        },
        "token_replay": {
            "average": 0.75,
            "log": 0.75,
            "fitting_cases": 1,
            "incomplete_cases": 0,
            "produced": 8,
            "consumed": 8,
            "missing": 2,
            "remaining": 2,
            "per_variant": [
                {
                    "activities": ["Conduct", "Analyse", "Call back {found}"],
                    "cases": 1,
                    "produced": 4,
                    "consumed": 4,
                    "missing": 2,
                    "remaining": 2,
                    "fitness": 0.5,
                },
                {
                    "activities": ["Conduct", "Collect", "Analyse"],
                    "cases": 1,
                    "produced": 4,
                    "consumed": 4,
                    "missing": 0,
                    "remaining": 0,
                    "fitness": 1.0,
                },
            ],
        },
        "precision": {**precision, "states": 4, "available": 6, "executed": 6},
        "log_precision": {**precision, "states": 4, "available": 5, "executed": 5, "cut": 1},
        "generalization": {"value": pytest.approx(1 - 2**-0.5), "transitions": 3, "unvisited": 0, "left_out": 0},
        "footprints": {
            "agreement": pytest.approx(1 - 4 / 16),
            "activities": ["conduct", "collect", "analyse", "Call back {found}"],
            "cells": 16,
            "differing_cells": 4,
            "differing": [
                {
                    "first": "conduct",
                    "second": "analyse",
                    "log": "precedes",
                    "net": "unrelated",
                    "forward": 1,
                    "backward": 0,
                },
                {
                    "first": "analyse",
                    "second": "Call back {found}",
                    "log": "precedes",
                    "net": "unrelated",
                    "forward": 1,
                    "backward": 0,
                },
            ],
        },
    }


def test_the_tables_show_measures_pairs_and_what_never_came(tmp_path: Path) -> None:
    net = flow_file(tmp_path, write_pnml(make_net("Conduct: i -> p", "Collect: p -> o", "Late: p -> o")), "net.pnml")
    result = run("measure", net, log_file(tmp_path))
    assert "Precision" in result.stdout
    assert "Simplicity                      │        –" in result.stdout
    assert "Call back {found}" in result.stdout
    assert "Never came next" in result.stdout
    assert "Late" in result.stdout


def test_the_tables_are_chinese_where_that_is_asked_for(tmp_path: Path) -> None:
    result = run("measure", flow_file(tmp_path), log_file(tmp_path), "--lang", "zh")
    assert "精确度" in result.stdout
    assert "→ 只有后者紧接前者" in result.stdout


def test_a_budget_leaves_the_other_measures_whole(tmp_path: Path) -> None:
    arguments = ("measure", flow_file(tmp_path), log_file(tmp_path), "--json", "-")
    free, timed = (json.loads(run(*arguments, *more).stdout) for more in ((), ("--budget", "0")))
    assert timed["token_replay"] == free["token_replay"]
    assert timed["log_precision"] == free["log_precision"]
    assert timed["footprints"] == free["footprints"]
    assert timed["precision"]["left_out"] == timed["generalization"]["left_out"] == timed["fitness"]["not_optimal"]


def test_a_limit_that_was_met_in_the_replay_is_said(tmp_path: Path) -> None:
    rules = (
        "Conduct: i -> o",
        "Analyse: x -> p",
        "t1: p -> p, q",
        "y 'Call back {found}': q, r -> o",
        "Collect: i -> o",
    )
    net = flow_file(tmp_path, write_pnml(make_net(*rules)), "net.pnml")
    result = run("measure", net, log_file(tmp_path), TRUELINE_REPLAY_MARKINGS="20")
    assert result.exit_code == 0
    assert "TRUELINE_REPLAY_MARKINGS" in result.stderr


def test_a_net_past_the_limit_is_refused_by_name(tmp_path: Path) -> None:
    net = flow_file(tmp_path, write_pnml(make_net("Conduct: i -> i, q", "Collect: i -> o")), "net.pnml")
    result = run("measure", net, log_file(tmp_path))
    assert result.exit_code == 2
    assert "TRUELINE_ALIGNMENT_MARKINGS" in result.stderr


def test_a_log_without_cases_has_no_figures(tmp_path: Path) -> None:
    arguments = ("measure", flow_file(tmp_path), log_file(tmp_path, "case,activity,timestamp\n"))
    found = json.loads(run(*arguments, "--json", "-").stdout)
    assert (found["fitness"]["log"], found["token_replay"]["log"]) == (None, None)
    assert (found["precision"]["value"], found["log_precision"]["value"], found["generalization"]["value"]) == (
        None,
        None,
        None,
    )
    assert "no case did" not in run(*arguments).stdout


def test_the_receipt_log_has_its_known_figures() -> None:
    net, log = shared("models/08_receipt-imf.pnml"), shared("logs/08_receipt.xes.gz")
    found = json.loads(run("measure", str(net), str(log), "--json", "-").stdout)
    assert round(found["fitness"]["average"], 6) == 0.815495
    assert (found["token_replay"]["missing"], found["token_replay"]["remaining"]) == (863, 856)
    assert round(found["precision"]["value"], 6) == 0.799026
    assert len(found["precision"]["escaping"]) == 100
