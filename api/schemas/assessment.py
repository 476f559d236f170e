"""The JSON shape of ``assess --json``."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from pydantic import BaseModel

from api.schemas.patterns import PatternsShape
from api.schemas.standards import StandardShape
from api.schemas.titles import TitleShape
from engine.assessment.actions import deviation_key, finding_key
from engine.assessment.assessment import (
    Assessment,
    BranchEvidence,
    DeviationSummary,
    DimensionScore,
    EdgeStatistics,
    Finding,
    GroupScore,
    StepStatistics,
)
from engine.calendars import CalendarChoice
from engine.vocabulary import DeviationKind, Dimension


class FindingShape(BaseModel):
    """One reason for lost units of a dimension.

    Attributes:
        key: By which an improvement action answers it.
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
        branch: For ``wrong-branch``: gateway and target of the branch, else null.
    """

    key: str
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
    branch: list[str] | None

    @classmethod
    def of(cls, finding: Finding) -> FindingShape:
        """The shape of a finding."""
        return cls(
            key=finding_key(finding),
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
            branch=list(finding.branch) or None,
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


class BranchExampleShape(BaseModel):
    """One case, with the attributes that the condition reads; null where the case has none."""

    case: str
    values: dict[str, str | None]


class BranchShape(BaseModel):
    """A branch that was taken against its condition, or left out although it holds.

    Attributes:
        gateway: Id of the gateway.
        target: Id of the node that the branch leads to.
        conditions: Its condition; of the branch taken otherwise, those of the others.
        otherwise: Whether it is the one taken otherwise.
        examples: Up to 5 cases.
    """

    gateway: str
    target: str
    conditions: list[str]
    otherwise: bool
    examples: list[BranchExampleShape]

    @classmethod
    def of(cls, evidence: BranchEvidence) -> BranchShape:
        """The shape of the evidence."""
        return cls(
            gateway=evidence.gateway,
            target=evidence.target,
            conditions=list(evidence.conditions),
            otherwise=evidence.otherwise,
            examples=[
                BranchExampleShape(case=one.case, values={name: value or None for name, value in one.values})
                for one in evidence.examples
            ],
        )


class DeviationShape(BaseModel):
    """Equal deviations over the log.

    Attributes:
        key: By which an improvement action answers them.
        branch: What shows a wrong branch; null for all others.
    """

    key: str
    kind: DeviationKind
    steps: list[str]
    standard: str | None
    other_branch: bool
    count: int
    cases: int
    examples: list[str]
    branch: BranchShape | None

    @classmethod
    def of(cls, summary: DeviationSummary) -> DeviationShape:
        """The shape of a summary."""
        return cls(
            key=deviation_key(summary),
            kind=summary.kind,
            steps=list(summary.steps),
            standard=summary.standard or None,
            other_branch=summary.other_branch,
            count=summary.count,
            cases=summary.cases,
            examples=list(summary.examples),
            branch=None if summary.branch is None else BranchShape.of(summary.branch),
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


class CalendarUseShape(BaseModel):
    """By which calendar whose working time was counted.

    Attributes:
        role: Id of the role, or null for everybody without a calendar of his own and for what is nobody's.
        calendar: Name of the calendar; where an attribute decides, the one of all other cases.
        attribute: The attribute of the case that decides, or null.
        values: Value of the attribute → name of its calendar; empty where nothing is to be decided.
    """

    role: str | None
    calendar: str
    attribute: str | None
    values: dict[str, str]

    @classmethod
    def of(cls, role: str, choice: CalendarChoice) -> CalendarUseShape:
        """The shape of a choice."""
        return cls(
            role=role or None,
            calendar=choice.name,
            attribute=choice.attribute or None,
            values=dict(choice.by_value),
        )


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
    calendars: list[CalendarUseShape]
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
            calendars=[CalendarUseShape.of(role, choice) for role, choice in assessment.calendars.items()],
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
