"""Deadlines of open cases: until when what a time standard asks for is still in time.

One for each instance of a rule with a limit: a response, a maximum duration, a cycle time, a promised moment, a lead
time before one, and the later limit of a second tier. It is as exact as the evaluation of standards, because it is its
inverse: as long as nothing else happens, the instance is not missed at ``due`` and missed a microsecond later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.conformance.attributes import as_moments
from engine.conformance.conditions import YES
from engine.conformance.standards import times
from engine.conformance.standards.evaluation import applies
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import NONE
from engine.definitions import rules
from engine.definitions.rules import TimeSpan
from engine.definitions.standards import Standard

Rows = NDArray[np.int64]
Moments = NDArray[np.datetime64]
Truths = NDArray[np.bool_]


class DeadlineState(StrEnum):
    """How a deadline stands.

    ``ahead``: it is still to come, and so is what it asks for. ``passed``: it has passed, and that has not come.
    ``met``: done in time. ``late``: done, too late.
    """

    AHEAD = "ahead"
    PASSED = "passed"
    MET = "met"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of an open case.

    Attributes:
        case: Index of the case.
        standard: Id of the standard.
        tier: 1, or 2 for the later limit of its second tier.
        step: The step that it waits for; None where it waits for the end of the case or of a sub-flow.
        event: Row of the event that asks; None for an instance of the case as a whole.
        act_by: When the time allowed is used up. Working time stands still while nobody works, so that doing it at the
            next opening is still in time; who is to act has to know before.
        due: The last moment that is in time.
        state: How it stands.
    """

    case: int
    standard: str
    tier: int
    step: str | None
    event: int | None
    act_by: datetime
    due: datetime
    state: DeadlineState

    @property
    def is_pending(self) -> bool:
        """Whether what it asks for has not come."""
        return self.state in {DeadlineState.AHEAD, DeadlineState.PASSED}

    def at(self, now: datetime) -> Deadline:
        """The same at another moment, as long as nothing happens: what has not come passes at its time."""
        if not self.is_pending:
            return self
        state = DeadlineState.PASSED if now > self.due else DeadlineState.AHEAD
        return self if state is self.state else replace(self, state=state)


@dataclass(frozen=True, eq=False, slots=True)
class _Limits:
    """The limits of one rule before they are narrowed down; arrays of one length.

    Attributes:
        tier: As in ``Deadline``.
        step: As in ``Deadline``.
        case, asks: As in ``Judged``.
        act_by, due: As in ``Deadline``; NaT where nobody can say.
        done: Whether what it asks for has happened.
        done_at: When, NaT where it has not, or not at a known time.
        waits: Whether it may still be missed where it has not.
    """

    tier: int
    step: str | None
    case: Rows
    asks: Rows
    act_by: Moments
    due: Moments
    done: Truths
    done_at: Moments
    waits: Truths


def deadlines(standards: Sequence[Standard], facts: Facts) -> tuple[Deadline, ...]:
    """The deadlines of open cases, as they stand at ``facts.now``.

    Args:
        standards: The flow's standards; those without a limit in time have none.
        facts: The log and its cases; those that are closed have none.

    Returns:
        By ``due``, then ``act_by``, case, standard, tier and event. Where a moment is missing that a limit is counted
        from, where the condition of a standard cannot be told, and where a calendar ends before the limit, there is
        none. Empty when nobody knows ``now``.
    """
    if facts.now is None:
        return ()
    found = [one for standard in standards for part in _limits(standard, facts) for one in _open(standard, part, facts)]
    return tuple(sorted(found, key=_order))


def _order(one: Deadline) -> tuple[datetime, datetime, int, str, int, int]:
    return one.due, one.act_by, one.case, one.standard, one.tier, -1 if one.event is None else one.event


def _open(standard: Standard, part: _Limits, facts: Facts) -> Iterator[Deadline]:
    """Those limits that are of open cases and apply."""
    answer, _, _ = applies(standard, facts, part.case, part.asks)
    known = ~np.isnat(part.due) & np.where(part.done, ~np.isnat(part.done_at), part.waits)
    late = np.where(part.done, part.done_at, facts.moment) > part.due
    for row in np.flatnonzero(known & (answer == YES) & ~facts.cases.closed[part.case]).tolist():
        if part.done[row]:
            state = DeadlineState.LATE if late[row] else DeadlineState.MET
        else:
            state = DeadlineState.PASSED if late[row] else DeadlineState.AHEAD
        asks = int(part.asks[row])
        yield Deadline(
            case=int(part.case[row]),
            standard=standard.id,
            tier=part.tier,
            step=part.step,
            event=None if asks == NONE else asks,
            act_by=_moment(part.act_by[row]),
            due=_moment(part.due[row]),
            state=state,
        )


def _limits(standard: Standard, facts: Facts) -> Iterator[_Limits]:
    """The limits of a standard's rule, the first tier first."""
    match standard.rule:
        case rules.Response(within=TimeSpan() as span) as rule:
            yield from _stretched(facts, times.waits(facts, rule), span, rule.second_tier)
        case rules.Duration(at_most=TimeSpan() as span) as rule:
            yield from _stretched(facts, times.occurrences(facts, rule), span, None)
        case rules.CycleTime(at_most=TimeSpan() as span) as rule:
            yield from _stretched(facts, times.stays(facts, standard.inside), span, rule.second_tier)
        case rules.Deadline() as rule:
            yield from _promised(facts, rule)
        case rules.LeadTime() as rule:
            promised = as_moments(facts.in_cases(rule.promised))
            clock = facts.clock(rule.step, np.arange(facts.count))
            due = clock.last_before(promised, rule.at_least)
            yield _of_cases(facts, rule.step, due, due)
        case _:
            return


def _stretched(
    facts: Facts, found: times.Stretches, span: TimeSpan, tier: rules.SecondTier | None
) -> Iterator[_Limits]:
    clock = facts.clock(found.actor, found.case)
    waits = np.broadcast_to(np.asarray(found.is_running), found.happened.shape)
    for number, limit in enumerate([span] if tier is None else [span, tier.within], start=1):
        yield _Limits(
            tier=number,
            step=found.actor,
            case=found.case,
            asks=found.asks,
            act_by=clock.used_up(found.begin, limit),
            due=clock.last_within(found.begin, limit),
            done=found.happened,
            done_at=found.end,
            waits=waits,
        )


def _promised(facts: Facts, rule: rules.Deadline) -> Iterator[_Limits]:
    promised = as_moments(facts.in_cases(rule.promised))
    yield _of_cases(facts, rule.step, promised, promised)
    if rule.second_tier is not None:
        clock, later = facts.clock(rule.step, np.arange(facts.count)), rule.second_tier.within
        yield _of_cases(facts, rule.step, clock.used_up(promised, later), clock.last_within(promised, later), tier=2)


def _of_cases(facts: Facts, step: str, act_by: Moments, due: Moments, *, tier: int = 1) -> _Limits:
    """Limits of which each case has one, kept by the first time that a step is done."""
    done = facts.first_done(step)
    return _Limits(
        tier=tier,
        step=step,
        case=np.arange(facts.count),
        asks=np.full(facts.count, NONE, dtype=np.int64),
        act_by=act_by,
        due=due,
        done=done != NONE,
        done_at=facts.events.time_of(done),
        waits=np.ones(facts.count, dtype=np.bool_),
    )


def _moment(moment: np.datetime64) -> datetime:
    found: datetime = moment.astype("datetime64[us]").item()
    return found.replace(tzinfo=UTC)
