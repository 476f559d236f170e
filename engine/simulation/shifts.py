"""Whose hours: of the calendars that a flow names, the one that holds for a role or a step in a case.

The same question is put twice, and answered alike: when do people work, and by whose working time does a limit count?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from engine.calendars import FIRST_YEAR, CalendarChoice
from engine.definitions.flow import Flow
from engine.simulation.hours import HOUR, Hours
from engine.simulation.values import Value, word_of

_BEFORE = timedelta(days=2)
"""So much earlier than the first day in one time zone the hours of another one may be asked for."""
_MEASURED = 20
"""Working days over which it is measured how long a role is there."""


@dataclass(frozen=True)
class Shifts:
    """The hours of everybody.

    Attributes:
        main: Those of the flow; where branches keep different hours, those of all other cases. Cases arrive in them.
        flow: Says which calendar holds for whom; None where ``main`` holds for everybody.
    """

    main: Hours
    flow: Flow | None = None
    _others: dict[str, Hours] = field(default_factory=dict)

    def of_case(self, attributes: Mapping[str, Value]) -> Hours:
        """The flow's hours in a case with these attributes."""
        choice = None if self.flow is None else self.flow.calendar
        return self.main if choice is None else self._hours(_chosen(choice, attributes))

    def of_role(self, role: str | None, attributes: Mapping[str, Value]) -> Hours:
        """The hours of a role in a case; those of the flow for a role without hours of its own and for nobody."""
        choice = None if self.flow is None or role is None else self.flow.role_calendars.get(role)
        return self.of_case(attributes) if choice is None else self._hours(_chosen(choice, attributes))

    def of_step(self, step: str, attributes: Mapping[str, Value]) -> Hours:
        """The hours of a step's role in a case; those of the flow for work that it does not have."""
        return self.of_role(self._roles.get(step), attributes)

    def presence(self, role: str) -> int:
        """How long a role is there for each working day of the flow, in microseconds; at least an hour.

        Where branches keep different hours it is that of the branch with the fewest.
        """
        days = self.main.workdays(0, _MEASURED)
        choice = None if self.flow is None else self.flow.role_calendars.get(role, self.flow.calendar)
        hours = [self.main] if choice is None else [self._hours(name) for name in choice.names]
        return max(min(each.working(days[0][0], days[-1][1]) // _MEASURED for each in hours), HOUR)

    @cached_property
    def _roles(self) -> Mapping[str, str | None]:
        return {} if self.flow is None else {step.id: step.role for step in self.flow.steps}

    def _hours(self, name: str) -> Hours:
        if self.flow is None or name == self.main.calendar.name:
            return self.main
        if name not in self._others:
            first = max(self.main.first - _BEFORE, date(FIRST_YEAR, 1, 1))
            self._others[name] = Hours(self.flow.calendar_named(name), first=first)
        return self._others[name]


def _chosen(choice: CalendarChoice, attributes: Mapping[str, Value]) -> str:
    """The name of the calendar that holds in a case."""
    word = word_of(attributes.get(choice.attribute)) if choice.attribute else None
    return next((name for value, name in choice.by_value if value == word), choice.name)
