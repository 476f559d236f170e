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

from engine.calendars import Calendar
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.periods import next_start, starts_of
from engine.conformance.standards.samples import Sample
from engine.definitions.rules import Change, Measured, Quicker
from engine.definitions.standards import Period, Standard
from engine.vocabulary import Outcome

Numbers = NDArray[np.float64]
Days = NDArray[np.datetime64]

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
    return compare_sample(standard, Sample.of(standard, facts), now=facts.moment, calendar=facts.calendar)


def compare_sample(
    standard: Standard, sample: Sample, *, now: np.datetime64, calendar: Calendar
) -> tuple[Comparison, ...]:
    """The same, by the sample that was taken of all cases.

    Args:
        standard: The standard.
        sample: Its sample.
        now: The moment of judging, NaT when nobody knows.
        calendar: For periods.

    Raises:
        ValueError: Its rule is another.
    """
    if isinstance(standard.rule, Change):
        whole = _whole_periods(standard.per or Period.MONTH, sample, now, calendar)
        return _changes(standard, standard.rule, sample, whole=whole, calendar=calendar)
    if isinstance(standard.rule, Quicker):
        return (_quicker(standard.rule, sample),)
    raise ValueError("not a rule of the population")


def _changes(
    standard: Standard,
    rule: Change,
    sample: Sample,
    *,
    whole: tuple[np.datetime64, np.datetime64],
    calendar: Calendar,
) -> tuple[Comparison, ...]:
    period = standard.per or Period.MONTH
    starts = starts_of(period, calendar.local_days(sample.moments))
    order = np.argsort(starts, kind="stable")
    starts, values = starts[order], sample.values[order]
    found = []
    for first, second in _neighbours(period, starts, whole):
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


def _whole_periods(
    period: Period, sample: Sample, now: np.datetime64, calendar: Calendar
) -> tuple[np.datetime64, np.datetime64]:
    """The first day of the first whole period, and the day after the last day of the last one."""
    nothing = np.datetime64("1970-01-01", "D")
    if np.isnat(sample.latest):
        return nothing, nothing
    until = sample.latest if np.isnat(now) else now
    earliest, latest = calendar.local_days(np.array([sample.earliest, until])).tolist()
    earliest, latest = np.datetime64(earliest, "D"), np.datetime64(latest, "D")
    first = starts_of(period, np.array([earliest]))[0]
    if _has_workday(calendar, first, earliest):
        first = next_start(period, first)
    last = starts_of(period, np.array([latest]))[0]
    after = next_start(period, last)
    if not _has_workday(calendar, latest + np.timedelta64(1, "D"), after):
        last = after
    return first, last


def _has_workday(calendar: Calendar, first: np.datetime64, until: np.datetime64) -> bool:
    """Whether a working day lies from a first day to the day before another."""
    days = np.arange(first, min(until, _END_OF_DAYS), dtype="datetime64[D]").tolist()
    return any(calendar.hours_on(day) for day in days)


def _quicker(rule: Quicker, sample: Sample) -> Comparison:
    groups = (sample.first, sample.second)
    sizes = [len(group) for group in groups]
    if not all(sizes):
        return Comparison(rule.first, rule.second, None, None, sizes[0], sizes[1], Outcome.NO_EVIDENCE)
    one, other = (float(np.median(group)) for group in groups)
    outcome = Outcome.MET if one < other else Outcome.MISSED
    p = float(f"{less_by_chance(groups[0], groups[1]):.6g}")  # machines differ in the last digits
    seconds = one / _MICROSECONDS, other / _MICROSECONDS
    return Comparison(rule.first, rule.second, *seconds, sizes[0], sizes[1], outcome, p)


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
