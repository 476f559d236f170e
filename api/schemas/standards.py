"""The JSON shape of what the standards came to."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from pydantic import BaseModel

from api.schemas.titles import TitleShape
from engine.assessment.standard_result import SecondTierResult, StandardResult, WindowResult
from engine.conformance.standards.population import Comparison
from engine.vocabulary import Dimension, Lack, Outcome, Verdict

Interval = tuple[float, float]


class WindowShape(BaseModel):
    """One standard over one period, named by its first day; shares lie between 0 and 1, intervals are in points."""

    first: date
    met: int
    missed: int
    share: float | None
    interval: Interval | None
    verdict: Verdict

    @classmethod
    def of(cls, window: WindowResult) -> WindowShape:
        """The shape of a window."""
        return cls(
            first=window.first,
            met=window.met,
            missed=window.missed,
            share=_number(window.share),
            interval=window.interval,
            verdict=window.verdict,
        )


class SecondTierShape(BaseModel):
    """The instances that kept the first or the later limit, of those of which that is known."""

    kept: int
    due: int
    share: float | None
    target: float
    interval: Interval | None
    verdict: Verdict

    @classmethod
    def of(cls, tier: SecondTierResult) -> SecondTierShape:
        """The shape of a second tier."""
        return cls(
            kept=tier.kept,
            due=tier.due,
            share=_number(tier.share),
            target=float(tier.target),
            interval=tier.interval,
            verdict=tier.verdict,
        )


class ComparisonShape(BaseModel):
    """What a rule of the population compares: two periods by their first days, or two kinds of cases.

    Attributes:
        first: The earlier period, or the condition of the cases that are to be quicker.
        second: The later period, or the condition of the others.
        before: The measure of the first: a count, a share, a mean, or a median in seconds; null without evidence.
        after: The same of the second.
        first_size: Events or cases behind the first measure.
        second_size: Events or cases behind the second.
        outcome: Whether the rule holds of the two.
        p: Of cases that are to be quicker: the probability of such a difference by chance; else null.
    """

    first: str
    second: str
    before: float | None
    after: float | None
    first_size: int
    second_size: int
    outcome: Outcome
    p: float | None

    @classmethod
    def of(cls, comparison: Comparison) -> ComparisonShape:
        """The shape of a comparison."""
        return cls(**{name: getattr(comparison, name) for name in cls.model_fields})


class StandardShape(BaseModel):
    """One standard over the whole log; shares lie between 0 and 1, intervals are in points.

    Attributes:
        standard: Its id.
        title: Its name for people.
        dimension: The measure it counts in.
        met: Instances that were met.
        missed: Instances that were missed.
        not_due: Instances that were not due.
        no_evidence: Instances that could not be judged.
        share: met ÷ (met + missed), or null.
        target: The share that the flow asks for.
        tolerance: How far below is tolerated.
        interval: 95 % interval of the share, or null below 2 cases and for rules of the population.
        verdict: ``not-proven`` where the interval lies on both sides of target − tolerance.
        worst_cases: Up to 5 case ids.
        windows: Period by period where the standard says so, else empty.
        second_tier: The later limit, or null.
        comparisons: Of a rule of the population, else empty.
        lacks: What is missing where there is no evidence, and how often.
    """

    standard: str
    title: TitleShape
    dimension: Dimension
    met: int
    missed: int
    not_due: int
    no_evidence: int
    share: float | None
    target: float
    tolerance: float
    interval: Interval | None
    verdict: Verdict
    worst_cases: list[str]
    windows: list[WindowShape]
    second_tier: SecondTierShape | None
    comparisons: list[ComparisonShape]
    lacks: dict[Lack, int]

    @classmethod
    def of(cls, result: StandardResult) -> StandardShape:
        """The shape of a standard's result."""
        return cls(
            standard=result.standard,
            title=TitleShape.of(result.title),
            dimension=result.dimension,
            met=result.met,
            missed=result.missed,
            not_due=result.not_due,
            no_evidence=result.no_evidence,
            share=_number(result.share),
            target=float(result.target),
            tolerance=float(result.tolerance),
            interval=result.interval,
            verdict=result.verdict,
            worst_cases=list(result.worst_cases),
            windows=[WindowShape.of(window) for window in result.windows],
            second_tier=None if result.second_tier is None else SecondTierShape.of(result.second_tier),
            comparisons=[ComparisonShape.of(comparison) for comparison in result.comparisons],
            lacks=dict(result.lacks),
        )


def _number(fraction: Fraction | None) -> float | None:
    return None if fraction is None else float(fraction)
