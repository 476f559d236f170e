"""What patterns are: which deviations occur together, and for which cases a deviation is more frequent. Only values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.assessment.case_attributes import AttributeClass, AttributeLeftOut
from engine.assessment.losses import Cause

_Pattern = TypeVar("_Pattern")

LEVEL = 0.05
"""The expected share of false patterns among those reported, at most."""
LEAST_CASES = 5
"""Cases that a property needs to be tested, and that a pattern needs to be reported."""
LEAST_ODDS_RATIO = 1.5
"""What is more frequent by less than this is not reported, however certain."""
PATTERNS_KEPT = 100
"""Patterns of each list that are kept; the others are counted."""


@dataclass(frozen=True, slots=True)
class Together:
    """Two deviations that occur in the same cases more often than chance would bring about.

    Attributes:
        first, second: The deviations; the one with more cases in all first. Several in one of them are in exactly the
            same cases, so that what is said of one is true of each.
        cases: Cases that could have both.
        first_cases, second_cases: Those that have each.
        both: Those that have both.
        expected: Cases with both that would be expected if the two had nothing to do with each other.
        lift: both ÷ expected.
        phi: Correlation of the two, 0 to 1.
        odds_ratio: Odds of one with the other ÷ without it; None where it is infinite.
        p: Of Fisher's exact test, two-sided.
        q: p corrected for the number of tests (Benjamini and Hochberg 1995).
        examples: Ids of up to 5 cases with both, the first in the order of their text.
    """

    first: tuple[Cause, ...]
    second: tuple[Cause, ...]
    cases: int
    first_cases: int
    second_cases: int
    both: int
    expected: float
    lift: float
    phi: float
    odds_ratio: float | None
    p: float
    q: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoreFrequent:
    """A deviation that is more frequent in one class of cases than in the others.

    Attributes:
        deviations: The deviation; several are in exactly the same cases.
        where: The class: a value of an attribute, or a band of its numbers.
        same: Other classes that hold exactly the same of these cases, so that nothing tells them apart.
        inside: Cases of the class that could have it.
        inside_with: Those that have it.
        outside: Cases with another value that could have it.
        outside_with: Those that have it.
        ratio: Share inside ÷ share outside; None where none outside has it.
        difference: Share inside − share outside.
        interval: 95 % interval of the difference (Newcombe 1998).
        odds_ratio: None where it is infinite.
        p: Of Fisher's exact test, two-sided.
        q: p corrected for the number of tests (Benjamini and Hochberg 1995).
        examples: Ids of up to 5 cases of the class with the deviation, the first in the order of their text.
    """

    deviations: tuple[Cause, ...]
    where: AttributeClass
    same: tuple[AttributeClass, ...]
    inside: int
    inside_with: int
    outside: int
    outside_with: int
    ratio: float | None
    difference: float
    interval: tuple[float, float]
    odds_ratio: float | None
    p: float
    q: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found(Generic[_Pattern]):
    """One list of patterns.

    Attributes:
        patterns: The strongest first: by phi, or by the low end of the interval of the difference.
        count: How many there are, together with those past ``PATTERNS_KEPT``.
        tests: How many tests were made.
    """

    patterns: tuple[_Pattern, ...] = ()
    count: int = 0
    tests: int = 0


@dataclass(frozen=True, slots=True)
class Patterns:
    """What was found.

    Attributes:
        together: Deviations that occur together.
        more_frequent: Deviations that are more frequent in a class of cases.
        deviations: Different deviations that were looked at.
        deviations_rare: Others, in too few cases.
        deviations_past_limit: Others, past the limit of tests; the most frequent ones come first.
        attributes: Names of the attributes that were looked at.
        left_out: Attributes that were not, and why.
    """

    together: Found[Together] = field(default_factory=Found)
    more_frequent: Found[MoreFrequent] = field(default_factory=Found)
    deviations: int = 0
    deviations_rare: int = 0
    deviations_past_limit: int = 0
    attributes: tuple[str, ...] = ()
    left_out: tuple[AttributeLeftOut, ...] = ()


NO_PATTERNS = Patterns()
