"""Standards of a called flow in the assessment of its caller."""

from __future__ import annotations

import pytest

from engine.assessment.assess import assess
from engine.assessment.standard_result import StandardResult
from engine.nets.process import Process, read_process_bytes
from engine.vocabulary import Dimension
from tests.engine.assessment.making import findings
from tests.engine.nets.constructs import flow_of
from tests.oracles.small_logs import log

REPAIR = flow_of(
    "fix: {step: Fix, at-most: 30m}\ntest: {step: Test}\nsorry: {step: Sorry}",
    "start -> fix -> test -> end",
    rest=(
        "plans: {stuck: {risk: Stuck, at: test, on: {timer: 1d}, path: [sorry], rejoin: test}}\n"
        "standards:\n"
        "  tested: {response: [fix, test], within: 90m}\n"
        "  in-time: {cycle-time: {at-most: 2h}}\n"
        "  once: {count: fix, at-least: 1, at-most: 1}\n"
        "  fixed-first: {precedence: [fix, test]}\n"
    ),
).replace("flow: f", "flow: repair")
SHOP = flow_of(
    "take: {step: Take}\nwhat: exclusive\nrepair: {call: repair}\nsell: {step: Sell}\nmet: exclusive\n"
    "give: {step: Give}",
    "start -> take -> what -> repair -> met -> give -> end, what -> sell -> met",
)
IDS = ("fix.at-most", "tested", "in-time", "once", "fixed-first")


def shop() -> Process:
    return read_process_bytes(SHOP.encode(), called={"repair": REPAIR}.get)


def judged(process: Process, *cases: str) -> dict[str, StandardResult]:
    return {result.standard: result for result in assess(process, log(*cases)).standards}


def counts(result: StandardResult) -> tuple[int, int, int, int]:
    return result.met, result.missed, result.not_due, result.no_evidence


@pytest.mark.parametrize(
    ("inside", "after"),
    [
        ("Fix Test", "Give"),
        ("Fix Test Test", "Give"),
        ("Fix Sorry Test", "Give"),
        ("Fix Fix Test", "Give"),
        ("Test Fix", "Give"),
        ("Test", "Give"),
        ("Fix", ""),  # broken off
    ],
)
def test_the_caller_judges_as_the_called_flow_alone(inside: str, after: str) -> None:
    alone = judged(read_process_bytes(REPAIR.encode()), inside)
    called = judged(shop(), f"Take {inside} {after}")
    for name in IDS:
        assert counts(called[f"repair.{name}"]) == counts(alone[name]), name


def test_a_case_that_takes_another_way_is_asked_for_nothing() -> None:
    found = judged(shop(), "Take Sell Give")
    assert {name: counts(found[f"repair.{name}"]) for name in IDS} == dict.fromkeys(IDS, (0, 0, 0, 0))


def test_the_cycle_time_is_that_of_the_call() -> None:
    """Events are an hour apart: the call takes one or three hours, the case five."""
    found = judged(shop(), "Take Fix Test Give Give Give", "Take Fix Fix Fix Test Give")
    assert counts(found["repair.in-time"]) == (1, 1, 0, 0)


def test_a_missed_one_is_a_finding_of_the_callers_scorecard() -> None:
    found = assess(shop(), log("Take Fix Sorry Test Give", "Take Sell Give"))
    efficiency = found.dimension(Dimension.EFFICIENCY)
    assert ("late", "repair.tested", 1) in findings(efficiency)
    assert efficiency.denominator == 2  # one answer, one cycle time; durations have no evidence


def test_a_plan_of_the_called_flow_is_a_planned_answer_of_the_caller() -> None:
    found = assess(shop(), log("Take@0 Fix@1 Sorry@1.5 Test@2 Give@3", "Take Fix Test Give"))
    assert found.dimension(Dimension.ADAPTABILITY).beside["planned_answers_share"] == 1.0
    assert not found.deviations
