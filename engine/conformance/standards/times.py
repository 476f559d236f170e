"""Rules about how long something takes: the duration of a step, the cycle time, a response within a limit.

When an instance is due:

- a maximum: once its first event has happened and the second has happened too, the limit has passed at ``now``, or the
  case is closed. Without the second event in time it is missed;
- a minimum: when its step is done;
- the cycle time: like a maximum whose second event is the end of the case. A closed case that never reached an end
  missed it. Inside a sub-flow, a closed case that broke off elsewhere has left it, and an open one whose last event is
  elsewhere may have: its clock stands still, and nothing is due before too much has passed;
- a response without a limit: once it came, or the case is closed.

Where a needed time is unknown, the outcome is ``no-evidence``. What never happened in a closed case needs no time to be
missed. A start that never found its completion is a step that was begun: it may be late, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.performed import NEVER
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import KINDS, NONE, Judged
from engine.conformance.standards.order import first_after
from engine.definitions.rules import CycleTime, Duration, Response, SecondTier
from engine.definitions.standards import TimeSpan, acting_step
from engine.vocabulary import DeviationKind

Rows = NDArray[np.int64]
Moments = NDArray[np.datetime64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Stretches:
    """The stretches of time of one rule before they are judged; arrays of one length.

    Attributes:
        case: Index of each one's case.
        asks: Row of the event that asks, −1 for the case as a whole.
        first, second: Rows of its events, −1 where there is none.
        begin, end: The moments between which time is measured, NaT where unknown.
        happened: Whether what it waits for has happened.
        actor: Id of the step whose role has to act; None where the time is nobody's.
        is_owed: Whether a closed case in which it did not happen missed it.
        is_running: Whether time runs on to ``now`` as long as it has not happened; otherwise to ``end``.
    """

    case: Rows
    asks: Rows
    first: Rows
    second: Rows
    begin: Moments
    end: Moments
    happened: Truths
    actor: str | None = None
    is_owed: bool = True
    is_running: Truths | bool = True


def duration(facts: Facts, rule: Duration) -> Judged:
    """One instance for each occurrence of a step; shown by its event."""
    return _judge(facts, occurrences(facts, rule), rule.at_least, rule.at_most)


def occurrences(facts: Facts, rule: Duration) -> Stretches:
    """The time of each occurrence of a step."""
    events, rows = facts.events, facts.performed(rule.step)
    pending = events.pending[rows]
    return Stretches(
        case=events.case[rows],
        asks=rows,
        first=rows,
        second=rows,
        begin=np.where(pending, events.time[rows], events.start[rows]),
        end=np.where(pending, NEVER, events.time[rows]),
        happened=~pending,
        actor=acting_step(rule),
        is_owed=rule.at_most is not None,  # a minimum is due when the step is done
    )


def cycle_time(facts: Facts, rule: CycleTime, inside: str | None = None) -> Judged:
    """One instance for each case with events; shown by the first and the last of them, of those inside a sub-flow."""
    return _judge(facts, stays(facts, inside), rule.at_least, rule.at_most, rule.second_tier)


def stays(facts: Facts, inside: str | None = None) -> Stretches:
    """The time of each case with events, in the flow or in a sub-flow."""
    stay = facts.stay(inside)
    started = np.flatnonzero(stay.first != NONE)
    first, last = stay.first[started], stay.last[started]
    is_there = last == facts.events.whole.last[started]
    return Stretches(
        case=started,
        asks=np.full(len(started), NONE, dtype=np.int64),
        first=first,
        second=last,
        begin=stay.begin[started],
        end=stay.end[started],
        happened=facts.cases.ended[started] | (facts.cases.closed[started] & ~is_there),
        is_running=is_there,
    )


def response(facts: Facts, rule: Response) -> Judged:
    """One instance for each ``first``; shown by it and the next ``second``."""
    found = waits(facts, rule)
    if rule.within is not None:
        return _judge(facts, found, None, rule.within, rule.second_tier)
    return Judged.of(
        found.case,
        found.first,
        found.second,
        asks=found.asks,
        missed=~found.happened & facts.cases.closed[found.case],
        waiting=~found.happened,
        kind=DeviationKind.WRONG_ORDER,
    )


def waits(facts: Facts, rule: Response) -> Stretches:
    """The time from each ``first`` to the next ``second``."""
    events, anchors = facts.events, facts.asking(rule.first)
    second = first_after(events, anchors, facts.done(rule.second))
    return Stretches(
        case=events.case[anchors],
        asks=anchors,
        first=anchors,
        second=second,
        begin=events.time[anchors],
        end=events.time_of(second),
        happened=second != NONE,
        actor=rule.second,
    )


def _judge(
    facts: Facts,
    found: Stretches,
    at_least: TimeSpan | None,
    at_most: TimeSpan | None,
    second_tier: SecondTier | None = None,
) -> Judged:
    clock, closed = facts.clock(found.actor, found.case), facts.cases.closed[found.case]
    happened = found.happened
    until = np.where(happened | ~np.asarray(found.is_running), found.end, clock.now)
    unknown = happened & (np.isnat(found.begin) | np.isnat(found.end))
    late, short = np.zeros((2, len(found.case)), dtype=np.bool_)
    if at_most is not None:
        late = clock.exceeds(found.begin, until, at_most)
        unknown |= ~happened & ~closed & (np.isnat(found.begin) | np.isnat(until))
    if at_least is not None:
        short = happened & clock.falls_short(found.begin, found.end, at_least)
    never = ~happened & closed & found.is_owed
    kept_later = None
    if second_tier is not None:
        too_late = never | clock.exceeds(found.begin, until, second_tier.within)
        kept_later = np.select([short, too_late, happened], [NONE, 0, 1], NONE).astype(np.int8)
    kind = np.where(short & ~late, KINDS.index(DeviationKind.TOO_SHORT), KINDS.index(DeviationKind.LATE))
    return Judged.of(
        found.case,
        found.first,
        found.second,
        asks=found.asks,
        missed=never | late | short,
        unknown=unknown,
        waiting=~happened,
        kind=kind.astype(np.int8),
        kept_later=kept_later,
    )
