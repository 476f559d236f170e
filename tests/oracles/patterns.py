"""The slow plain twin of patterns: one table after the other, counted case by case, tested in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

LEVEL, LEAST_CASES, LEAST_ODDS_RATIO = Fraction(5, 100), 5, Fraction(3, 2)


@dataclass(frozen=True)
class PlainTable:
    """Cases with both properties, with the first, with the second, and all."""

    both: int
    first: int
    second: int
    cases: int

    @property
    def is_tested(self) -> bool:
        return min(self.first, self.second) >= LEAST_CASES and max(self.first, self.second) < self.cases

    @property
    def may_be_told(self) -> bool:
        for_it = self.both * (self.cases - self.first - self.second + self.both)
        against = (self.first - self.both) * (self.second - self.both)
        return self.is_tested and self.both >= LEAST_CASES and for_it >= LEAST_ODDS_RATIO * against


def table_of(cases: Sequence[tuple[bool, bool]]) -> PlainTable:
    """The table of cases, each with whether it has the first and the second property."""
    return PlainTable(
        both=sum(one and other for one, other in cases),
        first=sum(one for one, _ in cases),
        second=sum(other for _, other in cases),
        cases=len(cases),
    )


def fisher_plainly(both: int, first: int, second: int, cases: int) -> Fraction:
    """The probability of all tables that are no more likely, by counting the ways to draw them."""
    ways = [comb(first, x) * comb(cases - first, second - x) for x in range(second + 1)]
    return Fraction(sum(way for way in ways if way <= ways[both]), comb(cases, second))


def corrected_plainly(probabilities: Sequence[Fraction], tests: int) -> list[Fraction]:
    """For each p the least level at which Benjamini and Hochberg's procedure rejects it.

    At a level the procedure takes the largest k whose k-th smallest p is at most level × k ÷ tests.
    """
    ranked = sorted(probabilities)
    levels = sorted(min(Fraction(1), p * tests / rank) for rank, p in enumerate(ranked, start=1))

    def rejects(level: Fraction, p: Fraction) -> bool:
        passing = [rank for rank, value in enumerate(ranked, start=1) if value * tests <= level * rank]
        return bool(passing) and p <= ranked[max(passing) - 1]

    return [next((level for level in levels if rejects(level, p)), Fraction(1)) for p in probabilities]


def significant_plainly(tables: Sequence[PlainTable]) -> dict[int, tuple[Fraction, Fraction]]:
    """What p and q are, of the tables to be told, by their number."""
    told = [number for number, table in enumerate(tables) if table.may_be_told]
    tests = sum(table.is_tested for table in tables)
    p = [fisher_plainly(t.both, t.first, t.second, t.cases) for t in (tables[number] for number in told)]
    q = corrected_plainly(p, tests)
    return {number: (p[i], q[i]) for i, number in enumerate(told) if q[i] <= LEVEL}
