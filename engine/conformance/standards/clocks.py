"""How time is measured: by whose working time, and whether a span has passed.

The calendar is that of the role that has to act, where the role has one of its own, else the flow's: a duration is
measured by who does the step, a response by who has to respond, a promise by who has to keep it; the time that a case
takes, by the flow's. Where the branches of the business keep different hours, each case has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.calendars import Calendar, CalendarChoice
from engine.conformance.attributes import Attributes, as_words
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
