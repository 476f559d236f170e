"""Writes the diagram of a BPMN file (BPMN DI): a shape for each pool, lane and node, and a line for each edge."""

from __future__ import annotations

from lxml import etree

from engine.definitions.bpmn.drawing import Box, Drawing, Layout
from engine.definitions.bpmn.vocabulary import BOUNDS, DIAGRAM, WAYPOINTS
from engine.definitions.flow import NodeKind


def write_diagram(root: etree._Element, plane_of: str, pool: str, drawing: Drawing, layout: Layout) -> None:
    """Add the diagram of a process.

    Args:
        root: The ``definitions``.
        plane_of: The id of what is drawn: the process, or the collaboration around its pool.
        pool: The id of the pool, drawn where the layout has one.
        drawing: What is drawn.
        layout: Where it stands; every shape and edge of the drawing is there.
    """
    diagram = etree.SubElement(root, f"{{{DIAGRAM}}}BPMNDiagram", {"id": "_diagram"})
    plane = etree.SubElement(diagram, f"{{{DIAGRAM}}}BPMNPlane", {"id": "_plane", "bpmnElement": plane_of})
    bands = {} if layout.pool is None else {pool: layout.pool, **layout.lanes}
    for identifier, box in bands.items():
        _shape(plane, identifier, box).set("isHorizontal", "true")
    for node in drawing.nodes:
        shape = _shape(plane, node.id, layout.boxes[node.id])
        if node.kind is NodeKind.EXCLUSIVE:
            shape.set("isMarkerVisible", "true")
        elif node.kind is NodeKind.SUB_FLOW:
            shape.set("isExpanded", "true")
        _label(shape, layout.labels.get(node.id))
    for edge in drawing.edges:
        attributes = {"id": f"_line.{edge.id}", "bpmnElement": edge.id}
        line = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNEdge", attributes)
        for point in layout.lines[edge.id]:
            etree.SubElement(line, f"{{{WAYPOINTS}}}waypoint", {"x": _number(point.x), "y": _number(point.y)})
        _label(line, layout.labels.get(edge.id))


def _shape(plane: etree._Element, identifier: str, box: Box) -> etree._Element:
    shape = etree.SubElement(
        plane, f"{{{DIAGRAM}}}BPMNShape", {"id": f"_shape.{identifier}", "bpmnElement": identifier}
    )
    _bounds(shape, box)
    return shape


def _label(element: etree._Element, box: Box | None) -> None:
    if box is not None:
        _bounds(etree.SubElement(element, f"{{{DIAGRAM}}}BPMNLabel"), box)


def _bounds(element: etree._Element, box: Box) -> None:
    sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(element, f"{{{BOUNDS}}}Bounds", {name: _number(side) for name, side in sides.items()})


def _number(number: float) -> str:
    """Whole pixels: a modeler snaps to them anyway."""
    return str(round(number))
