"""Writes calendars, and which of them holds for whom, as ``calendar_reader`` reads them."""

from __future__ import annotations

from itertools import groupby

from engine.calendars import Calendar, CalendarChoice, Hours
from engine.definitions import yaml_text as text
from engine.definitions.calendar_reader import WEEKDAYS
from engine.definitions.day_ranges import written_days
from engine.definitions.yaml_text import Pairs


def written_calendar(calendar: Calendar) -> str:
    """One entry of the section ``calendars``.

    Raises:
        ValueError: It knows the holidays of a region without closing on them, which only shipped calendars do.
    """
    if calendar.region:
        raise ValueError("a flow's own calendar has no region")
    return text.entry(calendar.name, _pairs(calendar))


def calendar_text(calendar: Calendar) -> str:
    """What a calendar says on one line, as the flow file spells it."""
    return ", ".join(f"{key}: {value}" for key, value in _pairs(calendar))


def _pairs(calendar: Calendar) -> Pairs:
    pairs: Pairs = [("timezone", text.scalar(calendar.timezone)), ("hours", _week(calendar))]
    if calendar.country:
        pairs += [("holidays", text.scalar(calendar.country)), ("moved-days", _hours(calendar.moved_day))]
    if calendar.closed:
        pairs.append(("closed", text.listing(map(written_days, calendar.closed))))
    if calendar.special:
        pairs.append(("open", text.mapping([(day.isoformat(), _hours(hours)) for day, hours in calendar.special])))
    return pairs


def written_choice(choice: CalendarChoice) -> str:
    """A calendar's name, or the attribute that decides with the calendar for each of its values."""
    if not choice.attribute:
        return text.scalar(choice.name)
    values = text.mapping([(text.scalar(value), text.scalar(name)) for value, name in choice.by_value])
    by = text.scalar(f"case.{choice.attribute}")
    return text.mapping([("by", by), ("values", values), ("otherwise", text.scalar(choice.name))])


def _week(calendar: Calendar) -> str:
    """The open days, neighbours with the same hours together."""
    pairs: Pairs = []
    for hours, days in groupby(zip(WEEKDAYS, calendar.week, strict=True), key=lambda pair: pair[1]):
        names = [name for name, _ in days]
        if hours:
            pairs.append((names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}", _hours(hours)))
    return text.mapping(pairs)


def _hours(hours: Hours) -> str:
    openings = [f"{_clock(first)}-{_clock(last)}" for first, last in hours]
    return openings[0] if len(openings) == 1 else text.listing(openings)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
