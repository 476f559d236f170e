"""Stretches of the calendar: which period a day lies in, and which days belong to a season."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from engine.calendars import Calendar
from engine.definitions.flow import Season
from engine.definitions.standards import Period

Days = NDArray[np.datetime64]
Truths = NDArray[np.bool_]

_WEEK = 7
_MONDAY = 3  # 1970-01-01 was a Thursday


def starts_of(period: Period, days: Days) -> Days:
    """The first day of the period that each day lies in, datetime64[D]; weeks begin on Monday.

    Args:
        period: The kind of period.
        days: datetime64[D], without NaT.
    """
    if period is Period.DAY:
        return days.astype("datetime64[D]")
    if period is Period.WEEK:
        since = days.astype("datetime64[D]").astype(np.int64) + _MONDAY
        weeks: Days = (since // _WEEK * _WEEK - _MONDAY).astype("datetime64[D]")
        return weeks
    months = days.astype("datetime64[M]").astype(np.int64)
    size = _months(period)
    starts: Days = (months // size * size).astype("datetime64[M]").astype("datetime64[D]")
    return starts


def next_start(period: Period, start: np.datetime64) -> np.datetime64:
    """The first day of the period after the one that begins on a day."""
    if period is Period.DAY:
        return start + np.timedelta64(1, "D")
    if period is Period.WEEK:
        return start + np.timedelta64(_WEEK, "D")
    month = start.astype("datetime64[M]").astype(np.int64) + _months(period)
    following: np.datetime64 = np.datetime64(int(month), "M").astype("datetime64[D]")
    return following


def _months(period: Period) -> int:
    return {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]


def lies_in_season(season: Season, calendar: Calendar, days: Days) -> Truths:
    """Whether each day belongs to a season.

    Args:
        season: The season.
        calendar: Knows the holidays.
        days: datetime64[D], without NaT.
    """
    distinct, inverse = np.unique(days.astype("datetime64[D]"), return_inverse=True)
    if not len(distinct):
        return np.zeros(0, dtype=np.bool_)
    first, last = distinct[0].item(), distinct[-1].item()
    holidays = set(_holiday_days(season, calendar, first, last))
    whole = distinct.tolist()
    inside = np.array([day in holidays or any(day in r for r in season.ranges) for day in whole], dtype=np.bool_)
    found: Truths = inside[inverse.reshape(-1)]
    return found


def unknown_holidays(season: Season, calendar: Calendar, years: range) -> tuple[str, ...]:
    """The holidays of a season that the calendar does not know in any of the years."""
    return tuple(name for name in season.holidays if not any(calendar.named_holidays(name, year) for year in years))


def _holiday_days(season: Season, calendar: Calendar, first: date, last: date) -> Iterator[date]:
    """The days around each holiday, of those from a first to a last day and some around them."""
    for year in range(max(first.year - 1, date.min.year), min(last.year + 1, date.max.year) + 1):
        for name in season.holidays:
            for day in calendar.named_holidays(name, year):
                for shift in range(-season.days_before, season.days_after + 1):
                    yield day + timedelta(days=shift)
