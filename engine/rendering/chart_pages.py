"""A tall picture cut into pages: between the shapes where there is room, never through one that fits on a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from engine.rendering.svg import NAMESPACE

PAGE_WIDTH, PAGE_HEIGHT = 493.0, 650.0
"""Room for a picture on a page of paper, in points."""
LARGEST = 0.8
"""Texts of a picture are set in 10 points; on paper they are at most 8."""
WHOLE = 0.5
"""A picture that fits on one page at this scale is not cut."""
_ROOM = 0.6
"""A page is filled at least so far before it is cut."""
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_SHIFT = re.compile(r"translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)\s*\)")


@dataclass(frozen=True, slots=True)
class ChartPage:
    """One page of a picture.

    Attributes:
        svg: The part of the picture.
        width: How wide it stands on the page, in points.
    """

    svg: str
    width: float


def cut_chart(svg: str) -> tuple[ChartPage, ...]:
    """The pages of a picture, top to bottom.

    Args:
        svg: As ``render`` gives it.
    """
    root = etree.fromstring(svg.encode())
    left, top, width, height = (float(number) for number in root.get("viewBox", "").split())
    scale = min(LARGEST, PAGE_WIDTH / width)
    whole = min(scale, PAGE_HEIGHT / height)
    if whole >= min(WHOLE, scale):
        return (ChartPage(svg, whole * width),)
    cuts = _cuts(_shapes(root), top, height, PAGE_HEIGHT / scale)
    pages = []
    for first, last in pairwise(cuts):
        root.set("viewBox", f"{left:g} {first:g} {width:g} {last - first:g}")
        root.set("width", f"{width:g}pt")
        root.set("height", f"{last - first:g}pt")
        pages.append(ChartPage(etree.tostring(root, encoding="unicode"), scale * width))
    return tuple(pages)


def _cuts(shapes: Sequence[tuple[float, float]], top: float, height: float, page: float) -> list[float]:
    """Where pages begin, and where the last one ends."""
    cuts, end = [top], top + height
    while end - cuts[-1] > page:
        latest = cuts[-1] + page
        earliest = cuts[-1] + _ROOM * page
        places = [latest, *sorted((first for first, _ in shapes if earliest <= first <= latest), reverse=True)]
        free = [y for y in places if not any(first < y < last for first, last in shapes)]
        cuts.append((free or [latest])[0])
    return [*cuts, end]


def _shapes(root: etree._Element) -> list[tuple[float, float]]:
    """Top and bottom of every shape, of every line's text, and of what is written beside the graph (its key)."""
    shift = 0.0
    found = []
    for group in root.iter(f"{{{NAMESPACE}}}g"):
        if group.get("class") == "graph":
            moved = _SHIFT.search(group.get("transform", ""))
            shift = float(moved[2]) if moved else 0.0
        if group.get("class") in {"node", "edge", "cluster", "graph"}:
            heights = [y for element in group for y in _heights(element, shape=group.get("class") == "node")]
            if heights:
                found.append((min(heights) + shift - 2, max(heights) + shift + 2))
    return found


def _heights(element: etree._Element, *, shape: bool) -> list[float]:
    """The vertical ends of one element; of what is no shape by itself only those of its texts."""
    name = etree.QName(element).localname
    if name == "text":
        size, y = float(element.get("font-size", "10")), float(element.get("y", "0"))
        return [y - size, y + size / 3]
    if not shape:
        return []
    if name == "ellipse":
        middle, half = float(element.get("cy", "0")), float(element.get("ry", "0"))
        return [middle - half, middle + half]
    numbers = [float(number) for number in _NUMBERS.findall(element.get("points") or element.get("d") or "")]
    return numbers[1::2]
