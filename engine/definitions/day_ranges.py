"""Reads and writes ranges of days: ``07-01 to 08-31`` of every year, ``2026-11-01 至 2026-11-11`` of one year."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from engine.calendars.days import DayOfYear, DayRange
from engine.definitions.fields import Fields, as_scalar
from engine.definitions.yaml_document import Tree

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_LEAP_YEAR = 2000
_DAY = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})\Z")
_UNTIL = re.compile(r"\bto\b|至")


def parse_date(text: str) -> date | None:
    """One day of one year, ``2026-05-01``; None for anything else."""
    found = _DATE.match(text)
    if found is not None:
        with suppress(ValueError):
            return date(*map(int, found.groups()))
    return None


def read_day_ranges(fields: Fields, key: str) -> tuple[DayRange, ...]:
    """The ranges in a list; none when the key is missing. What is no range is noted and left out."""
    ranges = [_range(fields, key, item) for item in (fields.items(key) if key in fields else None) or ()]
    return tuple(found for found in ranges if found is not None)


def written_days(days: DayRange) -> str:
    """A range as it is read."""
    first, last = _written(days.first), _written(days.last)
    return first if first == last else f"{first} to {last}"


def _range(fields: Fields, key: str, item: Tree) -> DayRange | None:
    path = f"{fields.path}.{key}"
    scalar = as_scalar(fields.reading, item, path)
    if scalar is None:
        return None
    ends = [_day(text.strip()) for text in _UNTIL.split(scalar.text)]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or first is None or last is None or (first.year is None) != (last.year is None):
        fields.reading.add("flow.bad-day-range", scalar.line, path, found=scalar.text)
        return None
    if first.year is not None and _order(last) < _order(first):
        fields.reading.add("flow.bad-day-range", scalar.line, path, found=scalar.text)
        return None
    return DayRange(first, last)


def _day(text: str) -> DayOfYear | None:
    found = _DAY.match(text)
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        date(int(year) if year else _LEAP_YEAR, int(month), int(day))
    except ValueError:
        return None
    return DayOfYear(int(month), int(day), int(year) if year else None)


def _order(day: DayOfYear) -> tuple[int, int, int]:
    return day.year or 0, day.month, day.day


def _written(day: DayOfYear) -> str:
    year = f"{day.year:04}-" if day.year is not None else ""
    return f"{year}{day.month:02}-{day.day:02}"
