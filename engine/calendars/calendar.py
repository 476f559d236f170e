"""The calendar: weekly opening hours in a time zone, less the public holidays of a country and what else is closed.

Countries may declare days of a weekend working days: China moves working days there around its long holidays. Single
days may be closed or have hours of their own. Functions take whole columns (``datetime64[us]`` arrays in UTC); the days
of a year are laid out once for each calendar. The calendar ``clock`` is open always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from engine.calendars.days import DayRange
from engine.calendars.holidays import holidays_by_name, public_days
from engine.calendars.hours import MINUTES_PER_DAY, Hours, check_hours
from engine.calendars.layout import LAST_YEAR, day_index, layout_of, moment_of, open_before, years_of

Instants = NDArray[np.datetime64]
"""UTC moments, ``datetime64[us]``, without NaT."""

_DAY = 24 * 60 * 60 * 1_000_000
_WEEKDAYS = 7


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a service is open.

    Attributes:
        name: Its name.
        timezone: Key of the time zone in which days begin, such as ``Asia/Shanghai``.
        week: The openings of Monday to Sunday, seven of them.
        country: ISO code of the country, or of a part of it (``DE-BY``), whose public holidays are closed, or "".
        moved_day: The openings of a weekend day that the country declares a working day.
        region: ISO code of the country whose holidays it knows by name without closing on them, or "".
        closed: Days on which it is closed, whatever the week says.
        special: Single days with openings of their own, which go before everything else.
    """

    name: str
    timezone: str
    week: tuple[Hours, ...]
    country: str = ""
    moved_day: Hours = ()
    region: str = ""
    closed: tuple[DayRange, ...] = ()
    special: tuple[tuple[date, Hours], ...] = ()

    def __post_init__(self) -> None:
        """Refuse hours that are not in order, and a week that is never open.

        Raises:
            ValueError: On either.
        """
        for hours in (*self.week, self.moved_day, *(hours for _, hours in self.special)):
            check_hours(hours)
        if len(self.week) != _WEEKDAYS or not any(self.week):
            raise ValueError("a week has seven days and opens at least once")

    @property
    def zone(self) -> tzinfo:
        """The time zone in which days begin."""
        return ZoneInfo(self.timezone)

    @property
    def is_always_open(self) -> bool:
        """Whether working time is clock time and every day of UTC is a working day."""
        exceptions = self.country or self.closed or self.special
        return self.timezone == "UTC" and not exceptions and set(self.week) == {((0, MINUTES_PER_DAY),)}

    def hours_on(self, day: date) -> Hours:
        """The openings of one local day; empty when it is no working day."""
        own = _hours_of_days(self.special).get(day)
        if own is not None:
            return own
        holidays, moved = public_days(self.country, day.year)
        if any(day in days for days in self.closed):
            return ()
        if day in moved:
            return self.moved_day
        return () if day in holidays else self.week[day.weekday()]

    def named_holidays(self, name: str, year: int) -> frozenset[date]:
        """The days of a public holiday of its country.

        Args:
            name: In the country's language or in English: the whole name, or what stands before or within brackets in
                it (``Spring Festival`` for ``Chinese New Year (Spring Festival)``); letter case does not count.
            year: The year.

        Returns:
            Its days; empty where the country has no such holiday or the calendar knows no country.
        """
        return holidays_by_name(self.region or self.country, year).get(name.strip().casefold(), frozenset())

    def openings(self, day: date) -> tuple[tuple[int, int], ...]:
        """The openings of one local day as moments: microseconds since 1970 in UTC, until excluded.

        Where the clocks change: an opening begins when the clock first shows its time and ends when the clock last
        shows it; a time that the clock jumps over is the moment of the jump. A day ends where the next one begins.
        """
        found: list[tuple[int, int]] = []
        for first, last in self.hours_on(day):
            begin = moment_of(self.zone, day, first, last=False)
            end = moment_of(self.zone, day, last, last=last < MINUTES_PER_DAY)
            if found:
                begin = max(begin, found[-1][1])
            if begin < end:
                found.append((begin, end))
        return tuple(found)

    def is_open(self, instants: Instants) -> NDArray[np.bool_]:
        """For each moment, whether the service is open; it is at the beginning of an opening and not at its end."""
        moments = _microseconds(instants)
        if self.is_always_open or not len(moments):
            return np.ones(moments.shape, dtype=np.bool_)
        table = layout_of(self, *years_of(moments))
        row = np.searchsorted(table.opens, moments, side="right") - 1
        inside: NDArray[np.bool_] = (row >= 0) & (moments < table.closes[np.maximum(row, 0)])
        return inside

    def working_microseconds(self, start: Instants, end: Instants) -> NDArray[np.int64]:
        """Open time between two moments.

        Args:
            start: Moments.
            end: As many moments.

        Returns:
            int64 microseconds. Negative where ``end`` lies before ``start``: swapping the two changes the sign only,
            and the time from a to b and from b to c adds up to that from a to c.
        """
        first, second = _microseconds(start), _microseconds(end)
        if self.is_always_open or not len(first):
            return second - first
        table = layout_of(self, *years_of(first, second))
        return open_before(table, second) - open_before(table, first)

    def add_working(self, start: Instants, microseconds: NDArray[np.int64]) -> Instants:
        """The earliest moment by which so much open time has passed.

        Args:
            start: Moments.
            microseconds: Non-negative, one for each moment; with 0 the moment itself is returned.

        Returns:
            Moments; NaT where the calendar ends before that.

        Raises:
            ValueError: When an amount is negative.
        """
        first, amount = _microseconds(start), np.asarray(microseconds, dtype=np.int64)
        if np.any(amount < 0):
            raise ValueError("an amount of working time cannot be negative")
        if self.is_always_open or not len(first):
            return _instants(first + amount)
        begin, end = years_of(first)
        while True:
            table = layout_of(self, begin, end)
            wanted = open_before(table, first) + amount
            if end >= LAST_YEAR or wanted.max() <= table.total[-1]:
                break
            end = min(LAST_YEAR, 2 * end - begin + 1)
        row = np.clip(np.searchsorted(table.total, wanted, side="left") - 1, 0, len(table.opens) - 1)
        found = table.opens[row] + wanted - table.total[row]
        result = _instants(np.where(amount == 0, first, found))
        result[wanted > table.total[-1]] = np.datetime64("NaT")
        return result

    def workdays_between(self, start: Instants, end: Instants) -> NDArray[np.int64]:
        """How many working days it took: the least n such that ``end`` lies before the end of working day n.

        The local day of ``start`` is day 0, working day or not; the working days after it are 1, 2, … What happens
        on a closed day counts with the next working day, because the one before it is over. So a limit of n
        working days is kept where the answer is at most n.

        Args:
            start: Moments.
            end: As many moments.

        Returns:
            int64; negative where the local day of ``end`` lies before that of ``start``, with the two swapped.
        """
        first, second = _microseconds(start), _microseconds(end)
        if self.is_always_open or not len(first):
            return second // _DAY - first // _DAY
        table = layout_of(self, *years_of(first, second))
        early, late = np.minimum(first, second), np.maximum(first, second)
        first_day, last_day = day_index(table, early), day_index(table, late)
        days = table.workdays[last_day + 1] - table.workdays[first_day + 1]
        waiting = (last_day > first_day) & (table.workdays[last_day + 1] == table.workdays[last_day])
        taken: NDArray[np.int64] = days + waiting
        return np.where(second < first, -taken, taken)

    def local_days(self, instants: Instants) -> NDArray[np.datetime64]:
        """The local day of each moment, ``datetime64[D]``; the nearest that the calendar knows for moments beyond."""
        moments = _microseconds(instants)
        if self.is_always_open or not len(moments):
            return _instants(moments).astype("datetime64[D]")
        first, last = years_of(moments)
        table = layout_of(self, first, last)
        days: NDArray[np.datetime64] = np.datetime64(f"{first}-01-01", "D") + day_index(table, moments)
        return days

    def days_between(self, start: Instants, end: Instants) -> NDArray[np.int64]:
        """How many local days lie between two moments, working days or not; the day of ``start`` is day 0.

        Args:
            start: Moments.
            end: As many moments.

        Returns:
            int64; negative where the local day of ``end`` lies before that of ``start``.
        """
        days: NDArray[np.int64] = (self.local_days(end) - self.local_days(start)).astype(np.int64)
        return days


@cache
def _hours_of_days(special: tuple[tuple[date, Hours], ...]) -> Mapping[date, Hours]:
    return MappingProxyType(dict(special))


def _microseconds(instants: Instants) -> NDArray[np.int64]:
    """Moments as integers.

    Raises:
        ValueError: When one is missing (NaT): whether that matters is for the caller to say.
    """
    if np.any(np.isnat(instants)):
        raise ValueError("working time needs moments, not NaT")
    return np.atleast_1d(instants.astype("datetime64[us]").astype(np.int64))


def _instants(microseconds: NDArray[np.int64]) -> Instants:
    """Integers as moments."""
    return microseconds.astype("datetime64[us]")
