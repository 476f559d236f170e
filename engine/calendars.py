"""Working time: which moments a service is open, and how much open time lies between two moments.

A calendar is weekly opening hours in a time zone, less the public holidays of a country, plus the weekend days that the
country declares working days (China moves working days to weekends around its long holidays). All arithmetic is on
integers: microseconds since 1970 in UTC, so that rewriting a timestamp at another offset changes nothing, and a day on
which the clocks change has the length it had.

Functions take whole columns (``datetime64[us]`` arrays in UTC). The days of a year are laid out once for each calendar
and found by binary search. Calendars know the years 1900 to 2199; before and after they are closed, so that a stand-in
date such as 9999-12-31 costs nothing. The calendar ``clock`` is open always.

Which days are holidays comes from the package ``holidays``: for years whose moved days have not been announced yet it
knows the statutory days only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.datetime64]
"""UTC moments, ``datetime64[us]``, without NaT."""

FIRST_YEAR = 1900
LAST_YEAR = 2199
_MINUTES_PER_DAY = 24 * 60
_DAY = 24 * 60 * 60 * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SUNDAY = 6

Hours = tuple[tuple[int, int], ...]
"""The openings of one day: (from, until) in minutes after local midnight, in order, apart from each other."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a service is open.

    Attributes:
        name: Its name.
        timezone: Key of the time zone in which days begin, such as ``Asia/Shanghai``.
        week: The openings of Monday to Sunday, seven of them.
        country: ISO code of the country whose public holidays are closed, or "".
        moved_day: The openings of a weekend day that the country declares a working day.
        region: ISO code of the country whose holidays it knows by name without closing on them, or "".
    """

    name: str
    timezone: str
    week: tuple[Hours, ...]
    country: str = ""
    moved_day: Hours = ()
    region: str = ""

    def __post_init__(self) -> None:
        """Refuse hours that are not in order, and a week that is never open.

        Raises:
            ValueError: On either.
        """
        for hours in (*self.week, self.moved_day):
            flat = [minute for opening in hours for minute in opening]
            if flat != sorted(set(flat)) or not all(0 <= minute <= _MINUTES_PER_DAY for minute in flat):
                raise ValueError("openings need to be in order and within one day")
        if len(self.week) != _SUNDAY + 1 or not any(self.week):
            raise ValueError("a week has seven days and opens at least once")

    @property
    def zone(self) -> tzinfo:
        """The time zone in which days begin."""
        return ZoneInfo(self.timezone)

    @property
    def is_always_open(self) -> bool:
        """Whether working time is clock time and every day of UTC is a working day."""
        return self.timezone == "UTC" and not self.country and set(self.week) == {((0, _MINUTES_PER_DAY),)}

    def hours_on(self, day: date) -> Hours:
        """The openings of one local day; empty when it is no working day."""
        closed, moved = _public_days(self.country, day.year)
        if day in moved:
            return self.moved_day
        return () if day in closed else self.week[day.weekday()]

    def named_holidays(self, name: str, year: int) -> frozenset[date]:
        """The days of a public holiday of its country.

        Args:
            name: In the country's language or in English: the whole name, or what stands before or within brackets in
                it (``Spring Festival`` for ``Chinese New Year (Spring Festival)``); letter case does not count.
            year: The year.

        Returns:
            Its days; empty where the country has no such holiday or the calendar knows no country.
        """
        return _holidays_by_name(self.region or self.country, year).get(name.strip().casefold(), frozenset())

    def openings(self, day: date) -> tuple[tuple[int, int], ...]:
        """The openings of one local day as moments: microseconds since 1970 in UTC, until excluded.

        Where the clocks change: an opening begins when the clock first shows its time and ends when the clock last
        shows it; a time that the clock jumps over is the moment of the jump. A day ends where the next one begins.
        """
        found: list[tuple[int, int]] = []
        for first, last in self.hours_on(day):
            begin = _moment(self.zone, day, first, last=False)
            end = _moment(self.zone, day, last, last=last < _MINUTES_PER_DAY)
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
        table = _table(self, *_years(moments))
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
        table = _table(self, *_years(first, second))
        return _open_before(table, second) - _open_before(table, first)

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
        begin, end = _years(first)
        while True:
            table = _table(self, begin, end)
            wanted = _open_before(table, first) + amount
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
        table = _table(self, *_years(first, second))
        early, late = np.minimum(first, second), np.maximum(first, second)
        first_day, last_day = _day_index(table, early), _day_index(table, late)
        days = table.workdays[last_day + 1] - table.workdays[first_day + 1]
        waiting = (last_day > first_day) & (table.workdays[last_day + 1] == table.workdays[last_day])
        taken: NDArray[np.int64] = days + waiting
        return np.where(second < first, -taken, taken)

    def local_days(self, instants: Instants) -> NDArray[np.datetime64]:
        """The local day of each moment, ``datetime64[D]``; the nearest that the calendar knows for moments beyond."""
        moments = _microseconds(instants)
        if self.is_always_open or not len(moments):
            return _instants(moments).astype("datetime64[D]")
        first, last = _years(moments)
        table = _table(self, first, last)
        days: NDArray[np.datetime64] = np.datetime64(f"{first}-01-01", "D") + _day_index(table, moments)
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


class _Table(NamedTuple):
    """The days of some years, as sorted arrays of microseconds since 1970 in UTC.

    Attributes:
        days: Beginning of each local day, and of the day after the last.
        workdays: How many of the first i days are working days; as long as ``days``.
        opens: Beginning of each opening; there is at least one.
        closes: Its end.
        total: Open time before each opening, and after the last.
    """

    days: NDArray[np.int64]
    workdays: NDArray[np.int64]
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    total: NDArray[np.int64]


@lru_cache(maxsize=64)
def _table(calendar: Calendar, first_year: int, last_year: int) -> _Table:
    """The days of the years, both included."""
    years = [_year(calendar, year) for year in range(first_year, last_year + 1)]
    after = _moment(calendar.zone, date(last_year + 1, 1, 1), 0, last=False)
    days = np.array([*(day for year in years for day in year[0]), after], dtype=np.int64)
    working = np.array([flag for year in years for flag in year[1]], dtype=np.int64)
    openings = np.array([opening for year in years for opening in year[2]], dtype=np.int64).reshape(-1, 2)
    lengths = openings[:, 1] - openings[:, 0]
    return _Table(
        days,
        np.concatenate([[0], np.cumsum(working)]),
        np.ascontiguousarray(openings[:, 0]),
        np.ascontiguousarray(openings[:, 1]),
        np.concatenate([[0], np.cumsum(lengths)]),
    )


@cache
def _year(calendar: Calendar, year: int) -> tuple[list[int], list[bool], list[tuple[int, int]]]:
    """Of each local day of a year: when it begins and whether it is a working day; and all openings."""
    days: list[int] = []
    working: list[bool] = []
    openings: list[tuple[int, int]] = []
    day, zone = date(year, 1, 1), calendar.zone
    while day.year == year:
        days.append(_moment(zone, day, 0, last=False))
        working.append(bool(calendar.hours_on(day)))
        openings += calendar.openings(day)
        day += timedelta(days=1)
    return days, working, openings


@cache
def _public_days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Closed days and moved working days of a country in a year."""
    if not country:
        return frozenset(), frozenset()
    import holidays  # noqa: PLC0415 - a third of a second that most calendars do not need

    days: Any = holidays.country_holidays(country, years=year)
    return frozenset(days), frozenset(day for day in getattr(days, "weekend_workdays", ()) if day.year == year)


@cache
def _holidays_by_name(country: str, year: int) -> Mapping[str, frozenset[date]]:
    """The days of each public holiday of a country in a year, by every name that it goes by, in lower case."""
    if not country:
        return {}
    import holidays  # noqa: PLC0415 - as above

    found: dict[str, set[date]] = {}
    languages = {getattr(holidays.country_holidays(country), "default_language", None), "en_US"}
    for language in languages:
        days: Any = holidays.country_holidays(country, years=year, language=language)
        for day, names in days.items():
            for name in names.split("; "):
                for part in (name, *re.split(r"[()（）]", name)):
                    if part.strip():
                        found.setdefault(part.strip().casefold(), set()).add(day)
    return {name: frozenset(of_name) for name, of_name in found.items()}


def _moment(zone: tzinfo, day: date, minute: int, *, last: bool) -> int:
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


def _open_before(table: _Table, moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """Open time from the table's beginning to each moment."""
    row = np.maximum(np.searchsorted(table.opens, moments, side="right") - 1, 0)
    inside = np.clip(moments - table.opens[row], 0, table.closes[row] - table.opens[row])
    passed: NDArray[np.int64] = table.total[row] + inside
    return passed


def _day_index(table: _Table, moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row of each moment's local day; the nearest one where the calendar does not reach."""
    found = np.searchsorted(table.days, moments, side="right") - 1
    return np.clip(found, 0, len(table.days) - 2).astype(np.int64)


def _years(*columns: NDArray[np.int64]) -> tuple[int, int]:
    """First and last year to lay out: those of the moments and one on either side, within the calendars' years."""
    ends = np.array([min(c.min() for c in columns), max(c.max() for c in columns)], dtype="datetime64[us]")
    first, last = (ends.astype("datetime64[Y]").astype(np.int64) + 1970).tolist()
    return min(max(first - 1, FIRST_YEAR), LAST_YEAR), max(min(last + 1, LAST_YEAR), FIRST_YEAR)


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


_ALL_DAY: Hours = ((0, _MINUTES_PER_DAY),)
_NINE_TO_FIVE: Hours = ((9 * 60, 17 * 60),)
_NINE_TO_SIX: Hours = ((9 * 60, 18 * 60),)
_DEALER: Hours = ((8 * 60 + 30, 17 * 60 + 30),)

_CALENDARS = {
    calendar.name: calendar
    for calendar in (
        Calendar("clock", "UTC", (_ALL_DAY,) * 7),
        Calendar("office", "UTC", (_NINE_TO_FIVE,) * 5 + ((),) * 2),
        Calendar("china-office", "Asia/Shanghai", (_NINE_TO_SIX,) * 5 + ((),) * 2, "CN", _NINE_TO_SIX),
        # a dealer's workshop is busiest when others rest: it keeps its hours on every day of the year
        Calendar("china-dealer", "Asia/Shanghai", (_DEALER,) * 7, region="CN"),
    )
}

CALENDAR_NAMES = tuple(_CALENDARS)
"""The names that a flow's ``calendar:`` and the command line's ``--calendar`` may take."""


def calendar_named(name: str) -> Calendar:
    """A calendar by its name.

    Raises:
        KeyError: When there is none; callers check ``CALENDAR_NAMES`` first.
    """
    return _CALENDARS[name]
