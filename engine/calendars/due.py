"""The last moment at which a limit is still kept: the inverses of how a calendar counts time.

What passes between two moments never falls as the second one moves on. So there is one last moment up to which it is
no more than an amount, and one last moment from which on it is no less than an amount until a given one. Both are found
in the calendar's laid-out days, by binary search; ``NaT`` where the calendar ends before that.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.calendars.calendar import Calendar
from engine.calendars.layout import FIRST_YEAR, LAST_YEAR, Layout, day_index, layout_of, open_before, years_of

Instants = NDArray[np.datetime64]
Numbers = NDArray[np.int64]
Finder = Callable[[Layout], Numbers]

_DAY = 24 * 60 * 60 * 1_000_000
_NEVER = np.iinfo(np.int64).min  # how NumPy stores NaT


def last_within_working(calendar: Calendar, start: Instants, microseconds: int) -> Instants:
    """The last moment at which no more than so much open time has passed: often the beginning of an opening.

    Args:
        calendar: The calendar.
        start: Moments, none missing.
        microseconds: Not negative.
    """
    first = start.astype(np.int64)
    if calendar.is_always_open:
        return _instants(first + microseconds)
    return _over_years(calendar, first, lambda table: _last_open(table, open_before(table, first) + microseconds))


def last_within_days(calendar: Calendar, start: Instants, days: int) -> Instants:
    """The last moment of the local day that comes so many days after that of a moment; day 0 is its own."""
    first = start.astype(np.int64)
    if calendar.is_always_open:
        return _instants((first // _DAY + days + 1) * _DAY - 1)
    return _over_years(calendar, first, lambda table: _end_of(table, day_index(table, first) + days))


def last_within_workdays(calendar: Calendar, start: Instants, days: int) -> Instants:
    """The last moment of the working day of that number; see ``Calendar.workdays_between``."""
    first = start.astype(np.int64)
    if calendar.is_always_open or days == 0:
        return last_within_days(calendar, start, days)

    def found(table: Layout) -> Numbers:
        wanted = table.workdays[day_index(table, first) + 1] + days
        return _end_of(table, np.searchsorted(table.workdays, wanted, side="left") - 1)

    return _over_years(calendar, first, found)


def last_before_working(calendar: Calendar, end: Instants, microseconds: int) -> Instants:
    """The last moment, no later than the end, from which on so much open time passes until the end."""
    second = end.astype(np.int64)
    if calendar.is_always_open:
        return _instants(second - microseconds)
    found = _over_years(calendar, second, lambda table: _last_open(table, open_before(table, second) - microseconds))
    return np.minimum(found, end)


def last_before_days(calendar: Calendar, end: Instants, days: int) -> Instants:
    """The last moment, no later than the end, whose local day lies so many days before that of the end."""
    second = end.astype(np.int64)
    if calendar.is_always_open:
        return np.minimum(_instants((second // _DAY - days + 1) * _DAY - 1), end)
    found = _over_years(calendar, second, lambda table: _end_of(table, day_index(table, second) - days))
    return np.minimum(found, end)


def last_before_workdays(calendar: Calendar, end: Instants, days: int) -> Instants:
    """The last moment, no later than the end, from which on the end comes on working day ``days`` or later."""
    second = end.astype(np.int64)
    if calendar.is_always_open or days == 0:
        return last_before_days(calendar, end, days)

    def found(table: Layout) -> Numbers:
        last = day_index(table, second)
        closed = table.workdays[last + 1] == table.workdays[last]
        most = table.workdays[last + 1] + closed - days
        return _end_of(table, np.minimum(np.searchsorted(table.workdays, most, side="right") - 2, last - 1))

    return np.minimum(_over_years(calendar, second, found), end)


def _last_open(table: Layout, wanted: Numbers) -> Numbers:
    """The last moment before which no more than so much of the table's open time lies."""
    row = np.searchsorted(table.total, wanted, side="right") - 1
    inside = (wanted >= 0) & (row < len(table.opens))
    row = np.clip(row, 0, len(table.opens) - 1)
    return np.where(inside, table.opens[row] + wanted - table.total[row], _NEVER)


def _end_of(table: Layout, day: Numbers) -> Numbers:
    """The last microsecond of days by their rows."""
    inside = (day >= 0) & (day < len(table.days) - 1)
    return np.where(inside, table.days[np.clip(day, 0, len(table.days) - 2) + 1] - 1, _NEVER)


def _over_years(calendar: Calendar, moments: Numbers, find: Finder) -> Instants:
    """Look in some years around the moments, and in more of them as long as something is not found."""
    if not len(moments):
        return _instants(moments)
    first, last = years_of(moments)
    width = 1
    while True:
        found = find(layout_of(calendar, first, last))
        if (found != _NEVER).all() or (first == FIRST_YEAR and last == LAST_YEAR):
            return _instants(found)
        first, last, width = max(FIRST_YEAR, first - width), min(LAST_YEAR, last + width), 2 * width


def _instants(microseconds: Numbers) -> Instants:
    return microseconds.astype("datetime64[us]")
