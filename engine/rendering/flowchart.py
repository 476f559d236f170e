"""A flow as DOT: what its designer wrote, in BPMN's signs, and what happened to it as an overlay.

The order of nodes and edges is that of the file, so the same flow gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import graphviz
import networkx as nx

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan
from engine.rendering.dot import Row, Run, new_graph, picture_id, table
from engine.rendering.flow_shapes import GATEWAY_SIGNS, beneath_title, caption, circle, diamond, legend
from engine.rendering.frame import legend_label, set_title
from engine.rendering.marks import (
    CONDITION_COLUMNS,
    edge_style,
    edge_text,
    is_shaded,
    overlay_rows,
    step_style,
    title_rows,
)
from engine.rendering.overlay import Overlay
from engine.rendering.palette import INK, LINE, MUTED, OUTLINE, PLAN, PLAN_FILL, STEP
from engine.rendering.text import clean, wrap
from engine.rendering.wording import Wording
from engine.vocabulary import Language

LONGEST_ROW = 8
"""A flow with more nodes than this behind each other runs from top to bottom, so that it fits a page."""


class Orientation(StrEnum):
    """Where a picture runs to. ``auto``: to the right while it fits a page, else down."""

    AUTO = "auto"
    RIGHT = "right"
    DOWN = "down"


def draw_flow(
    flow: Flow,
    *,
    language: Language,
    overlay: Overlay | None = None,
    orientation: Orientation = Orientation.AUTO,
    titled: bool = True,
) -> str:
    """Draw a flow.

    Args:
        flow: Any flow.
        language: Of titles, roles and legend.
        overlay: What happened, drawn on it.
        orientation: Where it runs to.
        titled: Whether the flow's name and the log's stand above it.

    Returns:
        DOT source, for ``engine.rendering.picture.render``.
    """
    wording = Wording(language)
    title = wording.title(flow.title)
    graph = new_graph(title, left_to_right=_runs_right(flow, orientation))
    if titled:
        set_title(graph, title, overlay, wording)
    graph.attr(compound="true")  # edges end at the border of a sub-flow
    names = {node.id: f"n{index}" for index, node in enumerate(flow.nodes)}
    drawing = _Drawing(flow, wording, overlay, names, _captions(flow), _loops(flow))
    # The body is a cluster of its own, because a graph has one label and the picture needs two: title and legend.
    with graph.subgraph(name="cluster_body") as body:
        label = legend_label(legend(flow, wording), overlay, wording)
        body.attr(peripheries="0", margin="8", label=label, labelloc="b", labeljust="l")
        drawing.add_level(body, None)
        for edge in flow.edges:
            drawing.add_edge(body, edge)
        for plan in flow.plans:
            drawing.add_plan(body, plan)
    return str(graph.source)


def _runs_right(flow: Flow, orientation: Orientation) -> bool:
    """Whether the picture runs to the right: as asked, else when its longest way through is short."""
    if orientation is not Orientation.AUTO:
        return orientation is Orientation.RIGHT
    graph = _ways(flow)
    # Loops count as one place, which makes the rest acyclic.
    folded = nx.condensation(graph)
    for _, members in folded.nodes(data="members"):
        if len(members) > LONGEST_ROW:
            return False
    for source, target in folded.edges:
        folded.edges[source, target]["nodes"] = len(folded.nodes[target]["members"])
    longest = nx.dag_longest_path_length(folded, weight="nodes") if len(folded) else 0
    return bool(longest + 1 <= LONGEST_ROW)


def _ways(flow: Flow) -> nx.DiGraph[str]:
    """The edges, with those from a sub-flow into its inside and from a step to the events on its border."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((edge.source, edge.target) for edge in flow.edges)
    graph.add_edges_from((n.parent, n.id) for n in flow.nodes if n.parent is not None and n.kind is NodeKind.START)
    graph.add_edges_from((n.boundary.at, n.id) for n in flow.nodes if n.boundary is not None)
    return graph


def _captions(flow: Flow) -> dict[tuple[str, str], str]:
    """Where titles of gateways and events go: on an edge beside them, for only labels of edges keep clear of lines.

    That is the only edge that leads to them; of an event on a border, the only one that leaves it. Of others the title
    stands beside the node.
    """
    entering: dict[str, list[str]] = {}
    leaving: dict[str, list[str]] = {}
    for edge in flow.edges:
        entering.setdefault(edge.target, []).append(edge.source)
        leaving.setdefault(edge.source, []).append(edge.target)
    found: dict[tuple[str, str], str] = {}
    for node in flow.nodes:
        if node.boundary is not None and len(leaving.get(node.id, ())) == 1:
            found.setdefault((node.id, leaving[node.id][0]), node.id)
    for node in flow.nodes:
        is_asked = node.kind in GATEWAY_SIGNS or (node.kind is NodeKind.EVENT and node.boundary is None)
        if is_asked and len(entering.get(node.id, ())) == 1:
            found.setdefault((entering[node.id][0], node.id), node.id)
    return found


def _loops(flow: Flow) -> frozenset[tuple[str, str]]:
    """Edges to a node that every way to their source leads through (natural loops); they may be long and bent."""
    start = next((node.id for node in flow.nodes if node.kind is NodeKind.START and node.parent is None), None)
    graph = _ways(flow)
    if start is None or start not in graph:
        return frozenset()
    above = nx.immediate_dominators(graph, start)

    def dominates(ancestor: str, node: str | None) -> bool:
        while node is not None and node != ancestor:
            node = above.get(node) if above.get(node) != node else None
        return node == ancestor

    return frozenset((edge.source, edge.target) for edge in flow.edges if dominates(edge.target, edge.source))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Adds the parts of one flow to a picture.

    Attributes:
        flow: The flow.
        wording: Its language.
        overlay: What happened, or None.
        names: Node id → a name in DOT that no user wrote.
        captions: (source, target) of an edge that carries the title of one of its ends → that end.
        loops: (source, target) of the edges that lead back.
    """

    flow: Flow
    wording: Wording
    overlay: Overlay | None
    names: Mapping[str, str]
    captions: Mapping[tuple[str, str], str]
    loops: frozenset[tuple[str, str]]

    def add_level(self, graph: graphviz.Digraph, parent: str | None) -> None:
        """Draw the nodes of the flow or of a sub-flow, each sub-flow as a frame around its own."""
        for node in self.flow.nodes:
            if node.parent != parent:
                continue
            if node.kind is not NodeKind.SUB_FLOW:
                self.add_node(graph, node)
                continue
            with graph.subgraph(name=self._frame(node.id)) as inner:
                inner.attr(label=table(self._heading(node)), labelloc="t", labeljust="l", margin="10")
                inner.attr(style="rounded", color=OUTLINE, peripheries="1", **picture_id(node.id))
                self.add_level(inner, node.id)
        for node in self.flow.nodes:
            if node.boundary is not None and node.parent == parent:
                self._attach(graph, node, node.boundary.at)

    def add_node(self, graph: graphviz.Digraph, node: Node) -> None:
        """Draw a node by its kind."""
        attributes = picture_id(node.id)
        if node.kind is NodeKind.STEP:
            attributes |= self._step(node)
        else:
            attributes |= diamond(node) if node.kind in GATEWAY_SIGNS else circle(node)
            if node.id not in self.captions.values():
                rows = self._caption(node)
                attributes |= {"xlabel": table(rows, padding=1, gutter=True)} if rows else {}
        graph.node(self.names[node.id], **attributes)

    def _attach(self, graph: graphviz.Digraph, event: Node, at: str) -> None:
        """Draw an event close to what it sits on."""
        style = {"color": LINE, "style": "dotted", "arrowhead": "none", "weight": "8"}
        if self.flow.by_id[at].kind is NodeKind.STEP:
            with graph.subgraph() as beside:
                beside.attr(rank="same")
                beside.node(self.names[at])
                beside.node(self.names[event.id])
        self._connect(graph, at, event.id, style, [])

    def _frame(self, sub_flow: str) -> str:
        return f"cluster_{self.names[sub_flow]}"

    def _heading(self, sub_flow: Node) -> list[Row]:
        """What stands on the frame of a sub-flow."""
        role = self.flow.roles.get(sub_flow.role) if sub_flow.role else None
        title = self.wording.title(sub_flow.title) or sub_flow.id
        return title_rows(title, self.wording.title(role) if role else "") + beneath_title(sub_flow, self.wording)

    def _caption(self, node: Node) -> list[Row]:
        """The title of a gateway or an event, with what happened at an event that is logged."""
        return caption(node, self.wording) + overlay_rows(self.overlay, node.id, self.wording)

    def add_edge(self, graph: graphviz.Digraph, edge: Edge) -> None:
        """Draw an edge with its condition."""
        found = self.overlay.edges.get((edge.source, edge.target)) if self.overlay else None
        kind = self.overlay.kind if self.overlay else None
        text = edge_text(found, kind, self.wording)
        rows: list[Row] = [(Run(text, 9, INK, bold=True),)] if text else []
        condition = wrap(clean(edge.when or ""), columns=CONDITION_COLUMNS)
        rows += [(Run(part, 9, MUTED),) for part in condition if part]
        if edge.otherwise:
            rows.append((Run(self.wording.text("chart.otherwise"), 9, MUTED),))
        if (edge.source, edge.target) in self.captions:
            rows += self._caption(self.flow.by_id[self.captions[edge.source, edge.target]])
        style = edge_style(found, kind) | {"weight": "1" if (edge.source, edge.target) in self.loops else "6"}
        self._connect(graph, edge.source, edge.target, style, rows)

    def add_plan(self, graph: graphviz.Digraph, plan: Plan) -> None:
        """Draw a plan's path: in from the step it protects, along its own steps, back to where the case goes on."""
        ways = (plan.at, *plan.path, plan.rejoin)
        for position, (source, target) in enumerate(pairwise(ways)):
            found = self.overlay.edges.get((source, target)) if self.overlay else None
            kind = self.overlay.kind if self.overlay else None
            text = edge_text(found, kind, self.wording)
            rows: list[Row] = [(Run(text, 9, INK, bold=True),)] if text else []
            if position == 0:
                rows += self._entry(plan)
            style = edge_style(found, kind) | {"color": PLAN, "style": "dashed", "weight": "0"}
            self._connect(graph, source, target, style, rows)

    def _step(self, node: Node) -> dict[str, str]:
        planned = node.id in self.flow.plan_steps
        found = self.flow.roles.get(node.role) if node.role else None
        role = self.wording.title(found) if found else ""
        title = self.wording.title(node.title) or node.id
        rows = title_rows(title, role, shaded=is_shaded(self.overlay, node.id))
        rows += beneath_title(node, self.wording)
        rows += overlay_rows(self.overlay, node.id, self.wording)
        border = ",dotted" if planned else ",dashed" if node.optional else ""
        style = step_style(self.overlay, node.id)
        if planned:
            style["color"] = PLAN
            style["fillcolor"] = PLAN_FILL if style["fillcolor"] == STEP else style["fillcolor"]
            style["penwidth"] = "1.8"
        return {"shape": "box", "style": f"rounded,filled{border}", "margin": "0.12,0.07", "label": table(rows)} | style

    def _entry(self, plan: Plan) -> list[Row]:
        risk = wrap(clean(self.wording.title(plan.risk)), columns=20, lines=3)
        trigger = self.wording.trigger(plan.trigger)
        rows: list[Row] = [(Run(part, 9, PLAN, bold=True),) for part in (f"⚠ {risk[0]}", *risk[1:])]
        return rows + [(Run(part, 9, MUTED),) for part in wrap(trigger, columns=24, lines=3)]

    def _connect(
        self, graph: graphviz.Digraph, source: str, target: str, style: Mapping[str, str], rows: list[Row]
    ) -> None:
        label = {"label": table(rows, padding=1, gutter=True)} if rows else {}
        tail, leaves = self._end_of(source, NodeKind.END)
        head, enters = self._end_of(target, NodeKind.START)
        ends = ({"ltail": leaves} if leaves else {}) | ({"lhead": enters} if enters else {})
        graph.edge(tail, head, **style, **label, **ends)

    def _end_of(self, node: str, kind: NodeKind) -> tuple[str, str]:
        """What an edge is tied to, and the frame at which it stops: of a sub-flow its start or one of its ends."""
        if self.flow.by_id[node].kind is not NodeKind.SUB_FLOW:
            return self.names[node], ""
        inner = [n for n in self.flow.nodes if n.parent == node and n.kind is not NodeKind.SUB_FLOW]
        tied = next((n for n in inner if n.kind is kind), inner[0])
        return self.names[tied.id], self._frame(node)
