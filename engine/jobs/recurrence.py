"""When something that recurs is due: every day, every week or every month, at a time of day of some time zone.

Due is a local time of day. Where clocks go forward over it, it is due as long after midnight as otherwise, which reads
an hour later; where they go back and it comes twice, it is due the first time. So it is due once on each of its days.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

LONGEST_DAYS = 62
"""No recurrence lets more than so many days pass."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What recurs.

    Attributes:
        every: ``day``, ``week`` or ``month``.
        at: The local time of day.
        timezone: IANA name of the time zone.
        day: Of a week 0 (Monday) to 6; of a month 1 to 31, the last day where the month has fewer; else 0.
    """

    every: Literal["day", "week", "month"]
    at: time
    timezone: str
    day: int = 0

    def next_after(self, moment: datetime) -> datetime:
        """The first time that it is due after a moment, in UTC."""
        return next(due for due in self._dues(self._day_of(moment) - timedelta(days=1)) if due > moment)

    def latest(self, moment: datetime) -> datetime:
        """The last time that it is due at a moment or before it, in UTC."""
        start = self._day_of(moment) - timedelta(days=LONGEST_DAYS)
        found = None
        for due in self._dues(start):
            if due > moment and found is not None:
                return found
            found = due
        raise AssertionError("it recurs for ever")

    def last_month(self, due: datetime) -> tuple[datetime, datetime]:
        """The calendar month before that of a moment: its first moment, and the first one after it, in UTC."""
        until = self._day_of(due).replace(day=1)
        since = (until - timedelta(days=1)).replace(day=1)
        return self._moment(since, time()), self._moment(until, time())

    def day_of(self, due: datetime) -> date:
        """The local day of a moment."""
        return self._day_of(due)

    def _dues(self, first: date) -> Iterator[datetime]:
        day = first
        while True:
            if self._is_due_on(day):
                yield self._moment(day, self.at)
            day += timedelta(days=1)

    def _is_due_on(self, day: date) -> bool:
        if self.every == "week":
            return day.weekday() == self.day
        if self.every == "month":
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return True

    def _day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, ZoneInfo(self.timezone)).astimezone(UTC)
