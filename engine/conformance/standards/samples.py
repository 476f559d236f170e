"""Samples: the numbers that a rule of the population is judged by, taken of some cases.

What is taken of the parts of a log, joined, is what is taken of the log, so that no rule needs all cases at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.attributes import as_numbers, first_of_cases
from engine.conformance.conditions import YES
from engine.conformance.performed import NEVER, Stay
from engine.conformance.standards.evaluation import in_force
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import NONE
from engine.definitions.rules import Change, Measured, Quicker
from engine.definitions.standards import Standard

Numbers = NDArray[np.float64]
Moments = NDArray[np.datetime64]
Truths = NDArray[np.bool_]
Spans = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """What a rule of the population is judged by. Samples of all cases, in their order, are joined to that of the log.

    Attributes:
        moments, values: Of ``Change``: everything that counts, with its moment.
        first, second: Of ``Quicker``: int64 times of the two kinds of case, in microseconds.
        earliest, latest: When work first began, and the last time of an event; NaT without any time.
    """

    moments: Moments
    values: Numbers
    first: Spans
    second: Spans
    earliest: np.datetime64
    latest: np.datetime64

    @classmethod
    def of(cls, standard: Standard, facts: Facts) -> Sample:
        """The sample that a standard takes.

        Raises:
            ValueError: Its rule is not one of the population.
        """
        moments, values = np.zeros(0, dtype="datetime64[us]"), np.zeros(0)
        first, second = np.zeros((2, 0), dtype=np.int64)
        match standard.rule:
            case Change() as rule:
                moments, values = _measured(standard, rule, facts)
            case Quicker() as rule:
                first, second = _times(standard, rule, facts)
            case _:
                raise ValueError("not a rule of the population")
        events = facts.events
        return cls(
            moments,
            values,
            first,
            second,
            earliest=_earliest(np.concatenate([events.begun, events.time])),
            latest=_latest(events.time),
        )

    @classmethod
    def joined(cls, samples: Sequence[Sample]) -> Sample:
        """The sample of all cases, from those of neighbouring ones."""
        return cls(
            moments=np.concatenate([one.moments for one in samples]),
            values=np.concatenate([one.values for one in samples]),
            first=np.concatenate([one.first for one in samples]),
            second=np.concatenate([one.second for one in samples]),
            earliest=_earliest(np.array([one.earliest for one in samples])),
            latest=_latest(np.array([one.latest for one in samples])),
        )


def _earliest(moments: Moments) -> np.datetime64:
    known = moments[~np.isnat(moments)]
    return known.min() if len(known) else NEVER


def _latest(moments: Moments) -> np.datetime64:
    known = moments[~np.isnat(moments)]
    return known.max() if len(known) else NEVER


def _measured(standard: Standard, rule: Change, facts: Facts) -> tuple[Moments, Numbers]:
    """Moment and value of everything that counts: it has both, the standard is in force and its condition true."""
    begin = facts.stay(standard.inside).begin
    if isinstance(rule.of, str):
        rows = facts.done(rule.of)
        if rule.measured is Measured.COUNT:
            case, moments, values = facts.events.case[rows], facts.events.time[rows], np.ones(len(rows))
        else:
            rows, case, moments = np.zeros(0, dtype=np.int64), np.arange(facts.count), begin
            values = (facts.first_done(rule.of) >= 0).astype(np.float64)
    elif rule.of.step is None:
        rows, case, moments = np.zeros(0, dtype=np.int64), np.arange(facts.count), begin
        values = as_numbers(facts.in_cases(rule.of))
    else:
        rows = facts.done(rule.of.step)
        case, moments = facts.events.case[rows], facts.events.time[rows]
        values = as_numbers(facts.at(rule.of.name, rows))
    counted = in_force(standard, facts, moments) == YES
    if standard.inside is not None:
        counted &= facts.entered(standard.inside)[case]
    if standard.when is not None:
        counted &= facts.answers(standard.when, case, rows if len(rows) == len(case) else None) == YES
    counted &= ~np.isnan(values) & ~np.isnat(moments)
    return moments[counted], values[counted]


def _times(standard: Standard, rule: Quicker, facts: Facts) -> tuple[Spans, Spans]:
    """The times of the two kinds of case that are compared, in microseconds."""
    cases = np.arange(facts.count)
    begin, end = _span_of_cases(rule, facts, facts.stay(standard.inside))
    counted = facts.cases.closed & ~np.isnat(begin) & ~np.isnat(end)
    if standard.inside is not None:
        counted &= facts.entered(standard.inside)
    counted &= in_force(standard, facts, facts.stay(standard.inside).begin) == YES
    if standard.when is not None:
        counted &= facts.answers(standard.when, cases) == YES
    spans = np.maximum((end - begin).astype(np.int64), 0)
    first, second = (
        spans[counted & (facts.answers(condition, cases) == YES)] for condition in (rule.first, rule.second)
    )
    return first, second


def _span_of_cases(rule: Quicker, facts: Facts, stay: Stay) -> tuple[Moments, Moments]:
    """The moments between which the time of each case runs, NaT where one is unknown or has not come."""
    begin, end = stay.begin, np.where(facts.cases.ended, stay.end, NEVER)
    since = None if rule.since is None else facts.first_done(rule.since)
    if since is not None:
        begin = facts.events.time_of(since)
    if rule.until is not None:
        done = facts.done(rule.until)
        if since is not None:
            after = since[facts.events.case[done]]
            done = done[(after != NONE) & (done > after)]
        end = facts.events.time_of(first_of_cases(done, facts.events.case, facts.count))
    return begin, end
