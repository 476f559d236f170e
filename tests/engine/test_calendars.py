"""Working time on days that people can look up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from engine.calendars import CALENDAR_NAMES, Calendar, Instants, calendar_named

HOUR = 3_600_000_000


def at(*moments: str) -> Instants:
    return np.array(moments, dtype="datetime64[us]")


def worked(name: str, start: str, end: str) -> float:
    return float(calendar_named(name).working_microseconds(at(start), at(end))[0]) / HOUR


def test_names_are_published() -> None:
    assert CALENDAR_NAMES == ("clock", "office", "china-office", "china-dealer")


@pytest.mark.parametrize("name", CALENDAR_NAMES)
def test_no_moments_have_no_working_time(name: str) -> None:
    calendar, nothing = calendar_named(name), at()
    assert calendar.working_microseconds(nothing, nothing).shape == (0,)
    assert calendar.workdays_between(nothing, nothing).shape == (0,)
    assert calendar.add_working(nothing, np.array([], dtype=np.int64)).shape == (0,)
    assert calendar.is_open(nothing).shape == (0,)


def test_a_weekend_is_closed() -> None:
    assert worked("office", "2025-03-07T16:00", "2025-03-10T10:00") == 2


def test_the_clock_never_stops() -> None:
    assert worked("clock", "2025-03-07T16:00", "2025-03-10T10:00") == 66


def test_sixteen_hundred_in_china_to_nine_hundred_utc_is_one_hour() -> None:
    assert worked("china-office", "2025-03-05T08:00", "2025-03-05T09:00") == 1


def test_spring_festival_is_closed_with_the_days_moved_for_it() -> None:
    # 2025: closed from 28 January to 4 February; Sunday 26 January and Saturday 8 February are worked instead
    assert worked("china-office", "2025-01-27T16:00", "2025-02-05T00:00") == 0
    assert worked("china-office", "2025-01-25T16:00", "2025-01-26T16:00") == 9
    assert worked("china-office", "2025-02-07T16:00", "2025-02-09T16:00") == 9


CLOSED_IN_CHINA = {
    2024: "01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-10 09-15/09-17 10-01/10-07",
    2025: "01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
    2026: "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
}
"""As the State Council announced them, the days of a weekend at their ends included."""
WORKED_IN_CHINA = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
"""Days of a weekend that are worked instead."""


def days(year: int, listed: str) -> set[date]:
    found = set()
    for item in listed.split():
        first, last = (date.fromisoformat(f"{year}-{day}") for day in (item[:5], item[-5:]))
        found |= {first + timedelta(days=ahead) for ahead in range((last - first).days + 1)}
    return found


@pytest.mark.parametrize("year", CLOSED_IN_CHINA)
def test_china_is_open_on_the_days_that_were_announced(year: int) -> None:
    closed, worked_instead = days(year, CLOSED_IN_CHINA[year]), days(year, WORKED_IN_CHINA[year])
    for number in range(366 if year == 2024 else 365):
        day = date(year, 1, 1) + timedelta(days=number)
        is_open = day in worked_instead or (day.weekday() < 5 and day not in closed)
        assert bool(calendar_named("china-office").hours_on(day)) is is_open, day


def test_a_dealer_works_on_holidays() -> None:
    assert worked("china-dealer", "2025-01-28T16:00", "2025-01-29T16:00") == 9


def test_a_day_on_which_the_clocks_change_has_its_own_length() -> None:
    all_day = Calendar("all-day", "Asia/Shanghai", (((0, 1440),),) * 7)
    forward = all_day.working_microseconds(at("1986-05-03T16:00"), at("1986-05-04T15:00"))
    assert forward[0] == 23 * HOUR


@pytest.mark.parametrize(
    ("end", "days"),
    [
        ("2025-03-07T15:59", 0),  # Friday, still
        ("2025-03-08T03:00", 1),  # Saturday counts with Monday
        ("2025-03-10T15:59", 1),
        ("2025-03-10T16:00", 2),  # midnight in Shanghai: Tuesday
        ("2025-03-06T03:00", -1),
    ],
)
def test_workdays_count_until_a_working_day_ends(end: str, days: int) -> None:
    friday = at("2025-03-07T03:00")
    assert calendar_named("china-office").workdays_between(friday, at(end))[0] == days


def test_workdays_of_the_clock_are_days() -> None:
    assert calendar_named("clock").workdays_between(at("2025-03-07T23:59"), at("2025-03-09T00:00"))[0] == 2


def test_added_time_ends_with_the_opening_it_fills() -> None:
    full_day = calendar_named("office").add_working(at("2025-03-07T09:00"), np.array([8 * HOUR]))
    assert full_day[0] == np.datetime64("2025-03-07T17:00")


def test_added_nothing_stays_where_it_is() -> None:
    assert calendar_named("office").add_working(at("2025-03-08T12:00"), np.array([0]))[0] == at("2025-03-08T12:00")[0]


def test_added_time_finds_years_that_are_not_laid_out_yet() -> None:
    ten_thousand = calendar_named("office").add_working(at("2025-03-07T09:00"), np.array([20_000 * HOUR]))
    assert ten_thousand[0] == np.datetime64("2034-10-05T17:00")


def test_a_stand_in_date_costs_nothing() -> None:
    office = calendar_named("office")
    assert worked("office", "2200-01-01", "9999-12-31") == 0
    assert np.isnat(office.add_working(at("9999-12-31"), np.array([HOUR]))[0])


def test_opening_is_inside_and_closing_is_not() -> None:
    moments = at("2025-03-07T08:59:59.999999", "2025-03-07T09:00", "2025-03-07T16:59:59.999999", "2025-03-07T17:00")
    assert calendar_named("office").is_open(moments).tolist() == [False, True, True, False]


def test_a_missing_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="NaT"):
        calendar_named("office").working_microseconds(at("NaT"), at("2025-03-07"))


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        calendar_named("office").add_working(at("2025-03-07"), np.array([-1]))


@pytest.mark.parametrize("hours", [((600, 540),), ((540, 600), (600, 660)), ((-1, 60),), ((0, 1441),)])
def test_hours_out_of_order_are_refused(hours: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="openings"):
        Calendar("odd", "UTC", (hours,) * 7)


def test_a_week_that_never_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="week"):
        Calendar("never", "UTC", ((),) * 7)
