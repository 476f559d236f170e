"""DOT → SVG, PNG or PDF, drawn in this process with the vendored font. The same DOT gives the same bytes, always."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Mapping, Sequence
from enum import StrEnum

from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.rendering.dot import Run, table
from engine.rendering.fonts import load_graphviz
from engine.rendering.palette import FONT
from engine.rendering.svg import NO_HOOKS, Hook, TextStyle, read_svg, text_styles, tidy_svg

PNG_DPI = 144
"""Twice what a plain screen shows, so that text stays sharp on dense screens and in documents."""

PNG_PIXELS = 30_000
"""Longest side of a PNG; cairo cannot make one beyond 32,767."""

LEISURELY = 200
"""Nodes and edges up to which the layout may take all the rounds it wants, which is a fraction of a second."""

HURRIED = {"nslimit": "2", "nslimit1": "2", "mclimit": "0.3"}
"""Bounds on the rounds of a larger layout: counts, not seconds, so that it stays the same on every machine."""

MAGNIFIED = 12
"""Texts are measured this many times larger, because Graphviz rounds their widths to points."""

_LOCK = threading.Lock()  # Graphviz keeps its last error, and fontconfig its first configuration, for the whole process
_DATE = re.compile(rb"\s*/CreationDate \([^)]*\)")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) n")
_SIZE = re.compile(rb'<svg width="(\d+)pt" height="(\d+)pt"')


class PictureFormat(StrEnum):
    """A kind of picture file."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


def render(
    dot: str, picture_format: PictureFormat, *, hooks: Mapping[str, Hook] = NO_HOOKS, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """Draw DOT that this package made.

    Args:
        dot: From ``draw_flow`` or ``draw_net``. DOT of a user must not get here: it can name files.
        picture_format: What to make.
        hooks: For SVG: id of a node or edge → what a page needs of it.
        limits: ``chart_elements`` bounds nodes and edges together.

    Returns:
        The file's bytes: SVG as UTF-8 without an XML declaration and held against the allow-list, PNG at 144 dots to
        the inch (fewer where its longest side would pass 30,000 pixels), PDF without a date.

    Raises:
        LimitExceeded: It has too many nodes and edges to be laid out in reasonable time.
    """
    # Graphviz's complaints come as warnings. They are gathered, not made errors on the spot: the filter is the whole
    # process's, and another thread's warning must not become an exception there.
    with _LOCK, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", RuntimeWarning)
        drawn = _draw(dot, picture_format, hooks, limits)
    complaints = [str(warning.message) for warning in said if issubclass(warning.category, RuntimeWarning)]
    if complaints:
        raise RuntimeError("; ".join(complaints))
    return drawn


def _draw(dot: str, picture_format: PictureFormat, hooks: Mapping[str, Hook], limits: Limits) -> bytes:
    graph = load_graphviz().AGraph(string=dot)
    elements = graph.number_of_nodes() + graph.number_of_edges()
    if elements > limits.chart_elements:
        raise LimitExceeded(limit="chart_elements", allowed=limits.chart_elements, found=elements)
    if elements > LEISURELY:
        graph.graph_attr.update(HURRIED)
    if picture_format is PictureFormat.PNG:
        graph.graph_attr["dpi"] = str(_dots_per_inch(graph.draw(format="svg", prog="dot")))
    drawn: bytes = graph.draw(format=picture_format.value, prog="dot")
    if picture_format is PictureFormat.SVG:
        picture = read_svg(drawn)
        return tidy_svg(picture, _text_widths(text_styles(picture)), hooks)
    return without_date(drawn) if picture_format is PictureFormat.PDF else drawn


def _dots_per_inch(svg: bytes) -> int:
    found = _SIZE.search(svg)
    longest = max((int(side) for side in found.groups()), default=1) if found else 1
    return max(1, min(PNG_DPI, PNG_PIXELS * 72 // max(longest, 1)))


def _text_widths(styles: Sequence[TextStyle]) -> dict[TextStyle, float]:
    """How wide each text is in the vendored font, in points: each is laid out as a node that is nothing but its text.

    Graphviz's formats that tell widths beside a picture (json, xdot) crash when they are made twice in a process.
    """
    if not styles:
        return {}
    nodes = (
        f"m{index} [label={table(((Run(text, int(MAGNIFIED * size), bold=bold),),), padding=0)}]"
        for index, (text, size, bold) in enumerate(styles)
    )
    dot = f'graph {{ node [shape=plain fontname="{FONT}"] {" ".join(nodes)} }}'
    plain: bytes = load_graphviz().AGraph(string=dot).draw(format="plain", prog="dot")
    found = re.findall(rb"^node m(\d+) \S+ \S+ (\S+) ", plain, re.MULTILINE)
    return {styles[int(index)]: 72 * float(width) / MAGNIFIED for index, width in found}


def without_date(pdf: bytes) -> bytes:
    """A PDF without the moment of its making, its table of offsets corrected (ISO 32000-1, 7.5.4)."""
    found = _DATE.search(pdf)
    if found is None:
        return pdf
    removed = found.end() - found.start()

    def moved(offset: int) -> int:
        return offset - removed if offset > found.start() else offset

    head, table = pdf.rsplit(b"\nxref\n", 1)
    head = head[: found.start()] + head[found.end() :]
    table = _ENTRY.sub(lambda entry: b"%010d %s n" % (moved(int(entry[1])), entry[2]), table)
    table = re.sub(rb"startxref\n(\d+)", lambda start: b"startxref\n%d" % moved(int(start[1])), table)
    return head + b"\nxref\n" + table
