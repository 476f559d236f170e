"""What an assessment is: the result values. Nothing is computed here but the score itself.

A score is 100 × numerator ÷ denominator; findings carry integer lost units that add up to the gap exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType

from engine.assessment.patterns import NO_PATTERNS, Patterns
from engine.assessment.standard_result import StandardResult
from engine.calendars import CalendarChoice
from engine.conformance.alignment import Alignments
from engine.definitions.flow import Flow
from engine.errors import Problem
from engine.logs.variants import Variants
from engine.vocabulary import DeviationKind, Dimension


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for lost units of one dimension.

    Attributes:
        kind: A ``DeviationKind`` value, ``missed-standard``, or (adaptability) the reason a disturbed case did not
            recover: ``unfinished``, ``skipped``, ``missed-standard``.
        steps: Labels of the steps concerned; activity names for ``unplanned``.
        standard: Id of the standard, or "".
        lost: Lost units, positive. Over a dimension they sum to denominator − numerator.
        cases: Distinct cases concerned.
        points: Its share of the gap 100 − score, in hundredths of a point (largest remainder over the findings).
        examples: Up to 5 case ids, in the log's order.
        group: Id of the weight group it lost in, or "".
        other_branch: For ``out-of-place``: a branch not taken contains the step.
        branch: For ``wrong-branch``: gateway and target of the edge, else ().
    """

    kind: str
    steps: tuple[str, ...]
    standard: str
    lost: int
    cases: int
    points: int
    examples: tuple[str, ...]
    group: str = ""
    other_branch: bool = False
    branch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupScore:
    """Numerator and denominator of one weight group ("" gathers what belongs to no group)."""

    group: str
    weight: int
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension.

    Attributes:
        dimension: Which.
        numerator: Units kept.
        denominator: Units counted; 0 means not assessable.
        score: 0…100 exactly, or None when not assessable. Weighted groups make it differ from the plain quotient.
        interval: 95 % ``(low, high)`` in points, or None below 2 cases.
        findings: Largest loss first.
        reason: Code of why it is not assessable, or "".
        no_evidence: Instances of its standards that could not be judged, counted beside the score.
        groups: The weighted parts, one when nothing is weighted.
        beside: Further measures by name (cycle time, contingency coverage, …): values in the unit that the name ends
            in (``_seconds``, ``_share``, ``_count``), None where there is no evidence.
    """

    dimension: Dimension
    numerator: int
    denominator: int
    score: Fraction | None
    interval: tuple[float, float] | None
    findings: tuple[Finding, ...]
    reason: str = ""
    no_evidence: int = 0
    groups: tuple[GroupScore, ...] = ()
    beside: Mapping[str, float | int | None] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class BranchExample:
    """One case that took a wrong branch, with the attributes that the condition reads: name and value ("" without)."""

    case: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BranchEvidence:
    """What shows that a branch was taken against its condition, or left out although it holds.

    Attributes:
        gateway: Id of the gateway.
        target: Id of the node that the branch leads to.
        conditions: The branch's own condition; of ``otherwise`` those of the other branches, one of which holds.
        otherwise: Whether the branch is the one taken otherwise.
        examples: The example cases.
    """

    gateway: str
    target: str
    conditions: tuple[str, ...]
    otherwise: bool
    examples: tuple[BranchExample, ...]


@dataclass(frozen=True, slots=True)
class DeviationSummary:
    """Equal deviations over the log: same kind, steps and standard.

    Attributes:
        kind: What went wrong.
        steps: Labels of the steps; activity names for ``unplanned``.
        standard: Id of the standard for kinds that come from one, or "".
        other_branch: For ``out-of-place``.
        count: Occurrences.
        cases: Distinct cases.
        examples: Up to 5 case ids, in the log's order.
        branch: For ``wrong-branch``: the branch, its condition and the values of the examples, else None.
    """

    kind: DeviationKind
    steps: tuple[str, ...]
    standard: str
    other_branch: bool
    count: int
    cases: int
    examples: tuple[str, ...]
    branch: BranchEvidence | None = None


@dataclass(frozen=True, slots=True)
class StepStatistics:
    """What happened at one step, for charts and tables.

    Attributes:
        step: Its label.
        synchronous: Occurrences in place.
        misplaced: Occurrences out of their place that a skipped one answers.
        skipped: Required occurrences left out while the case went on.
        unfinished: Required occurrences that the case never got to.
        repeated: Extra occurrences.
        out_of_place: Occurrences without a place.
        late: Missed time standards at this step.
        median_seconds: Median duration from start to completion, None without start times.
        waiting_seconds: Median time from the case's previous event to this step's start (or completion without
            start times), None without timestamps.
    """

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


@dataclass(frozen=True, slots=True)
class EdgeStatistics:
    """How often the aligned runs went along one edge of the flow.

    Attributes:
        source: Node id.
        target: Node id.
        count: Tokens that went along it, over all cases.
        median_seconds: Median time between the performed events at its two ends where both are steps, else None.
    """

    source: str
    target: str
    count: int
    median_seconds: float | None


@dataclass(frozen=True, eq=False)
class Assessment:
    """Everything that was found.

    Attributes:
        flow: The flow; for PNML, a flow made of its labels alone.
        log_name: The log's file name.
        hashes: SHA-256 by name: ``flow``, ``log``; ``engine`` holds the version.
        now: The moment at which open cases were judged, or None when the log has no timestamps and none was given.
        closed_rule: ``all``, ``ended`` or ``idle:…`` as given.
        calendar: Name of the calendar by which days and, where no other is said to hold, working time are counted.
        lifecycle: ``all``, ``complete`` or ``pair``, as used.
        cases: All cases of the log.
        open_cases: Those judged as open.
        events: Events that were aligned.
        dimensions: In the order of ``Dimension``.
        standards: In the flow's order.
        deviations: Most frequent first.
        steps: In the flow's order.
        edges: In the flow's order.
        alignments: One for each variant, closed cases.
        variants: The sequences that ``alignments`` explain, in its order; None when they were not kept.
        period: The earliest and the latest timestamp of the log, or None when it has none.
        unexplained_cases: Cases whose alignment was not found within the budget; they count in no dimension.
        warnings: What counting the log's events by ``lifecycle`` had to say (starts without a completion, …).
        patterns: Which deviations occur together, and for which cases one is more frequent.
        calendars: Whose working time was counted by which calendar: role id, "" for the flow, → what was chosen.
    """

    flow: Flow
    log_name: str
    hashes: Mapping[str, str]
    now: datetime | None
    closed_rule: str
    calendar: str
    lifecycle: str
    cases: int
    open_cases: int
    events: int
    dimensions: tuple[DimensionScore, ...]
    standards: tuple[StandardResult, ...]
    deviations: tuple[DeviationSummary, ...]
    steps: tuple[StepStatistics, ...]
    edges: tuple[EdgeStatistics, ...]
    alignments: Alignments
    variants: Variants | None = None
    period: tuple[datetime, datetime] | None = None
    unexplained_cases: int = 0
    warnings: tuple[Problem, ...] = ()
    patterns: Patterns = NO_PATTERNS
    calendars: Mapping[str, CalendarChoice] = field(default_factory=dict)

    def dimension(self, dimension: Dimension) -> DimensionScore:
        """The score of one dimension."""
        return next(score for score in self.dimensions if score.dimension is dimension)
