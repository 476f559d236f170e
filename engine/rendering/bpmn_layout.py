"""Where the shapes and lines of a BPMN diagram stand, laid out by Graphviz, sub-flow by sub-flow from the inside out.

Sizes are those that modelers give new shapes. A name beside a small shape has room kept below it. A sub-flow is laid
out first by itself and then stands in what is around it as one shape, so that nothing of it can lie outside its border.
Events on a border are placed afterwards, along its lower side.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from engine.definitions.bpmn.drawing import Box, Drawing, DrawnEdge, DrawnNode, Layout, Point
from engine.definitions.bpmn.writer import name_of_condition
from engine.definitions.flow import NodeKind
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.rendering.picture import lay_out
from engine.rendering.plain import colour_of
from engine.rendering.text import width
from engine.vocabulary import Language

_STEP = (100.0, 80.0)
_GATEWAY = (50.0, 50.0)
_EVENT = (36.0, 36.0)
_SMALL = (NodeKind.START, NodeKind.EVENT, NodeKind.END)
_WIDEST_STEP = 200.0
_CHARACTER, _LINE = 6.5, 14.0
"""Width of a narrow character and height of a line in a modeler's usual font, in pixels."""
_LABEL = 90.0
_STEP_LINES = 4
_AROUND, _ABOVE = 30.0, 40.0
"""Room between the border of a sub-flow and what is in it."""
_MARGIN = 40.0
_ON_BORDER = 50.0
"""Room along a border for one event."""


def layout_drawing(drawing: Drawing, *, language: Language, limits: Limits = DEFAULT_LIMITS) -> Layout:
    """Lay out a drawing.

    Args:
        drawing: From ``drawing_of``.
        language: Of the names, which need room.
        limits: ``chart_elements`` bounds shapes and lines together.

    Returns:
        A place for every shape and line; the same for the same drawing, everywhere.

    Raises:
        LimitExceeded: It has too many shapes and lines to be laid out in reasonable time.
    """
    elements = len(drawing.nodes) + len(drawing.edges)
    if elements > limits.chart_elements:
        raise LimitExceeded(limit="chart_elements", allowed=limits.chart_elements, found=elements)
    whole = _Laying(drawing, language).scope(None).moved(_MARGIN, _MARGIN)
    return Layout(whole.boxes, whole.lines, whole.labels)


@dataclass(frozen=True, slots=True)
class _Placed:
    """What of one scope is placed, with its upper left corner at the origin."""

    boxes: dict[str, Box] = field(default_factory=dict)
    lines: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)

    @property
    def size(self) -> tuple[float, float]:
        boxes = [*self.boxes.values(), *self.labels.values()]
        points = [point for line in self.lines.values() for point in line]
        right = max([box.x + box.width for box in boxes] + [point.x for point in points], default=0.0)
        bottom = max([box.y + box.height for box in boxes] + [point.y for point in points], default=0.0)
        return right, bottom

    def moved(self, x: float, y: float) -> _Placed:
        return _Placed(
            {key: replace(box, x=box.x + x, y=box.y + y) for key, box in self.boxes.items()},
            {key: tuple(Point(p.x + x, p.y + y) for p in line) for key, line in self.lines.items()},
            {key: replace(box, x=box.x + x, y=box.y + y) for key, box in self.labels.items()},
        )

    def take(self, other: _Placed) -> None:
        self.boxes.update(other.boxes)
        self.lines.update(other.lines)
        self.labels.update(other.labels)


class _Laying:
    """One layout in the making."""

    def __init__(self, drawing: Drawing, language: Language) -> None:
        self._language = language
        self._inside: dict[str | None, list[DrawnNode]] = defaultdict(list)
        self._on: dict[str, list[DrawnNode]] = defaultdict(list)
        self._kind = {node.id: node.kind for node in drawing.nodes}
        self._parent = {node.id: node.parent for node in drawing.nodes}
        self._host = {node.id: node.host for node in drawing.nodes if node.host is not None}
        self._edges: dict[str | None, list[DrawnEdge]] = defaultdict(list)
        for node in drawing.nodes:
            if node.host is None:
                self._inside[node.parent].append(node)
            else:
                self._on[node.host].append(node)
        for edge in drawing.edges:
            self._edges[self._parent[edge.source]].append(edge)

    def scope(self, scope: str | None) -> _Placed:
        """Everything inside a sub-flow, or all, from the origin."""
        nodes, edges = self._inside[scope], self._edges[scope]
        inner = {node.id: self.scope(node.id) for node in nodes if node.kind is NodeKind.SUB_FLOW}
        sizes = {node.id: self._size(node, inner.get(node.id)) for node in nodes}
        found = lay_out("\n".join(self._dot(nodes, edges, sizes)))
        placed = _Placed()
        for index, node in enumerate(nodes):
            across, down = sizes[node.id]
            centre = found.nodes[f"n{index}"]
            box = Box(centre[0] - across / 2, centre[1] - down / 2, across, down)
            placed.boxes[node.id] = box
            if node.id in inner:
                placed.take(inner[node.id].moved(box.x + _AROUND, box.y + _ABOVE))
            self._place_label(placed, node, box)
            self._place_border(placed, node, box)
        for index, edge in enumerate(edges):
            drawn = found.edges[index]
            placed.lines[edge.id] = self._line(placed, edge, [Point(*point) for point in drawn.points])
            if (label := drawn.label) is not None:
                across, down = self._edge_label(edge)
                placed.labels[edge.id] = Box(label[0] - across / 2, label[1] - down / 2, across, down)
        return _at_origin(placed)

    def _dot(
        self, nodes: Sequence[DrawnNode], edges: Sequence[DrawnEdge], sizes: dict[str, tuple[float, float]]
    ) -> Iterator[str]:
        """The graph of one scope: boxes of fixed sizes and nothing of a user's text."""
        number = {node.id: f"n{index}" for index, node in enumerate(nodes)}
        yield "digraph {"
        yield "rankdir=LR splines=polyline nodesep=0.45 ranksep=0.6"
        yield 'node [shape=box fixedsize=true label=""] edge [arrowhead=none]'
        for node in nodes:
            across, down = sizes[node.id]
            across = max(across, self._label_size(node)[0])
            below = 2 * self._room_below(node)
            yield f"{number[node.id]} [width={across / 72:.4f} height={(down + below) / 72:.4f}]"
        for index, edge in enumerate(edges):
            source = self._host.get(edge.source, edge.source)
            across, down = self._edge_label(edge)
            label = _empty(across, down) if across else '""'
            port = " tailport=s" if edge.source in self._host else ""
            colour = colour_of(index)
            yield f'{number[source]} -> {number[edge.target]} [label={label} color="{colour}"{port}]'
        yield "}"

    # Sizes

    def _name(self, node: DrawnNode) -> str:
        title = node.plan.risk if node.plan is not None else None if node.node is None else node.node.title
        return "" if title is None else title.text(self._language)

    def _size(self, node: DrawnNode, inner: _Placed | None) -> tuple[float, float]:
        border = _ON_BORDER * len(self._on[node.id])
        if inner is not None:
            across, down = inner.size
            return max(across + 2 * _AROUND, border, _STEP[0]), down + _ABOVE + _AROUND
        if node.kind is NodeKind.STEP:
            length = width(self._name(node)) * _CHARACTER
            across = min(max(_STEP[0], length / _STEP_LINES + 2 * _LINE), _WIDEST_STEP)
            return max(across, border), _STEP[1]
        return _EVENT if node.kind in _SMALL else _GATEWAY

    def _label_size(self, node: DrawnNode) -> tuple[float, float]:
        length = width(self._name(node)) * _CHARACTER
        if not length or node.kind in {NodeKind.STEP, NodeKind.SUB_FLOW}:
            return 0.0, 0.0
        return min(length, _LABEL), _LINE * math.ceil(length / _LABEL)

    def _room_below(self, node: DrawnNode) -> float:
        events = [_EVENT[1] / 2 + self._label_size(event)[1] for event in self._on[node.id]]
        return max([self._label_size(node)[1], *events])

    def _edge_label(self, edge: DrawnEdge) -> tuple[float, float]:
        when = None if edge.edge is None else edge.edge.when
        length = 0.0 if when is None else width(name_of_condition(when)) * _CHARACTER
        return (min(length, _LABEL), _LINE * math.ceil(length / _LABEL)) if length else (0.0, 0.0)

    # Places

    def _place_label(self, placed: _Placed, node: DrawnNode, box: Box) -> None:
        across, down = self._label_size(node)
        if across:
            placed.labels[node.id] = Box(box.centre.x - across / 2, box.y + box.height + 2, across, down)

    def _place_border(self, placed: _Placed, node: DrawnNode, box: Box) -> None:
        """Events along the lower border, from the right."""
        events = self._on[node.id]
        step = box.width / (len(events) + 1)
        for index, event in enumerate(events):
            middle = box.x + box.width - step * (index + 1)
            own = Box(middle - _EVENT[0] / 2, box.y + box.height - _EVENT[1] / 2, *_EVENT)
            placed.boxes[event.id] = own
            self._place_label(placed, event, own)

    def _line(self, placed: _Placed, edge: DrawnEdge, points: list[Point]) -> tuple[Point, ...]:
        """The line between the borders of the two shapes, which lie within the boxes that Graphviz knew."""
        source, target = placed.boxes[edge.source], placed.boxes[edge.target]
        if edge.source in self._host:
            start = Point(source.centre.x, source.y + source.height)
        else:
            start = _towards(self._kind[edge.source], source, points[1])
        inner = points[1:-1]
        return (start, *inner, _towards(self._kind[edge.target], target, inner[-1] if inner else start))


def _empty(across: float, down: float) -> str:
    """A label of a size, with nothing in it."""
    cell = f'<TD WIDTH="{across:.0f}" HEIGHT="{down:.0f}" FIXEDSIZE="TRUE"></TD>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{cell}</TR></TABLE>>'


def _towards(kind: NodeKind, box: Box, point: Point) -> Point:
    """Where the line from the middle of a shape to a point leaves the shape: a circle, a diamond or a rectangle."""
    centre = box.centre
    across, down = point.x - centre.x, point.y - centre.y
    if not across and not down:
        return centre
    wide, high = abs(across) / (box.width / 2), abs(down) / (box.height / 2)
    if kind in _SMALL:
        far = math.hypot(wide, high)
    elif kind in {NodeKind.STEP, NodeKind.SUB_FLOW}:
        far = max(wide, high)
    else:
        far = wide + high
    return Point(centre.x + across / far, centre.y + down / far)


def _at_origin(placed: _Placed) -> _Placed:
    boxes = [*placed.boxes.values(), *placed.labels.values()]
    points = [point for line in placed.lines.values() for point in line]
    left = min([box.x for box in boxes] + [point.x for point in points], default=0.0)
    top = min([box.y for box in boxes] + [point.y for point in points], default=0.0)
    return placed.moved(-left, -top)
