"""Laws of working time: additive, symmetric, the same for every way of writing a moment, and equal to the slow twin."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import available_timezones

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars import CALENDAR_NAMES, FIRST_YEAR, LAST_YEAR, Calendar, Instants, calendar_named
from engine.calendars.days import DayOfYear, DayRange
from engine.calendars.holidays import public_days
from engine.calendars.layout import layout_of
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

_LEAP_DAY = DayOfYear(2, 29)
SAMOA = Calendar(
    "samoa",
    "Pacific/Apia",  # which had no 30 December 2011
    (((0, 300), (480, 1440)),) * 7,
    closed=(
        DayRange(_LEAP_DAY, _LEAP_DAY),
        DayRange(DayOfYear(2, 20), _LEAP_DAY),
        DayRange(_LEAP_DAY, DayOfYear(3, 2)),
    ),
    special=((date(2011, 12, 30), ((60, 120),)), (date(2012, 2, 29), ((0, 1440),))),
)
LORD_HOWE = Calendar("lord-howe", "Australia/Lord_Howe", (((90, 150), (600, 1440)),) * 7, "DE-BY")
GAP = Calendar("gap", "Europe/Berlin", (((540, 600),),) * 6 + (((120, 180),),))

calendars = st.sampled_from(
    [OWN, SAMOA, LORD_HOWE, GAP, *(calendar_named(name) for name in CALENDAR_NAMES), NIGHT_SHIFT, ISLANDS]
)
YEAR_0 = datetime(1970, 1, 1, tzinfo=UTC)
minutes = st.integers(15 * 525_600, 56 * 525_600).map(lambda minute: YEAR_0 + timedelta(minutes=minute))
moments = st.integers(-80 * 10**9, -35 * 10**9).map(lambda years: YEAR_0 + timedelta(microseconds=years * 31_556.95))
hours = st.integers(-24 * 6, 24 * 6)
changes = st.sampled_from(
    ["2025-03-30", "2025-10-26", "1986-05-04", "1991-09-15", "2011-12-30", "2026-04-04", "2025-10-04", "2024-02-29"]
)


def column(*values: datetime) -> Instants:
    return np.array([value.astimezone(UTC).replace(tzinfo=None) for value in values], dtype="datetime64[us]")


@LAWS
@given(calendars, minutes, st.integers(-9000, 9000))
def test_equals_walking_minute_by_minute(calendar: Calendar, start: datetime, away: int) -> None:
    end = start + timedelta(minutes=away)
    fast = calendar.working_microseconds(column(start), column(end))
    assert fast[0] == slowly.working_minutes(calendar, start, end) * 60_000_000


@LAWS
@given(calendars, changes, hours, hours)
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


@LAWS
@given(calendars, changes, hours, hours)
def test_workdays_equal_waiting_across_a_change_of_the_clocks(
    calendar: Calendar, day: str, before: int, after: int
) -> None:
    middle = datetime.fromisoformat(day).replace(tzinfo=UTC)
    start, end = middle + timedelta(minutes=20 * before), middle + timedelta(minutes=20 * after)
    assert calendar.workdays_between(column(start), column(end))[0] == slowly.workdays_needed(calendar, start, end)


@settings(LAWS, max_examples=25)
@given(st.sampled_from(sorted(available_timezones() - {"localtime"})), st.integers(FIRST_YEAR, LAST_YEAR))
def test_a_year_laid_out_at_once_has_the_openings_of_its_days(zone: str, year: int) -> None:
    calendar = Calendar("any", zone, (((0, 61), (119, 185), (1375, 1440)),) * 7)
    days = [date(year, 1, 1) + timedelta(days=ahead) for ahead in range(365)]
    slow = [opening for day in days for opening in calendar.openings(day)]
    table = layout_of(calendar, year, year)
    assert list(zip(table.opens.tolist(), table.closes.tolist(), strict=True))[: len(slow)] == slow


@pytest.mark.parametrize("code", ["CN", "DE-BY", "US", "JP", "GB-ENG", "AU-NSW", "IN"])
def test_holidays_of_many_years_are_those_of_each(code: str) -> None:
    country, _, part = code.partition("-")
    for year in (1900, 1999, 2000, 2023, 2024, 2025, 2026, 2029, 2030, 2199):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            alone = holidays.country_holidays(country, subdiv=part or None, years=year)
        moved = frozenset(day for day in getattr(alone, "weekend_workdays", ()) if day.year == year)
        assert public_days(code, year) == (frozenset(alone), moved)
