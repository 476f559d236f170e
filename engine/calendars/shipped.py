"""Calendars that need no definition: a flow names one, and so does the command line."""

from __future__ import annotations

from engine.calendars.calendar import Calendar
from engine.calendars.hours import MINUTES_PER_DAY, Hours

_ALL_DAY: Hours = ((0, MINUTES_PER_DAY),)
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

DEFAULT_CALENDAR = "clock"
"""The calendar of a flow that names none: every hour is working time, every day a working day."""

CALENDAR_NAMES = tuple(_CALENDARS)
"""The names that a flow's ``calendar:`` and the command line's ``--calendar`` may take."""


def calendar_named(name: str) -> Calendar:
    """A calendar by its name.

    Raises:
        KeyError: When there is none; callers check ``CALENDAR_NAMES`` first.
    """
    return _CALENDARS[name]
