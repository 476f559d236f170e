"""Case attributes agree with the branches that the cases took."""

from __future__ import annotations

from typing import Any

import pytest

from engine.simulation.playout import SimulatedLog, simulate
from engine.simulation.settings import SimulationSettings
from engine.simulation.values import Choice
from tests.engine.simulation.flows import flow_of

BRANCHES = """
trueline: 1
flow: branches
title: {{en: Branches, zh: 分支}}
nodes:
  start: start
  choose: exclusive
  left: {{step: {{en: Left, zh: 左}}}}
  right: {{step: {{en: Right, zh: 右}}}}
  end: end
edges:
  - start -> choose
  - {{from: choose, to: left, when: "{condition}"}}
  - {{from: choose, to: right, otherwise: true}}
  - left -> end
  - right -> end
"""


def played(condition: str) -> SimulatedLog:
    flow, net = flow_of(BRANCHES.format(condition=condition))
    return simulate(flow, net, cases=60, seed=5)


def values(log: SimulatedLog, attribute: str) -> tuple[set[Any], set[Any]]:
    """The attribute's values in cases that went left, and in those that went right."""
    table = log.log.cases.with_row_index("case").join(log.log.events, on="case")
    left = log.log.activities.index("Left")
    went_left = table["activity"] == left
    return set(table.filter(went_left)[attribute]), set(table.filter(~went_left)[attribute])


@pytest.mark.parametrize(("condition", "left"), [("case.booked", True), ("!case.booked", False)])
def test_a_flag_holds_where_its_branch_was_taken(condition: str, left: bool) -> None:  # noqa: FBT001
    assert values(played(condition), "booked") == ({left}, {not left})


@pytest.mark.parametrize("comparison", [">=", ">", "<=", "<", "=="])
def test_a_number_holds_where_its_branch_was_taken(comparison: str) -> None:
    left, right = values(played(f"case.answers {comparison} 30"), "answers")
    holds = {">=": (30).__le__, ">": (30).__lt__, "<=": (30).__ge__, "<": (30).__gt__, "==": (30).__eq__}[comparison]
    assert all(holds(value) for value in left)
    assert not any(holds(value) for value in right)


def test_a_text_holds_where_its_branch_was_taken() -> None:
    assert values(played("case.size == 'large'"), "size") == ({"large"}, {"other"})


def test_a_condition_of_several_parts_decides_as_a_whole() -> None:
    log = played("case.booked && case.visits > 2 || case.grade in ['gold', 'silver']")
    left = log.log.activities.index("Left")
    went = log.log.events.group_by("case").first().sort("case")["activity"] == left
    cases = log.log.cases
    holds = (cases["booked"] & (cases["visits"] > 2)) | cases["grade"].is_in(["gold", "silver"])
    assert (went == holds).all()
    assert 0 < holds.sum() < len(holds)


def test_what_a_user_says_of_an_attribute_decides_how_often_a_way_is_taken() -> None:
    flow, net = flow_of(BRANCHES.format(condition="case.booked"))
    rarely = SimulationSettings(attributes={"booked": Choice((True, False), (1, 9))})
    booked = simulate(flow, net, cases=400, seed=5, settings=rarely).log.cases["booked"].sum()
    assert 20 < booked < 60


LOOP = BRANCHES.replace("- right -> end", "- right -> choose")


def test_a_loop_is_left_as_the_attributes_say_however_often_a_case_went_round() -> None:
    flow, net = flow_of(LOOP.format(condition="case.answers >= 30"))
    log = simulate(flow, net, cases=60, seed=5).log
    assert (log.cases["answers"] >= 30).all()
    assert log.events.height > 60


def test_of_an_inclusive_gateway_exactly_the_ways_are_taken_that_hold() -> None:
    flow, net = flow_of(INCLUSIVE)
    log = simulate(flow, net, cases=60, seed=5).log
    names = [log.activities[code] for code in log.events["activity"]]
    for number, row in enumerate(log.cases.iter_rows(named=True)):
        done = {name for name, case in zip(names, log.events["case"], strict=True) if case == number}
        wanted = {name for name in ("wash", "polish") if row[name]}
        assert {name.lower() for name in done} - {"hand over"} == wanted


INCLUSIVE = """
trueline: 1
flow: extras
nodes:
  start: start
  extras: inclusive
  wash: {step: Wash}
  polish: {step: Polish}
  done: inclusive
  hand_over: {step: Hand over}
  end: end
edges:
  - start -> extras
  - {from: extras, to: wash, when: "case.wash"}
  - {from: extras, to: polish, when: "case.polish"}
  - {from: extras, to: done, otherwise: true}
  - wash -> done
  - polish -> done
  - done -> hand_over -> end
"""
