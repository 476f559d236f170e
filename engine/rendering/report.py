"""The report: one HTML file that holds everything it shows and asks nothing of the network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from engine.assessment.assessment import Assessment
from engine.errors import LimitExceeded
from engine.rendering import palette, pattern_views, report_views, standard_views
from engine.rendering.chevrons import variant_rows
from engine.rendering.flowchart import draw_flow
from engine.rendering.net_chart import draw_net
from engine.rendering.overlay import OverlayKind, make_overlay
from engine.rendering.picture import PictureFormat, render
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind, Language, MoveKind


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture of the report; without a drawing it was too large."""

    kind: str
    drawing: Markup | None


def render_report(assessment: Assessment, *, language: Language) -> str:
    """The whole report of one assessment.

    Args:
        assessment: What was found.
        language: Of every text that is not the user's own.

    Returns:
        An HTML document with its styles and pictures inside it. The same assessment gives the same bytes.
    """
    wording = Wording(language)
    deviations, deviations_left = report_views.deviation_rows(assessment, wording)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            t=wording.text,
            term=wording.term,
            language=language.value,
            palette=palette,
            title=clean(wording.title(assessment.flow.title)) or assessment.flow.id,
            cases=assessment.cases,
            unexplained=wording.number(assessment.unexplained_cases) if assessment.unexplained_cases else "",
            facts=report_views.facts(assessment, wording),
            cards=report_views.cards(assessment, wording),
            finding_tables=report_views.finding_tables(assessment, wording),
            standards=standard_views.standard_rows(assessment, wording),
            deviations=deviations,
            deviations_left=deviations_left,
            pattern_tables=pattern_views.pattern_tables(assessment, wording),
            pattern_method=pattern_views.pattern_method(assessment, wording),
            beside=report_views.beside(assessment, wording),
            charts=tuple(draw_chart(assessment, kind, language=language) for kind in OverlayKind),
            variants=variant_rows(assessment, wording),
            deviation_kinds=tuple(DeviationKind),
            move_kinds=(MoveKind.SYNC, MoveKind.LOG, MoveKind.MODEL),
        )
    )


def draw_chart(assessment: Assessment, kind: OverlayKind, *, language: Language) -> Chart:
    """One picture as part of a page: of the flow, or of the net where the process came without a graph."""
    overlay = make_overlay(assessment, kind)
    if assessment.flow.edges:
        dot = draw_flow(assessment.flow, language=language, overlay=overlay, titled=False)
    else:
        dot = draw_net(assessment.alignments.net, language=language, overlay=overlay, titled=False)
    try:
        # Not escaped, because render() holds it against the allow-list of shapes and text.
        return Chart(kind.value, Markup(render(dot, PictureFormat.SVG).decode()))  # noqa: S704
    except LimitExceeded:
        return Chart(kind.value, None)


@cache
def environment() -> Environment:
    """Where templates are found, and how they are filled."""
    return Environment(
        loader=PackageLoader("engine.rendering", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
