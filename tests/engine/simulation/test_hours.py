"""Openings: what is open, what fits, and how working time passes."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from engine.calendars import calendar_named
from engine.errors import InputRefused
from engine.simulation.hours import HOUR, MINUTE, SECOND, Hours

SHANGHAI = timezone(timedelta(hours=8))
OFFICE = Hours(calendar_named("china-office"), first=date(2026, 3, 2))  # a Monday


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).timestamp()) * SECOND


def test_before_opening_the_next_opening_counts() -> None:
    assert OFFICE.next_open(at(2, 7)) == at(2, 9)
    assert OFFICE.next_open(at(2, 10)) == at(2, 10)


def test_after_closing_the_last_closing_is_found() -> None:
    assert OFFICE.last_close(at(7, 12)) == at(6, 18)
    assert OFFICE.last_close(at(6, 12)) == at(6, 12)


def test_work_that_does_not_fit_before_closing_waits_for_the_next_day() -> None:
    assert OFFICE.fit(at(6, 17, 30), 30 * MINUTE) == at(6, 17, 30)
    assert OFFICE.fit(at(6, 17, 31), 30 * MINUTE) == at(9, 9)


def test_work_that_fits_no_day_starts_at_once() -> None:
    assert OFFICE.fit(at(2, 12), 20 * HOUR) == at(2, 12)


def test_working_time_skips_nights_and_weekends() -> None:
    assert OFFICE.working(at(6, 17), at(9, 10)) == 2 * HOUR
    assert OFFICE.add(at(6, 17), 2 * HOUR) == at(9, 10)
    assert OFFICE.working(at(9, 10), at(6, 17)) == 0


def test_a_closed_day_counts_with_the_next_working_day() -> None:
    assert OFFICE.workdays_between(at(6, 17), at(7, 12)) == 1
    assert OFFICE.workdays_between(at(6, 17), at(9, 12)) == 1
    assert OFFICE.workdays_between(at(6, 9), at(6, 18)) == 0


def test_a_calendar_that_never_closes_fits_everything() -> None:
    always = Hours(calendar_named("clock"), first=date(2026, 3, 2))
    assert always.fit(at(7, 3), 900 * HOUR) == always.next_open(at(7, 3)) == always.last_close(at(7, 3)) == at(7, 3)
    assert always.add(at(7, 3), HOUR) == at(7, 4)


def test_working_days_are_numbered_from_the_first() -> None:
    assert OFFICE.workdays(4, 6) == [(at(6, 9), at(6, 18)), (at(9, 9), at(9, 18))]


def test_a_calendar_that_ends_is_said_to_end() -> None:
    with pytest.raises(InputRefused, match=r"simulate\.calendar-over"):
        Hours(calendar_named("china-office"), first=date(2199, 12, 1)).add(at(2, 9), 4000 * HOUR)
