"""DOT made from our own parts: HTML-like labels in which text of users is only ever text.

Every label is an HTML-like table built here; what a user wrote reaches it through ``text.clean`` and ``text.escape``.
So a label of a user is never read as DOT, as HTML or as an escape sequence, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import graphviz

from engine.rendering.palette import FONT, INK, MUTED, PAPER
from engine.rendering.text import clean, escape

_PLAIN_ID = re.compile(r"[\w.:-]{1,100}")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one style.

    Attributes:
        text: Any text; it is cleaned and escaped when it is drawn.
        size: In points; Graphviz knows whole ones only.
        colour: As ``#rrggbb``.
        bold: Whether it is bold.
    """

    text: str
    size: int = 10
    colour: str = INK
    bold: bool = False

    def markup(self) -> str:
        """The HTML-like text."""
        # Every font change names its size and colour, so that no run depends on where it stands.
        inner = escape(clean(self.text)) or " "
        inner = f"<B>{inner}</B>" if self.bold else inner
        return f'<FONT POINT-SIZE="{self.size}" COLOR="{self.colour}">{inner}</FONT>'


Row = tuple[Run, ...]
"""Runs that stand on one line."""


def table(rows: Iterable[Row], *, padding: int = 2, align: str = "CENTER", gutter: bool = False) -> str:
    """An HTML-like label: one row of text under the other.

    Args:
        rows: What it says; without any, one empty row.
        padding: Points around each row.
        align: ``LEFT``, ``CENTER`` or ``RIGHT``.
        gutter: Whether to keep the width of two spaces clear on both sides, for text beside a line.
    """
    space = "&#160;&#160;" if gutter else ""
    lines = [line(row) for row in rows] or [line((Run(" "),))]
    cells = "".join(f'<TR><TD ALIGN="{align}">{space}{text}{space}</TD></TR>' for text in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{cells}</TABLE>>'


def line(row: Row) -> str:
    """The runs of one row beside each other, two spaces between."""
    return "&#160; ".join(run.markup() for run in row)


def new_graph(title: str, *, left_to_right: bool) -> graphviz.Digraph:
    """An empty picture with the defaults of the house.

    Args:
        title: What the picture is called for those who cannot see it.
        left_to_right: Whether it runs from left to right instead of from top to bottom.
    """
    return graphviz.Digraph(
        # nohtml: a title in angle brackets would otherwise be read as markup
        name=graphviz.nohtml(clean(title).replace("\\", "/") or "-"),
        graph_attr={
            "rankdir": "LR" if left_to_right else "TB",
            "fontname": FONT,
            "bgcolor": PAPER,
            "pad": "0.25",
            "nodesep": "0.3",
            "ranksep": "0.42" if left_to_right else "0.34",
            "forcelabels": "true",
            "splines": "true",
        },
        node_attr={"fontname": FONT, "fontsize": "10", "fontcolor": INK, "penwidth": "1.1"},
        edge_attr={"fontname": FONT, "fontsize": "9", "fontcolor": MUTED, "penwidth": "1.1", "arrowsize": "0.65"},
    )


def picture_id(user_id: str) -> dict[str, str]:
    """The ``id`` attribute that tells a page which node this is; none for ids that would need escaping."""
    return {"id": user_id} if _PLAIN_ID.fullmatch(user_id) else {}
