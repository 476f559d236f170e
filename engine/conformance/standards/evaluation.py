"""Every standard of a flow held against a log: each instance is met, missed, not due or without evidence.

What one instance of a rule is stands with the rule (``engine.definitions.rules``); when it is due, with its family
(``times``, ``promises``, …). Two things narrow every standard down:

- a season: it is in force at the moment of the instance or not. The moment is the time of the event that asks, else the
  begin of the case; without it there is no evidence;
- ``when``: no instance where it is false, no evidence where it cannot be told. ``event`` is the event that asks.

What is not due yet stays so while one of the two cannot be told: the case is open, and may still say it.

One that is about a sub-flow has no instances in cases that performed nothing inside, and its moment is when they began
there.

Rules of the population are judged by ``population``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.conformance.conditions import NO, UNKNOWN, YES
from engine.conformance.standards import actors, counts, order, promises, times, values
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import INSTANCE_COLUMNS, NONE, NOT_DUE, Judged
from engine.conformance.standards.periods import lies_in_season
from engine.definitions import rules
from engine.definitions.standards import Standard
from engine.vocabulary import Lack

Rows = NDArray[np.int64]
Moments = NDArray[np.datetime64]


def evaluate(standards: Sequence[Standard], facts: Facts) -> pl.DataFrame:
    """Judge every instance of every standard.

    Args:
        standards: The flow's standards; those of the population have no instances here.
        facts: The log and its cases.

    Returns:
        ``INSTANCE_COLUMNS``, by standard, then case, then event. Steps that the net does not know were never done.
    """
    frames = [pl.DataFrame(schema=INSTANCE_COLUMNS)]
    for index, standard in enumerate(standards):
        if not isinstance(standard.rule, rules.POPULATION_RULES):
            found, moments = _narrowed(standard, _judge(facts, standard.rule, standard.inside), facts)
            frames.append(found.frame(index, moments))
    return pl.concat(frames)


def in_force(standard: Standard, facts: Facts, moments: Moments) -> NDArray[np.int8]:
    """Whether a standard is in force at each moment: ``YES``, ``NO``, or ``UNKNOWN`` where the moment is."""
    found = np.full(len(moments), YES, dtype=np.int8)
    season = next((season for season in facts.seasons if season.id == standard.season), None)
    if season is None:
        return found
    known = ~np.isnat(moments)
    inside = lies_in_season(season, facts.calendar, facts.calendar.local_days(moments[known]))
    found[known] = np.where(inside != standard.out_of_season, YES, NO)
    found[~known] = UNKNOWN
    return found


def applies(
    standard: Standard, facts: Facts, case: Rows, asks: Rows
) -> tuple[NDArray[np.int8], NDArray[np.int8], Moments]:
    """Whether a standard has the instances that its rule would have in some cases.

    Args:
        standard: The standard; of one about a sub-flow, cases that never entered it are answered by ``NO``.
        facts: The log.
        case: Index of the case of each instance.
        asks: Row of the event that asks, −1 for the case as a whole.

    Returns:
        ``YES``, ``NO`` or ``UNKNOWN`` for each, the same for the season alone, and its moment, NaT where unknown.
    """
    begin = facts.stay(standard.inside).begin
    moments = np.where(asks == NONE, begin[case], facts.events.time_of(asks))
    dated = answer = in_force(standard, facts, moments)
    if standard.when is not None:
        condition = facts.answers(standard.when, case, asks if (asks != NONE).any() else None)
        answer = np.where((answer == NO) | (condition == NO), NO, np.minimum(answer, condition)).astype(np.int8)
    if standard.inside is not None:
        answer = np.where(facts.entered(standard.inside)[case], answer, NO).astype(np.int8)
    return answer, dated, moments


def _narrowed(standard: Standard, found: Judged, facts: Facts) -> tuple[Judged, Moments]:
    """The instances of a standard that is in force and whose condition is not false, and their moments."""
    answer, in_season, moments = applies(standard, facts, found.case, found.asks)
    if (answer == YES).all():
        return found, moments
    kept = answer != NO
    found, dated = found.pick(kept), in_season[kept] != UNKNOWN
    unclear = (answer[kept] == UNKNOWN) & (found.outcome != NOT_DUE)
    found = found.without_evidence(unclear & dated, Lack.CONDITION)
    return found.without_evidence(unclear & ~dated, Lack.TIME), moments[kept]


def _judge(  # noqa: C901, PLR0911, PLR0912 - one line for each rule
    facts: Facts, rule: rules.Rule, inside: str | None
) -> Judged:
    """The instances of one rule."""
    match rule:
        case rules.Count():
            return counts.count(facts, rule)
        case rules.Precedence():
            return order.precedence(facts, rule)
        case rules.Response():
            return times.response(facts, rule)
        case rules.AllOf():
            return order.all_of(facts, rule)
        case rules.Together():
            return order.together(facts, rule)
        case rules.Duration():
            return times.duration(facts, rule)
        case rules.CycleTime():
            return times.cycle_time(facts, rule, inside)
        case rules.Deadline():
            return promises.deadline(facts, rule)
        case rules.LeadTime():
            return promises.lead_time(facts, rule)
        case rules.Agreement():
            return values.agreement(facts, rule)
        case rules.Level():
            return values.level(facts, rule)
        case rules.Rating():
            return values.rating(facts, rule)
        case rules.Fields():
            return values.fields(facts, rule)
        case rules.Holds():
            return values.holds(facts, rule)
        case rules.SameActor():
            return actors.same_actor(facts, rule)
        case rules.DifferentActor():
            return actors.different_actor(facts, rule)
        case rules.PerformedBy():
            return actors.performed_by(facts, rule)
        case rules.Authority():
            return actors.authority(facts, rule)
        case rules.Change() | rules.Quicker():
            raise ValueError("a rule of the population has no instances in cases")
