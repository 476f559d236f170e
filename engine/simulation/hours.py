"""Working hours as sorted openings, for one question at a time.

``engine.calendars`` answers for whole columns; a game asks for one moment after the other, thousands of times, so that
the openings are laid out once and found by bisection. Moments are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from engine.calendars import LAST_YEAR, Calendar
from engine.errors import InputRefused, Problem

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK_DAYS = 120


class Hours:
    """The openings of a calendar from one day on, laid out as far as anyone has asked.

    Attributes:
        calendar: The calendar.
        first: The first day that is known; earlier moments count as closed.
    """

    def __init__(self, calendar: Calendar, *, first: date) -> None:
        self.calendar = calendar
        self.first = first
        self._always = calendar.is_always_open
        self._next_day = first
        self._from: list[int] = []
        self._until: list[int] = []
        self._workdays: list[int] = []

    def local_day(self, moment: int) -> date:
        """The local day of a moment."""
        local: datetime = (_EPOCH + timedelta(microseconds=moment)).astimezone(self.calendar.zone)
        return local.date()

    def workdays(self, begin: int, end: int) -> list[tuple[int, int]]:
        """First opening and last closing of the working days from number ``begin`` until ``end``, counted from 0."""
        while len(self._workdays) < end:
            self._extend()
        openings = [self.calendar.openings(date.fromordinal(day)) for day in self._workdays[begin:end]]
        return [(day[0][0], day[-1][1]) for day in openings]

    def next_open(self, moment: int) -> int:
        """The moment itself where the calendar is open, else the next opening."""
        return moment if self._always else max(moment, self._from[self._opening_after(moment)])

    def last_close(self, moment: int) -> int:
        """The moment itself where the calendar is open, else the closing before it (or the first opening)."""
        if self._always:
            return moment
        at = self._opening_after(moment)
        if self._from[at] <= moment:
            return moment
        return self._until[at - 1] if at else self._from[0]

    def fit(self, moment: int, duration: int) -> int:
        """The earliest start from ``moment`` on whose whole duration lies in one opening.

        A duration that no opening of the coming days holds starts at the next opening.
        """
        if self._always:
            return moment
        self._opening_after(moment + duration + 14 * DAY)
        at = self._opening_after(moment)
        for opening in range(at, min(at + 14, len(self._from))):
            start = max(moment, self._from[opening])
            if start + duration <= self._until[opening]:
                return start
        return max(moment, self._from[at])

    def add(self, moment: int, amount: int) -> int:
        """The moment at which ``amount`` microseconds of working time have passed."""
        if self._always:
            return moment + amount
        at = self._opening_after(moment)
        here = max(moment, self._from[at])
        while amount > self._until[at] - here:
            if at + 1 == len(self._from):
                self._extend()
                continue
            amount -= self._until[at] - here
            at += 1
            here = self._from[at]
        return here + amount

    def working(self, start: int, end: int) -> int:
        """Working microseconds from one moment to a later one; 0 when it is not later."""
        if end <= start or self._always:
            return max(end - start, 0)
        last, total = self._opening_after(end), 0
        for at in range(self._opening_after(start), last + 1):
            total += max(min(end, self._until[at]) - max(start, self._from[at]), 0)
        return total

    def workdays_between(self, start: int, end: int) -> int:
        """Working days after the local day of ``start`` until ``end``; a closed day counts with the next one."""
        if self._always:
            return end // DAY - start // DAY
        self._opening_after(end)
        first, last = self.local_day(start).toordinal(), self.local_day(end).toordinal()
        before = bisect_right(self._workdays, last)
        is_closed = before == 0 or self._workdays[before - 1] != last
        return before - bisect_right(self._workdays, first) + (last > first and is_closed)

    def _opening_after(self, moment: int) -> int:
        """Index of the opening that holds the moment, or of the next one."""
        while not self._until or self._until[-1] <= moment:
            self._extend()
        return bisect_right(self._until, moment)

    def _extend(self) -> None:
        """Lay out more days; openings that touch become one.

        Raises:
            InputRefused: ``simulate.calendar-over``: the calendar's years are over.
        """
        for _ in range(_CHUNK_DAYS):
            if self._next_day.year > LAST_YEAR:
                raise InputRefused([Problem("simulate.calendar-over", values={"year": LAST_YEAR})])
            openings = self.calendar.openings(self._next_day)
            if openings:
                self._workdays.append(self._next_day.toordinal())
            for start, end in openings:
                if self._until and start <= self._until[-1]:
                    self._until[-1] = max(end, self._until[-1])
                else:
                    self._from.append(start)
                    self._until.append(end)
            self._next_day += timedelta(days=1)
