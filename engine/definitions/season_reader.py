"""Reads the section ``seasons``, and the day from which a flow is in force.

A season is a list of ranges of days, of every year or of one, or the days around public holidays::

    peak: {title: {en: Spring Festival, zh: 春节}, holidays: [春节], days-before: 7, days-after: 2}
    summer: {days: [07-01 to 08-31]}
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from engine.definitions.fields import Fields, as_fields, as_scalar, sections
from engine.definitions.flow import DayOfYear, Season, SeasonRange
from engine.definitions.reading import Reading
from engine.definitions.references import References
from engine.definitions.rules_reading.operands import Operands
from engine.definitions.standard_reader import title_of_id
from engine.definitions.yaml_document import Tree

SEASON_KEYS = ("title", "days", "holidays", "days-before", "days-after")
_LONGEST_MARGIN = 366
_LEAP_YEAR = 2000
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_DAY = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})\Z")
_UNTIL = re.compile(r"\s*(?:\bto\b|至)\s*")


def read_effective(reading: Reading, document: Fields) -> date | None:
    """Read the key ``effective``: a day, ``2026-05-01``."""
    scalar = document.scalar("effective")
    if scalar is None:
        return None
    found = _DATE.match(scalar.text)
    if found is not None:
        with suppress(ValueError):
            return date(*map(int, found.groups()))
    reading.add("flow.bad-date", scalar.line, "effective", key="effective", found=scalar.text)
    return None


def read_seasons(reading: Reading, document: Fields) -> dict[str, Season]:
    """Read the section ``seasons``.

    Returns:
        Season id → season, in file order. A season that is wrong in a detail is here nevertheless, so that references
        to it are not reported as a second mistake.
    """
    seasons: dict[str, Season] = {}
    for identifier, key, value in sections(reading, document, "seasons"):
        fields = as_fields(reading, value, f"seasons.{identifier}")
        if fields is None:
            seasons[identifier] = Season(identifier, title_of_id(identifier), line=key.line)
        else:
            seasons[identifier] = _season(fields, identifier, key.line)
    return seasons


def _season(fields: Fields, identifier: str, line: int) -> Season:
    fields.allow(SEASON_KEYS)
    title = fields.title("title") or title_of_id(identifier)
    operands = Operands(fields, References(fields.reading, {}), {})
    ranges = [_range(fields, item) for item in fields.items("days") or ()]
    holidays = operands.labels("holidays") if "holidays" in fields else ()
    before = operands.count("days-before", most=_LONGEST_MARGIN) or 0
    after = operands.count("days-after", most=_LONGEST_MARGIN) or 0
    if "days" not in fields and "holidays" not in fields:
        fields.reading.add("flow.season-without-days", fields.line, fields.path)
    elif "days" in fields and not ranges and fields.items("days") == ():
        operands.note("flow.list-too-short", "days", key="days", least=1)
    for key in ("days-before", "days-after"):
        if key in fields and "holidays" not in fields:
            operands.note("flow.days-without-holidays", key, key=key)
    known = tuple(found for found in ranges if found is not None)
    return Season(identifier, title, known, holidays or (), before, after, line)


def _range(fields: Fields, item: Tree) -> SeasonRange | None:
    """``07-01 to 08-31``, ``2026-11-01 to 2026-11-11``, or one day."""
    path = f"{fields.path}.days"
    scalar = as_scalar(fields.reading, item, path)
    if scalar is None:
        return None
    ends = [_day(text) for text in _UNTIL.split(scalar.text.strip())]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or first is None or last is None or (first.year is None) != (last.year is None):
        fields.reading.add("flow.bad-day-range", scalar.line, path, found=scalar.text)
        return None
    if first.year is not None and _order(last) < _order(first):
        fields.reading.add("flow.bad-day-range", scalar.line, path, found=scalar.text)
        return None
    return SeasonRange(first, last)


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
