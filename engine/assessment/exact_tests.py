"""Exact tests of two-by-two tables, many at once, and what corrects for their number.

Fisher's exact test, two-sided: the probability, given the margins, of a table that is no more likely than the one
found (Fisher 1935, "The logic of inductive inference"). Many tests: the procedure of Benjamini and Hochberg (1995),
"Controlling the false discovery rate". Difference of two shares: the hybrid score interval, method 10 of Newcombe
(1998), "Interval estimation for the difference between independent proportions".

Everything is computed from counts, so nothing depends on the order of rows, and no table is too large or too sparse.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.assessment.intervals import wilson

Rows = NDArray[np.int64]
Numbers = NDArray[np.float64]

_SAME = 1e-7
"""Two probabilities that differ by a smaller part of themselves count as equal, as they are in exact arithmetic."""
_NEGLIGIBLE = 1e-18
_LEAST = 5e-324
"""The least number above 0: an exact p is never 0."""


def fisher_exact(both: Rows, first: Rows, second: Rows, cases: Rows) -> Numbers:
    """The two-sided p of Fisher's exact test, for each of many tables.

    Args:
        both: int64 cases with both properties.
        first: int64 cases with the first.
        second: int64 cases with the second.
        cases: int64 all cases; ``first + second − cases ≤ both ≤ min(first, second)``.

    Returns:
        float64, above 0 and at most 1. 1 where a property is in every case or in none.
    """
    if not len(both):
        return np.zeros(0)
    logs = _log_factorials(int(cases.max()))
    mode = (first + 1) * (second + 1) // (cases + 2)
    # Seen from the other end, few of both are many of first without second; then the near tail is always the upper one.
    few = both < mode
    both, first = np.where(few, second - both, both), np.where(few, cases - first, first)
    mode = (first + 1) * (second + 1) // (cases + 2)
    least = np.maximum(0, first + second - cases)
    table = (first, second, cases)
    found = _log_probability(logs, both, *table)
    far = _last_as_unlikely(logs, table, (least - 1, np.minimum(mode, both - 1)), found)
    upper = np.exp(found) * _tail(both, *table)
    # Counted downwards, a table is one of second without first counted upwards.
    downwards = _tail(second - far, cases - first, second, cases)
    lower = np.exp(_log_probability(logs, np.maximum(far, least), *table)) * downwards
    return np.clip(upper + np.where(far >= least, lower, 0.0), _LEAST, 1.0)


def benjamini_hochberg(probabilities: Numbers, tests: int) -> Numbers:
    """The share of false discoveries that is to be expected where one draws the line at each test.

    Args:
        probabilities: float64 p of the tests that may be reported; every other counts as 1.
        tests: How many were made, at least as many.

    Returns:
        float64 q in the same order: reporting every test with q ≤ α keeps the expected share of false ones among the
        reported at α at most, whatever the number of tests.
    """
    order = np.argsort(probabilities, kind="stable")
    ranked = probabilities[order] * tests / np.arange(1, len(order) + 1)
    found = np.empty(len(order))
    found[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return found


def difference_interval(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares.

    Args:
        one: Cases with the property, and all cases, of the first group; at least one case.
        other: The same of the second group.

    Returns:
        ``(low, high)`` of first less second, −1 to 1, with the difference between them.
    """
    share, less = one[0] / one[1], other[0] / other[1]
    low, high = (end / 100 for end in wilson(share, one[1]))
    low_less, high_less = (end / 100 for end in wilson(less, other[1]))
    difference = share - less
    return (
        difference - math.hypot(share - low, high_less - less),
        difference + math.hypot(high - share, less - low_less),
    )


def odds_ratio(both: Rows, first: Rows, second: Rows, cases: Rows) -> Numbers:
    """The odds of the second property with the first ÷ without it; infinite where a counterexample is lacking.

    Args and meaning as in ``fisher_exact``; not a number where the property is in every case or in none.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        agreeing = both.astype(np.float64) * (cases - first - second + both)
        found: Numbers = agreeing / (first - both) / (second - both)
        return found


def _log_factorials(most: int) -> Numbers:
    """Logarithms of 0!, 1!, … most!, each exact to the last digits (a running sum would not be)."""
    return np.array([math.lgamma(number + 1) for number in range(most + 1)])


def _log_probability(logs: Numbers, both: Rows, first: Rows, second: Rows, cases: Rows) -> Numbers:
    """Logarithm of the hypergeometric probability of ``both``."""
    without = cases - first
    found: Numbers = (
        (logs[first] - logs[both] - logs[first - both])
        + (logs[without] - logs[second - both] - logs[without - second + both])
        - (logs[cases] - logs[second] - logs[cases - second])
    )
    return found


def _last_as_unlikely(logs: Numbers, table: tuple[Rows, Rows, Rows], within: tuple[Rows, Rows], found: Numbers) -> Rows:
    """The largest number below the mode that is no more likely than what was found, by bisection.

    Args:
        logs: Log factorials.
        table: First, second, cases.
        within: One below the least number possible, and the largest to look at; probabilities grow between them.
        found: ln of the probability found.

    Returns:
        int64; one below the least where every number is more likely.
    """
    low, high = within
    least = low + 1
    while (open_ := low < high).any():
        middle = np.where(open_, (low + high + 1) // 2, least)
        unlikely = _log_probability(logs, middle, *table) <= found + _SAME
        low, high = np.where(open_ & unlikely, middle, low), np.where(open_ & ~unlikely, middle - 1, high)
    return low


def _tail(start: Rows, first: Rows, second: Rows, cases: Rows) -> Numbers:
    """Σ over x ≥ start of probability(x) ÷ probability(start), term by term from the quotients of neighbours."""
    total = np.ones(len(start))
    rows = np.arange(len(start))
    value, term = start.astype(np.float64), np.ones(len(start))
    while len(rows):
        left = np.maximum(first[rows] - value, 0) * np.maximum(second[rows] - value, 0)
        term = term * left / ((value + 1) * np.maximum((cases - first - second)[rows] + value + 1, 1))
        total[rows] += term
        going = term > _NEGLIGIBLE * total[rows]
        rows, value, term = rows[going], value[going] + 1, term[going]
    return total
