"""What a flow looks like as BPMN: the shapes and connections of its diagram, contingency plans included.

A plan is drawn as an interrupting boundary event on the step it protects, with its path behind it; what is drawn for a
plan alone is marked, so that a reader takes the plan from where it is written out. Roles are lanes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan
from engine.definitions.titles import Title


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
class DrawnLane:
    """A lane of the process.

    Attributes:
        id: Of its element; it begins with ``_``.
        role: The role it stands for, or "" for steps that no role performs.
        title: Its name.
        nodes: Ids of the shapes in it.
    """

    id: str
    role: str
    title: Title
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes and connections, in the order of the flow, those of plans last; and the lanes from top to bottom."""

    nodes: tuple[DrawnNode, ...]
    edges: tuple[DrawnEdge, ...]
    lanes: tuple[DrawnLane, ...] = ()


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
        lanes: Lane id → its rectangle, the strip with its name included.
        pool: The rectangle around all lanes, or None where there are none.
    """

    boxes: Mapping[str, Box]
    lines: Mapping[str, tuple[Point, ...]]
    labels: Mapping[str, Box]
    lanes: Mapping[str, Box]
    pool: Box | None


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
    return Drawing(tuple(nodes), tuple(edges), _lanes(flow, nodes, edges))


def _lanes(flow: Flow, nodes: Sequence[DrawnNode], edges: Sequence[DrawnEdge]) -> tuple[DrawnLane, ...]:
    """A lane for each role, in the order of the flow, and one without a name where steps have none.

    Every node of the process stands in one: a lane of BPMN is a part of its pool, and there is no place beside them.
    """
    if not flow.roles:
        return ()
    role_of = _role_of_each([node for node in nodes if node.parent is None], edges, next(iter(flow.roles)))
    inside: dict[str, list[str]] = {role: [] for role in flow.roles}
    for node in nodes:
        if node.parent is None:
            inside.setdefault(role_of[node.id], []).append(node.id)
    nobody = Title("", "")
    return tuple(
        DrawnLane(f"_lane.{role}" if role else "_lane", role, flow.roles.get(role, nobody), tuple(members))
        for role, members in inside.items()
    )


def _role_of_each(nodes: Sequence[DrawnNode], edges: Sequence[DrawnEdge], otherwise: str) -> dict[str, str]:
    """Node id → the role in whose lane it stands.

    A step stands in that of its role. What no role performs, such as a gateway, stands where the case comes from, or
    else where it goes on; an event on a border where its step does.
    """
    hosts = {node.id: node.host for node in nodes if node.host is not None}
    role_of: dict[str, str] = {}
    for node in nodes:
        said = None if node.node is None else node.node.role
        if node.host is None and (said is not None or node.kind is NodeKind.STEP):
            role_of[node.id] = said or ""
    onward: dict[str, list[str]] = {node.id: [] for node in nodes}
    backward: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        if edge.source in onward:
            source = hosts.get(edge.source) or edge.source
            onward[source].append(edge.target)
            backward[edge.target].append(source)
    for neighbours in (onward, backward):
        waiting = [node.id for node in nodes if node.id in role_of]
        for key in waiting:
            new = [other for other in dict.fromkeys(neighbours[key]) if other not in role_of]
            role_of.update(dict.fromkeys(new, role_of[key]))
            waiting += new
    return {node.id: role_of.get(hosts.get(node.id) or node.id, otherwise) for node in nodes}
