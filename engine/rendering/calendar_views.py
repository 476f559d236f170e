"""Which calendars count whose working time, in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.calendars import CalendarChoice
from engine.definitions.flow import Flow
from engine.definitions.standards import Standard
from engine.rendering.text import clean
from engine.rendering.wording import Wording


def say_calendars(calendars: Mapping[str, CalendarChoice], flow: Flow, wording: Wording) -> str:
    """All calendars in use: the flow's, then each role's that has its own.

    Args:
        calendars: Role id, "" for the flow, → which calendar holds.
        flow: Has the titles of the roles.
        wording: The language.
    """
    said = [_say_of(role, choice, flow, wording) for role, choice in calendars.items()]
    return wording.text("report.calendar.separator").join(said)


def say_whose(standard: Standard, calendars: Mapping[str, CalendarChoice], flow: Flow, wording: Wording) -> str | None:
    """By whose working time a standard's limits are counted; None where it is the flow's.

    Args:
        standard: One of the flow's.
        calendars: Those in use, as above.
        flow: The flow.
        wording: The language.
    """
    role = flow.role_in_time(standard)
    if role is None or role not in calendars:
        return None
    return wording.text("report.calendar.note", whose=_say_of(role, calendars[role], flow, wording))


def _say_of(role: str, choice: CalendarChoice, flow: Flow, wording: Wording) -> str:
    said = _say_choice(choice, wording)
    if not role:
        return said
    title = clean(wording.title(flow.roles[role])) if role in flow.roles else role
    return wording.text("report.calendar.of-role", role=title or role, calendar=said)


def _say_choice(choice: CalendarChoice, wording: Wording) -> str:
    if not choice.attribute:
        return choice.name
    values = [
        wording.text("report.calendar.of-value", value=clean(value), calendar=name) for value, name in choice.by_value
    ]
    listed = wording.text("chart.list-separator").join(values)
    return wording.text("report.calendar.by", attribute=clean(choice.attribute), values=listed, otherwise=choice.name)
