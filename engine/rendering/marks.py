"""How an overlay looks on steps and edges: rows of a label, fills and line widths. The same on flows and on nets."""

from __future__ import annotations

from engine.rendering.dot import Row, Run
from engine.rendering.frame import SCALES
from engine.rendering.overlay import EdgeOverlay, Overlay, OverlayKind, StepOverlay
from engine.rendering.palette import ALERT, DEVIATION_MARKS, FAINT, INK, LEVELS, LINE, MUTED, OUTLINE, STEP
from engine.rendering.text import clean, wrap
from engine.rendering.wording import Wording

TITLE_COLUMNS = 24
"""Width of a step's box in Latin letters; twelve Chinese characters."""

CONDITION_COLUMNS = 30
"""Width of a condition on an edge."""

MARKS_PER_ROW = 3


def title_rows(title: str, role: str = "", *, shaded: bool = False) -> list[Row]:
    """A step's title, wrapped, and below it who performs it; darker on a dark shade, so that it can be read."""
    rows: list[Row] = [(Run(part, 11, INK, bold=True),) for part in wrap(clean(title), columns=TITLE_COLUMNS, lines=4)]
    if role:
        colour = INK if shaded else MUTED
        rows += [(Run(part, 9, colour),) for part in wrap(clean(role), columns=TITLE_COLUMNS + 4, lines=2)]
    return rows


def overlay_rows(overlay: Overlay | None, step: str, wording: Wording) -> list[Row]:
    """What happened at a step, in signs and numbers below its title."""
    found = overlay.steps.get(step) if overlay else None
    if overlay is None or found is None:
        return []
    if overlay.kind is OverlayKind.FREQUENCY:
        return [(Run(f"× {wording.number(found.performed)}", 10, INK, bold=True),)]
    if overlay.kind is OverlayKind.TIME:
        return _time_rows(found, wording)
    return _deviation_rows(found, wording)


def is_shaded(overlay: Overlay | None, step: str) -> bool:
    """Whether a step's fill is one of the two darkest."""
    return overlay is not None and step in overlay.steps and overlay.steps[step].level >= LEVELS - 1


def step_style(overlay: Overlay | None, step: str) -> dict[str, str]:
    """Fill and border of a step: the fill darkens and the border thickens with its level."""
    level = overlay.steps[step].level if overlay and step in overlay.steps else 0
    if overlay is None or level == 0:
        return {"fillcolor": STEP, "color": OUTLINE, "penwidth": "1.1"}
    return {"fillcolor": SCALES[overlay.kind][level], "color": OUTLINE, "penwidth": f"{1.1 + 0.4 * (level - 1):.1f}"}


def edge_style(found: EdgeOverlay | None, kind: OverlayKind | None) -> dict[str, str]:
    """Width and colour of an edge: wide where much went, faint and dotted where nothing did."""
    if found is None or kind is None or kind is OverlayKind.DEVIATIONS:
        return {"color": LINE}
    if found.count == 0:
        return {"color": FAINT, "style": "dotted"}
    if kind is OverlayKind.TIME:
        return {"color": LINE if found.level < LEVELS // 2 else OUTLINE}
    return {"color": LINE if found.level == 1 else OUTLINE, "penwidth": f"{0.4 + 0.9 * found.level:.1f}"}


def edge_text(found: EdgeOverlay | None, kind: OverlayKind | None, wording: Wording) -> str:
    """What is written on an edge; "" for nothing."""
    if found is None or kind is None or kind is OverlayKind.DEVIATIONS:
        return ""
    if kind is OverlayKind.FREQUENCY:
        return wording.number(found.count)
    return "" if found.seconds is None else wording.duration(found.seconds)


def _deviation_rows(found: StepOverlay, wording: Wording) -> list[Row]:
    runs = [
        Run(f"{DEVIATION_MARKS[kind]} {wording.number(count)}", 10, ALERT, bold=True)
        for kind, count in found.deviations
    ]
    if not runs:
        return []
    rows: list[Row] = [tuple(runs[first : first + MARKS_PER_ROW]) for first in range(0, len(runs), MARKS_PER_ROW)]
    share = wording.share(found.share or 0)
    if len(rows[-1]) < MARKS_PER_ROW:
        return [*rows[:-1], (*rows[-1], Run(f"({share})", 10, INK))]
    return [*rows, (Run(f"({share})", 10, INK),)]


def _time_rows(found: StepOverlay, wording: Wording) -> list[Row]:
    rows: list[Row] = []
    if found.duration is not None:
        rows.append((Run(wording.text("chart.duration", time=wording.duration(found.duration)), 10, INK, bold=True),))
    if found.waiting is not None:
        rows.append((Run(wording.text("chart.waiting", time=wording.duration(found.waiting)), 9, INK),))
    return rows
