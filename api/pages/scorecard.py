"""What the scorecard page shows: the report's cards and tables, each lost point with the way to its cases."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from api.assessments.kept import content_of
from api.assessments.kept import kept_assessment as assessment_of
from api.assessments.service import chart_name
from api.pages.environment import case_path
from api.pages.flows import inline
from api.pages.shell import Visit
from engine.assessment.assessment import Assessment
from engine.errors import LimitExceeded
from engine.rendering import report_views, standard_views
from engine.rendering.overlay import OverlayKind
from engine.rendering.picture import PictureFormat, render
from engine.rendering.report_views import Card, Fact, FindingRow, FindingTable
from engine.rendering.standard_views import StandardRow
from engine.storage.tables import AssessmentRow
from engine.vocabulary import Dimension


@dataclass(frozen=True, slots=True)
class LinkedFinding:
    """A finding with the address of its cases, and its examples: each as it is shown, and the end of its address."""

    row: FindingRow
    address: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """The findings of a dimension; ``hidden`` counts those that are not shown."""

    dimension: Dimension
    table: FindingTable
    findings: tuple[LinkedFinding, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """An assessment's scorecard.

    Attributes:
        cards: The four scores.
        tables: Where their points went.
        facts: What was held against what, and by which rules.
        beside: Further measures.
        unexplained: How many cases have no explanation.
    """

    cards: tuple[Card, ...]
    tables: tuple[LinkedTable, ...]
    facts: tuple[Fact, ...]
    beside: tuple[Fact, ...]
    unexplained: int

    @classmethod
    def of(cls, number: int, assessment: Assessment, visit: Visit) -> Scorecard:
        """The scorecard of an assessment."""
        wording = visit.wording
        assessed = [score for score in assessment.dimensions if score.score is not None]
        tables = report_views.finding_tables(assessment, wording)
        return cls(
            cards=report_views.cards(assessment, wording),
            tables=tuple(
                LinkedTable(
                    score.dimension,
                    table,
                    tuple(
                        LinkedFinding(
                            row,
                            cases_address(number, dimension=score.dimension.value, finding=index),
                            tuple(zip(row.examples, map(case_path, finding.examples), strict=False)),
                        )
                        for index, (row, finding) in enumerate(zip(table.shown, score.findings, strict=False))
                    ),
                )
                for score, table in zip(assessed, tables, strict=True)
            ),
            facts=report_views.facts(assessment, wording),
            beside=report_views.beside(assessment, wording),
            unexplained=assessment.unexplained_cases,
        )


def kept_assessment(visit: Visit, row: AssessmentRow) -> Assessment | None:
    """An assessment as far as its kept result tells; None where there is none, or several versions judged."""
    return assessment_of(visit.session, visit.running, row)


def standard_rows(assessment: Assessment, visit: Visit) -> tuple[StandardRow, ...]:
    """The standards of an assessment, in the flow's order."""
    return standard_views.standard_rows(assessment, visit.wording)


def chart(visit: Visit, row: AssessmentRow, show: OverlayKind) -> Markup | None:
    """The flow's chart with what happened drawn on it; None where it is too large to be drawn."""
    dot = content_of(visit.session, visit.running, row.id or 0, chart_name(show, visit.language))
    if dot is None:
        return None
    try:
        return inline(render(dot.decode(), PictureFormat.SVG, limits=visit.running.limits))
    except LimitExceeded:
        return None


def cases_address(number: int, **chosen: str | int) -> str:
    """The page of an assessment's cases, narrowed down."""
    return f"/assessments/{number}/cases?{urlencode(chosen)}"
