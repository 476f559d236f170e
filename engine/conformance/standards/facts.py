"""Facts: everything that a rule is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.calendars import Calendar
from engine.conformance.attributes import Attributes, first_of_cases, gathered, last_of_cases
from engine.conformance.conditions import Answers, answers, reads_events
from engine.conformance.performed import CaseTable, EventTable, Stay, as_moment
from engine.conformance.standards.clocks import Clock, WorkingTime
from engine.definitions.flow import Season
from engine.definitions.rules import AttributeRef
from engine.definitions.titles import Title

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Facts:
    """A log joined with its net, as rules see it.

    What happened counts, whether in its place or not: a repeated or misplaced event followed, came before, was done by
    somebody. Only performed events, synchronous or misplaced ones, ask for something themselves, because the others are
    deviations already. A step that was begun and not done (pending) counts for nothing but its own duration.

    Attributes:
        events: The events of the log with their steps.
        cases: Which cases are closed, and which reached an end.
        attributes: Of cases and events.
        label_of_step: Step id → label as in ``events.label``.
        now: The moment at which limits of open cases have passed or not; None when nobody knows.
        calendar: For periods and seasons, and for working time where ``working_time`` says nothing else.
        roles: The flow's roles: id → title.
        seasons: The flow's seasons.
        steps_inside: Sub-flow id → ids of the steps inside.
        working_time: Whose working time counts; None where ``calendar`` holds for everybody.
    """

    events: EventTable
    cases: CaseTable
    attributes: Attributes
    label_of_step: Mapping[str, int]
    now: datetime | None
    calendar: Calendar
    roles: Mapping[str, Title] = field(default_factory=dict)
    seasons: Sequence[Season] = ()
    steps_inside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    working_time: WorkingTime | None = None
    _of_cases: dict[str, Answers] = field(default_factory=dict)

    @cached_property
    def moment(self) -> np.datetime64:
        """``now`` as a value of columns, NaT when nobody knows."""
        return as_moment(self.now)

    def clock(self, step: str | None, cases: Rows) -> Clock:
        """How time is measured for instances in some cases in which the role of a step has to act, or nobody's."""
        working_time = self.working_time or WorkingTime((self.calendar,))
        return working_time.clock(self.moment, step, cases)

    @property
    def count(self) -> int:
        """How many cases there are."""
        return len(self.cases.closed)

    def performed(self, step: str) -> Rows:
        """Rows of the events that perform a step, done or only begun, increasing."""
        return self.events.performed_rows(self._label(step))

    def done(self, step: str) -> Rows:
        """Rows of the events in which a step was done, in its place or not, increasing."""
        return self._not_pending(self.events.rows_of(self._label(step)))

    def asking(self, step: str) -> Rows:
        """Rows of the events that perform a step and are done, increasing."""
        return self._not_pending(self.performed(step))

    def first_done(self, step: str) -> Rows:
        """For each case the row in which a step was first done, −1 where it was not."""
        return first_of_cases(self.done(step), self.events.case, self.count)

    def last_done(self, step: str) -> Rows:
        """For each case the row in which a step was last done, −1 where it was not."""
        return last_of_cases(self.done(step), self.events.case, self.count)

    def stay(self, sub_flow: str | None) -> Stay:
        """From when to when each case is in a sub-flow, as its events show, or with None in the flow."""
        if sub_flow is None:
            return self.events.whole
        return self.events.stay(np.flatnonzero(self._is_inside(sub_flow)))

    def entered(self, sub_flow: str) -> Truths:
        """For each case whether it performed something inside a sub-flow."""
        found = np.zeros(self.count, dtype=np.bool_)
        found[self.events.case[self._is_inside(sub_flow) & self.events.performed]] = True
        return found

    def _is_inside(self, sub_flow: str) -> Truths:
        labels = [self._label(step) for step in self.steps_inside[sub_flow] if step in self.label_of_step]
        found: Truths = np.isin(self.events.label, labels)
        return found

    def in_cases(self, attribute: AttributeRef) -> pl.Series:
        """The value of an attribute for each case: the case's, or that of the last event of its step."""
        if attribute.step is None:
            return gathered(self.attributes.of_cases(attribute.name), np.arange(self.count))
        return self.at(attribute.name, self.last_done(attribute.step))

    def at(self, name: str, rows: Rows) -> pl.Series:
        """The values of an attribute of events at some rows, null where a row is −1."""
        return gathered(self.attributes.of_events(name), rows)

    def answers(self, condition: str, cases: Rows, events: Rows | None = None) -> Answers:
        """What a condition comes to, for cases each perhaps with an event (−1 for none)."""
        if events is not None and reads_events(condition):
            return answers(condition, self.attributes, cases, events)
        if condition not in self._of_cases:
            self._of_cases[condition] = answers(condition, self.attributes, np.arange(self.count))
        return self._of_cases[condition][cases]

    def _label(self, step: str) -> int:
        return self.label_of_step.get(step, -1)

    def _not_pending(self, rows: Rows) -> Rows:
        return rows[~self.events.pending[rows]]
