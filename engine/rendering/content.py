"""The content of a report, made once in one language; screen, paper and workbook each show the same value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.assessment.actions import Action
from engine.assessment.assessment import Assessment
from engine.assessment.comparison import AssessmentComparison, compare_assessments
from engine.limits import DEFAULT_LIMITS, Limits
from engine.rendering import pattern_views, report_views, standard_views
from engine.rendering.action_views import WorstFinding, action_table, actions_by_key, judged_on, worst_findings
from engine.rendering.case_views import case_table
from engine.rendering.cells import Cell, Table
from engine.rendering.chevrons import VariantRow, variant_rows
from engine.rendering.comparison_views import (
    TrendView,
    change_table,
    changes_by_key,
    comparison_notices,
    dimension_trends,
    gap_table,
    last_period_text,
    period_text,
)
from engine.rendering.palette import DEVIATION_MARKS
from engine.rendering.summary_views import Summary, make_summary
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind, Dimension, Language

METHODS = (
    "alignment",
    "completeness",
    "ordering",
    "efficiency",
    "adaptability",
    "score",
    "interval",
    "findings",
    "standards",
    "patterns",
    "open",
    "repeat",
)
_OF_COMPARISON = "comparison"


@dataclass(frozen=True, eq=False, slots=True)
class Beside:
    """What a report says beside the assessment itself.

    Attributes:
        against: The assessment of the last period.
        actions: Improvement actions, as ``read_actions`` gives them.
        case_ids: Ids of the log's cases, in its order: for the workbook's sheet of cases.
        prepared_by: Who made the report; "" leaves a line to write on.
    """

    against: Assessment | None = None
    actions: Sequence[Action] = ()
    case_ids: Sequence[str] = ()
    prepared_by: str = ""


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True)
class MethodNote:
    """One paragraph on how something was measured; ``mark`` is the sign of a kind of deviation."""

    title: str
    text: str
    mark: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class ReportContent:
    """Everything that a report shows, but for the pictures.

    Attributes:
        wording: The language.
        assessment: What the pictures are drawn from.
        title: The flow's.
        period: The days of the log.
        last_period: What it is compared with, or "".
        prepared_by: Who made it, or "".
        notices: What a reader has to know first.
        facts: What was held against what, and under which rules.
        summary: The first page.
        cards: The four scores.
        trends: Each beside the last period; empty without one.
        beside: Further measures.
        gaps: How far each standard is from its target.
        worst: What costs most, with examples and actions.
        findings: The findings of each dimension.
        standards: The standards.
        deviations: The deviations.
        changes: What changed of them, or None without a last period.
        change_of: The same for each deviation of now, by its key.
        patterns: Which deviations occur together, and where one is more frequent.
        pattern_method: How they were found.
        variants: The most frequent sequences that differ.
        actions: Improvement actions.
        actions_of: The same on one line each, by the key that they answer.
        cases: The cases one by one.
        method: How everything was measured.
        kinds: The kinds of deviations, explained.
    """

    wording: Wording
    assessment: Assessment
    title: str
    period: str
    last_period: str
    prepared_by: str
    notices: tuple[str, ...]
    facts: tuple[report_views.Fact, ...]
    summary: Summary
    cards: tuple[report_views.Card, ...]
    trends: dict[Dimension, TrendView]
    beside: tuple[report_views.Fact, ...]
    gaps: Table
    worst: tuple[WorstFinding, ...]
    findings: tuple[report_views.FindingTable, ...]
    standards: tuple[standard_views.StandardRow, ...]
    deviations: tuple[report_views.DeviationRow, ...]
    changes: Table | None
    change_of: dict[str, Cell]
    patterns: tuple[pattern_views.PatternTable, ...]
    pattern_method: str
    variants: tuple[VariantRow, ...]
    actions: Table
    actions_of: dict[str, tuple[Cell, ...]]
    cases: Table
    method: tuple[MethodNote, ...]
    kinds: tuple[MethodNote, ...]


def make_content(
    assessment: Assessment, *, language: Language, beside: Beside = NOTHING_BESIDE, limits: Limits = DEFAULT_LIMITS
) -> ReportContent:
    """The content of the report of one assessment.

    Args:
        assessment: What was found.
        language: Of every text that is not the user's own.
        beside: What is said beside it.
        limits: ``report_rows`` bounds the table of cases.
    """
    wording = Wording(language)
    comparison = None if beside.against is None else compare_assessments(beside.against, assessment)
    worst = worst_findings(assessment, beside.actions, wording)
    return ReportContent(
        wording=wording,
        assessment=assessment,
        title=clean(wording.title(assessment.flow.title)) or assessment.flow.id,
        period=period_text(assessment, wording),
        last_period=last_period_text(comparison, wording),
        prepared_by=clean(beside.prepared_by),
        notices=tuple(_notices(assessment, comparison, wording)),
        facts=(*report_views.facts(assessment, wording), *_more_facts(comparison, beside, wording)),
        summary=make_summary(assessment, comparison, worst, wording),
        cards=report_views.cards(assessment, wording),
        trends=dimension_trends(comparison, wording),
        beside=report_views.beside(assessment, wording),
        gaps=gap_table(assessment, comparison, wording),
        worst=worst,
        findings=report_views.finding_tables(assessment, wording),
        standards=standard_views.standard_rows(assessment, wording),
        deviations=report_views.deviation_rows(assessment, wording),
        changes=None if comparison is None else change_table(comparison, wording),
        change_of=changes_by_key(comparison, wording),
        patterns=pattern_views.pattern_tables(assessment, wording),
        pattern_method=pattern_views.pattern_method(assessment, wording),
        variants=variant_rows(assessment, wording),
        actions=action_table(assessment, beside.actions, wording),
        actions_of=actions_by_key(beside.actions, judged_on(assessment), wording),
        cases=case_table(assessment, beside.case_ids, wording, most=limits.report_rows),
        method=tuple(_method(comparison, wording)),
        kinds=tuple(
            MethodNote(wording.term(f"deviation.{kind}"), wording.text(f"report.kind.{kind}"), DEVIATION_MARKS[kind])
            for kind in DeviationKind
        ),
    )


def _more_facts(
    comparison: AssessmentComparison | None, beside: Beside, wording: Wording
) -> Iterator[report_views.Fact]:
    for name, value in (
        ("compared", last_period_text(comparison, wording)),
        ("prepared-by", clean(beside.prepared_by)),
    ):
        if value:
            yield report_views.Fact(wording.text(f"report.fact.{name}"), value, key=name)


def _notices(assessment: Assessment, comparison: AssessmentComparison | None, wording: Wording) -> Iterator[str]:
    if assessment.unexplained_cases:
        yield wording.text("report.unexplained", count=wording.number(assessment.unexplained_cases))
    if not assessment.cases:
        yield wording.text("report.no-cases")
    yield from comparison_notices(comparison, wording)


def _method(comparison: AssessmentComparison | None, wording: Wording) -> Iterator[MethodNote]:
    names = METHODS if comparison is None else (*METHODS, _OF_COMPARISON)
    for name in names:
        yield MethodNote(wording.text(f"report.method.{name}.title"), wording.text(f"report.method.{name}"))
