"""Reads Graphviz's plain output: where nodes and edges stand, in pixels from the upper left corner."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

_PER_INCH = 72.0
_KNOT = 3
"""A spline of Graphviz is a row of Bézier curves: each third point is one that it passes."""


@dataclass(frozen=True, slots=True)
class PlainEdge:
    """An edge: the points it passes, and the middle of its label or None."""

    points: tuple[tuple[float, float], ...]
    label: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class PlainLayout:
    """A graph that was laid out.

    Attributes:
        nodes: Name → the middle of the node.
        edges: Number, as its colour says (``colour_of``) → the edge.
    """

    nodes: dict[str, tuple[float, float]]
    edges: dict[int, PlainEdge]


def colour_of(number: int) -> str:
    """The colour by which an edge is known again: plain output holds no other name of it."""
    return f"#{number:06x}"


def read_plain(text: str) -> PlainLayout:
    """Read what Graphviz writes as ``plain``.

    Args:
        text: Its nodes have empty labels, its edges the colours of ``colour_of``.
    """
    lines = [shlex.split(line) for line in text.splitlines()]
    height = next(float(words[3]) for words in lines if words[0] == "graph")

    def point(x: str, y: str) -> tuple[float, float]:
        return float(x) * _PER_INCH, (height - float(y)) * _PER_INCH

    nodes = {words[1]: point(words[2], words[3]) for words in lines if words[0] == "node"}
    edges: dict[int, PlainEdge] = {}
    for words in lines:
        if words[0] != "edge":
            continue
        stop = 4 + 2 * int(words[3])
        points = [point(x, y) for x, y in zip(words[4:stop:2], words[5:stop:2], strict=True)]
        has_label = len(words) > stop + 2
        label = point(words[stop + 1], words[stop + 2]) if has_label else None
        edges[int(words[-1].removeprefix("#"), 16)] = PlainEdge(tuple(points[::_KNOT]), label)
    return PlainLayout(nodes, edges)
