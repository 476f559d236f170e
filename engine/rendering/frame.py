"""What stands around a picture: its title above, and below it a legend that names every sign and shade it uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import graphviz

from engine.rendering.dot import Row, Run, table
from engine.rendering.overlay import DEVIATION_BOUNDS, Overlay, OverlayKind
from engine.rendering.palette import ALERT, BLUES, DEVIATION_MARKS, GREENS, INK, LEVELS, MUTED, ORANGES, OUTLINE
from engine.rendering.text import clean, wrap
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind

SCALES = {OverlayKind.DEVIATIONS: ORANGES, OverlayKind.FREQUENCY: BLUES, OverlayKind.TIME: GREENS}
"""The fill of each level, by what is shown."""

ITEMS_PER_ROW = 5


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
            size = 'WIDTH="20" HEIGHT="11" FIXEDSIZE="TRUE"'
            sign = f'<TD {size} BORDER="1" COLOR="{self.colour}" BGCOLOR="{self.fill}"{style}></TD>'
        else:
            sign = f"<TD>{Run(self.sign, 10, self.colour, bold=True).markup()}</TD>"
        return f'{sign}<TD ALIGN="LEFT">&#160;{Run(self.meaning, 9, MUTED).markup()}&#160;&#160;</TD>'


def set_title(graph: graphviz.Digraph, title: str, overlay: Overlay | None, wording: Wording) -> None:
    """Write the flow's name above the picture and, with an overlay, what is shown of which log."""
    rows: list[Row] = [(Run(title, 15, INK, bold=True),)]
    if overlay:
        rows.append((Run(wording.text(f"chart.show.{overlay.kind}"), 10, INK, bold=True),))
        rows.append((Run(_source(overlay, wording), 9, MUTED),))
    graph.attr(label=table(rows, align="LEFT"), labelloc="t", labeljust="l")


def legend_label(structure: Sequence[LegendItem], overlay: Overlay | None, wording: Wording) -> str:
    """The legend as an HTML-like label, a grid of signs and their meanings; "" when there is nothing to explain."""
    rows: list[str] = []
    if overlay:
        rows += _grid(_marks(overlay, wording))
        rows += _grid(_scale(overlay, wording))
        rows += [_text(part) for part in wrap(wording.text(f"chart.scale.{overlay.kind}"), columns=72)]
        rows += [_text(part) for part in _unplanned(overlay, wording)]
    rows += _grid(structure)
    if not rows:
        return ""
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="0">{body}</TABLE>>'


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


def _scale(overlay: Overlay, wording: Wording) -> list[LegendItem]:
    bounds = [Fraction(level, LEVELS) for level in range(1, LEVELS)]
    if overlay.kind is OverlayKind.DEVIATIONS:
        bounds = list(DEVIATION_BOUNDS)
    texts = [wording.share(bound) for bound in bounds]
    names = [wording.text("chart.scale.none"), *(f"≤ {text}" for text in texts), f"> {texts[-1]}"]
    return [LegendItem(name, fill=fill) for name, fill in zip(names, SCALES[overlay.kind], strict=True)]


def _unplanned(overlay: Overlay, wording: Wording) -> Iterator[str]:
    if not overlay.unplanned:
        return
    named = [f"{clean(name, limit=24)} × {wording.number(count)}" for name, count in overlay.unplanned]
    if overlay.unplanned_left:
        named.append(wording.text("chart.unplanned.more", count=overlay.unplanned_left))
    mark = DEVIATION_MARKS[DeviationKind.UNPLANNED]
    text = wording.text("chart.unplanned", activities=wording.text("chart.list-separator").join(named))
    yield from wrap(clean(f"{mark} {text}"), columns=72)


def _grid(items: Sequence[LegendItem]) -> list[str]:
    return [
        "".join(item.cells() for item in items[first : first + ITEMS_PER_ROW])
        for first in range(0, len(items), ITEMS_PER_ROW)
    ]


def _text(text: str) -> str:
    return f'<TD COLSPAN="{2 * ITEMS_PER_ROW}" ALIGN="LEFT">{Run(text, 9, MUTED).markup()}</TD>'
