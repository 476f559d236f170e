"""Rules about a promised moment that an attribute holds: the deadline, and the lead time before it.

One instance for each case. Done too late, or never done in a closed case, is missed; not done in an open case is missed
once ``now`` is too late. Without the promised moment there is no evidence; but in an open case whose promise is an
attribute of a step that has not been done yet, nothing is due.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.conformance.attributes import as_moments, has_value
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import LACKS, NONE, Judged, lack_of
from engine.definitions.rules import AttributeRef, Deadline, LeadTime
from engine.definitions.standards import acting_step
from engine.vocabulary import DeviationKind, Lack

Rows = NDArray[np.int64]
Moments = NDArray[np.datetime64]
Truths = NDArray[np.bool_]


def deadline(facts: Facts, rule: Deadline) -> Judged:
    """A step is done, for the first time, no later than promised; at the promised moment is in time."""
    promised = as_moments(facts.in_cases(rule.promised))
    done = facts.first_done(rule.step)
    until = np.where(done == NONE, facts.moment, facts.events.time_of(done))
    kept_later = None
    if rule.second_tier is not None:
        later = facts.clock(acting_step(rule), np.arange(facts.count)).exceeds(promised, until, rule.second_tier.within)
        never = (done == NONE) & facts.cases.closed
        kept_later = np.select([never | later, done != NONE], [0, 1], NONE).astype(np.int8)
    return _judge(facts, rule.promised, done, promised, late=until > promised, kept_later=kept_later)


def lead_time(facts: Facts, rule: LeadTime) -> Judged:
    """A step is done, for the first time, at least so long before the promised moment; exactly so long is enough."""
    promised = as_moments(facts.in_cases(rule.promised))
    done = facts.first_done(rule.step)
    until = np.where(done == NONE, facts.moment, facts.events.time_of(done))
    clock = facts.clock(acting_step(rule), np.arange(facts.count))
    return _judge(facts, rule.promised, done, promised, late=clock.is_short_of(until, promised, rule.at_least))


def _judge(
    facts: Facts,
    attribute: AttributeRef,
    done: Rows,
    promised: Moments,
    *,
    late: Truths,
    kept_later: NDArray[np.int8] | None = None,
) -> Judged:
    """The instances, from whether the moment of the step, or ``now`` where it was not done, is too late."""
    closed, happened = facts.cases.closed, done != NONE
    given = ~np.isnat(promised)
    needed = np.where(happened, facts.events.time_of(done), facts.moment)
    to_come = np.zeros(facts.count, dtype=np.bool_)
    if attribute.step is not None:
        to_come = ~closed & (facts.last_done(attribute.step) == NONE)
    never = ~happened & closed
    return Judged.of(
        np.arange(facts.count),
        facts.last_done(attribute.step) if attribute.step else np.full(facts.count, NONE, dtype=np.int64),
        done,
        missed=given & (never | late),
        unknown=(~given & ~to_come) | (given & ~never & np.isnat(needed)),
        waiting=to_come | ~happened,
        kind=DeviationKind.LATE,
        kept_later=kept_later,
        lack=np.where(given, LACKS.index(Lack.TIME), lack_of(has_value(facts.in_cases(attribute)))).astype(np.int8),
    )
