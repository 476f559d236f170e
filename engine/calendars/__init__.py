"""Working time: which moments a service is open, and how much open time lies between two moments.

``calendar`` holds what a calendar is and every question that can be put to it, ``layout`` the arithmetic, ``holidays``
the countries, ``shipped`` the calendars that need no definition, ``choice`` which calendar holds for whom.
"""

from engine.calendars.calendar import Calendar, Instants
from engine.calendars.choice import CalendarChoice
from engine.calendars.hours import Hours
from engine.calendars.layout import FIRST_YEAR, LAST_YEAR
from engine.calendars.shipped import CALENDAR_NAMES, DEFAULT_CALENDAR, calendar_named

__all__ = [
    "CALENDAR_NAMES",
    "DEFAULT_CALENDAR",
    "FIRST_YEAR",
    "LAST_YEAR",
    "Calendar",
    "CalendarChoice",
    "Hours",
    "Instants",
    "calendar_named",
]
