"""Laws of working time: additive, symmetric, the same for every way of writing a moment, and equal to the slow twin."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars import CALENDAR_NAMES, Calendar, Instants, calendar_named
from engine.calendars.days import DayOfYear, DayRange
from tests.oracles import working_time as slowly

LAWS = settings(deadline=None, derandomize=True, max_examples=60)
SPLIT_DAY = ((0, 120), (150, 1440))
NIGHT_SHIFT = Calendar("night-shift", "Europe/Berlin", (SPLIT_DAY,) * 6 + ((),))
ISLANDS = Calendar("islands", "Atlantic/Azores", (((0, 1440),),) * 7)
OWN = Calendar(
    "own",
    "America/New_York",
    (((0, 360), (1320, 1440)),) * 5 + (((0, 360),), ()),
    "CN",
    ((600, 660),),
    closed=(
        DayRange(DayOfYear(12, 24), DayOfYear(1, 2)),
        DayRange(DayOfYear(7, 1, 1990), DayOfYear(7, 9, 1990)),
        DayRange(DayOfYear(3, 29), DayOfYear(3, 29)),
    ),
    special=tuple((date(year, 12, 31), ((60 * (year % 20), 1440),)) for year in range(1970, 2030)),
)

calendars = st.sampled_from([OWN, *(calendar_named(name) for name in CALENDAR_NAMES), NIGHT_SHIFT, ISLANDS])
YEAR_0 = datetime(1970, 1, 1, tzinfo=UTC)
minutes = st.integers(15 * 525_600, 56 * 525_600).map(lambda minute: YEAR_0 + timedelta(minutes=minute))
moments = st.integers(-80 * 10**9, -35 * 10**9).map(lambda years: YEAR_0 + timedelta(microseconds=years * 31_556.95))
hours = st.integers(-24 * 6, 24 * 6)


def column(*values: datetime) -> Instants:
    return np.array([value.astimezone(UTC).replace(tzinfo=None) for value in values], dtype="datetime64[us]")


@LAWS
@given(calendars, minutes, st.integers(-9000, 9000))
def test_equals_walking_minute_by_minute(calendar: Calendar, start: datetime, away: int) -> None:
    end = start + timedelta(minutes=away)
    fast = calendar.working_microseconds(column(start), column(end))
    assert fast[0] == slowly.working_minutes(calendar, start, end) * 60_000_000


@LAWS
@given(calendars, st.sampled_from(["2025-03-30", "2025-10-26", "1986-05-04", "1991-09-15"]), hours, hours)
def test_equals_walking_across_a_change_of_the_clocks(calendar: Calendar, day: str, before: int, after: int) -> None:
    middle = datetime.fromisoformat(day).replace(tzinfo=UTC)
    start, end = middle + timedelta(minutes=10 * before), middle + timedelta(minutes=10 * after)
    fast = calendar.working_microseconds(column(start), column(end))
    assert fast[0] == slowly.working_minutes(calendar, start, end) * 60_000_000


@LAWS
@given(calendars, minutes)
def test_open_means_the_clock_shows_an_open_time(calendar: Calendar, moment: datetime) -> None:
    assert calendar.is_open(column(moment))[0] == slowly.is_open(calendar, moment)


@LAWS
@given(calendars, minutes, st.integers(0, 3000))
def test_adding_equals_walking(calendar: Calendar, start: datetime, amount: int) -> None:
    fast = calendar.add_working(column(start), np.array([amount * 60_000_000]))
    assert fast[0] == column(slowly.add_minutes(calendar, start, amount))[0]


@LAWS
@given(calendars, minutes, st.integers(-60 * 24 * 20, 60 * 24 * 20))
def test_workdays_equal_waiting_for_a_day_to_end(calendar: Calendar, start: datetime, away: int) -> None:
    end = start + timedelta(minutes=away)
    assert calendar.workdays_between(column(start), column(end))[0] == slowly.workdays_needed(calendar, start, end)


@LAWS
@given(calendars, moments, moments, moments)
def test_parts_add_up_and_swapping_changes_the_sign(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    first, second, whole = (
        calendar.working_microseconds(column(start), column(end)) for start, end in ((a, b), (b, c), (a, c))
    )
    assert first + second == whole
    assert calendar.working_microseconds(column(c), column(a)) == -whole


@LAWS
@given(calendars, minutes, st.integers(0, 10**12))
def test_added_time_has_passed(calendar: Calendar, start: datetime, amount: int) -> None:
    end = calendar.add_working(column(start), np.array([amount]))
    assert calendar.working_microseconds(column(start), end)[0] == amount


@LAWS
@given(calendars, minutes, minutes, st.integers(-14, 14), st.integers(-14, 14))
def test_rewriting_offsets_changes_nothing(calendar: Calendar, start: datetime, end: datetime, x: int, y: int) -> None:
    rewritten = [m.astimezone(timezone(timedelta(hours=h))) for m, h in ((start, x), (end, y))]
    plain = calendar.working_microseconds(column(start), column(end))
    assert calendar.working_microseconds(column(rewritten[0]), column(rewritten[1])) == plain


@LAWS
@given(calendars, st.lists(st.tuples(minutes, minutes), min_size=1, max_size=5))
def test_a_column_is_judged_row_by_row(calendar: Calendar, pairs: list[tuple[datetime, datetime]]) -> None:
    starts, ends = (column(*values) for values in zip(*pairs, strict=True))
    together = calendar.working_microseconds(starts, ends).tolist()
    assert together == [calendar.working_microseconds(column(a), column(b))[0] for a, b in pairs]
