"""Rules that hold of many cases together: a change from period to period, and one kind of case quicker than another.

A period is whole when the log covers it: no working day of it lies before the log's first moment or after ``now``. The
first and the last period of a log are therefore usually left out, and so are two neighbours in which there is nothing:
a stand-in date such as 9999-12-31 makes no periods.

Quicker: the times of closed cases, from their begin to the end that they reached or between two steps that they did,
are compared by the test of Mann and Whitney (1947), "On a test of whether one of two random variables is
stochastically larger than the other", one-sided, exactly for up to ``EXACT_CASES`` cases, equal times at their middle
ranks (Lehmann 1975, "Nonparametrics", section 1.4); with more cases by the normal distribution with the variance that
ties leave and a correction for continuity. Nothing is drawn at random, so the same log gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from engine.conformance.attributes import as_numbers, first_of_cases
from engine.conformance.conditions import YES
from engine.conformance.performed import NEVER, Stay
from engine.conformance.standards.evaluation import in_force
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import NONE
from engine.conformance.standards.periods import next_start, starts_of
from engine.definitions.rules import Change, Measured, Quicker
from engine.definitions.standards import Period, Standard
from engine.vocabulary import Outcome

Numbers = NDArray[np.float64]
Moments = NDArray[np.datetime64]
Days = NDArray[np.datetime64]
Truths = NDArray[np.bool_]

EXACT_CASES = 100
LEVEL = 0.05
"""A difference that chance makes with less probability than this is proven."""
_MICROSECONDS = 1_000_000
_END_OF_DAYS = np.datetime64(date.max, "D") + np.timedelta64(1, "D")
"""After the last day of all; of a period that goes on beyond it, the rest has no day."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One instance of a rule of the population: two groups of cases, or two neighbouring periods.

    Attributes:
        first, second: What is compared: the first days of the two periods in ISO 8601, or the two conditions.
        before, after: The measure of each: a count, a share, a mean, or a median in seconds; None without evidence.
        first_size, second_size: Events or cases behind each measure.
        outcome: Met, missed, or no evidence. Of ``Quicker``: met when the median is less.
        p: Of ``Quicker``: the probability of times so much less by chance alone; None otherwise.
    """

    first: str
    second: str
    before: float | None
    after: float | None
    first_size: int
    second_size: int
    outcome: Outcome
    p: float | None = None


def compare(standard: Standard, facts: Facts) -> tuple[Comparison, ...]:
    """The instances of a standard whose rule is one of the population.

    Raises:
        ValueError: Its rule is another.
    """
    if isinstance(standard.rule, Change):
        return _changes(standard, standard.rule, facts)
    if isinstance(standard.rule, Quicker):
        return (_quicker(standard, standard.rule, facts),)
    raise ValueError("not a rule of the population")


def _changes(standard: Standard, rule: Change, facts: Facts) -> tuple[Comparison, ...]:
    period = standard.per or Period.MONTH
    moments, values, counted = _measured(standard, rule, facts)
    counted &= ~np.isnat(moments)
    starts = starts_of(period, facts.calendar.local_days(moments[counted]))
    order = np.argsort(starts, kind="stable")
    starts, values = starts[order], values[counted][order]
    found = []
    for first, second in _neighbours(period, starts, _whole_periods(period, facts)):
        bounds = np.searchsorted(starts, [first, second, next_start(period, second)]).tolist()
        (one, size), (other, other_size) = (_measure(rule.measured, values[i:j]) for i, j in pairwise(bounds))
        outcome = _outcome(rule, one, other)
        before, after = (None if value is None else float(value) for value in (one, other))
        found.append(Comparison(str(first), str(second), before, after, size, other_size, outcome))
    return tuple(found)


def _neighbours(
    period: Period, starts: Days, whole: tuple[np.datetime64, np.datetime64]
) -> Iterator[tuple[np.datetime64, np.datetime64]]:
    """The first days of neighbouring whole periods with something in one of the two at least.

    Args:
        period: The kind of period.
        starts: First days of the periods in which something is.
        whole: The first whole period, and the day after the last of them.
    """
    busy = np.unique(starts)
    for first in np.unique(np.concatenate([starts_of(period, busy - np.timedelta64(1, "D")), busy])):
        second = next_start(period, first)
        if whole[0] <= first and next_start(period, second) <= whole[1]:
            yield first, second


def _measured(standard: Standard, rule: Change, facts: Facts) -> tuple[Moments, Numbers, Truths]:
    """Moment and value of everything that is counted, and whether it counts; in force and under its condition."""
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
    return moments, values, counted & ~np.isnan(values)


def _measure(measured: Measured, values: Numbers) -> tuple[Fraction | float | None, int]:
    """A measure of one period, and from how many values."""
    size = len(values)
    if measured is Measured.COUNT:
        return Fraction(size), size
    if not size:
        return None, 0
    if measured is Measured.SHARE:
        return Fraction(int(values.sum()), size), size
    return float(np.sort(values).sum()) / size, size


def _outcome(rule: Change, one: Fraction | float | None, other: Fraction | float | None) -> Outcome:
    """Whether a change lies within bounds; from nothing there is no change by a share."""
    if one is None or other is None or one == 0:
        return Outcome.NO_EVIDENCE
    change = (Fraction(other) - Fraction(one)) / abs(Fraction(one))
    rounding = Fraction(0) if isinstance(one, Fraction) else Fraction(1, 10**9)
    kept = (rule.at_least is None or change >= rule.at_least - rounding) and (
        rule.at_most is None or change <= rule.at_most + rounding
    )
    return Outcome.MET if kept else Outcome.MISSED


def _whole_periods(period: Period, facts: Facts) -> tuple[np.datetime64, np.datetime64]:
    """The first day of the first whole period, and the day after the last day of the last one."""
    times = facts.events.time[~np.isnat(facts.events.time)]
    nothing = np.datetime64("1970-01-01", "D")
    if not len(times):
        return nothing, nothing
    now = times.max() if np.isnat(facts.moment) else facts.moment
    begin = np.minimum(times.min(), facts.events.begun[~np.isnat(facts.events.begun)].min())
    earliest, latest = facts.calendar.local_days(np.array([begin, now])).tolist()
    earliest, latest = np.datetime64(earliest, "D"), np.datetime64(latest, "D")
    first = starts_of(period, np.array([earliest]))[0]
    if _has_workday(facts, first, earliest):
        first = next_start(period, first)
    last = starts_of(period, np.array([latest]))[0]
    after = next_start(period, last)
    if not _has_workday(facts, latest + np.timedelta64(1, "D"), after):
        last = after
    return first, last


def _has_workday(facts: Facts, first: np.datetime64, until: np.datetime64) -> bool:
    """Whether a working day lies from a first day to the day before another."""
    days = np.arange(first, min(until, _END_OF_DAYS), dtype="datetime64[D]").tolist()
    return any(facts.calendar.hours_on(day) for day in days)


def _quicker(standard: Standard, rule: Quicker, facts: Facts) -> Comparison:
    cases = np.arange(facts.count)
    begin, end = _span_of_cases(rule, facts, facts.stay(standard.inside))
    counted = facts.cases.closed & ~np.isnat(begin) & ~np.isnat(end)
    if standard.inside is not None:
        counted &= facts.entered(standard.inside)
    counted &= in_force(standard, facts, facts.stay(standard.inside).begin) == YES
    if standard.when is not None:
        counted &= facts.answers(standard.when, cases) == YES
    spans = np.maximum((end - begin).astype(np.int64), 0)
    groups = [spans[counted & (facts.answers(condition, cases) == YES)] for condition in (rule.first, rule.second)]
    sizes = [len(group) for group in groups]
    if not all(sizes):
        return Comparison(rule.first, rule.second, None, None, sizes[0], sizes[1], Outcome.NO_EVIDENCE)
    one, other = (float(np.median(group)) for group in groups)
    outcome = Outcome.MET if one < other else Outcome.MISSED
    p = float(f"{less_by_chance(groups[0], groups[1]):.6g}")  # machines differ in the last digits
    seconds = one / _MICROSECONDS, other / _MICROSECONDS
    return Comparison(rule.first, rule.second, *seconds, sizes[0], sizes[1], outcome, p)


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


def less_by_chance(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """The probability that the ranks of a first sample are as low as they are, were both of one distribution.

    Args:
        first: Whole numbers, at least one.
        second: The same of the other sample.

    Returns:
        The one-sided p of the test of Mann and Whitney.
    """
    values = np.concatenate([first, second])
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    twice = (2 * ends - counts + 1)[inverse.reshape(-1)]  # middle ranks, doubled so that they are whole
    found = int(twice[: len(first)].sum())
    if len(values) <= EXACT_CASES:
        return _exactly(twice, len(first), found)
    size, other = len(first), len(second)
    both = size + other
    mean = size * (both + 1) / 2
    ties = float((counts.astype(np.float64) ** 3 - counts).sum()) / (both * (both - 1))
    variance = size * other / 12 * (both + 1 - ties)
    if variance <= 0:
        return 1.0
    return 0.5 * erfc((mean - found / 2 - 0.5) / sqrt(variance) / sqrt(2))


def _exactly(twice: NDArray[np.int64], size: int, found: int) -> float:
    """The share of the choices of so many ranks whose sum is at most the one found, counted one rank at a time."""
    ways = np.zeros((size + 1, int(twice.sum()) + 1))
    ways[0, 0] = 1.0
    for rank in twice.tolist():
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    return float(ways[size, : found + 1].sum() / ways[size].sum())
