"""A moment that was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from engine.definitions import rules
from engine.definitions.rules import AttributeRef
from tests.oracles.standards.facts import MET, NO_EVIDENCE, NOT_DUE, PlainFacts, PlainInstance, moment
from tests.oracles.standards.times import kept_later, passed


def _promised(
    attribute: AttributeRef, step: str, facts: PlainFacts, is_late: Callable[[datetime, datetime], bool]
) -> tuple[str, datetime | None, datetime | None]:
    """Outcome, the moment that was held against the promise, and the promise."""
    promise = moment(facts.of(attribute))
    done = facts.done(step)
    if promise is None:
        to_come = not facts.closed and attribute.step is not None and not facts.done(attribute.step)
        return (NOT_DUE if to_come else NO_EVIDENCE), None, None
    if not done and facts.closed:
        return "late", None, promise
    then = facts.events[done[0]].time if done else facts.now
    if then is None:
        return NO_EVIDENCE, None, promise
    if is_late(then, promise):
        return "late", then, promise
    return (MET if done else NOT_DUE), then, promise


def deadline(rule: rules.Deadline, facts: PlainFacts) -> Iterator[PlainInstance]:
    result, then, promise = _promised(rule.promised, rule.step, facts, lambda then, promise: then > promise)
    later = None
    if result == "late" and rule.second_tier is not None:
        done = bool(facts.done(rule.step))
        later = False
        if then is not None and promise is not None:
            later = kept_later(facts.by(rule.step), rule.second_tier.within, promise, then, happened=done)
    yield PlainInstance(None, result, later)


def lead_time(rule: rules.LeadTime, facts: PlainFacts) -> Iterator[PlainInstance]:
    calendar = facts.by(rule.step).calendar

    def is_late(then: datetime, promise: datetime) -> bool:
        return then > promise or passed(rule.at_least, calendar, then, promise) < rule.at_least.amount

    yield PlainInstance(None, _promised(rule.promised, rule.step, facts, is_late)[0])
