"""Several versions of a flow and one log: every case is judged by the version in force when it started.

The log is split by the starts of its cases, each part is assessed with its own version, and the dimensions are joined.
Counts are summed over the parts, so that the joined scores are those of all cases together: where nothing is weighted,
100 × Σ numerators ÷ Σ denominators. Weight groups are joined where all versions that judged cases have the same groups
with the same weights; otherwise the joined score is the mean of the versions' scores, weighted by their denominators.

The interval treats the versions as strata (Cochran 1977, "Sampling techniques", section 5.3): V = Σ (Dᵛ ÷ D)² Vᵛ, where
Vᵛ = pᵛ(1 − pᵛ) ÷ nᵛ and nᵛ is the effective size of the version's own Wilson interval. Adaptability is plain Wilson.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.assessment.assess import Progress, assess
from engine.assessment.assessment import Assessment, DimensionScore, Finding, GroupScore
from engine.assessment.closing import ClosedRule
from engine.assessment.explanations import EXAMPLES
from engine.assessment.intervals import Z_95, wilson
from engine.assessment.points import share_points
from engine.assessment.scoring import weighted_score
from engine.calendars import Calendar
from engine.conformance.mapper import SERIAL, Mapper
from engine.definitions.versions import FlowVersions
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.lifecycle import Lifecycle, usual_lifecycle
from engine.logs.log import Log
from engine.logs.selecting import case_starts, select_cases
from engine.nets.process import Process
from engine.vocabulary import Dimension

_UNJUDGED = -1
_COUNTED = frozenset({"lost", "cases", "points", "examples"})
"""What findings of one cause add up; all else is their cause."""


@dataclass(frozen=True, eq=False, slots=True)
class VersionPart:
    """What one version judged.

    Attributes:
        process: The version and its net.
        effective: The day from which it is in force, or None for always.
        content_hash: Of its meaning.
        cases: Cases that started while it was in force.
        assessment: Of those cases, or None when there are none.
    """

    process: Process
    effective: date | None
    content_hash: str
    cases: int
    assessment: Assessment | None


@dataclass(frozen=True, eq=False, slots=True)
class VersionedAssessment:
    """A log judged by several versions of a flow.

    Attributes:
        versions: In the order in which they come into force.
        dimensions: Joined over the versions, in the order of ``Dimension``. A finding says how many units and cases it
            took in all versions together; what is only of one version stands in that version's assessment.
        cases: Cases of the log, judged or not.
        before_first: Cases that started before the first version was in force; judged by none.
        without_start: Cases without a timestamp, of which no one knows which version was in force; judged by none.
    """

    versions: tuple[VersionPart, ...]
    dimensions: tuple[DimensionScore, ...]
    cases: int
    before_first: int
    without_start: int

    @property
    def judged(self) -> tuple[Assessment, ...]:
        """The assessments of the versions that judged cases."""
        return tuple(part.assessment for part in self.versions if part.assessment is not None)


def assess_versions(
    processes: Sequence[Process],
    log: Log,
    *,
    now: datetime | None = None,
    closed: ClosedRule | None = None,
    calendar: Calendar | None = None,
    lifecycle: Lifecycle | None = None,
    mapper: Mapper = SERIAL,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> VersionedAssessment:
    """Hold every case of a log against the version that was in force when it started.

    Args:
        processes: Versions of one flow, in any order.
        log: The log.
        now: As in ``assess``; when missing, the latest timestamp of the whole log for every version.
        closed: As in ``assess``.
        calendar: For working time, and for the midnight at which versions change. When missing, each version's own
            for its working time, and for midnight that of the last version.
        lifecycle: As in ``assess``; when missing, decided once by the whole log.
        mapper: As in ``assess``.
        progress: Told how far the work is.
        limits: As in ``assess``.

    Raises:
        InputRefused: The versions do not belong together (``FlowVersions.of``); otherwise as ``assess``.
        LimitExceeded: As ``assess``.
    """
    versions = FlowVersions.of(process.flow for process in processes)
    by_flow = {id(process.flow): process for process in processes}
    ordered = [by_flow[id(flow)] for flow in versions.flows]
    zone = calendar or versions.flows[-1].main_calendar
    index = _version_of_case(log, versions, zone)
    mode = lifecycle or usual_lifecycle(log)
    parts = []
    for number, process in enumerate(ordered):
        chosen = index == number
        found = None
        if chosen.any():
            found = assess(
                process,
                select_cases(log, chosen),
                now=now or log.latest,
                closed=closed,
                calendar=calendar,
                lifecycle=mode,
                mapper=mapper,
                limits=limits,
            )
        parts.append(VersionPart(process, process.flow.effective, process.content_hash, int(chosen.sum()), found))
        if progress is not None:
            progress(number + 1, len(ordered))
    unknown = int(case_starts(log).null_count())
    return VersionedAssessment(
        versions=tuple(parts),
        dimensions=_joined([part.assessment for part in parts if part.assessment is not None], log),
        cases=log.cases.height,
        before_first=int((index == _UNJUDGED).sum()) - unknown,
        without_start=unknown,
    )


def _version_of_case(log: Log, versions: FlowVersions, calendar: Calendar) -> NDArray[np.int64]:
    """For each case the index of the version in force at its start, or −1."""
    starts = case_starts(log)
    begins = [begin for begin in versions.begins(calendar.zone) if begin is not None]
    borders = np.array([begin.replace(tzinfo=None) for begin in begins], dtype="datetime64[us]")
    always = len(versions.flows) - len(begins)
    moments = starts.dt.replace_time_zone(None).to_numpy()  # a missing one is NaT, set apart below
    index = np.searchsorted(borders, moments, side="right").astype(np.int64) + always - 1
    index[starts.is_null().to_numpy()] = _UNJUDGED
    return index


def _joined(judged: Sequence[Assessment], log: Log) -> tuple[DimensionScore, ...]:
    place = {case: at for at, case in enumerate(log.cases["case_id"].to_list())} if judged else {}
    scores = [[assessment.dimension(dimension) for assessment in judged] for dimension in Dimension]
    return tuple(_join(parts, place) for parts in scores if parts)


def _join(parts: Sequence[DimensionScore], place: dict[str, int]) -> DimensionScore:
    """One dimension of several assessments as one."""
    counted = [part for part in parts if part.denominator]
    numerator, denominator = sum(p.numerator for p in counted), sum(p.denominator for p in counted)
    groups = _join_groups(counted)
    score = weighted_score(groups) if groups is not None else _mean(counted, denominator)
    return DimensionScore(
        dimension=parts[0].dimension,
        numerator=numerator,
        denominator=denominator,
        score=score,
        interval=None if score is None else _interval(counted, score, denominator),
        findings=() if score is None else _join_findings(counted, groups, score, place),
        reason="" if score is not None else parts[0].reason,
        no_evidence=sum(part.no_evidence for part in parts),
        groups=groups or (),
    )


def _mean(parts: Sequence[DimensionScore], denominator: int) -> Fraction:
    return sum((p.score * Fraction(p.denominator, denominator) for p in parts if p.score is not None), Fraction())


def _join_groups(parts: Sequence[DimensionScore]) -> tuple[GroupScore, ...] | None:
    """The groups with their sums, or None where versions weigh differently."""
    sums: dict[str, GroupScore] = {}
    for part in parts:
        for group in _groups_of(part):
            known = sums.get(group.group, GroupScore(group.group, group.weight, 0, 0))
            if known.weight != group.weight:
                return None
            kept, due = known.numerator + group.numerator, known.denominator + group.denominator
            sums[group.group] = GroupScore(group.group, group.weight, kept, due)
    return tuple(sums.values())


def _groups_of(part: DimensionScore) -> tuple[GroupScore, ...]:
    """Its weight groups; of a dimension that knows none, one of everything."""
    return part.groups or (GroupScore("", 1, part.numerator, part.denominator),)


def _prices(part: DimensionScore, groups: Sequence[GroupScore] | None, denominator: int) -> dict[str, Fraction]:
    """The points that one lost unit of each group of a part costs in the joined score."""
    of_groups = _groups_of(part) if groups is None else groups
    weights = sum(group.weight for group in of_groups if group.denominator)
    share = Fraction(1) if groups is not None else Fraction(part.denominator, denominator)
    return {g.group: share * Fraction(100 * g.weight, weights * g.denominator) for g in of_groups if g.denominator}


def _join_findings(
    parts: Sequence[DimensionScore], groups: Sequence[GroupScore] | None, score: Fraction, place: dict[str, int]
) -> tuple[Finding, ...]:
    """Findings of one cause together; what costs most points first."""
    denominator = sum(part.denominator for part in parts)
    found: dict[tuple[object, ...], list[tuple[Finding, Fraction]]] = {}
    for part in parts:
        prices = _prices(part, groups, denominator)
        for finding in part.findings:
            cause = tuple(getattr(finding, field.name) for field in fields(finding) if field.name not in _COUNTED)
            found.setdefault(cause, []).append((finding, finding.lost * prices[finding.group]))
    ranked = sorted(found.values(), key=lambda rows: -sum((cost for _, cost in rows), Fraction()))
    points = share_points([sum((cost for _, cost in rows), Fraction()) for rows in ranked], score)
    return tuple(
        _join_finding([finding for finding, _ in rows], share, place)
        for rows, share in zip(ranked, points, strict=True)
    )


def _join_finding(findings: Sequence[Finding], points: int, place: dict[str, int]) -> Finding:
    one = findings[0]
    examples = sorted((case for finding in findings for case in finding.examples), key=lambda case: place.get(case, 0))
    return replace(
        one,
        lost=sum(finding.lost for finding in findings),
        cases=sum(finding.cases for finding in findings),
        points=points,
        examples=tuple(examples[:EXAMPLES]),
    )


def _interval(parts: Sequence[DimensionScore], score: Fraction, denominator: int) -> tuple[float, float] | None:
    """The 95 % interval of a joined score; None when no version has one and there are fewer than two versions."""
    share = float(score / 100)
    if parts[0].dimension is Dimension.ADAPTABILITY:
        return wilson(share, denominator) if denominator > 1 else None
    if len(parts) == 1:
        return parts[0].interval
    variance, size = 0.0, 0.0
    for part in parts:
        own = _size(part)
        p = float((part.score or Fraction()) / 100)
        variance += (part.denominator / denominator) ** 2 * p * (1 - p) / own
        size += own
    spread = share * (1 - share)
    if spread > 0 and variance > 0:
        size = spread / variance
    return wilson(share, min(size, float(denominator)))


def _size(part: DimensionScore) -> float:
    """The effective size that a Wilson interval was made with: n = z² b(1 − b) ÷ (p − b)² for each bound b of it.

    A version with one case has no interval and counts as a sample of one.
    """
    if part.interval is None or part.score is None:
        return 1.0
    p = float(part.score / 100)
    bound = max((end / 100 for end in part.interval), key=lambda end: abs(end - p))
    return max(1.0, Z_95**2 * bound * (1 - bound) / (p - bound) ** 2) if bound != p else 1.0
