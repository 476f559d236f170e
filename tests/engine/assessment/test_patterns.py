"""Patterns by hand: small logs whose tables can be counted on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.case_attributes import AttributeClass, Scope
from engine.assessment.closing import ClosedRule
from engine.assessment.deviation_cases import RiskGroups, are_one_fact
from engine.assessment.losses import Cause
from engine.assessment.more_frequent import find_more_frequent
from engine.assessment.patterns import PATTERNS_KEPT, MoreFrequent, Patterns
from engine.assessment.together import find_together
from engine.limits import DEFAULT_LIMITS
from tests.engine.assessment.making import process
from tests.engine.assessment.pattern_making import (
    attribute,
    deviation,
    everyone,
    ids,
    patterns_of,
    with_attributes,
)
from tests.oracles.small_logs import BEGIN, log

FINE, NO_B, NO_C, NEITHER = "a b c d", "a c d", "a b d", "a d"


def only(patterns: Patterns) -> MoreFrequent:
    assert len(patterns.more_frequent.patterns) == 1
    return patterns.more_frequent.patterns[0]


def test_a_share_that_is_higher_in_one_branch() -> None:
    """North: 12 of 20 skip b; south: 2 of 20."""
    found = patterns_of(
        [NO_B] * 12 + [FINE] * 8 + [NO_B] * 2 + [FINE] * 18, {"branch": ["north"] * 20 + ["south"] * 20}
    )
    pattern = only(found)
    assert pattern.deviations == (Cause("skipped", ("b",)),)
    assert pattern.where == AttributeClass("branch", Scope.CASE, value="north")
    assert (pattern.inside_with, pattern.inside, pattern.outside_with, pattern.outside) == (12, 20, 2, 20)
    assert pattern.ratio == pytest.approx(6)
    assert pattern.difference == pytest.approx(0.5)
    assert pattern.odds_ratio == pytest.approx((12 * 18) / (8 * 2))
    # C(14, 12) C(26, 8) + C(14, 13) C(26, 7) + C(26, 6), and the same at the other end, of C(40, 20)
    assert pattern.p == pytest.approx(2 * (91 * 1_562_275 + 14 * 657_800 + 230_230) / 137_846_528_820, rel=1e-5)
    assert pattern.q == pytest.approx(2 * pattern.p, rel=1e-5)
    assert (found.more_frequent.count, found.more_frequent.tests) == (1, 2)
    assert pattern.examples == ("c0", "c1", "c10", "c11", "c2")


def test_where_nobody_else_deviates_there_is_no_ratio() -> None:
    pattern = only(patterns_of([NO_B] * 10 + [FINE] * 30, {"branch": ["north"] * 10 + ["south"] * 30}))
    assert (pattern.ratio, pattern.odds_ratio, pattern.difference) == (None, None, 1)


def test_two_deviations_in_the_same_cases() -> None:
    """Step b is skipped and d repeated in 8 cases, one of them alone in 4 more, neither in 28."""
    flow = process()
    cases = ["a c d d"] * 8 + [NO_B] * 2 + ["a b c d d"] * 2 + [FINE] * 28
    (pattern,) = assess(flow, log(*cases)).patterns.together.patterns
    assert {pattern.first[0].kind, pattern.second[0].kind} == {"skipped", "repeated"}
    assert (pattern.cases, pattern.first_cases, pattern.second_cases, pattern.both) == (40, 10, 10, 8)
    assert pattern.expected == pytest.approx(10 * 10 / 40)
    assert pattern.lift == pytest.approx(3.2)
    assert pattern.phi == pytest.approx((8 * 28 - 2 * 2) / (10 * 30))
    assert pattern.odds_ratio == pytest.approx(8 * 28 / 4)
    assert pattern.q == pattern.p
    assert pattern.examples == ("c0", "c1", "c2", "c3", "c4")


def test_deviations_that_never_part_are_told_as_one() -> None:
    together = [deviation(name, range(10)) for name in "pqrs"]
    found = find_together([*together, deviation("t", [*range(9), 30])], everyone(60), ids(60))
    (one, other) = found.patterns
    assert [cause.steps[0] for cause in one.first + one.second] == ["p", "q", "r", "s"]
    assert (one.both, one.odds_ratio) == (10, None)
    assert one.phi == pytest.approx(1)
    assert [cause.steps[0] for cause in other.first] == ["p", "q", "r", "s"]
    assert [cause.steps[0] for cause in other.second] == ["t"]
    assert (found.count, found.tests) == (2, 10)


def test_values_that_hold_the_same_cases_are_told_as_one() -> None:
    cases = [NO_B] * 12 + [FINE] * 8 + [FINE] * 20
    found = patterns_of(cases, {"branch": ["north"] * 20 + ["south"] * 20, "city": ["Harbin"] * 20 + ["Sanya"] * 20})
    pattern = only(found)
    assert (pattern.where.value, [one.value for one in pattern.same]) == ("north", ["Harbin"])
    assert found.more_frequent.tests == 4


def test_too_few_cases_are_no_pattern() -> None:
    assert patterns_of([NO_B] * 4 + [FINE] * 36, {"branch": ["north"] * 4 + ["south"] * 36}).more_frequent.tests == 0
    found = patterns_of([NO_B] * 4 + [FINE] * 4 + [NO_B] + [FINE] * 91, {"branch": ["north"] * 8 + ["south"] * 92})
    assert (found.more_frequent.tests, found.more_frequent.count) == (2, 0)


def test_too_small_an_effect_is_no_pattern_however_certain() -> None:
    """Odds of 1.4, p below a thousandth."""
    north = [NO_B] * 580 + [FINE] * 420
    south = [NO_B] * 496 + [FINE] * 504
    found = patterns_of(north + south, {"branch": ["north"] * 1_000 + ["south"] * 1_000})
    assert (found.more_frequent.tests, found.more_frequent.count) == (2, 0)


@pytest.mark.parametrize(
    ("cases", "values"),
    [
        ([], []),
        ([NO_B], ["north"]),
        ([FINE] * 40, ["north", "south"] * 20),
        ([NO_B] * 40, ["north", "south"] * 20),
        ([NO_B] * 20 + [FINE] * 20, ["north"] * 40),
        ([NO_B] * 20 + [FINE] * 20, [None] * 40),
        ([NO_B] * 20 + [FINE] * 20, [f"id {number}" for number in range(40)]),
        ([""] * 20, ["north", "south"] * 10),
    ],
    ids=["no case", "one case", "all fine", "all deviate", "one value", "no value", "a value each", "no event"],
)
def test_where_nothing_can_be_compared_nothing_is_tested(cases: list[str], values: list[str | None]) -> None:
    found = patterns_of(cases, {"branch": values})
    assert (found.more_frequent.tests, found.together.tests) == (0, 0)
    assert (found.more_frequent.patterns, found.together.patterns) == ((), ())


def test_cases_without_a_value_are_on_neither_side() -> None:
    cases = [NO_B] * 12 + [FINE] * 8 + [NO_B] * 2 + [FINE] * 18 + [NO_B] * 50
    pattern = only(patterns_of(cases, {"branch": ["north"] * 20 + ["south"] * 20 + [None] * 50}))
    assert (pattern.inside + pattern.outside, pattern.outside_with) == (40, 2)


def test_rare_values_are_on_the_other_side() -> None:
    values = ["north"] * 20 + ["south"] * 18 + ["east", "west"]
    pattern = only(patterns_of([NO_B] * 12 + [FINE] * 28, {"branch": values}))
    assert (pattern.inside, pattern.outside) == (20, 20)


def test_a_band_of_numbers() -> None:
    found = patterns_of([FINE] * 60 + [NO_B] * 18 + [FINE] * 2, {"amount": list(range(80))})
    pattern = only(found)
    assert (pattern.where.low, pattern.where.high, pattern.inside_with, pattern.inside) == (60, None, 18, 20)


def test_the_resource_of_the_step_that_went_wrong() -> None:
    """Of 15 cases in which Wang does b, 12 do it twice; of the 25 of Li none. Who does the rest says nothing."""
    cases = ["a b b c d"] * 12 + [FINE] * 28
    rest, at_b = ["Li", "Wang"] * 20, ["Wang"] * 15 + ["Li"] * 25
    resources = [at_b[n] if name == "b" else rest[n] for n, case in enumerate(cases) for name in case.split()]
    found = assess(process(), with_attributes(log(*cases), events={"resource": resources})).patterns
    pattern = only(found)
    assert pattern.deviations == (Cause("repeated", ("b",)),)
    assert pattern.where == AttributeClass("resource", Scope.STEP, step="b", value="Wang")
    assert (pattern.inside_with, pattern.inside, pattern.outside_with, pattern.outside) == (12, 15, 0, 25)
    assert found.more_frequent.tests == 4


LATE = """
standards: {quick: {response: [b, c], within: 2h}}
"""


def timed(hours: float) -> str:
    return f"a@0 b@1 c@{1 + hours} d@{2 + hours}"


def test_a_missed_standard_is_compared_among_the_cases_in_which_it_was_due() -> None:
    cases = [timed(5)] * 12 + [timed(1)] * 8 + [timed(5)] * 2 + [timed(1)] * 18 + ["a@0 d@9"] * 30
    found = patterns_of(cases, {"branch": ["north"] * 20 + ["south"] * 50}, process(rest=LATE))
    late = [pattern for pattern in found.more_frequent.patterns if pattern.deviations[0].standard]
    assert [(p.deviations[0].kind, p.deviations[0].standard) for p in late] == [("late", "quick")]
    assert (late[0].inside, late[0].outside, late[0].outside_with) == (20, 20, 2)


def test_unfinished_steps_are_compared_among_closed_cases() -> None:
    rule = ClosedRule.parse("idle:2d")
    closed = ["a@0 b@1"] * 12 + ["a@0 b@1 c@2 d@3"] * 8 + ["a@0 b@1"] * 2 + ["a@0 b@1 c@2 d@3"] * 18
    made = with_attributes(
        log(*closed, *["a@90 b@91"] * 10), cases={"branch": ["north"] * 20 + ["south"] * 20 + ["south"] * 10}
    )
    pattern = only(assess(process(), made, closed=rule, now=BEGIN + timedelta(hours=92)).patterns)
    assert pattern.deviations[0].kind == "unfinished"
    assert (pattern.inside, pattern.outside) == (20, 20)


def test_what_was_not_due_yet_is_on_neither_side() -> None:
    """The ten open cases of the south are still in time for c, and of five more nobody knows the time."""
    made = process(rest=LATE)
    cases = [timed(5)] * 12 + [timed(1)] * 8 + [timed(5)] * 2 + [timed(1)] * 18 + ["a@90 b@91"] * 10
    cases += ["a@0 b@? c@2 d@3"] * 5
    branch = ["north"] * 20 + ["south"] * 35
    found = assess(
        made,
        with_attributes(log(*cases), cases={"branch": branch}),
        closed=ClosedRule.parse("idle:2d"),
        now=BEGIN + timedelta(hours=92),
    ).patterns
    (late,) = [p for p in found.more_frequent.patterns if p.deviations[0].standard]
    assert (late.inside, late.outside) == (20, 20)


def test_the_surest_difference_comes_first() -> None:
    """All six of few, against 18 of the other 74; all twenty of many, against 4 of the other 60."""
    having = {*range(20), 30, 40, 50, 60}
    few, many = attribute("few", ["x"] * 6 + ["y"] * 74), attribute("many", ["x"] * 20 + ["y"] * 60)
    found = find_more_frequent([deviation("p", having)], [few, many], everyone(80), ids(80)).patterns
    assert [(p.where.attribute, p.inside_with, p.inside) for p in found] == [("many", 20, 20), ("few", 6, 6)]
    assert found[0].interval[0] > found[1].interval[0]


def test_values_are_the_same_when_they_are_for_all_cases_at_risk() -> None:
    """They part in cases that are still open, of which unfinished steps are not asked."""
    closed = np.array([True] * 40 + [False] * 10)
    risk = RiskGroups((np.ones(50, dtype=np.bool_), closed))
    branch = attribute("branch", ["north"] * 20 + ["south"] * 30)
    city = attribute("city", ["Harbin"] * 20 + ["Sanya"] * 20 + ["Harbin"] * 10)
    unfinished = deviation("p", range(12), RiskGroups.CLOSED)
    (pattern,) = find_more_frequent([unfinished], [branch, city], risk, ids(50)).patterns
    assert [one.value for one in (pattern.where, *pattern.same)] == ["north", "Harbin"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Cause("unfinished", ("c", "d")), Cause("unfinished", ("d",)), True),
        (Cause("skipped", ("b",)), Cause("wrong-order", ("b", "c"), "rule"), True),
        (Cause("late", ("c", "d"), "rule"), Cause("unfinished", ("d",)), True),
        (Cause("late", (), "cycle"), Cause("unfinished", ("d",)), True),
        (Cause("late", (), "cycle"), Cause("skipped", ("d",)), False),
        (Cause("skipped", ("b",)), Cause("wrong-order", ("c", "d"), "rule"), False),
        (Cause("late", ("b",), "one"), Cause("late", ("b",), "two"), False),
        (Cause("skipped", ("b",)), Cause("repeated", ("b",)), False),
    ],
)
def test_two_views_of_one_thing_are_no_pattern(one: Cause, other: Cause, *, same: bool) -> None:
    assert are_one_fact(one, other) is are_one_fact(other, one) is same


def test_a_step_left_out_is_not_told_with_the_standard_that_asks_for_it() -> None:
    cases = ["a@0 b@1 d@2"] * 10 + [timed(1)] * 30
    assert assess(process(rest=LATE), log(*cases)).patterns.together.tests == 0


def limited(**limits: int) -> Patterns:
    cases = [NO_B] * 12 + [NO_C] * 10 + [FINE] * 18
    made = with_attributes(log(*cases), cases={"branch": ["x", "y", "z", "x"] * 10})
    return assess(process(), made, limits=replace(DEFAULT_LIMITS, **limits)).patterns


def test_limits_take_the_most_frequent_values_and_deviations() -> None:
    assert limited().more_frequent.tests == 2 * 3
    assert limited(pattern_values=1).more_frequent.tests == 2
    assert (limited(pattern_tests=7).deviations, limited(pattern_tests=7).deviations_past_limit) == (2, 0)
    assert (limited(pattern_tests=6).deviations, limited(pattern_tests=6).deviations_past_limit) == (1, 1)
    assert limited(pattern_tests=2).more_frequent.tests == 0


def test_the_strongest_patterns_are_kept_and_all_are_counted() -> None:
    rng = np.random.default_rng(5)
    base = rng.random(400) < 0.3
    many = [deviation(f"d{n:02}", np.flatnonzero(base ^ (rng.random(400) < 0.02)).tolist()) for n in range(20)]
    found = find_together(many, everyone(400), ids(400))
    assert (found.count, len(found.patterns), found.tests) == (190, PATTERNS_KEPT, 190)
    assert [p.phi for p in found.patterns] == sorted((p.phi for p in found.patterns), reverse=True)


def test_rare_deviations_are_counted() -> None:
    found = patterns_of([NO_B] * 6 + [NO_C] * 2 + [FINE] * 10, {})
    assert (found.deviations, found.deviations_rare) == (1, 1)


def test_deviations_are_those_of_the_assessment() -> None:
    """What patterns are counted from agrees with the table of deviations, kind by kind."""
    found: Assessment = assess(process(rest=LATE), log(*[NO_B] * 6, *[timed(5)] * 7, *["b a c d e"] * 5, *["a b"] * 3))
    expected = {(d.kind.value, d.steps, d.standard): d.cases for d in found.deviations}
    patterns = found.patterns
    assert patterns.deviations + patterns.deviations_rare == len(expected)
    assert sum(cases >= 5 for cases in expected.values()) == patterns.deviations


def test_many_cases_are_counted_block_by_block() -> None:
    rng = np.random.default_rng(3)
    cases = 150_000
    some = np.flatnonzero(rng.random(cases) < 0.1)
    found = find_together(
        [deviation("p", some.tolist()), deviation("q", some[::2].tolist())], everyone(cases), ids(cases)
    )
    assert found.patterns[0].both == len(some[::2])
    assert found.patterns[0].first_cases == len(some)
