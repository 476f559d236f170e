"""What can be wrong with a drawing, found by looking at every pair: the plain twin of what the layout promises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, product

from engine.definitions.bpmn.drawing import Box, Drawing, DrawnEdge, Layout, Point

_Stretch = tuple[Point, Point]


def overlap(first: Box, second: Box) -> bool:
    return (
        first.x < second.x + second.width
        and second.x < first.x + first.width
        and first.y < second.y + second.height
        and second.y < first.y + first.height
    )


def contains(outer: Box, inner: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def faults(drawing: Drawing, layout: Layout) -> list[str]:
    """Everything that is drawn over something else, or outside what holds it."""
    return [*_of_shapes(drawing, layout), *_of_lanes(drawing, layout), *_of_lines(drawing, layout), *_of_names(layout)]


def _of_shapes(drawing: Drawing, layout: Layout) -> Iterator[str]:
    assert layout.boxes.keys() == {node.id for node in drawing.nodes}
    for node in drawing.nodes:
        if node.parent is not None and not contains(layout.boxes[node.parent], layout.boxes[node.id]):
            yield f"{node.id} outside {node.parent}"
    for first, second in combinations(drawing.nodes, 2):
        beside = first.parent == second.parent and {first.id, second.id}.isdisjoint({first.host, second.host})
        if beside and overlap(layout.boxes[first.id], layout.boxes[second.id]):
            yield f"{first.id} on {second.id}"


def _of_lanes(drawing: Drawing, layout: Layout) -> Iterator[str]:
    assert layout.lanes.keys() == {lane.id for lane in drawing.lanes}
    assert (layout.pool is None) == (not drawing.lanes)
    for (above, one), (below, other) in pairwise(layout.lanes.items()):
        if one.y + one.height != other.y or (one.x, one.width) != (other.x, other.width):
            yield f"{above} does not end where {below} begins"
    for lane in drawing.lanes:
        box = layout.lanes[lane.id]
        if layout.pool is None or not contains(layout.pool, box):
            yield f"{lane.id} outside the pool"
        for name in lane.nodes:
            if not contains(box, layout.boxes[name]) or (
                name in layout.labels and not contains(box, layout.labels[name])
            ):
                yield f"{name} outside {lane.id}"
    inside = [name for lane in drawing.lanes for name in lane.nodes]
    wanted = [node.id for node in drawing.nodes if node.parent is None] if drawing.lanes else []
    assert sorted(inside) == sorted(wanted)


def _of_lines(drawing: Drawing, layout: Layout) -> Iterator[str]:
    assert layout.lines.keys() == {edge.id for edge in drawing.edges}
    nodes = {node.id: node for node in drawing.nodes}
    for edge in drawing.edges:
        line = layout.lines[edge.id]
        if any(one.x != other.x and one.y != other.y for one, other in pairwise(line)):
            yield f"{edge.id} is slanted"
        ends = {edge.source, edge.target, nodes[edge.source].host}
        for node in drawing.nodes:
            beside = node.id not in ends and node.parent == nodes[edge.source].parent
            if beside and _touches(line, layout.boxes[node.id]):
                yield f"{edge.id} through {node.id}"
        for name, box in layout.labels.items():
            if name != edge.id and _touches(line, box):
                yield f"{edge.id} through the name of {name}"
    for first, second in combinations(drawing.edges, 2):
        if {first.source, first.target}.isdisjoint({second.source, second.target}) and _share(layout, first, second):
            yield f"{first.id} along {second.id}"


def _touches(line: tuple[Point, ...], box: Box) -> bool:
    """Whether a line of level and upright stretches passes the inside of a box."""
    return any(
        overlap(Box(min(p.x, q.x), min(p.y, q.y), abs(p.x - q.x), abs(p.y - q.y)), box) for p, q in pairwise(line)
    )


def _share(layout: Layout, first: DrawnEdge, second: DrawnEdge) -> bool:
    return any(
        _common(one, other) > 0
        for one, other in product(pairwise(layout.lines[first.id]), pairwise(layout.lines[second.id]))
    )


def _common(one: _Stretch, other: _Stretch) -> float:
    """How far two stretches lie on each other."""
    (a, b), (c, d) = one, other
    if a.x == b.x == c.x == d.x:
        return min(max(a.y, b.y), max(c.y, d.y)) - max(min(a.y, b.y), min(c.y, d.y))
    if a.y == b.y == c.y == d.y:
        return min(max(a.x, b.x), max(c.x, d.x)) - max(min(a.x, b.x), min(c.x, d.x))
    return 0.0


def _of_names(layout: Layout) -> Iterator[str]:
    for (first, one), (second, other) in combinations(layout.labels.items(), 2):
        if overlap(one, other):
            yield f"the names of {first} and {second} on each other"
