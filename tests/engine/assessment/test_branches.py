"""Branches that were taken against their conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.closing import ENDED_CLOSED
from engine.vocabulary import DeviationKind, Dimension
from tests.engine.assessment.making import findings, process, score
from tests.oracles.small_logs import events_of, log_of
from tests.oracles.standards.facts import Value

BYPASS = process(
    """
nodes: {start: start, a: {step: A}, hard: exclusive, ask: {step: Ask}, go: exclusive, b: {step: B}, end: end}
edges:
  - start -> a -> hard
  - {from: hard, to: ask, when: case.hard}
  - {from: hard, to: go, otherwise: true}
  - ask -> go
  - go -> b -> end
"""
)
LOOP = process(
    """
nodes: {start: start, again: exclusive, a: {step: A}, enough: exclusive, b: {step: B}, end: end}
edges:
  - start -> again -> a -> enough
  - {from: enough, to: b, when: case.answers >= 30}
  - {from: enough, to: again, otherwise: true}
  - b -> end
"""
)
EXTRAS = process(
    """
nodes:
  start: start
  a: {step: A}
  extras: inclusive
  wash: {step: Wash}
  polish: {step: Polish}
  done: inclusive
  b: {step: B}
  end: end
edges:
  - start -> a -> extras
  - {from: extras, to: wash, when: case.wash}
  - {from: extras, to: polish, when: case.polish}
  - {from: extras, to: done, otherwise: true}
  - wash -> done
  - polish -> done
  - done -> b -> end
"""
)


def assessed(made: object, case: str, values: Mapping[str, Value], *, open_: bool = False) -> Assessment:
    log = log_of([events_of(case)], values=[values])
    return assess(made, log, closed=ENDED_CLOSED) if open_ else assess(made, log)  # type: ignore[arg-type]


def wrong(found: Assessment) -> list[tuple[str, str]]:
    """Gateway and target of each wrong branch."""
    return [(d.branch.gateway, d.branch.target) for d in found.deviations if d.branch is not None]


@pytest.mark.parametrize(
    ("case", "hard", "expected"),
    [
        ("a ask b", True, []),
        ("a ask b", False, [("hard", "ask")]),
        ("a b", False, []),
        ("a b", True, [("hard", "go")]),
        ("a b", None, []),
    ],
)
def test_a_way_out_of_an_exclusive_gateway(case: str, hard: Value, expected: Sequence[tuple[str, str]]) -> None:
    found = assessed(BYPASS, case, {"hard": hard, "other": 1})
    ordering = found.dimension(Dimension.ORDERING)
    events = len(case.split())
    judged = hard is not None
    assert wrong(found) == expected
    assert score(found, Dimension.ORDERING) == (events + judged - len(expected), events + judged)
    assert ordering.no_evidence == (not judged)
    assert [kind for kind, _, _ in findings(ordering)] == ["wrong-branch"] * len(expected)


def test_a_wrong_branch_is_shown_with_its_condition_and_the_values() -> None:
    (deviation,) = assessed(BYPASS, "a ask b", {"hard": False}).deviations
    assert (deviation.kind, deviation.count, deviation.examples) == (DeviationKind.WRONG_BRANCH, 1, ("c0",))
    assert deviation.branch is not None
    assert (deviation.branch.conditions, deviation.branch.otherwise) == (("case.hard",), False)
    assert [(one.case, one.values) for one in deviation.branch.examples] == [("c0", (("hard", "false"),))]


def test_a_wrong_branch_disturbs_a_case_that_recovers() -> None:
    assert score(assessed(BYPASS, "a b", {"hard": True}), Dimension.ADAPTABILITY) == (1, 1)


@pytest.mark.parametrize(("answers", "expected"), [(30, []), (29, [("enough", "b")]), (None, [])])
def test_of_a_loop_the_last_passage_counts(answers: Value, expected: Sequence[tuple[str, str]]) -> None:
    assert wrong(assessed(LOOP, "a a a b", {"answers": answers, "other": 1})) == expected


def test_a_way_that_nothing_shows_is_not_judged() -> None:
    """The case stopped at the gateway; that the cheapest explanation goes on is no evidence."""
    found = assessed(BYPASS, "a", {"hard": True})
    assert wrong(found) == []
    assert score(found, Dimension.ORDERING) == (1, 1)


def test_steps_that_were_left_out_are_one_deviation_and_no_wrong_branch() -> None:
    either = process(
        """
nodes: {start: start, a: {step: A}, g: exclusive, x: {step: X}, y: {step: Y}, h: exclusive, b: {step: B}, end: end}
edges:
  - start -> a -> g
  - {from: g, to: x, when: case.x}
  - {from: g, to: y, otherwise: true}
  - x -> h
  - y -> h -> b -> end
"""
    )
    for value in (True, False):
        assert [d.kind for d in assessed(either, "a b", {"x": value}).deviations] == [DeviationKind.SKIPPED]
    assert wrong(assessed(either, "a y b", {"x": True})) == [("g", "y")]


def test_an_open_case_is_judged_by_the_ways_behind_it() -> None:
    assert wrong(assessed(BYPASS, "a ask", {"hard": False}, open_=True)) == [("hard", "ask")]
    assert wrong(assessed(BYPASS, "a", {"hard": True}, open_=True)) == []


@pytest.mark.parametrize(
    ("case", "wash", "polish", "expected"),
    [
        ("a wash b", True, False, []),
        ("a wash polish b", True, True, []),
        ("a wash b", True, True, [("extras", "polish")]),
        ("a wash b", False, True, [("extras", "wash"), ("extras", "polish")]),
        ("a b", False, False, []),
        ("a b", True, False, [("extras", "wash"), ("extras", "done")]),
        ("a wash b", True, None, []),
    ],
)
def test_ways_out_of_an_inclusive_gateway(
    case: str, wash: Value, polish: Value, expected: Sequence[tuple[str, str]]
) -> None:
    assert sorted(wrong(assessed(EXTRAS, case, {"wash": wash, "polish": polish}))) == sorted(expected)


def test_a_way_taken_otherwise_that_is_unclear_is_no_evidence() -> None:
    found = assessed(EXTRAS, "a b", {"wash": False, "polish": None})
    assert wrong(found) == []
    assert found.dimension(Dimension.ORDERING).no_evidence == 2
