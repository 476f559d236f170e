"""Reads the working time of a flow: its own calendars, and which calendar holds for whom.

::

    calendars:
      workshop:
        timezone: Asia/Shanghai
        hours: {mon-fri: [08:30-12:00, 13:00-17:30], sat: 09:00-12:00}
        holidays: CN
        moved-days: 08:30-17:30
        closed: [12-31]
        open: {2026-02-14: 09:00-12:00}
    calendar: {by: case.branch, values: {north: workshop}, otherwise: china-office}
    role-calendars: {technician: workshop}

An opening that ends before it begins runs over midnight; what lies behind midnight belongs to the next day.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from zoneinfo import available_timezones

from engine.calendars import CALENDAR_NAMES, Calendar, CalendarChoice, Hours
from engine.calendars.holidays import is_country
from engine.calendars.hours import MINUTES_PER_DAY
from engine.definitions.day_ranges import parse_date, read_day_ranges
from engine.definitions.fields import Fields, as_fields, as_items, as_label, as_scalar, no_choice, no_role, sections
from engine.definitions.flow import Flow
from engine.definitions.reading import Reading
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Scalar, Sequence, Tree

CALENDAR_KEYS = ("timezone", "hours", "holidays", "moved-days", "closed", "open")
CHOICE_KEYS = ("by", "values", "otherwise")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week as they are written in ``hours``, Monday first."""

_CHINESE_DAYS = {"周一": 0, "周二": 1, "周三": 2, "周四": 3, "周五": 4, "周六": 5, "周日": 6, "周天": 6}
_DAY_OF = {**{name: day for day, name in enumerate(WEEKDAYS)}, **_CHINESE_DAYS}
_TO = re.compile(r"-|至|到")
_OPENING = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*(?:-|–|至|到)\s*([0-9]{1,2}):([0-9]{2})\Z")
_OF_THE_CASE = "case."


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """What a flow says of working time.

    Attributes:
        calendars: Its own calendars, in file order.
        calendar: Which calendar holds for the flow, or None.
        role_calendars: Role id → which calendar holds for what the role does.
    """

    calendars: tuple[Calendar, ...]
    calendar: CalendarChoice | None
    role_calendars: Mapping[str, CalendarChoice]

    def holds_for(self, called: Flow) -> bool:
        """Whether a called flow counts working time as its caller does, or says nothing of it."""
        mine = {calendar.name: calendar for calendar in self.calendars}
        used = [calendar for calendar in called.calendars if calendar.name in called.calendar_names]
        return (
            called.calendar in {None, self.calendar}
            and all(self.role_calendars.get(role) == choice for role, choice in called.role_calendars.items())
            and all(mine.get(calendar.name) == calendar for calendar in used)
        )


def read_working_time(reading: Reading, document: Fields, roles: Mapping[str, Title]) -> WorkingTime:
    """Read ``calendars``, ``calendar`` and ``role-calendars``.

    Args:
        reading: Takes the problems.
        document: The file.
        roles: The declared roles.

    Returns:
        Everything that could be read. A calendar that is wrong in a detail is not among ``calendars``; what names it is
        not reported as a second mistake.
    """
    own: list[Calendar] = []
    names = dict.fromkeys(CALENDAR_NAMES)
    for name, key, value in sections(reading, document, "calendars"):
        if name in CALENDAR_NAMES:
            reading.add("flow.calendar-is-shipped", key.line, f"calendars.{name}", name=name)
        fields = as_fields(reading, value, f"calendars.{name}")
        found = None if fields is None else _calendar(reading, fields, name)
        own += [] if found is None else [found]
        names[name] = None
    whole = document.tree("calendar")
    chosen = None if whole is None else _choice(reading, whole, "calendar", names)
    of_roles: dict[str, CalendarChoice] = {}
    for role, key, value in sections(reading, document, "role-calendars"):
        path = f"role-calendars.{role}"
        if role not in roles:
            no_role(reading, role, roles, line=key.line, path=path)
        choice = _choice(reading, value, path, names)
        if choice is not None:
            of_roles[role] = choice
    return WorkingTime(tuple(own), chosen, MappingProxyType(of_roles))


def _choice(reading: Reading, value: Tree, path: str, names: Collection[str]) -> CalendarChoice | None:
    """``name``, or ``{by: case.attribute, values: {value: name}, otherwise: name}``."""
    if isinstance(value, Scalar):
        name = _name(reading, value, path, names)
        return None if name is None else CalendarChoice(name)
    fields = as_fields(reading, value, path)
    if fields is None:
        return None
    fields.allow(CHOICE_KEYS)
    by = fields.label("by", required=True)
    if by is not None and not (by.startswith(_OF_THE_CASE) and len(by) > len(_OF_THE_CASE)):
        reading.add("flow.calendar-by-case", fields.line_of("by"), path, found=by)
        by = None
    other = fields.tree("otherwise", required=True)
    name = None if other is None else _name(reading, other, f"{path}.otherwise", names)
    inside = fields.fields("values", required=True)
    by_value: dict[str, str] = {}
    for entry, tree in () if inside is None else inside.entries():
        found = _name(reading, tree, f"{path}.values", names)
        if found is not None:
            by_value[entry.text] = found
    if inside is not None and not tuple(inside):
        reading.add("flow.list-too-short", inside.line, path, key="values", least=1)
    if by is None or name is None or not by_value:
        return None
    return CalendarChoice(name, by.removeprefix(_OF_THE_CASE), tuple(by_value.items()))


def _name(reading: Reading, value: Tree, path: str, names: Collection[str]) -> str | None:
    """The name of a calendar that is shipped or stands in the file."""
    label = as_label(reading, value, path)
    if label is None or label in names:
        return label
    no_choice(reading, label, names, key="calendar", line=value.line, path=path)
    return None


def _calendar(reading: Reading, fields: Fields, name: str) -> Calendar | None:
    fields.allow(CALENDAR_KEYS)
    timezone = _timezone(fields)
    week = _week(fields)
    country = _country(fields)
    moved_tree = fields.tree("moved-days")
    moved = _openings(reading, moved_tree, f"{fields.path}.moved-days") if moved_tree is not None else None
    if moved_tree is not None and "holidays" not in fields:
        reading.add("flow.moved-days-without-holidays", fields.line_of("moved-days"), fields.path)
    closed = read_day_ranges(fields, "closed")
    special = _special(fields)
    if timezone is None or week is None:
        return None
    if moved is None:  # a moved day is worked like the first open day of the week
        moved = next(hours for hours in week if hours)
    return Calendar(name, timezone, week, country, moved if country else (), closed=closed, special=special)


def _timezone(fields: Fields) -> str | None:
    scalar = fields.scalar("timezone", required=True)
    if scalar is None:
        return None
    known = _zones()
    if scalar.text in known:
        return scalar.text
    near = fields.reading.similar(scalar.text, known) or "Asia/Shanghai"
    fields.reading.add("flow.unknown-timezone", scalar.line, fields.path, found=scalar.text, suggestion=near)
    return None


@cache
def _zones() -> frozenset[str]:
    """The names of all time zones; looking for them reads a directory."""
    return frozenset(available_timezones() - {"localtime"})  # which is another zone on every machine


def _country(fields: Fields) -> str:
    scalar = fields.scalar("holidays")
    if scalar is None or is_country(scalar.text):
        return "" if scalar is None else scalar.text
    fields.reading.add("flow.unknown-country", scalar.line, fields.path, found=scalar.text)
    return ""


def _week(fields: Fields) -> tuple[Hours, ...] | None:
    """The openings of Monday to Sunday, with what runs over midnight given to the next day."""
    reading, inside = fields.reading, fields.fields("hours", required=True)
    if inside is None:
        return None
    minutes: dict[int, Hours] = {}
    whole = True
    for key, tree in inside.entries():
        days = _weekdays(key.text)
        if days is None:
            reading.add("flow.unknown-weekday", key.line, inside.path, found=key.text)
        elif twice := [WEEKDAYS[day] for day in days if day in minutes]:
            reading.add("flow.weekday-twice", key.line, inside.path, found=", ".join(twice))
        hours = _openings(reading, tree, f"{inside.path}.{key.text}", overnight=True)
        whole &= days is not None and hours is not None
        minutes |= dict.fromkeys(days or (), hours or ())
    if not whole:
        return None
    if not any(minutes.values()):
        reading.add("flow.calendar-never-open", inside.line, inside.path)
        return None
    return _over_midnight(minutes, inside)


def _over_midnight(minutes: Mapping[int, Hours], inside: Fields) -> tuple[Hours, ...] | None:
    week: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for day, hours in minutes.items():
        for first, last in hours:
            week[day].append((first, min(last, MINUTES_PER_DAY)))
            if last > MINUTES_PER_DAY:
                week[(day + 1) % len(WEEKDAYS)].append((0, last - MINUTES_PER_DAY))
    joined = [_joined(openings) for openings in week]
    clashes = [WEEKDAYS[day] for day, hours in enumerate(joined) if hours is None]
    if clashes:
        inside.reading.add("flow.hours-overlap", inside.line, inside.path, found=", ".join(clashes))
        return None
    return tuple(hours for hours in joined if hours is not None)


def _weekdays(text: str) -> tuple[int, ...] | None:
    """``mon``, ``mon-fri``, ``周一至周五``; a range may run over the end of the week."""
    found = [_DAY_OF.get(end.strip().casefold()) for end in _TO.split(text)]
    first, last = found[0], found[-1]
    if len(found) > 2 or first is None or last is None:
        return None
    span = (last - first) % len(WEEKDAYS) + 1
    return tuple((first + ahead) % len(WEEKDAYS) for ahead in range(span))


def _openings(reading: Reading, value: Tree, path: str, *, overnight: bool = False) -> Hours | None:
    """``08:30-12:00`` or a list of such; ends past midnight count on from 24:00. None where something is wrong."""
    items: Iterable[Tree] | None = as_items(reading, value, path) if isinstance(value, Sequence) else [value]
    if items is None:
        return None
    found: list[tuple[int, int]] = []
    for item in items:
        scalar = as_scalar(reading, item, path)
        if scalar is None:
            return None
        opening = _opening(scalar.text.strip(), overnight=overnight)
        if opening is None:
            reading.add("flow.bad-hours", scalar.line, path, found=scalar.text)
            return None
        found.append(opening)
    hours = _joined(found)
    if hours is None:
        reading.add("flow.hours-overlap", value.line, path, found=path.rsplit(".", 1)[-1])
    return hours


def _opening(text: str, *, overnight: bool) -> tuple[int, int] | None:
    written = _OPENING.match(text)
    if written is None:
        return None
    first_hour, first_minute, last_hour, last_minute = map(int, written.groups())
    first, last = 60 * first_hour + first_minute, 60 * last_hour + last_minute
    if max(first_minute, last_minute) > 59 or first >= MINUTES_PER_DAY or last > MINUTES_PER_DAY or first == last:
        return None
    if last < first:
        return (first, last + MINUTES_PER_DAY) if overnight else None
    return first, last


def _joined(openings: Iterable[tuple[int, int]]) -> Hours | None:
    """Openings in order, those that touch made one; None where two overlap."""
    hours: list[tuple[int, int]] = []
    for first, last in sorted(openings):
        if hours and first < hours[-1][1]:
            return None
        if hours and first == hours[-1][1]:
            hours[-1] = (hours[-1][0], last)
        else:
            hours.append((first, last))
    return tuple(hours)


def _special(fields: Fields) -> tuple[tuple[date, Hours], ...]:
    """Single days with openings of their own, in the order of the days."""
    inside = fields.fields("open") if "open" in fields else None
    found: dict[date, Hours] = {}
    for key, tree in () if inside is None else inside.entries():
        day, path = parse_date(key.text), f"{fields.path}.open"
        if day is None:
            fields.reading.add("flow.bad-date", key.line, path, key="open", found=key.text)
        hours = _openings(fields.reading, tree, f"{path}.{key.text}")
        if day is not None and hours is not None:
            found[day] = hours
    return tuple(sorted(found.items()))
