"""Reads the section ``seasons``, the day from which a flow is in force, and when its cases are idle.

A season is a list of ranges of days, of every year or of one, or the days around public holidays::

    peak: {title: {en: Spring Festival, zh: 春节}, holidays: [春节], days-before: 7, days-after: 2}
    summer: {days: [07-01 to 08-31]}
"""

from __future__ import annotations

from datetime import date

from engine.definitions.day_ranges import parse_date, read_day_ranges
from engine.definitions.fields import Fields, as_fields, sections
from engine.definitions.flow import Season
from engine.definitions.reading import Reading
from engine.definitions.references import References
from engine.definitions.rules_reading.operands import Operands
from engine.definitions.standard_reader import title_of_id
from engine.definitions.standards import TimeSpan, TimeUnit

SEASON_KEYS = ("title", "days", "holidays", "days-before", "days-after")
_LONGEST_MARGIN = 366


def read_effective(reading: Reading, document: Fields) -> date | None:
    """Read the key ``effective``: a day, ``2026-05-01``."""
    scalar = document.scalar("effective")
    if scalar is None:
        return None
    day = parse_date(scalar.text)
    if day is None:
        reading.add("flow.bad-date", scalar.line, "effective", key="effective", found=scalar.text)
    return day


def read_idle(reading: Reading, document: Fields) -> TimeSpan | None:
    """Read the key ``idle``: a time by the clock, ``14d``.

    Working time would not do: it stands still while nobody works, and so does a case in which nothing happens.
    """
    span = document.time_span("idle")
    if span is not None and span.unit is not TimeUnit.CLOCK:
        reading.add("flow.idle-not-clock", document.line_of("idle"), "idle", found=span.text)
        return None
    return span


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
    ranges = read_day_ranges(fields, "days")
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
    return Season(identifier, title, ranges, holidays or (), before, after, line)
