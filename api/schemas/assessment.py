"""The JSON shape of ``assess --json``."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel

from api.schemas.patterns import PatternsShape
from engine.assessment.assessment import (
    Assessment,
    DeviationSummary,
    DimensionScore,
    EdgeStatistics,
    Finding,
    GroupScore,
    StandardResult,
    StepStatistics,
)
from engine.definitions.titles import Title
from engine.vocabulary import DeviationKind, Dimension


class TitleShape(BaseModel):
    """A name in both languages."""

    en: str
    zh: str

    @classmethod
    def of(cls, title: Title) -> TitleShape:
        """The shape of a title."""
        return cls(en=title.en, zh=title.zh)


class FindingShape(BaseModel):
    """One reason for lost units of a dimension.

    Attributes:
        kind: A kind of deviation, ``missed-standard``, or why a disturbed case did not recover.
        step: The step concerned, the first of several; null when there is none.
        steps: All steps concerned; activity names for ``unplanned``.
        standard: Id of the standard, or null.
        lost: Lost units; over a dimension they sum to denominator − numerator.
        cases: Distinct cases concerned.
        points: Its share of the gap to 100, in points.
        examples: Up to 5 case ids.
        group: Id of the weight group it lost in, or null.
        other_branch: Whether a branch not taken contains the step.
    """

    kind: str
    step: str | None
    steps: list[str]
    standard: str | None
    lost: int
    cases: int
    points: float
    examples: list[str]
    group: str | None
    other_branch: bool

    @classmethod
    def of(cls, finding: Finding) -> FindingShape:
        """The shape of a finding."""
        return cls(
            kind=finding.kind,
            step=finding.steps[0] if finding.steps else None,
            steps=list(finding.steps),
            standard=finding.standard or None,
            lost=finding.lost,
            cases=finding.cases,
            points=finding.points / 100,
            examples=list(finding.examples),
            group=finding.group or None,
            other_branch=finding.other_branch,
        )


class GroupShape(BaseModel):
    """One weight group of a dimension; null gathers what belongs to no group."""

    group: str | None
    weight: int
    numerator: int
    denominator: int

    @classmethod
    def of(cls, group: GroupScore) -> GroupShape:
        """The shape of a group."""
        return cls(
            group=group.group or None, weight=group.weight, numerator=group.numerator, denominator=group.denominator
        )


class DimensionShape(BaseModel):
    """One dimension.

    Attributes:
        score: 0…100, or null when it is not assessable.
        numerator: Units kept.
        denominator: Units counted.
        interval: 95 % interval in points, or null.
        findings: Largest loss first.
        reason: Code of why it is not assessable, or null.
        no_evidence: Instances that could not be judged.
        groups: The weighted parts.
        beside: Further measures; the unit ends the name.
    """

    score: float | None
    numerator: int
    denominator: int
    interval: tuple[float, float] | None
    findings: list[FindingShape]
    reason: str | None
    no_evidence: int
    groups: list[GroupShape]
    beside: dict[str, float | int | None]

    @classmethod
    def of(cls, score: DimensionScore) -> DimensionShape:
        """The shape of a dimension."""
        return cls(
            score=_number(score.score),
            numerator=score.numerator,
            denominator=score.denominator,
            interval=score.interval,
            findings=[FindingShape.of(finding) for finding in score.findings],
            reason=score.reason or None,
            no_evidence=score.no_evidence,
            groups=[GroupShape.of(group) for group in score.groups],
            beside=dict(score.beside),
        )


class StandardShape(BaseModel):
    """One standard over the whole log; shares lie between 0 and 1."""

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
    verdict: Literal["met", "missed", "not-assessable"]
    worst_cases: list[str]

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
            verdict=result.verdict,
            worst_cases=list(result.worst_cases),
        )


class DeviationShape(BaseModel):
    """Equal deviations over the log."""

    kind: DeviationKind
    steps: list[str]
    standard: str | None
    other_branch: bool
    count: int
    cases: int
    examples: list[str]

    @classmethod
    def of(cls, summary: DeviationSummary) -> DeviationShape:
        """The shape of a summary."""
        return cls(
            kind=summary.kind,
            steps=list(summary.steps),
            standard=summary.standard or None,
            other_branch=summary.other_branch,
            count=summary.count,
            cases=summary.cases,
            examples=list(summary.examples),
        )


class StepShape(BaseModel):
    """What happened at one step, in occurrences and seconds."""

    step: str
    synchronous: int
    misplaced: int
    skipped: int
    unfinished: int
    repeated: int
    out_of_place: int
    late: int
    median_seconds: float | None
    waiting_seconds: float | None

    @classmethod
    def of(cls, statistics: StepStatistics) -> StepShape:
        """The shape of a step's statistics."""
        return cls(**{name: getattr(statistics, name) for name in cls.model_fields})


class EdgeShape(BaseModel):
    """How often the aligned runs went along one edge."""

    source: str
    target: str
    count: int
    median_seconds: float | None

    @classmethod
    def of(cls, statistics: EdgeStatistics) -> EdgeShape:
        """The shape of an edge's statistics."""
        return cls(**{name: getattr(statistics, name) for name in cls.model_fields})


class AssessmentShape(BaseModel):
    """Everything that was found.

    Attributes:
        flow: Id of the flow.
        title: Its name for people.
        log: The log's file name.
        hashes: SHA-256 of flow and log; ``engine`` holds the version.
        now: The moment at which open cases were judged, or null.
        closed: The rule by which cases were closed.
        calendar: The working calendar used.
        lifecycle: Which events counted.
        cases: Cases of the log.
        open_cases: Those judged as open.
        events: Events that were aligned.
        period: The earliest and the latest timestamp of the log, or null.
        unexplained_cases: Cases whose alignment was not found within the budget; they count in no dimension.
        dimensions: By name, in their fixed order.
        standards: In the flow's order.
        deviations: Most frequent first.
        steps: In the flow's order.
        edges: In the flow's order.
        patterns: Which deviations occur together, and for which cases one is more frequent.
    """

    flow: str
    title: TitleShape
    log: str
    hashes: dict[str, str]
    now: datetime | None
    closed: str
    calendar: str
    lifecycle: str
    cases: int
    open_cases: int
    events: int
    period: tuple[datetime, datetime] | None
    unexplained_cases: int
    dimensions: dict[Dimension, DimensionShape]
    standards: list[StandardShape]
    deviations: list[DeviationShape]
    steps: list[StepShape]
    edges: list[EdgeShape]
    patterns: PatternsShape

    @classmethod
    def of(cls, assessment: Assessment) -> AssessmentShape:
        """The shape of an assessment."""
        return cls(
            flow=assessment.flow.id,
            title=TitleShape.of(assessment.flow.title),
            log=assessment.log_name,
            hashes=dict(assessment.hashes),
            now=assessment.now,
            closed=assessment.closed_rule,
            calendar=assessment.calendar,
            lifecycle=assessment.lifecycle,
            cases=assessment.cases,
            open_cases=assessment.open_cases,
            events=assessment.events,
            period=assessment.period,
            unexplained_cases=assessment.unexplained_cases,
            dimensions={score.dimension: DimensionShape.of(score) for score in assessment.dimensions},
            standards=[StandardShape.of(result) for result in assessment.standards],
            deviations=[DeviationShape.of(summary) for summary in assessment.deviations],
            steps=[StepShape.of(statistics) for statistics in assessment.steps],
            edges=[EdgeShape.of(statistics) for statistics in assessment.edges],
            patterns=PatternsShape.of(assessment.patterns),
        )


def _number(fraction: Fraction | None) -> float | None:
    return None if fraction is None else float(fraction)
