"""What a standard came to over the whole log: result values, nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.conformance.standards.population import Comparison
from engine.definitions.titles import Title
from engine.vocabulary import Dimension, Lack, Verdict


@dataclass(frozen=True, slots=True)
class WindowResult:
    """One standard over one period.

    Attributes:
        first: First day of the period, in the calendar's time zone.
        met, missed: Instances by outcome; an instance belongs to the period of its moment.
        share: met ÷ (met + missed).
        interval: 95 % ``(low, high)`` in points, or None below 2 cases.
        verdict: As of ``StandardResult``.
    """

    first: date
    met: int
    missed: int
    share: Fraction | None
    interval: tuple[float, float] | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SecondTierResult:
    """The second tier of a standard: what kept the first or the later limit.

    Attributes:
        kept: Instances that kept one of the two.
        due: Instances of which that is known; one that may still keep the later limit is not among them.
        share: kept ÷ due, or None without any.
        target: The share that the flow asks for.
        interval: 95 % ``(low, high)`` in points, or None below 2 cases.
        verdict: As of ``StandardResult``.
    """

    kept: int
    due: int
    share: Fraction | None
    target: Fraction
    interval: tuple[float, float] | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class StandardResult:
    """One standard over the whole log.

    Attributes:
        standard: Its id.
        title: Its name for people.
        dimension: The measure it counts in.
        met, missed, not_due, no_evidence: Instances by outcome.
        share: met ÷ (met + missed), or None without due instances.
        target: The share that the flow asks for.
        tolerance: How far below is tolerated.
        verdict: ``met`` and ``missed`` where the interval lies on one side of target − tolerance, ``not-proven`` where
            it does not; with a target of 100 % and no tolerance the instances themselves decide. With periods: missed
            where one is, met where all are. ``not-assessable`` without due instances.
        worst_cases: Up to 5 case ids with a missed instance, in the log's order.
        interval: 95 % ``(low, high)`` in points, or None below 2 cases and for rules of the population.
        windows: The periods, in order; empty without ``per`` and for rules of the population.
        second_tier: The second tier, or None without one.
        comparisons: Of a rule of the population: what was compared, else empty.
        lacks: What is missing where there is no evidence, and how often; the most frequent first.
    """

    standard: str
    title: Title
    dimension: Dimension
    met: int
    missed: int
    not_due: int
    no_evidence: int
    share: Fraction | None
    target: Fraction
    tolerance: Fraction
    verdict: Verdict
    worst_cases: tuple[str, ...]
    interval: tuple[float, float] | None = None
    windows: tuple[WindowResult, ...] = ()
    second_tier: SecondTierResult | None = None
    comparisons: tuple[Comparison, ...] = ()
    lacks: tuple[tuple[Lack, int], ...] = ()
