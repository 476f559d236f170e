"""Two-by-two tables of cases, and which of them say that one property makes another more frequent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.assessment.exact_tests import benjamini_hochberg, fisher_exact, odds_ratio
from engine.assessment.patterns import LEAST_CASES, LEAST_ODDS_RATIO, LEVEL

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Tables:
    """Many tables; int64 arrays of one length.

    Attributes:
        both: Cases with both properties.
        first: Cases with the first.
        second: Cases with the second.
        cases: All cases.
    """

    both: Rows
    first: Rows
    second: Rows
    cases: Rows

    def pick(self, rows: Rows) -> Tables:
        """Some of the tables."""
        return Tables(self.both[rows], self.first[rows], self.second[rows], self.cases[rows])

    @property
    def testable(self) -> Truths:
        """Where each property is in enough cases, and lacks in some: known from the margins alone."""
        first, second, cases = self.first, self.second, self.cases
        enough: Truths = (first >= LEAST_CASES) & (second >= LEAST_CASES) & (first < cases) & (second < cases)
        return enough

    @property
    def odds_ratio(self) -> Numbers:
        """The odds ratio of each."""
        return odds_ratio(self.both, self.first, self.second, self.cases)


@dataclass(frozen=True, eq=False, slots=True)
class Significant:
    """The tables that are to be reported.

    Attributes:
        rows: int64 which of the tables.
        tables: Themselves.
        p: float64 two-sided p of Fisher's exact test.
        q: float64 p corrected for all tests.
        tests: How many tables were tested.
    """

    rows: Rows
    tables: Tables
    p: Numbers
    q: Numbers
    tests: int


def significant(tables: Tables) -> Significant:
    """The tables in which the properties meet more often than by chance.

    A table that could not be reported, because it shows less rather than more, too little more or too few cases, enters
    the correction with p = 1. That is never less than its p, so the tests stay valid, and the correction holds for
    exactly what is reported.
    """
    testable = tables.testable
    with np.errstate(invalid="ignore"):
        strong = tables.odds_ratio >= LEAST_ODDS_RATIO
    rows = np.flatnonzero(testable & strong & (tables.both >= LEAST_CASES))
    found = tables.pick(rows)
    p = fisher_exact(found.both, found.first, found.second, found.cases)
    tests = int(testable.sum())
    q = benjamini_hochberg(p, tests)
    kept = np.flatnonzero(q <= LEVEL)
    return Significant(rows[kept], found.pick(kept), p[kept], q[kept], tests)


def rounded(probability: float) -> float:
    """Six significant digits, so that the last ones, in which machines differ, do not show."""
    return float(f"{probability:.6g}")


def finite(odds: float) -> float | None:
    """An odds ratio, or None where it is infinite."""
    return float(odds) if math.isfinite(odds) else None
