"""Case attributes agree with the branches that the cases took."""

from __future__ import annotations

from typing import Any

import pytest

from engine.simulation.playout import SimulatedLog, simulate
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
    assert values(played("case.size == 'large'"), "size") == ({"large"}, {"none"})


def test_a_condition_that_is_not_simple_is_left_alone() -> None:
    assert played("case.a && case.b").log.cases.columns == ["case_id", "channel", "branch"]
