"""Which standards a played case misses: the plain check that keeps undisturbed cases clean.

It asks one case at a time and knows exactly what happened, so that it needs neither columns nor alignments; the
evaluation that users see stands in ``engine.conformance``. Where a standard can be read in two ways (a cycle that
begins with the first event's start or with its completion), the stricter reading counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.flow import Flow
from engine.definitions.standards import Standard, StandardKind, TimeSpan, TimeUnit
from engine.simulation.game import Performed
from engine.simulation.hours import Hours


def missed_standards(flow: Flow, events: Sequence[Performed], hours: Hours, *, ended: bool = True) -> tuple[str, ...]:
    """Ids of the standards that a closed case misses at least once, in the flow's order.

    Args:
        flow: The flow.
        events: The case, in the order of completion.
        hours: Working hours.
        ended: Whether the case reached an end; one that did not misses its cycle time.
    """
    return tuple(
        standard.id
        for standard in flow.standards
        if not _is_met(standard, events, hours) or (standard.kind is StandardKind.CYCLE_TIME and not ended)
    )


def _is_met(standard: Standard, events: Sequence[Performed], hours: Hours) -> bool:
    if standard.kind is StandardKind.DURATION:
        mine = [event for event in events if event.activity in standard.steps]
        return all(
            _is_within(standard.at_most, event.start, event.time, hours)
            and _is_at_least(standard.at_least, event.start, event.time, hours)
            for event in mine
        )
    if standard.kind is StandardKind.CYCLE_TIME:
        if not events:
            return True
        begun, last = min(event.start for event in events), events[-1].time
        return _is_within(standard.at_most, begun, last, hours) and _is_at_least(
            standard.at_least, events[0].time, last, hours
        )
    if standard.kind is StandardKind.RESPONSE:
        return all(
            _responded(standard, event, events[at + 1 :], hours)
            for at, event in enumerate(events)
            if event.activity == standard.steps[0]
        )
    return all(
        _preceded(standard, event, events[:at], hours)
        for at, event in enumerate(events)
        if event.activity == standard.steps[1]
    )


def _responded(standard: Standard, first: Performed, later: Sequence[Performed], hours: Hours) -> bool:
    second = next((event for event in later if event.activity == standard.steps[1]), None)
    return second is not None and _is_between(standard, first, second, hours)


def _preceded(standard: Standard, second: Performed, earlier: Sequence[Performed], hours: Hours) -> bool:
    first = next((event for event in reversed(earlier) if event.activity == standard.steps[0]), None)
    return first is not None and _is_between(standard, first, second, hours)


def _is_between(standard: Standard, first: Performed, second: Performed, hours: Hours) -> bool:
    return _is_within(standard.at_most, first.time, second.time, hours) and _is_at_least(
        standard.at_least, first.time, second.time, hours
    )


def _is_within(span: TimeSpan | None, start: int, end: int, hours: Hours) -> bool:
    return span is None or _passed(span.unit, start, end, hours) <= span.amount


def _is_at_least(span: TimeSpan | None, start: int, end: int, hours: Hours) -> bool:
    return span is None or _passed(span.unit, start, end, hours) >= span.amount


def _passed(unit: TimeUnit, start: int, end: int, hours: Hours) -> int:
    if unit is TimeUnit.CLOCK:
        return end - start
    return hours.working(start, end) if unit is TimeUnit.WORKING else hours.workdays_between(start, end)
