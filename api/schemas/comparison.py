"""The JSON shape of two assessments side by side."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from pydantic import BaseModel

from api.schemas.assessment import AssessmentShape
from api.schemas.titles import TitleShape
from engine.assessment.actions import deviation_key
from engine.assessment.assessment import Assessment
from engine.assessment.comparison import (
    AssessmentComparison,
    DeviationChange,
    Frequency,
    Shift,
    StandardChange,
)
from engine.definitions.titles import Title
from engine.vocabulary import DeviationKind, Dimension, Trend, Verdict

Interval = tuple[float, float]


class ShiftShape(BaseModel):
    """One measure, earlier and now.

    Attributes:
        before: In points, or null.
        now: In points, or null.
        change: Now less before.
        interval: 95 % interval of the change in points, or null.
        trend: Whether it is more than chance, and in which direction.
        reason: Code of why the two are not comparable, or null.
    """

    before: float | None
    now: float | None
    change: float | None
    interval: Interval | None
    trend: Trend
    reason: str | None

    @classmethod
    def of(cls, shift: Shift) -> ShiftShape:
        """The shape of a shift."""
        return cls(
            before=_number(shift.before),
            now=_number(shift.now),
            change=_number(shift.change),
            interval=shift.interval,
            trend=shift.trend,
            reason=shift.reason or None,
        )


class StandardChangeShape(BaseModel):
    """One standard, earlier and now: shares and targets 0 to 1, gaps in points, below 0 where short of the target."""

    standard: str
    title: TitleShape
    share_before: float | None
    share_now: float | None
    target_before: float | None
    target_now: float | None
    gap_before: float | None
    gap_now: float | None
    verdict_before: Verdict | None
    verdict_now: Verdict | None
    shift: ShiftShape

    @classmethod
    def of(cls, change: StandardChange) -> StandardChangeShape:
        """The shape of a change."""
        before, now = change.before, change.now
        known = now or before
        return cls(
            standard=change.standard,
            title=TitleShape.of(known.title if known else Title("", "")),
            share_before=_number(before.share) if before else None,
            share_now=_number(now.share) if now else None,
            target_before=float(before.target) if before else None,
            target_now=float(now.target) if now else None,
            gap_before=_number(change.gap_before),
            gap_now=_number(change.gap_now),
            verdict_before=before.verdict if before else None,
            verdict_now=now.verdict if now else None,
            shift=ShiftShape.of(change.shift),
        )


class FrequencyShape(BaseModel):
    """How often a deviation occurred: cases, occurrences, cases that were explained, and both of 100 cases."""

    cases: int
    count: int
    of: int
    cases_per_hundred: float | None
    count_per_hundred: float | None

    @classmethod
    def of_frequency(cls, found: Frequency) -> FrequencyShape:
        """The shape of a frequency."""
        return cls(
            cases=found.cases,
            count=found.count,
            of=found.of,
            cases_per_hundred=_number(found.cases_per_hundred),
            count_per_hundred=_number(found.count_per_hundred),
        )


class DeviationChangeShape(BaseModel):
    """One deviation, earlier and now.

    Attributes:
        key: By which an improvement action answers it.
        interval: 95 % interval of the change in cases per 100 cases, or null.
        q: Share of false discoveries to be expected among changes as strong as this one, or null.
        trend: ``better`` is less frequent.
        new: Whether it did not occur before.
        gone: Whether it does not occur any more.
        reason: Code of why the two are not comparable, or null.
    """

    key: str
    kind: DeviationKind
    steps: list[str]
    standard: str | None
    other_branch: bool
    branch: list[str] | None
    before: FrequencyShape
    now: FrequencyShape
    interval: Interval | None
    q: float | None
    trend: Trend
    new: bool
    gone: bool
    reason: str | None

    @classmethod
    def of(cls, change: DeviationChange) -> DeviationChangeShape:
        """The shape of a change."""
        summary = change.summary
        return cls(
            key=deviation_key(summary),
            kind=summary.kind,
            steps=list(summary.steps),
            standard=summary.standard or None,
            other_branch=summary.other_branch,
            branch=None if summary.branch is None else [summary.branch.gateway, summary.branch.target],
            before=FrequencyShape.of_frequency(change.before),
            now=FrequencyShape.of_frequency(change.now),
            interval=change.interval,
            q=change.q,
            trend=change.trend,
            new=change.is_new,
            gone=change.is_gone,
            reason=change.reason or None,
        )


class ComparedShape(BaseModel):
    """What was compared: the log, its period, cases, and the hashes of flow and log."""

    log: str
    period: tuple[datetime, datetime] | None
    cases: int
    hashes: dict[str, str]

    @classmethod
    def of(cls, assessment: Assessment) -> ComparedShape:
        """The shape of one side."""
        return cls(
            log=assessment.log_name,
            period=assessment.period,
            cases=assessment.cases,
            hashes=dict(assessment.hashes),
        )


class ComparisonShape(BaseModel):
    """Two assessments side by side.

    Attributes:
        before: What was assessed earlier.
        now: What was assessed now.
        reasons: Codes of why the two are not comparable at all; empty where they are.
        remarks: Codes of what a reader has to bear in mind.
        dimensions: By name.
        standards: In the order of the later flow.
        deviations: The largest difference first.
    """

    before: ComparedShape
    now: ComparedShape
    reasons: list[str]
    remarks: list[str]
    dimensions: dict[Dimension, ShiftShape]
    standards: list[StandardChangeShape]
    deviations: list[DeviationChangeShape]

    @classmethod
    def of(cls, comparison: AssessmentComparison) -> ComparisonShape:
        """The shape of a comparison."""
        return cls(
            before=ComparedShape.of(comparison.before),
            now=ComparedShape.of(comparison.now),
            reasons=list(comparison.reasons),
            remarks=list(comparison.remarks),
            dimensions={one.dimension: ShiftShape.of(one.shift) for one in comparison.dimensions},
            standards=[StandardChangeShape.of(one) for one in comparison.standards],
            deviations=[DeviationChangeShape.of(one) for one in comparison.deviations],
        )


class ComparedAssessmentShape(AssessmentShape):
    """An assessment beside an earlier one."""

    comparison: ComparisonShape

    @classmethod
    def of_comparison(cls, comparison: AssessmentComparison) -> ComparedAssessmentShape:
        """The shape of the later assessment, with the comparison."""
        found = AssessmentShape.of(comparison.now)
        return cls(
            **{name: getattr(found, name) for name in AssessmentShape.model_fields},
            comparison=ComparisonShape.of(comparison),
        )


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
