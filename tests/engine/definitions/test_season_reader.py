"""Seasons, and the day from which a flow is in force."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendars.days import DayOfYear, DayRange
from engine.definitions.durations import MICROSECONDS_PER_DAY
from engine.definitions.flow import Season
from engine.definitions.standards import TimeUnit
from engine.definitions.titles import Title
from engine.definitions.yaml_reader import read_flow_text
from tests.engine.definitions.files import flow_file, problems_of


def season(written: str) -> Season:
    (found,) = read_flow_text(flow_file(rest=f"seasons:\n  peak: {{{written}}}")).seasons
    return found


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ("07-01 to 08-31", DayOfYear(7, 1), DayOfYear(8, 31)),
        ("07-01 至 08-31", DayOfYear(7, 1), DayOfYear(8, 31)),
        ("12-24 to 01-03", DayOfYear(12, 24), DayOfYear(1, 3)),
        ("11-11", DayOfYear(11, 11), DayOfYear(11, 11)),
        ("02-29", DayOfYear(2, 29), DayOfYear(2, 29)),
        ("2026-11-01 to 2027-01-11", DayOfYear(11, 1, 2026), DayOfYear(1, 11, 2027)),
    ],
)
def test_ranges_of_days(days: str, first: DayOfYear, last: DayOfYear) -> None:
    assert season(f"days: [{days}]").ranges == (DayRange(first, last),)


def test_the_days_around_holidays() -> None:
    assert season("holidays: [春节, Labor Day], days-before: 7, days-after: 2, title: {en: Peak, zh: 高峰}") == Season(
        "peak", Title("Peak", "高峰"), (), ("春节", "Labor Day"), 7, 2, line=11
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("days: [2025-02-29]", "flow.bad-day-range"),
        ("days: [7-1]", "flow.bad-day-range"),
        ("days: [2026-11-01 to 11-11]", "flow.bad-day-range"),
        ("days: [2026-11-11 to 2026-11-01]", "flow.bad-day-range"),
        ("days: [01-01 to 02-02 to 03-03]", "flow.bad-day-range"),
        ("days: []", "flow.list-too-short"),
        ("days: 11-11", "flow.not-a-list"),
        ("holidays: []", "flow.list-too-short"),
        ("holidays: [春节, 春节]", "flow.repeated-item"),
        ("holidays: [春节], days-before: 367", "flow.number-out-of-range"),
        ("days: [11-11], days-after: 1", "flow.days-without-holidays"),
        ("title: Peak", "flow.season-without-days"),
        ("day: [11-11]", "flow.misspelt-key"),
    ],
)
def test_what_is_no_season(written: str, code: str) -> None:
    found = [problem.code for problem in problems_of(flow_file(rest=f"seasons:\n  peak: {{{written}}}"))]
    assert found[0] == code
    assert set(found) <= {code, "flow.season-without-days"}


def test_a_season_that_cannot_be_read_is_not_also_unknown() -> None:
    text = flow_file(rest="seasons: {peak: {days: [x]}}\nstandards: {s: {precedence: [a, b], season: peak}}")
    assert [problem.code for problem in problems_of(text)] == ["flow.bad-day-range"]


def test_the_day_from_which_a_flow_is_in_force() -> None:
    assert read_flow_text(flow_file(rest="effective: 2026-05-01")).effective == date(2026, 5, 1)
    assert read_flow_text(flow_file()).effective is None


def test_how_long_a_case_may_stand_still() -> None:
    idle = read_flow_text(flow_file(rest="idle: 14d")).idle
    assert idle is not None
    assert (idle.text, idle.unit, idle.amount) == ("14d", TimeUnit.CLOCK, 14 * MICROSECONDS_PER_DAY)
    assert read_flow_text(flow_file()).idle is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0d", "flow.time-out-of-range"),
        ("4000d", "flow.time-out-of-range"),
        ("soon", "flow.bad-time"),
        ("next day", "flow.idle-not-clock"),
        ("6 workhours", "flow.idle-not-clock"),
        ("[1d]", "flow.not-a-text"),
    ],
)
def test_what_is_no_idle_time(written: str, code: str) -> None:
    assert [problem.code for problem in problems_of(flow_file(rest=f"idle: {written}"))] == [code]


@pytest.mark.parametrize("written", ["2026-5-1", "01.05.2026", "2026-13-01", "2026-05-01T00:00", "soon", "0000-01-01"])
def test_what_is_no_day(written: str) -> None:
    (problem,) = problems_of(flow_file(rest=f"effective: {written}"))
    assert (problem.code, problem.values["found"]) == ("flow.bad-date", written)
