"""An assessment from its kept result: what pages need to show it as the report does, without judging anything again.

The JSON holds shares and scores as decimals. Here they are exact again, because they follow from counts and from what
the flow says. Alignments and variants, which it does not hold, are kept beside it (``storage.explained_files``).
"""

from __future__ import annotations

from fractions import Fraction

from api.schemas.assessment import (
    AssessmentShape,
    BranchShape,
    CalendarUseShape,
    DeviationShape,
    DimensionShape,
    FindingShape,
)
from api.schemas.restoring_patterns import restored_patterns
from api.schemas.standards import ComparisonShape, SecondTierShape, StandardShape, WindowShape
from api.schemas.titles import TitleShape
from engine.assessment.assessment import (
    Assessment,
    BranchEvidence,
    BranchExample,
    DeviationSummary,
    DimensionScore,
    EdgeStatistics,
    Finding,
    GroupScore,
    StepStatistics,
)
from engine.assessment.scoring import weighted_score
from engine.assessment.standard_result import SecondTierResult, StandardResult, WindowResult
from engine.calendars import CalendarChoice
from engine.conformance.alignment import Alignments
from engine.conformance.standards.population import Comparison
from engine.definitions.flow import Flow
from engine.definitions.titles import Title
from engine.nets.process import Process
from engine.storage.explained_files import Explained
from engine.vocabulary import Dimension


def restored(shape: AssessmentShape, process: Process, explained: Explained | None = None) -> Assessment:
    """An assessment from its kept result.

    Args:
        shape: The result.
        process: The flow that judged, with its net.
        explained: How its cases were explained, where that was kept and is needed.

    Returns:
        The assessment without warnings, and without alignments and variants unless they are given.
    """
    flow = process.flow
    return Assessment(
        flow=flow,
        log_name=shape.log,
        hashes=shape.hashes,
        now=shape.now,
        closed_rule=shape.closed,
        calendar=shape.calendar,
        lifecycle=shape.lifecycle,
        cases=shape.cases,
        open_cases=shape.open_cases,
        events=shape.events,
        dimensions=tuple(_dimension(name, one) for name, one in shape.dimensions.items()),
        standards=tuple(_standard(one, flow) for one in shape.standards),
        deviations=tuple(_deviation(one) for one in shape.deviations),
        steps=tuple(StepStatistics(**one.model_dump()) for one in shape.steps),
        edges=tuple(EdgeStatistics(**one.model_dump()) for one in shape.edges),
        alignments=Alignments.none(process.net) if explained is None else explained.alignments,
        variants=None if explained is None else explained.variants,
        period=shape.period,
        unexplained_cases=shape.unexplained_cases,
        patterns=restored_patterns(shape.patterns),
        calendars={one.role or "": _choice(one) for one in shape.calendars},
    )


def _dimension(name: Dimension, shape: DimensionShape) -> DimensionScore:
    groups = tuple(GroupScore(one.group or "", one.weight, one.numerator, one.denominator) for one in shape.groups)
    return DimensionScore(
        dimension=name,
        numerator=shape.numerator,
        denominator=shape.denominator,
        score=weighted_score(groups),
        interval=shape.interval,
        findings=tuple(_finding(one) for one in shape.findings),
        reason=shape.reason or "",
        no_evidence=shape.no_evidence,
        groups=groups,
        beside=shape.beside,
    )


def _finding(shape: FindingShape) -> Finding:
    return Finding(
        kind=shape.kind,
        steps=tuple(shape.steps),
        standard=shape.standard or "",
        lost=shape.lost,
        cases=shape.cases,
        points=round(shape.points * 100),
        examples=tuple(shape.examples),
        group=shape.group or "",
        other_branch=shape.other_branch,
        branch=tuple(shape.branch or ()),
    )


def _deviation(shape: DeviationShape) -> DeviationSummary:
    return DeviationSummary(
        kind=shape.kind,
        steps=tuple(shape.steps),
        standard=shape.standard or "",
        other_branch=shape.other_branch,
        count=shape.count,
        cases=shape.cases,
        examples=tuple(shape.examples),
        branch=None if shape.branch is None else _branch(shape.branch),
    )


def _branch(shape: BranchShape) -> BranchEvidence:
    examples = [
        BranchExample(one.case, tuple((name, value or "") for name, value in one.values.items()))
        for one in shape.examples
    ]
    return BranchEvidence(shape.gateway, shape.target, tuple(shape.conditions), shape.otherwise, tuple(examples))


def _standard(shape: StandardShape, flow: Flow) -> StandardResult:
    said = next(standard for standard in flow.standards if standard.id == shape.standard)
    return StandardResult(
        standard=shape.standard,
        title=_title(shape.title),
        dimension=shape.dimension,
        met=shape.met,
        missed=shape.missed,
        not_due=shape.not_due,
        no_evidence=shape.no_evidence,
        share=_share(shape.met, shape.met + shape.missed),
        target=said.share,
        tolerance=said.tolerance,
        verdict=shape.verdict,
        worst_cases=tuple(shape.worst_cases),
        interval=shape.interval,
        windows=tuple(_window(one) for one in shape.windows),
        second_tier=None if shape.second_tier is None else _tier(shape.second_tier, said.share),
        comparisons=tuple(_comparison(one) for one in shape.comparisons),
        lacks=tuple(shape.lacks.items()),
    )


def _tier(shape: SecondTierShape, target: Fraction) -> SecondTierResult:
    exact = target if float(target) == shape.target else Fraction(shape.target).limit_denominator(1_000_000)
    return SecondTierResult(shape.kept, shape.due, _share(shape.kept, shape.due), exact, shape.interval, shape.verdict)


def _window(shape: WindowShape) -> WindowResult:
    share = _share(shape.met, shape.met + shape.missed)
    return WindowResult(shape.first, shape.met, shape.missed, share, shape.interval, shape.verdict)


def _comparison(shape: ComparisonShape) -> Comparison:
    return Comparison(**shape.model_dump())


def _choice(shape: CalendarUseShape) -> CalendarChoice:
    return CalendarChoice(shape.calendar, shape.attribute or "", tuple(shape.values.items()))


def _title(shape: TitleShape) -> Title:
    return Title(en=shape.en, zh=shape.zh)


def _share(kept: int, due: int) -> Fraction | None:
    return Fraction(kept, due) if due else None
