"""What stands around a picture: its title above, and below it a legend that names every sign and shade it uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import graphviz

from engine.rendering.dot import Row, Run, line, table
from engine.rendering.overlay import DEVIATION_BOUNDS, Overlay, OverlayKind
from engine.rendering.palette import ALERT, BLUES, DEVIATION_MARKS, GREENS, INK, MUTED, ORANGES, OUTLINE
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind

SCALES = {OverlayKind.DEVIATIONS: ORANGES, OverlayKind.FREQUENCY: BLUES, OverlayKind.TIME: GREENS}
"""The fill of each level, by what is shown."""


@dataclass(frozen=True, slots=True)
class LegendItem:
    """One sign and what it means.

    Attributes:
        meaning: In words.
        sign: A character, or "" where there is a swatch.
        fill: Colour of the swatch, or "".
        style: Line style of the swatch's border: "", ``DASHED`` or ``DOTTED``.
        colour: Of the sign, or of the swatch's border.
    """

    meaning: str
    sign: str = ""
    fill: str = ""
    style: str = ""
    colour: str = OUTLINE

    def cells(self) -> str:
        """Two table cells: the sign and its meaning."""
        if self.fill:
            style = f' STYLE="{self.style}"' if self.style else ""
            sign = f'<TD WIDTH="20" HEIGHT="11" FIXEDSIZE="TRUE" BORDER="1" COLOR="{self.colour}" BGCOLOR="{self.fill}"'
            sign += f"{style}></TD>"
        else:
            sign = f"<TD>{Run(self.sign, 10.5, self.colour, bold=True).markup()}</TD>"
        return f"{sign}<TD>{Run(self.meaning, 9.5, MUTED).markup()}</TD><TD WIDTH=\"10\"></TD>"


def set_title(graph: graphviz.Digraph, title: str, overlay: Overlay | None, wording: Wording) -> None:
    """Write the flow's name above the picture and, with an overlay, what is shown of which log."""
    rows: list[Row] = [(Run(title, 15, INK, bold=True),)]
    if overlay:
        rows.append((Run(wording.text(f"chart.show.{overlay.kind}"), 10.5, INK, bold=True),))
        rows.append((Run(_source(overlay, wording), 9.5, MUTED),))
    graph.attr(label=table(rows, align="LEFT"), labelloc="t", labeljust="l")


def legend_label(structure: Sequence[LegendItem], overlay: Overlay | None, wording: Wording) -> str:
    """The legend as an HTML-like label; "" when there is nothing to explain."""
    rows: list[str] = []
    if overlay:
        marks = _marks(overlay, wording)
        rows += [_items(marks)] if marks else []
        rows += [_scale(overlay, wording)]
        rows += [_cell(line((Run(text, 9.5, MUTED),))) for text in _unplanned(overlay, wording)]
    rows += [_items(structure[first : first + 5]) for first in range(0, len(structure), 5)]
    if not rows:
        return ""
    body = "".join(f'<TR><TD ALIGN="LEFT">{row}</TD></TR>' for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{body}</TABLE>>'


def _source(overlay: Overlay, wording: Wording) -> str:
    name = clean(overlay.log_name, limit=60)
    return wording.text("chart.source", log=name, cases=wording.number(overlay.cases))


def _marks(overlay: Overlay, wording: Wording) -> list[LegendItem]:
    if overlay.kind is not OverlayKind.DEVIATIONS:
        return []
    seen = {kind for step in overlay.steps.values() for kind, _ in step.deviations}
    return [
        LegendItem(wording.term(f"deviation.{kind}"), sign=mark, colour=ALERT)
        for kind, mark in DEVIATION_MARKS.items()
        if kind in seen
    ]


def _scale(overlay: Overlay, wording: Wording) -> str:
    colours = SCALES[overlay.kind]
    if overlay.kind is not OverlayKind.DEVIATIONS:
        swatches = "".join(_swatch(colour) for colour in colours)
        text = Run(wording.text(f"chart.scale.{overlay.kind}"), 9.5, MUTED).markup()
        return _inner(f"{swatches}<TD>{text}</TD>")
    bounds = [wording.share(bound) for bound in DEVIATION_BOUNDS]
    names = [wording.text("chart.scale.none"), *(f"≤ {bound}" for bound in bounds), f"> {bounds[-1]}"]
    cells = "".join(LegendItem(name, fill=colour).cells() for name, colour in zip(names, colours, strict=True))
    text = Run(wording.text("chart.scale.deviations"), 9.5, MUTED).markup()
    return _inner(f"{cells}<TD>{text}</TD>")


def _unplanned(overlay: Overlay, wording: Wording) -> list[str]:
    if not overlay.unplanned:
        return []
    mark = DEVIATION_MARKS[DeviationKind.UNPLANNED]
    named = [f"{clean(name, limit=24)} × {wording.number(count)}" for name, count in overlay.unplanned]
    if overlay.unplanned_left:
        named.append(wording.text("chart.unplanned.more", count=overlay.unplanned_left))
    separator = wording.text("chart.list-separator")
    # Lines of three, so that the legend is not wider than a small picture.
    lines = [separator.join(named[first : first + 3]) for first in range(0, len(named), 3)]
    return [f"{mark} {wording.text('chart.unplanned')}", *lines]


def _items(items: Iterable[LegendItem]) -> str:
    return _inner("".join(item.cells() for item in items))


def _swatch(colour: str) -> str:
    return f'<TD WIDTH="16" HEIGHT="11" FIXEDSIZE="TRUE" BORDER="1" COLOR="{OUTLINE}" BGCOLOR="{colour}"></TD>'


def _cell(content: str) -> str:
    return _inner(f"<TD>{content}</TD>")


def _inner(cells: str) -> str:
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1"><TR>{cells}</TR></TABLE>'
