"""Working time the slow way: walk from minute to minute and ask a clock on the wall each time.

Shares nothing with ``engine.calendars`` but the calendar's own description. Only for moments on whole minutes.
"""

from __future__ import annotations

from calendar import isleap
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from engine.calendars import Calendar
from engine.calendars.days import DayOfYear, DayRange

_MINUTE = timedelta(minutes=1)


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether a clock in the calendar's zone shows an open time."""
    wall = moment.astimezone(ZoneInfo(calendar.timezone))
    minute = wall.hour * 60 + wall.minute
    return any(begin <= minute < end for begin, end in hours_on(calendar, wall.date()))


@cache
def hours_on(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    """The openings of a day, by asking the country's calendar about that one day."""
    for special, hours in calendar.special:
        if special == day:
            return hours
    if any(_lies_in(days, day) for days in calendar.closed):
        return ()
    if calendar.country:
        code, _, part = calendar.country.partition("-")
        country = holidays.country_holidays(code, subdiv=part or None, years=day.year)
        if day.weekday() >= 5 and country.is_working_day(day):
            return calendar.moved_day
        if day in country:
            return ()
    return calendar.week[day.weekday()]


@cache
def opens_on(calendar: Calendar, day: date) -> bool:
    """Whether there is an open minute on a day, by looking at each; none where the day itself was left out."""
    zone = ZoneInfo(calendar.timezone)
    moment, end = _end_of(day - timedelta(days=1), zone), _end_of(day, zone)
    while hours_on(calendar, day) and moment < end:
        if is_open(calendar, moment):
            return True
        moment += _MINUTE
    return False


def _lies_in(days: DayRange, day: date) -> bool:
    """Walk through the range, or through the two that hold the day where it comes back every year."""
    for year in (day.year - 1, day.year):
        first, last = days.first, days.last
        if (first.month, first.day) == (last.month, last.day) == (2, 29) and not isleap(first.year or year):
            continue
        begin = _day_of(first, first.year or year, later=True)
        later = (last.month, last.day) < (first.month, first.day)
        end = _day_of(last, last.year or year + later, later=False)
        while begin <= end:
            if begin == day:
                return True
            begin += timedelta(days=1)
    return False


def _day_of(written: DayOfYear, year: int, *, later: bool) -> date:
    """The day itself; for the 29th of February of another year the next or the last that there is."""
    if (written.month, written.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1) if later else date(year, 2, 28)
    return date(year, written.month, written.day)


def working_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Open minutes between two moments, negative when they are swapped."""
    if end < start:
        return -working_minutes(calendar, end, start)
    total = 0
    while start < end:
        total += is_open(calendar, start)
        start += _MINUTE
    return total


def add_minutes(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """The first moment by which so many open minutes have passed."""
    while minutes > 0:
        minutes -= is_open(calendar, start)
        start += _MINUTE
    return start


def workdays_needed(calendar: Calendar, start: datetime, end: datetime) -> int:
    """How many working days after the day of ``start`` have to pass until one ends after ``end``."""
    zone = ZoneInfo(calendar.timezone)
    if end < start:
        return -workdays_needed(calendar, end, start)
    day, count = start.astimezone(zone).date(), 0
    midnight = _end_of(day, zone)
    while end.astimezone(UTC) >= midnight:
        day += timedelta(days=1)
        while not opens_on(calendar, day):
            day += timedelta(days=1)
        midnight, count = _end_of(day, zone), count + 1
    return count


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
