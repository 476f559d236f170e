"""How long something took, and the later limit of the second tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from engine.calendars import Calendar
from engine.definitions import rules
from engine.definitions.standards import TimeSpan, TimeUnit
from tests.oracles.standards.facts import MET, NO_EVIDENCE, NOT_DUE, PlainFacts, PlainInstance, begin_of, end_of


def duration(rule: rules.Duration, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at, step in enumerate(facts.steps):
        if step != rule.step or at not in facts.performed:
            continue
        event, spans = facts.events[at], (rule.at_least, rule.at_most, None)
        if at not in facts.pending:
            yield timed(facts.by(step), at, (event.start, event.time), happened=True, spans=spans)
        elif rule.at_most is None:
            yield PlainInstance(at, NOT_DUE)
        else:
            yield timed(facts.by(step), at, (event.time, None), happened=False, spans=spans)


def cycle_time(rule: rules.CycleTime, facts: PlainFacts, inside: str | None) -> Iterator[PlainInstance]:
    part = facts.part(inside)
    if part:
        later = rule.second_tier.within if rule.second_tier else None
        begin, end = begin_of(facts, inside), end_of(facts, inside)
        is_there = part[-1] == len(facts.events) - 1
        happened = facts.ended or (facts.closed and not is_there)
        spans = (rule.at_least, rule.at_most, later)
        if happened or is_there:
            yield timed(facts.by(None), None, (begin, end), happened=happened, spans=spans)
        else:
            yield timed(replace(facts.by(None), now=end), None, (begin, end), happened=False, spans=spans)


def passed(span: TimeSpan, calendar: Calendar, begin: datetime, end: datetime) -> int:
    """How much passed, in the unit of the span; negative backwards."""
    if span.unit is TimeUnit.DAYS:
        return (end.astimezone(calendar.zone).date() - begin.astimezone(calendar.zone).date()).days
    first, last = (np.array([m.astimezone(UTC).replace(tzinfo=None)], dtype="datetime64[us]") for m in (begin, end))
    if span.unit is TimeUnit.CLOCK:
        return int((last - first).astype(np.int64)[0])
    if span.unit is TimeUnit.WORKING:
        return int(calendar.working_microseconds(first, last)[0])
    return int(calendar.workdays_between(first, last)[0])


def timed(
    facts: PlainFacts,
    at: int | None,
    ends: tuple[datetime | None, datetime | None],
    *,
    happened: bool,
    spans: tuple[TimeSpan | None, TimeSpan | None, TimeSpan | None],
) -> PlainInstance:
    least, most, later = spans
    if not happened and facts.closed:
        return PlainInstance(at, "late", None if later is None else False)
    if not happened and most is None:
        return PlainInstance(at, NOT_DUE)
    begin, end = ends[0], ends[1] if happened else facts.now
    if begin is None or end is None:
        return PlainInstance(at, NO_EVIDENCE)
    end = max(begin, end)
    if most is not None and passed(most, facts.calendar, begin, end) > most.amount:
        short = least is not None and passed(least, facts.calendar, begin, end) < least.amount
        return PlainInstance(
            at, "late", None if happened and short else kept_later(facts, later, begin, end, happened=happened)
        )
    if not happened:
        return PlainInstance(at, NOT_DUE)
    short = least is not None and passed(least, facts.calendar, begin, end) < least.amount
    return PlainInstance(at, "too-short" if short else MET)


def kept_later(
    facts: PlainFacts,
    later: TimeSpan | None,
    begin: datetime,
    end: datetime,
    *,
    happened: bool,
) -> bool | None:
    if later is None:
        return None
    if passed(later, facts.calendar, begin, max(begin, end)) > later.amount:
        return False
    return True if happened else None
