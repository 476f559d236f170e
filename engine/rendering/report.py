"""The report: one HTML file that holds everything it shows and asks nothing of the network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from engine.assessment.assessment import Assessment
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.rendering import palette, report_views
from engine.rendering.content import NOTHING_BESIDE, Beside, make_content
from engine.rendering.flowchart import draw_flow
from engine.rendering.net_chart import draw_net
from engine.rendering.overlay import OverlayKind, make_overlay
from engine.rendering.picture import PictureFormat, render
from engine.vocabulary import Language, MoveKind


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture of the report; without a drawing it was too large."""

    kind: str
    drawing: Markup | None


def render_report(
    assessment: Assessment, *, language: Language, beside: Beside = NOTHING_BESIDE, limits: Limits = DEFAULT_LIMITS
) -> str:
    """The whole report of one assessment.

    Args:
        assessment: What was found.
        language: Of every text that is not the user's own.
        beside: What it says beside that: the last period, improvement actions, who made it.
        limits: ``chart_elements`` bounds each picture.

    Returns:
        An HTML document with its styles and pictures inside it. The same values give the same bytes.
    """
    content = make_content(assessment, language=language, beside=beside, limits=limits)
    wording = content.wording
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            t=wording.text,
            term=wording.term,
            language=language.value,
            palette=palette,
            content=content,
            deviations_shown=report_views.DEVIATIONS_SHOWN,
            charts=tuple(draw_chart(assessment, kind, language=language, limits=limits) for kind in OverlayKind),
            move_kinds=(MoveKind.SYNC, MoveKind.LOG, MoveKind.MODEL),
        )
    )


def draw_chart(
    assessment: Assessment, kind: OverlayKind, *, language: Language, limits: Limits = DEFAULT_LIMITS
) -> Chart:
    """One picture as part of a page: of the flow, or of the net where the process came without a graph."""
    overlay = make_overlay(assessment, kind)
    if assessment.flow.edges:
        dot = draw_flow(assessment.flow, language=language, overlay=overlay, titled=False)
    else:
        dot = draw_net(assessment.alignments.net, language=language, overlay=overlay, titled=False)
    try:
        # Not escaped, because render() holds it against the allow-list of shapes and text.
        return Chart(kind.value, Markup(render(dot, PictureFormat.SVG, limits=limits).decode()))  # noqa: S704
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
