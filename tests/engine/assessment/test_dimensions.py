"""The four dimensions on small logs, each number counted by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.assessment.closing import ENDED_CLOSED, ClosedRule
from engine.review.simplicity import simplicity
from engine.vocabulary import Dimension
from tests.engine.assessment.making import LINE, assessed, findings, process, score
from tests.oracles.small_logs import hours

COMPLETENESS, ORDERING, EFFICIENCY, ADAPTABILITY = Dimension
OPTIONAL = (
    "nodes: {start: start, a: {step: A}, b: {step: B, optional: true}, end: end}\nedges: [start -> a -> b -> end]"
)
TIMED = "standards: {quick: {cycle-time: {at-most: 5h}}, answer: {response: [a, b], within: 2h}}"
PLANNED = (
    "nodes: {start: start, a: {step: A}, b: {step: B}, r: {step: R}, end: end}\nedges: [start -> a -> b -> end]\n"
    "plans: {p: {risk: Risk, at: b, on: {message: m}, path: [r], rejoin: b}}"
)


@pytest.mark.parametrize(
    ("text", "case", "completeness", "ordering"),
    [
        (LINE, "a b c d", (4, 4), (4, 4)),
        (LINE, "a c b d", (4, 4), (3, 4)),
        (LINE, "a b d", (3, 4), (3, 3)),
        (LINE, "a b", (2, 4), (2, 2)),
        (LINE, "", (0, 4), (0, 0)),
        (LINE, "a zzz b c d", (4, 4), (4, 5)),
        (LINE, "zzz", (0, 4), (0, 1)),
        (LINE, "a a a b c d", (4, 4), (4, 6)),
        (OPTIONAL, "a", (1, 1), (1, 1)),
        (OPTIONAL, "a b", (1, 1), (2, 2)),
        (OPTIONAL, "b a", (1, 1), (1, 2)),
        (PLANNED, "a r b", (3, 3), (3, 3)),
        (PLANNED, "r a b", (2, 2), (2, 3)),
    ],
)
def test_required_steps_and_events_in_place(
    text: str, case: str, completeness: tuple[int, int], ordering: tuple[int, int]
) -> None:
    found = assessed(process(text), case)
    assert (score(found, COMPLETENESS), score(found, ORDERING)) == (completeness, ordering)


def test_units_of_cases_add_up() -> None:
    found = assessed(process(), "a b c d", "a b c d", "a c b d", "a b")
    assert score(found, COMPLETENESS) == (14, 16)
    assert found.dimension(COMPLETENESS).score == Fraction(175, 2)
    assert findings(found.dimension(ORDERING)) == [("misplaced", "b", 1)]


def test_a_plan_cannot_be_entered_without_evidence() -> None:
    assert score(assessed(process(PLANNED), "a"), COMPLETENESS) == (1, 2)


def test_standards_count_in_their_dimension() -> None:
    rest = "standards: {s: {precedence: [a, b]}, t: {cycle-time: {at-most: 1h}, dimension: completeness}}"
    found = assessed(process(LINE, rest), "b@0 a@3 c@4 d@5")
    assert findings(found.dimension(ORDERING)) == [("misplaced", "a", 1), ("wrong-order", "s", 1)]
    assert score(found, ORDERING) == (3, 5)
    assert score(found, COMPLETENESS) == (4, 5)
    assert found.dimension(EFFICIENCY).reason == "assess.no-standards"


def test_efficiency_counts_due_instances() -> None:
    found = assessed(process(LINE, TIMED), "a@0 b@1 c@2 d@3", "a@0 b@3 c@4 d@9")
    assert score(found, EFFICIENCY) == (2, 4)
    assert findings(found.dimension(EFFICIENCY)) == [("late", "quick", 1), ("late", "answer", 1)]


def test_no_evidence_counts_beside() -> None:
    one = assessed(process(LINE, TIMED), "a@? b@? c@? d@?").dimension(EFFICIENCY)
    assert (one.score, one.reason, one.no_evidence) == (None, "assess.no-evidence", 2)


def test_the_first_reason_that_fails_is_why_a_case_did_not_recover() -> None:
    found = assessed(
        process(LINE, TIMED), "a@0 c@1", "a@0 c@1 d@9", "a@0 c@1 b@2 d@9", "a@0 c@0 b@1 d@2", "a@0 b@1 c@2 d@3"
    )
    one = found.dimension(ADAPTABILITY)
    assert (one.numerator, one.denominator) == (1, 4)
    assert set(findings(one)) == {("unfinished", "d", 1), ("skipped", "b", 1), ("missed-standard", "quick", 1)}


def test_late_work_is_recovered_work() -> None:
    found = assessed(process(LINE, TIMED), "a@0 b@3 c@4 d@5")
    assert score(found, ADAPTABILITY) == (1, 1)


def test_a_plan_is_a_disturbance_with_a_planned_answer() -> None:
    one = assessed(process(PLANNED), "a r b", "a b", "a zzz b").dimension(ADAPTABILITY)
    assert (one.numerator, one.denominator) == (2, 2)
    assert one.beside["planned_answers_share"] == 0.5


def test_contingency_coverage_is_over_steps_at_risk() -> None:
    risky = PLANNED.replace("a: {step: A}", "a: {step: A, risk: Nobody is there}")
    assert assessed(process(PLANNED), "b").dimension(ADAPTABILITY).beside["contingency_coverage_share"] == 1.0
    assert assessed(process(risky), "b").dimension(ADAPTABILITY).beside["contingency_coverage_share"] == 0.5
    assert assessed(process(), "a b c d").dimension(ADAPTABILITY).beside["contingency_coverage_share"] is None


def test_added_time_compares_disturbed_cases_with_the_others() -> None:
    one = assessed(process(), "a@0 b@1 c@2 d@4", "a@0 c@1 b@2 d@9").dimension(ADAPTABILITY)
    assert one.beside["added_time_median_seconds"] == 5 * 3600


def test_open_cases_are_judged_on_what_is_due() -> None:
    found = assessed(process(LINE, TIMED), "a@0 b@1", "a@0 c@1", "a@0 b@1 c@2 d@3", closed=ENDED_CLOSED, now=hours(3))
    assert found.open_cases == 2
    assert score(found, COMPLETENESS) == (8, 9)
    assert score(found, EFFICIENCY) == (3, 4)
    assert score(found, ADAPTABILITY) == (0, 0)
    assert found.dimension(ADAPTABILITY).beside["open_disturbed_count"] == 1


def test_idle_cases_are_closed() -> None:
    cases = ("a@0 b@1", "a@20 b@40", "", "a@?")
    found = assessed(process(), *cases, closed=ClosedRule.parse("idle:1d"), now=hours(30))
    assert found.open_cases == 3
    assert score(found, COMPLETENESS) == (5, 7)


def test_a_case_is_idle_since_its_latest_event_though_the_file_has_it_earlier() -> None:
    found = assessed(process(), "a@0 c@29 b@2", closed=ClosedRule.parse("idle:1d"), now=hours(30))
    assert found.open_cases == 1


@pytest.mark.parametrize(
    ("dimension", "reason"),
    [
        (COMPLETENESS, "assess.nothing-required"),
        (ORDERING, "assess.nothing-performed"),
        (EFFICIENCY, "assess.no-standards"),
        (ADAPTABILITY, "assess.nothing-closed"),
    ],
)
def test_an_empty_log_is_not_assessable(dimension: Dimension, reason: str) -> None:
    one = assessed(process()).dimension(dimension)
    assert (one.score, one.reason, one.interval, one.findings) == (None, reason, None, ())


def test_undisturbed_cases_leave_nothing_to_recover_from() -> None:
    assert assessed(process(), "a b c d").dimension(ADAPTABILITY).reason == "assess.nothing-disturbed"


def test_nothing_due_is_not_a_perfect_score() -> None:
    found = assessed(process(LINE, TIMED), "a@0", closed=ENDED_CLOSED, now=hours(1))
    assert (found.dimension(EFFICIENCY).score, found.dimension(EFFICIENCY).reason) == (None, "assess.nothing-due")


def test_simplicity_of_the_flow_stands_beside_adaptability() -> None:
    made = process()
    assert (
        assessed(made, "a").dimension(ADAPTABILITY).beside["simplicity_share"] == simplicity(made.flow).simplicity == 1
    )
