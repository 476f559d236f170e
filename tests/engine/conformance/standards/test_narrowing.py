"""What narrows a standard down: its condition, its season."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from engine.calendars import calendar_named
from engine.calendars.days import DayOfYear, DayRange
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.periods import lies_in_season, next_start, starts_of, unknown_holidays
from engine.definitions.flow import Season
from engine.definitions.rules import Count, Precedence
from engine.definitions.standards import Period
from engine.definitions.titles import Title
from engine.vocabulary import Outcome
from tests.engine.conformance.standards.making import event, facts_of, results, standard
from tests.oracles.plain_log import PlainEvent
from tests.oracles.standards.facts import Value

NAME = Title("s", "s")
CHINA = calendar_named("china-dealer")
PEAK = Season("peak", NAME, holidays=("春节",), days_before=7, days_after=1)


def conditional(when: str, **case: Value) -> list[str]:
    facts = facts_of([event("a", 1, note="x"), event("b", 2, note="y")], values=[case or {"nothing": None}])
    return results(evaluate([standard(Count("a", 1), when=when)], facts))


@pytest.mark.parametrize(
    ("when", "case", "expected"),
    [
        ("case.x >= 2", {"x": 2}, ["met"]),
        ("case.x >= 2", {"x": 1}, []),
        ("case.x >= 2", {"x": None}, ["no-evidence"]),
        ("case.x >= 2", {"y": 2}, ["no-evidence"]),
        ("case.x >= 2", {"x": "2"}, ["no-evidence"]),
        ("case.x >= 2", {"x": "¥2"}, ["no-evidence"]),
        ("case.x > 0.5", {"x": float("nan")}, ["no-evidence"]),
        ("case.x", {"x": 1}, ["no-evidence"]),
        ("has(case.x)", {"x": None, "y": 1}, []),
        ("!has(case.x)", {"x": None, "y": 1}, ["met"]),
        ("has(case.x) && case.x > 1", {"y": 1}, []),
        ("case['预约'] == '是'", {"预约": "是"}, ["met"]),
        ("case['预约'] == '是'", {"预约": "否"}, []),
        ("timestamp(case.t) > timestamp('2026-01-01T00:00:00Z')", {"t": datetime(2026, 2, 1, tzinfo=UTC)}, ["met"]),
        ("case.x == 1 || case.y", {"x": 1}, ["met"]),
        ("1 / case.x > 0", {"x": 0}, ["no-evidence"]),
        ("true", {}, ["met"]),
        ("size(case) > 100", {"x": 1}, []),
        ("event.note == 'x'", {}, ["no-evidence"]),
    ],
)
def test_a_condition_says_whether_there_is_an_instance(when: str, case: dict[str, Value], expected: list[str]) -> None:
    assert conditional(when, **case) == expected


def test_a_condition_about_the_event_asks_the_one_that_asks() -> None:
    facts = facts_of([event("a", 1, note="x"), event("b", 2, note="y"), event("b", 3, note="z"), event("b", 4)])
    found = evaluate([standard(Precedence("a", "b"), when="event.note == 'y'")], facts)
    assert results(found) == ["met", "no-evidence"]
    assert found["second"].to_list() == [1, 3]


def test_a_condition_that_is_false_needs_no_season() -> None:
    facts = facts_of([event("a")], values=[{"x": 1}], seasons=[PEAK])
    one = standard(Count("a", 1), when="case.x > 1", season="peak")
    assert evaluate([one], facts).is_empty()


def test_a_condition_is_evaluated_for_each_combination_and_lands_in_its_case() -> None:
    numbers = [index % 7 for index in range(500)]
    cases: list[list[PlainEvent]] = [[event("a", index)] for index in range(500)]
    facts = facts_of(*cases, values=[{"x": number} for number in numbers])
    found = evaluate([standard(Count("a", 1), when="case.x == 3")], facts)
    assert found["case"].to_list() == [case for case, number in enumerate(numbers) if number == 3]


def day(text: str) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([text], dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("2026-02-09", False),
        ("2026-02-10", True),
        ("2026-02-17", True),
        ("2026-02-20", True),
        ("2026-02-21", False),
        ("2025-01-22", True),
        ("2025-02-01", True),
        ("2025-02-02", False),
    ],
)
def test_a_season_around_a_holiday_moves_with_it(text: str, inside: bool) -> None:  # noqa: FBT001
    assert bool(lies_in_season(PEAK, CHINA, day(text))[0]) is inside


@pytest.mark.parametrize("name", ["春节", "Spring Festival", "Chinese New Year", "spring festival"])
def test_a_holiday_goes_by_its_names(name: str) -> None:
    season = Season("s", NAME, holidays=(name,))
    assert lies_in_season(season, CHINA, day("2026-02-18"))[0]
    assert unknown_holidays(season, CHINA, range(2026, 2027)) == ()


def test_a_holiday_that_nobody_knows_is_named() -> None:
    season = Season("s", NAME, holidays=("春节", "Diwali"))
    assert unknown_holidays(season, CHINA, range(2025, 2028)) == ("Diwali",)
    assert unknown_holidays(season, calendar_named("clock"), range(2025, 2028)) == ("春节", "Diwali")


def test_a_season_before_new_year_begins_in_the_old_year() -> None:
    season = Season("s", NAME, holidays=("元旦",), days_before=3)
    assert lies_in_season(season, CHINA, np.array(["2025-12-28", "2025-12-29"], dtype="datetime64[D]")).tolist() == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("first", "last", "text", "inside"),
    [
        (DayOfYear(11, 1), DayOfYear(2, 28), "2026-01-15", True),
        (DayOfYear(11, 1), DayOfYear(2, 28), "2026-11-01", True),
        (DayOfYear(11, 1), DayOfYear(2, 28), "2026-03-01", False),
        (DayOfYear(3, 1), DayOfYear(3, 1), "2026-03-01", True),
        (DayOfYear(3, 1, 2026), DayOfYear(4, 1, 2026), "2027-03-15", False),
        (DayOfYear(12, 20, 2025), DayOfYear(1, 5, 2026), "2026-01-05", True),
        (DayOfYear(12, 20, 2025), DayOfYear(1, 5, 2026), "2026-01-06", False),
    ],
)
def test_a_range_includes_both_ends(first: DayOfYear, last: DayOfYear, text: str, inside: bool) -> None:  # noqa: FBT001
    assert bool(lies_in_season(Season("s", NAME, (DayRange(first, last),)), CHINA, day(text))[0]) is inside


def test_the_day_of_a_season_is_that_of_the_calendar() -> None:
    """2 March 17:00 UTC is 3 March in Shanghai."""
    third = Season("third", NAME, (DayRange(DayOfYear(3, 3), DayOfYear(3, 3)),))
    inside, outside = (
        standard(Count("a", 1), season="third"),
        standard(Count("a", 1), season="third", out_of_season=True),
    )
    found = [
        [
            results(evaluate([one], facts_of([event("a", 8)], seasons=[third], calendar=name)))
            for one in (inside, outside)
        ]
        for name in ("china-dealer", "clock")
    ]
    assert found == [[["met"], []], [[], ["met"]]]


def test_a_case_without_a_time_is_in_no_season_that_is_known() -> None:
    facts = facts_of([event("a")], seasons=[PEAK])
    found = evaluate([standard(Count("a", 2), season="peak")], facts)
    assert found["outcome"].to_list() == [Outcome.NO_EVIDENCE.value]
    assert found["kind"].to_list() == [None]


@pytest.mark.parametrize(
    ("period", "start", "after"),
    [
        (Period.DAY, "2026-11-22", "2026-11-23"),
        (Period.WEEK, "2026-11-16", "2026-11-23"),
        (Period.MONTH, "2026-11-01", "2026-12-01"),
        (Period.QUARTER, "2026-10-01", "2027-01-01"),
        (Period.YEAR, "2026-01-01", "2027-01-01"),
    ],
)
def test_periods_begin_and_end_with_the_calendar(period: Period, start: str, after: str) -> None:
    first = starts_of(period, day("2026-11-22"))[0]
    assert (str(first), str(next_start(period, first))) == (start, after)


def test_periods_before_1970_begin_on_the_same_days() -> None:
    assert [str(starts_of(p, day("1969-12-31"))[0]) for p in Period] == [
        "1969-12-31",
        "1969-12-29",
        "1969-12-01",
        "1969-10-01",
        "1969-01-01",
    ]
