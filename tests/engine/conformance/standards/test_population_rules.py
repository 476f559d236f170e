"""Rules that hold of many cases together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest

from engine.conformance.standards.population import Comparison, compare, less_by_chance
from engine.definitions.rules import AttributeRef, Change, Count, Measured, Quicker
from engine.definitions.standards import Period
from tests.engine.conformance.standards.making import event, facts_of, standard
from tests.oracles.plain_log import PlainEvent

TENTH_LESS = Fraction(-1, 10)


def on(month: int, day: int = 1, step: str = "a", **values: float | None) -> list[PlainEvent]:
    return [event(step, datetime(2026, month, day, 12, tzinfo=UTC), None, **values)]


def changes(rule: Change, cases: Sequence[Sequence[PlainEvent]], now: float | None = None) -> list[Comparison]:
    return list(compare(standard(rule, per=Period.MONTH), facts_of(*cases, now=now)))


def in_words(found: Sequence[Comparison]) -> list[tuple[str, str, float | None, float | None, str]]:
    return [(one.first, one.second, one.before, one.after, one.outcome.value) for one in found]


def test_a_count_is_compared_month_by_month() -> None:
    cases = [*[on(1)] * 10, *[on(2)] * 9, *[on(3)] * 9, on(3, 31, "b")]
    assert in_words(changes(Change(Measured.COUNT, "a", at_most=TENTH_LESS), cases)) == [
        ("2026-01-01", "2026-02-01", 10, 9, "met"),
        ("2026-02-01", "2026-03-01", 9, 9, "missed"),
    ]


def test_only_whole_periods_are_compared() -> None:
    cases = [on(1, 15), *[on(2)] * 2, *[on(3)] * 2, on(4, 15)]
    found = changes(Change(Measured.COUNT, "a", at_most=Fraction(0)), cases)
    assert [(one.first, one.second) for one in found] == [("2026-02-01", "2026-03-01")]
    assert [one.second for one in changes(Change(Measured.COUNT, "a", at_most=Fraction(0)), cases, now=24 * 70)] == [
        "2026-03-01",
        "2026-04-01",
    ]


def test_from_nothing_there_is_no_change_by_a_share() -> None:
    cases = [on(1, 1, "b"), on(2, 1), on(2, 28, "b")]
    assert in_words(changes(Change(Measured.COUNT, "a", at_most=TENTH_LESS), cases)) == [
        ("2026-01-01", "2026-02-01", 0, 1, "no-evidence")
    ]


def test_a_share_counts_cases_by_their_begin() -> None:
    cases = [on(1), *[on(1, 2, "b")] * 3, on(2), *[on(2, 2, "b")] * 4, on(2, 28, "b")]
    found = changes(Change(Measured.SHARE, "a", at_most=TENTH_LESS), cases)
    assert in_words(found) == [("2026-01-01", "2026-02-01", 0.25, 1 / 6, "met")]
    assert (found[0].first_size, found[0].second_size) == (4, 6)


def test_a_mean_leaves_out_what_is_no_number() -> None:
    cases = [on(1, 1, score=4), on(1, 2, score=None), on(2, 1, score=5), on(2, 28, score=4)]
    rule = Change(Measured.MEAN, AttributeRef("a", "score"), at_least=Fraction(1, 8))
    assert in_words(changes(rule, cases)) == [("2026-01-01", "2026-02-01", 4, 4.5, "met")]


def test_a_log_without_times_has_no_periods() -> None:
    assert changes(Change(Measured.COUNT, "a", at_most=Fraction(0)), [[event("a")]]) == []


def pair(length: float) -> list[PlainEvent]:
    return [event("a", 0), event("b", length)]


def quicker(booked: Sequence[float], others: Sequence[float], when: str | None = None) -> Comparison:
    cases = [pair(length) for length in (*booked, *others)]
    values = [{"booked": index < len(booked)} for index in range(len(cases))]
    (found,) = compare(standard(Quicker("case.booked", "!case.booked"), when=when), facts_of(*cases, values=values))
    return found


def test_booked_customers_are_quicker() -> None:
    found = quicker([1, 2, 3, 4], [5, 6, 7, 8])
    assert (found.before, found.after, found.outcome.value) == (2.5 * 3600, 6.5 * 3600, "met")
    assert found.p == pytest.approx(1 / 70, rel=1e-5)


@pytest.mark.parametrize(
    ("booked", "others", "outcome"), [([3], [3], "missed"), ([4], [3], "missed"), ([2], [3], "met")]
)
def test_equal_is_not_quicker(booked: list[float], others: list[float], outcome: str) -> None:
    assert quicker(booked, others).outcome.value == outcome


def test_without_cases_of_one_kind_there_is_no_evidence() -> None:
    assert quicker([1, 2], []).outcome.value == "no-evidence"
    assert quicker([1, 2], [3, 4], when="case.booked").outcome.value == "no-evidence"


def test_open_cases_are_not_compared() -> None:
    cases, values = [pair(1), pair(2)], [{"booked": True}, {"booked": False}]
    (found,) = compare(standard(Quicker("case.booked", "!case.booked")), facts_of(*cases, values=values, closed=False))
    assert (found.first_size, found.second_size) == (0, 0)


@pytest.mark.parametrize(
    ("since", "until", "seconds"),
    [(None, None, (9, 10)), ("a", "b", (1, 3)), ("b", None, (8, 7)), (None, "b", (1, 3)), ("b", "a", (5, 6))],
)
def test_quicker_may_be_about_the_time_between_two_steps(
    since: str | None, until: str | None, seconds: tuple[int, int]
) -> None:
    cases = [
        [event("a", 0), event("b", 1), event("a", 6), event("c", 9)],
        [event("a", 0), event("b", 3), event("a", 9), event("c", 10)],
    ]
    values = [{"booked": True}, {"booked": False}]
    rule = Quicker("case.booked", "!case.booked", since, until)
    (found,) = compare(standard(rule), facts_of(*cases, values=values))
    assert (found.before, found.after) == tuple(3600 * hours for hours in seconds)
    assert rule.steps == tuple(step for step in (since, until) if step)


def test_a_case_in_which_one_of_two_steps_was_not_done_has_no_time_between_them() -> None:
    cases = [pair(1), [event("b", 0), event("a", 1)], [event("b", 0)]]
    values = [{"booked": True}] * 3
    (found,) = compare(standard(Quicker("case.booked", "!case.booked", "a", "b")), facts_of(*cases, values=values))
    assert (found.first_size, found.second_size) == (1, 0)


@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK, Period.MONTH, Period.YEAR])
def test_dates_at_both_ends_of_time_make_no_periods_between_them(period: Period) -> None:
    far = [event("a", datetime(1, 1, 1, tzinfo=UTC)), event("b", datetime(9999, 12, 31, 23, tzinfo=UTC))]
    found = compare(standard(Change(Measured.COUNT, "a", None, TENTH_LESS), per=period), facts_of(far, on(3), now=None))
    assert {one.first_size + one.second_size for one in found} == {1}
    assert len(found) == 3


def test_all_times_equal_prove_nothing_however_many() -> None:
    assert less_by_chance(np.ones(200, dtype=np.int64), np.ones(300, dtype=np.int64)) == 1.0


def test_a_rule_about_cases_is_refused() -> None:
    with pytest.raises(ValueError, match="population"):
        compare(standard(Count("a", 1)), facts_of([event("a", 1)]))
