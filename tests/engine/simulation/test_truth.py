"""The truth beside a log can be written, read back and counted."""

from __future__ import annotations

import json

import pytest

from engine import VERSION
from engine.errors import InputRefused
from engine.simulation.playout import simulate
from engine.simulation.settings import SimulationSettings
from engine.simulation.specification import Injection, read_deviations
from engine.simulation.truth import Truth, read_truth, write_truth
from engine.vocabulary import DeviationKind
from tests.engine.simulation.flows import SERVICE, flow_of


def truth(deviations: str = "swap:10%,stop:10%,plan:10%") -> Truth:
    flow, net = flow_of(SERVICE)
    settings = SimulationSettings(deviations=read_deviations(deviations))
    return simulate(flow, net, cases=20, seed=9, settings=settings).truth


def test_truth_reads_back() -> None:
    assert read_truth(write_truth(truth())) == truth()


def test_truth_of_a_clean_log_reads_back() -> None:
    assert read_truth(write_truth(truth(""))).affected == ()


def test_totals_count_cases_and_leave_plans_out_of_the_deviations() -> None:
    assert truth().placed == {Injection.SWAP: 2, Injection.STOP: 2, Injection.PLAN: 2}
    assert truth().deviations == {DeviationKind.MISPLACED: 2, DeviationKind.UNFINISHED: 2}


def test_truth_says_where_it_comes_from() -> None:
    data = json.loads(write_truth(truth()))
    assert (data["flow"], data["flow_hash"]) == ("repair_visit", flow_of(SERVICE)[0].source_hash)
    assert (data["engine_version"], data["seed"], data["cases"]) == (VERSION, 9, 20)
    assert data["settings"]["deviations"] == "swap:0.1,stop:0.1,plan:0.1"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"trueline_truth": 2}', "[" * 100_000, '{"trueline_truth": 1, "flow": 1}']
)
def test_what_is_no_truth_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_truth(text, source="x.truth.json")
    assert refused.value.problems[0].code == "simulate.not-a-truth"
    assert refused.value.problems[0].place.source == "x.truth.json"
