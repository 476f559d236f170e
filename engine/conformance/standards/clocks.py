"""How time is measured: by whose working time, and whether a span has passed.

The calendar is that of the role that has to act, where the role has one of its own, else the flow's: a duration is
measured by who does the step, a response by who has to respond, a promise by who has to keep it; the time that a case
takes, by the flow's. Where the branches of the business keep different hours, each case has its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.calendars import Calendar, CalendarChoice, due
from engine.conformance.attributes import Attributes, as_words
from engine.conformance.performed import NEVER
from engine.definitions.flow import Flow
from engine.definitions.rules import TimeSpan, TimeUnit

Rows = NDArray[np.int64]
Moments = NDArray[np.datetime64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Clock:
    """How time is measured for some instances.

    Attributes:
        now: The moment at which limits of open cases have passed or not, NaT when nobody knows.
        calendars: The calendars by which it is measured, at least one.
        which: For each instance the index of its calendar; None where the first one holds for all.
    """

    now: np.datetime64
    calendars: tuple[Calendar, ...]
    which: Rows | None = None

    def exceeds(self, begin: Moments, end: Moments, span: TimeSpan) -> Truths:
        """Whether more than the span passed; False where a moment is unknown."""
        return self._compare(begin, np.maximum(begin, end), span) > 0

    def falls_short(self, begin: Moments, end: Moments, span: TimeSpan) -> Truths:
        """Whether less than the span passed; False where a moment is unknown."""
        return self._compare(begin, np.maximum(begin, end), span) < 0

    def is_short_of(self, begin: Moments, end: Moments, span: TimeSpan) -> Truths:
        """Whether ``end`` comes less than the span after ``begin``, or before it; False where a moment is unknown."""
        short: Truths = (self._compare(begin, end, span) < 0) | (begin > end)
        return short

    def last_within(self, begin: Moments, span: TimeSpan) -> Moments:
        """The last moment at which no more than the span has passed; NaT where the begin is, or no calendar says."""
        return self._found(begin, _LAST_WITHIN[span.unit], span.amount)

    def last_before(self, end: Moments, span: TimeSpan) -> Moments:
        """The last moment that comes at least the span before the end; NaT where that is, or no calendar says."""
        return self._found(end, _LAST_BEFORE[span.unit], span.amount)

    def used_up(self, begin: Moments, span: TimeSpan) -> Moments:
        """The first moment at which the span has passed, so that working time ends with work; else the last one."""
        if span.unit is not TimeUnit.WORKING:
            return self.last_within(begin, span)
        return self._found(begin, _used_up, span.amount)

    def _found(self, moments: Moments, find: Callable[[Calendar, Moments, int], Moments], amount: int) -> Moments:
        found = np.full(len(moments), NEVER)
        known = ~np.isnat(moments)
        for index, calendar in enumerate(self.calendars if self.which is not None else self.calendars[:1]):
            rows = known if self.which is None else known & (self.which == index)
            if rows.any():
                found[rows] = find(calendar, moments[rows], amount)
        return found

    def _compare(self, begin: Moments, end: Moments, span: TimeSpan) -> NDArray[np.int8]:
        sign = np.zeros(len(begin), dtype=np.int8)
        known = ~(np.isnat(begin) | np.isnat(end))
        for index, calendar in enumerate(self.calendars if self.which is not None else self.calendars[:1]):
            rows = known if self.which is None else known & (self.which == index)
            if rows.any():
                sign[rows] = np.sign(_passed(calendar, begin[rows], end[rows], span.unit) - span.amount)
        return sign


def _passed(calendar: Calendar, start: Moments, stop: Moments, unit: TimeUnit) -> NDArray[np.int64]:
    """How much passed, in the unit of a span."""
    match unit:
        case TimeUnit.CLOCK:
            passed: NDArray[np.int64] = (stop - start).astype(np.int64)
            return passed
        case TimeUnit.WORKING:
            return calendar.working_microseconds(start, stop)
        case TimeUnit.DAYS:
            return calendar.days_between(start, stop)
        case TimeUnit.WORKDAYS:
            return calendar.workdays_between(start, stop)


def _within_clock(_calendar: Calendar, start: Moments, amount: int) -> Moments:
    return start + np.timedelta64(amount, "us")


def _before_clock(_calendar: Calendar, end: Moments, amount: int) -> Moments:
    return end - np.timedelta64(amount, "us")


def _used_up(calendar: Calendar, start: Moments, amount: int) -> Moments:
    return calendar.add_working(start, np.full(len(start), amount, dtype=np.int64))


_LAST_WITHIN = {
    TimeUnit.CLOCK: _within_clock,
    TimeUnit.WORKING: due.last_within_working,
    TimeUnit.DAYS: due.last_within_days,
    TimeUnit.WORKDAYS: due.last_within_workdays,
}
_LAST_BEFORE = {
    TimeUnit.CLOCK: _before_clock,
    TimeUnit.WORKING: due.last_before_working,
    TimeUnit.DAYS: due.last_before_days,
    TimeUnit.WORKDAYS: due.last_before_workdays,
}


@dataclass(frozen=True, eq=False, slots=True)
class WorkingTime:
    """Whose working time counts.

    Attributes:
        calendars: All calendars; the flow's, of several the one for all other cases, is the first.
        of_flow: For each case the index of the flow's calendar there; None where the first holds in every case.
        of_role: Role id → the same of the role's own calendar; None where ``calendars[0]`` holds in every case.
        role_of_step: Step id → role id, of the steps whose role has a calendar of its own.
    """

    calendars: tuple[Calendar, ...]
    of_flow: Rows | None = None
    of_role: Mapping[str, Rows] = field(default_factory=dict)
    role_of_step: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, flow: Flow, attributes: Attributes) -> WorkingTime:
        """The working time of a flow in the cases of a log.

        Raises:
            KeyError: The flow names a calendar that does not exist.
        """
        choices = [CalendarChoice(flow.main_calendar.name), *flow.role_calendars.values()]
        choices += [flow.calendar] if flow.calendar is not None else []
        names = list(dict.fromkeys(name for choice in choices for name in choice.names))
        return cls(
            tuple(map(flow.calendar_named, names)),
            None if flow.calendar is None else _of_cases(flow.calendar, names, attributes),
            {
                role: found
                for role, choice in flow.role_calendars.items()
                if (found := _of_cases(choice, names, attributes, always=True)) is not None
            },
            {step.id: step.role for step in flow.steps if step.role in flow.role_calendars and step.role is not None},
        )

    def clock(self, now: np.datetime64, step: str | None, cases: Rows) -> Clock:
        """The clock for what a step does in some cases, or with None for the cases themselves.

        Args:
            now: As in the clock.
            step: Id of the step whose role has to act.
            cases: int64 case of each instance.
        """
        role = None if step is None else self.role_of_step.get(step)
        chosen = self.of_flow if role is None else self.of_role[role]
        return Clock(now, self.calendars, None if chosen is None else chosen[cases])


def _of_cases(choice: CalendarChoice, names: list[str], attributes: Attributes, *, always: bool = False) -> Rows | None:
    """For each case the index of its calendar; None where the first one holds in all, unless asked for always."""
    found = np.full(attributes.cases.height, names.index(choice.name), dtype=np.int64)
    values = attributes.of_cases(choice.attribute) if choice.attribute else None
    if values is not None:
        labels = as_words(values).to_numpy()
        for value, name in choice.by_value:
            found[labels == value] = names.index(name)
    return found if always or found.any() else None
