"""More or fewer cases from month to month, as a standard about change asks for."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from fractions import Fraction

from engine.calendars import Calendar
from engine.definitions.flow import Flow
from engine.definitions.rules import Change, Measured
from engine.simulation.settings import SimulationSettings

_BEYOND = 2
"""So many times the change that a standard asks for, because chance moves arrivals too."""


class Trend:
    """How many cases arrive on a day, beside those of the first month.

    A month's cases are spread over its working days, so that a month with holidays has as many as the trend says.

    Args:
        flow: Its standards about the number of a step ask for a change.
        settings: ``monthly_change`` goes before them.
        calendar: Working hours.
    """

    def __init__(self, flow: Flow, settings: SimulationSettings, calendar: Calendar) -> None:
        self._calendar, self._first = calendar, settings.start
        asked = [s.rule for s in flow.standards if isinstance(s.rule, Change) and s.rule.measured is Measured.COUNT]
        wanted = settings.monthly_change
        self._change = float(_wanted(asked[0]) if asked else 0) if wanted is None else wanted
        self._factors: dict[tuple[int, int], float] = {}

    def factor(self, day: date) -> float:
        """The share of the first month's cases of a day that arrive on this day; 1 without a trend."""
        if not self._change:
            return 1.0
        month = (day.year, day.month)
        if month not in self._factors:
            passed = 12 * (day.year - self._first.year) + day.month - self._first.month
            factor = self._working_days(self._first) / max(self._working_days(day), 1)
            for _ in range(passed):
                factor *= 1 + self._change
            self._factors[month] = factor
        return self._factors[month]

    def _working_days(self, day: date) -> int:
        days = range(1, monthrange(day.year, day.month)[1] + 1)
        return sum(bool(self._calendar.hours_on(date(day.year, day.month, number))) for number in days)


def _wanted(rule: Change) -> Fraction:
    """The change that keeps a standard with room; none where standing still keeps it."""
    if rule.at_most is not None and rule.at_most < 0:
        return max(rule.at_most * _BEYOND, Fraction(-9, 10))
    return rule.at_least * _BEYOND if rule.at_least is not None and rule.at_least > 0 else Fraction(0)
