"""Days and ranges of days, of every year or of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day of every year, or of one year."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class DayRange:
    """From a first to a last day, both included; without years it may run over the turn of the year."""

    first: DayOfYear
    last: DayOfYear

    def __contains__(self, day: date) -> bool:
        """Whether a day lies in the range."""
        if self.first.year is not None or self.last.year is not None:
            return _in_year(self.first, day) <= (day.year, day.month, day.day) <= _in_year(self.last, day)
        first, last, this = (self.first.month, self.first.day), (self.last.month, self.last.day), (day.month, day.day)
        return (first <= this <= last) if first <= last else (this >= first or this <= last)


def _in_year(one: DayOfYear, day: date) -> tuple[int, int, int]:
    return one.year if one.year is not None else day.year, one.month, one.day
