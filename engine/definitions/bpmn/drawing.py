"""What a flow looks like as BPMN: the shapes and connections of its diagram, contingency plans included.

A plan is drawn as an interrupting boundary event on the step it protects, with its path behind it; what is drawn for a
plan alone is marked, so that a reader takes the plan from where it is written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A shape.

    Attributes:
        id: Of its element: that of the node, or one that begins with ``_`` for the event of a plan.
        kind: What it is.
        parent: Id of the sub-flow it is drawn in, or None.
        host: Id of the shape on whose border it sits, or None.
        node: The flow's node, or None for the event of a plan.
        plan: The plan whose event it is, or None.
    """

    id: str
    kind: NodeKind
    parent: str | None
    host: str | None = None
    node: Node | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """A connection.

    Attributes:
        id: Of its element; it begins with ``_``.
        source: Id of the shape it leaves.
        target: Id of the shape it enters.
        edge: The flow's edge, or None for one of a plan's path.
    """

    id: str
    source: str
    target: str
    edge: Edge | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes and connections, in the order of the flow; those of plans come last."""

    nodes: tuple[DrawnNode, ...]
    edges: tuple[DrawnEdge, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a diagram, in pixels from its upper left corner."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a diagram, in pixels from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """Its middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of a drawing stands.

    Attributes:
        boxes: Shape id → its rectangle.
        lines: Edge id → its points, from source to target, two at least.
        labels: Shape or edge id → the rectangle of a name that stands beside it.
    """

    boxes: Mapping[str, Box]
    lines: Mapping[str, tuple[Point, ...]]
    labels: Mapping[str, Box]


def drawing_of(flow: Flow) -> Drawing:
    """The shapes and connections of a flow.

    A plan whose steps or whose goal stand in another sub-flow than the step it protects is written out but not drawn,
    because no connection of BPMN crosses the border of a sub-process.
    """
    nodes = [
        DrawnNode(node.id, node.kind, node.parent, None if node.boundary is None else node.boundary.at, node)
        for node in flow.nodes
    ]
    edges = [DrawnEdge(f"_edge.{i}", edge.source, edge.target, edge) for i, edge in enumerate(flow.edges)]
    for plan in flow.plans:
        if len({flow.by_id[key].parent for key in (plan.at, plan.rejoin, *plan.path)}) > 1:
            continue
        event = DrawnNode(f"_plan.{plan.id}", NodeKind.EVENT, flow.by_id[plan.at].parent, plan.at, None, plan)
        nodes.append(event)
        for number, (source, target) in enumerate(pairwise([event.id, *plan.path, plan.rejoin])):
            edges.append(DrawnEdge(f"_plan.{plan.id}.{number}", source, target))
    return Drawing(tuple(nodes), tuple(edges))
