"""Which standards a played case misses: the plain check that keeps undisturbed cases clean.

It asks one case at a time and knows exactly what happened, so that it needs neither columns nor alignments; the
evaluation that users see stands in ``engine.conformance``. It judges the rules about order, number and time
(``JUDGED_RULES``). A rule about attributes or people, a condition or a season it cannot judge, because a case is played
before its attributes are drawn: such standards are left to the evaluation, and a played case may miss them.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.flow import Flow
from engine.definitions.rules import AllOf, Count, CycleTime, Duration, Precedence, Response, Together
from engine.definitions.standards import Standard, StandardKind, TimeUnit
from engine.simulation.hours import Hours
from engine.simulation.world import Performed

JUDGED_RULES = (Count, Precedence, Response, AllOf, Together, Duration, CycleTime)
"""The rules that need nothing but the events of a case."""


def is_judged(standard: Standard) -> bool:
    """Whether playing takes care that ordinary cases meet a standard."""
    return isinstance(standard.rule, JUDGED_RULES) and standard.when is None and standard.season is None


def missed_standards(
    flow: Flow,
    events: Sequence[Performed],
    hours: Hours,
    *,
    beside: Sequence[int] = (),
    ended: bool = True,
) -> tuple[str, ...]:
    """Ids of the standards that a closed case misses at least once, of those that are judged, in the flow's order.

    Args:
        flow: The flow.
        events: The case, in the order of completion.
        hours: Hours by which working time counts.
        beside: Positions of the events that perform no step of the run: they ask for nothing themselves, but count as
            what came before or after another event.
        ended: Whether the case reached an end; one that did not misses its cycle time.
    """
    return tuple(
        standard.id
        for standard in flow.standards
        if is_judged(standard)
        if not _is_met(standard, events, hours, frozenset(beside))
        or (standard.kind is StandardKind.CYCLE_TIME and not ended)
    )


def _is_met(standard: Standard, events: Sequence[Performed], hours: Hours, beside: frozenset[int]) -> bool:
    asking = [(at, event) for at, event in enumerate(events) if at not in beside]
    if standard.kind is StandardKind.DURATION:
        mine = [event for _, event in asking if event.activity in standard.steps]
        return all(_is_kept(standard, event.start, event.time, hours) for event in mine)
    if standard.kind is StandardKind.CYCLE_TIME:
        begun = min((event.start for event in events), default=0)
        return not events or _is_kept(standard, begun, max(event.time for event in events), hours)
    if isinstance(standard.rule, Count | AllOf | Together):
        return _is_complete(standard.rule, events, asking)
    first, second = standard.steps
    if standard.kind is StandardKind.RESPONSE:
        return all(
            _is_answered(standard, event, next((e for e in events[at + 1 :] if e.activity == second), None), hours)
            for at, event in asking
            if event.activity == first
        )
    return all(
        _is_answered(standard, next((e for e in reversed(events[:at]) if e.activity == first), None), event, hours)
        for at, event in asking
        if event.activity == second
    )


def _is_complete(
    rule: Count | AllOf | Together, events: Sequence[Performed], asking: Sequence[tuple[int, Performed]]
) -> bool:
    done = [event.activity for event in events]
    if isinstance(rule, Count):
        times = done.count(rule.step)
        return (rule.at_least or 0) <= times and (rule.at_most is None or times <= rule.at_most)
    if isinstance(rule, AllOf):
        return all(set(rule.members) <= set(done[:at]) for at, event in asking if event.activity == rule.before)
    return not any(event.activity in rule.members for _, event in asking) or set(rule.members) <= set(done)


def _is_answered(standard: Standard, first: Performed | None, second: Performed | None, hours: Hours) -> bool:
    return first is not None and second is not None and _is_kept(standard, first.time, second.time, hours)


def _is_kept(standard: Standard, start: int, end: int, hours: Hours) -> bool:
    most, least = standard.at_most, standard.at_least
    if most is not None and _passed(most.unit, start, end, hours) > most.amount:
        return False
    return least is None or _passed(least.unit, start, end, hours) >= least.amount


def _passed(unit: TimeUnit, start: int, end: int, hours: Hours) -> int:
    if unit is TimeUnit.CLOCK:
        return end - start
    if unit is TimeUnit.DAYS:
        return (hours.local_day(end) - hours.local_day(start)).days
    return hours.working(start, end) if unit is TimeUnit.WORKING else hours.workdays_between(start, end)
