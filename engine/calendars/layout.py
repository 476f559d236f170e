"""The days of some years laid out as sorted arrays, in which any moment is found by binary search.

All arithmetic is on integers: microseconds since 1970 in UTC, so that rewriting a timestamp at another offset changes
nothing, and a day on which the clocks change has the length it had.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.calendars.hours import Hours

FIRST_YEAR = 1900
LAST_YEAR = 2199
"""Before the first year and after the last every calendar is closed, so that a stand-in date such as 9999-12-31 costs
nothing."""
_MINUTE = 60 * 1_000_000
_DAY = 24 * 60 * _MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class OpenDays(Hashable, Protocol):
    """What a layout is made from: a calendar."""

    @property
    def zone(self) -> tzinfo:
        """The time zone in which days begin."""

    def hours_on(self, day: date) -> Hours:
        """The openings of one local day."""

    def openings(self, day: date) -> tuple[tuple[int, int], ...]:
        """The same as moments."""


class Layout(NamedTuple):
    """The days of some years, as sorted arrays of microseconds since 1970 in UTC.

    Attributes:
        days: Beginning of each local day, and of the day after the last.
        workdays: How many of the first i days are working days; as long as ``days``.
        opens: Beginning of each opening; there is at least one, perhaps of no length.
        closes: Its end.
        total: Open time before each opening, and after the last.
    """

    days: NDArray[np.int64]
    workdays: NDArray[np.int64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    total: NDArray[np.int64]


@lru_cache(maxsize=64)
def layout_of(calendar: OpenDays, first_year: int, last_year: int) -> Layout:
    """The days of the years, both included."""
    years = [_year(calendar, year) for year in range(first_year, last_year + 1)]
    after = moment_of(calendar.zone, date(last_year + 1, 1, 1), 0, last=False)
    days = np.array([*(day for year in years for day in year[0]), after], dtype=np.int64)
    working = np.array([flag for year in years for flag in year[1]], dtype=np.int64)
    found = [opening for year in years for opening in year[2]]
    openings = np.array(found or [(days[0], days[0])], dtype=np.int64)  # one of no length where it is never open
    lengths = openings[:, 1] - openings[:, 0]
    return Layout(
        days,
        np.concatenate([[0], np.cumsum(working)]),
        np.ascontiguousarray(openings[:, 0]),
        np.ascontiguousarray(openings[:, 1]),
        np.concatenate([[0], np.cumsum(lengths)]),
    )


@cache
def _year(calendar: OpenDays, year: int) -> tuple[list[int], list[bool], list[tuple[int, int]]]:
    """Of each local day of a year: when it begins and whether it opens at all; and all openings.

    A day that a zone left out when it crossed the date line does not open, and neither does one whose only hours the
    clock jumped over.
    """
    *days, after = _beginnings(calendar.zone, year)
    working: list[bool] = []
    openings: list[tuple[int, int]] = []
    first = date(year, 1, 1).toordinal()
    for number, (begin, end) in enumerate(zip(days, (*days[1:], after), strict=True)):
        day = date.fromordinal(first + number)
        if end - begin == _DAY:  # no clock is changed on it, and none is changed twice on one day
            hours = calendar.hours_on(day)
            found = [(begin + opens * _MINUTE, begin + closes * _MINUTE) for opens, closes in hours]
        else:
            found = list(calendar.openings(day))
        working.append(bool(found))
        openings += found
    return days, working, openings


@lru_cache(maxsize=1024)
def _beginnings(zone: tzinfo, year: int) -> tuple[int, ...]:
    """When each local day of a year begins, and the day after the last."""
    first, after = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return tuple(moment_of(zone, date.fromordinal(day), 0, last=False) for day in range(first, after + 1))


def moment_of(zone: tzinfo, day: date, minute: int, *, last: bool) -> int:
    """When a clock shows a minute of a day: the first or the last time, or the moment at which it jumps over it."""
    naive = datetime.combine(day, time.min) + timedelta(minutes=minute)
    first = (naive.replace(tzinfo=zone, fold=0) - _EPOCH) // _MICROSECOND
    second = (naive.replace(tzinfo=zone, fold=1) - _EPOCH) // _MICROSECOND
    if second >= first:
        return second if last else first
    before = (_EPOCH + second * _MICROSECOND).astimezone(zone).utcoffset()
    seconds = range(second // 1_000_000, first // 1_000_000 + 1)
    jump = bisect_right(
        seconds, 0, key=lambda s: (_EPOCH + timedelta(seconds=s)).astimezone(zone).utcoffset() != before
    )
    return seconds[min(jump, len(seconds) - 1)] * 1_000_000


def open_before(table: Layout, moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """Open time from the table's beginning to each moment."""
    row = np.maximum(np.searchsorted(table.opens, moments, side="right") - 1, 0)
    inside = np.clip(moments - table.opens[row], 0, table.closes[row] - table.opens[row])
    passed: NDArray[np.int64] = table.total[row] + inside
    return passed


def day_index(table: Layout, moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of each moment's local day; the nearest one where the calendar does not reach."""
    found = np.searchsorted(table.days, moments, side="right") - 1
    return np.clip(found, 0, len(table.days) - 2).astype(np.int64)


def years_of(*columns: NDArray[np.int64]) -> tuple[int, int]:
    """First and last year to lay out: those of the moments and one on either side, within the calendars' years."""
    ends = np.array([min(c.min() for c in columns), max(c.max() for c in columns)], dtype="datetime64[us]")
    first, last = (ends.astype("datetime64[Y]").astype(np.int64) + 1970).tolist()
    return min(max(first - 1, FIRST_YEAR), LAST_YEAR), max(min(last + 1, LAST_YEAR), FIRST_YEAR)
