"""What rules see of a log: its events with the steps that they perform, its cases, and how time is measured."""

from __future__ import annotations

from datetime import datetime

from engine.calendars import Calendar
from engine.conformance.attributes import Attributes
from engine.conformance.performed import CaseTable, EventTable
from engine.conformance.standards.clocks import WorkingTime
from engine.conformance.standards.facts import Facts
from engine.definitions.flow import Flow
from engine.logs.log import Log
from engine.nets.net import Net


def facts_of(
    flow: Flow,
    net: Net,
    log: Log,
    events: EventTable,
    cases: CaseTable,
    *,
    now: datetime | None,
    calendar: Calendar | None,
) -> Facts:
    """A log as rules see it.

    Args:
        flow: The flow.
        net: Its net.
        log: The events that count.
        events: The same, with the steps that they perform.
        cases: Which cases are closed, and which have ended.
        now: The moment at which limits of open cases have passed or not.
        calendar: For the working time of everybody; the flow's own calendars when missing.
    """
    attributes = Attributes.of(log)
    return Facts(
        events,
        cases,
        attributes,
        label_of_step={step: label for label, step in enumerate(net.labels)},
        now=now,
        calendar=calendar or flow.main_calendar,
        roles=flow.roles,
        seasons=flow.seasons,
        steps_inside=flow.steps_inside,
        working_time=None if calendar is not None else WorkingTime.of(flow, attributes),
    )
