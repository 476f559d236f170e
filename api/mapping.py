"""Use cases of process maps: the map of a log, of the cases that a filter means, and its picture.

As in ``composition``, values go in and out, and heavy parts are loaded when a function is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from engine.assessment.step_findings import StepFindings
    from engine.logs.filtering import LogFilter
    from engine.logs.log import Log
    from engine.mining.process_map import ProcessMap
    from engine.rendering.map_chart import Link, MapChart
    from engine.rendering.picture import PictureFormat
    from engine.vocabulary import Language

Show = Literal[
    "frequency", "cases", "time", "total-time", "deviations", "completeness", "ordering", "efficiency", "adaptability"
]
"""What a map shows; but for the first four it needs what an assessment found."""
OF_LOG = ("frequency", "cases", "time", "total-time")
OF_FLOW = tuple(show for show in get_args(Show) if show not in OF_LOG)


def narrowed(log: Log, chosen: LogFilter, *, lifecycle: str | None = None) -> Log:
    """The events that count of the cases that a filter means.

    Args:
        log: A log as it was read.
        chosen: Which cases.
        lifecycle: ``all``, ``complete`` or ``pair``; None for ``pair`` where an activity has starts and completions.

    Raises:
        InputRefused: The filter names what the log does not have.
    """
    from engine.logs.filtering import apply_filter, unknown_names
    from engine.logs.lifecycle import Lifecycle, apply_lifecycle

    counted = apply_lifecycle(log, None if lifecycle is None else Lifecycle(lifecycle))
    problems = unknown_names(counted, chosen)
    if problems:
        raise InputRefused(problems)
    return apply_filter(counted, chosen)


def draw_log_map(
    drawn: ProcessMap,
    *,
    language: Language,
    show: Show = "frequency",
    findings: StepFindings | None = None,
    link: Link | None = None,
    titled: bool = True,
) -> MapChart:
    """A process map as DOT with the hooks of its SVG.

    Args:
        drawn: From ``engine.mining.process_map.process_map``.
        language: Of titles and legend.
        show: What is drawn on it.
        findings: Of the same cases; needed for deviations and dimensions.
        link: Where a click on an activity or a path leads.
        titled: Whether the log's name stands above it.

    Raises:
        ValueError: What is to be shown needs findings.
    """
    from engine.rendering.map_chart import draw_map, no_links
    from engine.rendering.map_overlay import MapShow, overlay_of_deviations, overlay_of_losses, overlay_of_map
    from engine.vocabulary import Dimension

    if show in set(MapShow):
        overlay = overlay_of_map(drawn, MapShow(show))
    elif findings is None:
        raise ValueError(f"{show} needs findings")
    elif show == "deviations":
        overlay = overlay_of_deviations(drawn, findings)
    else:
        overlay = overlay_of_losses(drawn, findings, Dimension(show))
    return draw_map(drawn, language=language, overlay=overlay, link=link or no_links, titled=titled)


def picture_of_map(chart: MapChart, picture_format: PictureFormat, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """A drawn map as a picture; an SVG has its hooks.

    Raises:
        LimitExceeded: It is too large to be drawn.
    """
    from engine.rendering.picture import render

    return render(chart.dot, picture_format, hooks=chart.hooks, limits=limits)
