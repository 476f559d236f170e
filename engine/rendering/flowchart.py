"""A flow as DOT: what its designer wrote, in BPMN's signs, and what happened to it as an overlay.

The order of nodes and edges is that of the file, so the same flow gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import graphviz
import networkx as nx

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan
from engine.rendering.dot import Row, Run, new_graph, picture_id, table
from engine.rendering.frame import LegendItem, legend_label, set_title
from engine.rendering.marks import edge_style, edge_text, label_columns, overlay_rows, step_style, title_rows
from engine.rendering.overlay import Overlay
from engine.rendering.palette import INK, MUTED, OUTLINE, PAPER, PLAN, PLAN_FILL, STEP
from engine.rendering.text import clean, wrap
from engine.rendering.wording import Wording
from engine.vocabulary import Language

GATEWAY_SIGNS: Mapping[NodeKind, str] = {NodeKind.EXCLUSIVE: "×", NodeKind.PARALLEL: "+", NodeKind.INCLUSIVE: "○"}
"""The signs of BPMN 2.0, clause 10.6."""

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
    drawing = _Drawing(flow, wording, overlay, {node.id: f"n{index}" for index, node in enumerate(flow.nodes)})
    # The body is a cluster of its own, because a graph has one label and the picture needs two: title and legend.
    with graph.subgraph(name="cluster_body") as body:
        label = legend_label(_structure(flow, wording), overlay, wording)
        body.attr(peripheries="0", margin="8", label=label, labelloc="b", labeljust="l")
        for node in flow.nodes:
            drawing.add_node(body, node)
        for edge in flow.edges:
            drawing.add_edge(body, edge)
        for plan in flow.plans:
            drawing.add_plan(body, plan)
    return str(graph.source)


def _runs_right(flow: Flow, orientation: Orientation) -> bool:
    """Whether the picture runs to the right: as asked, else when its longest way through is short."""
    if orientation is not Orientation.AUTO:
        return orientation is Orientation.RIGHT
    graph = nx.DiGraph((edge.source, edge.target) for edge in flow.edges)
    # Loops count as one place, which makes the rest acyclic.
    folded = nx.condensation(graph)
    for _, members in folded.nodes(data="members"):
        if len(members) > LONGEST_ROW:
            return False
    for source, target in folded.edges:
        folded.edges[source, target]["nodes"] = len(folded.nodes[target]["members"])
    longest = nx.dag_longest_path_length(folded, weight="nodes") if len(folded) else 0
    return bool(longest + 1 <= LONGEST_ROW)


def _structure(flow: Flow, wording: Wording) -> list[LegendItem]:
    """The part of the legend that explains the flow's own signs; only of those that occur."""
    kinds = {node.kind for node in flow.nodes}
    items = [
        LegendItem(wording.text(f"chart.gateway.{kind}"), sign=sign)
        for kind, sign in GATEWAY_SIGNS.items()
        if kind in kinds
    ]
    if any(node.optional for node in flow.steps):
        items.append(LegendItem(wording.text("chart.optional"), fill=STEP, style="DASHED"))
    if flow.plans:
        items.append(LegendItem(wording.text("chart.plan"), fill=PLAN_FILL, style="DOTTED"))
    return items


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Adds the parts of one flow to a picture. ``names`` gives each node a name in DOT that no user wrote."""

    flow: Flow
    wording: Wording
    overlay: Overlay | None
    names: Mapping[str, str]

    def add_node(self, graph: graphviz.Digraph, node: Node) -> None:
        """Draw a node by its kind."""
        attributes = picture_id(node.id)
        if node.kind is NodeKind.STEP:
            attributes |= self._step(node)
        elif node.kind in GATEWAY_SIGNS:
            attributes |= {"shape": "diamond", "width": "0.42", "height": "0.42", "fixedsize": "true"}
            attributes |= {"style": "filled", "fillcolor": PAPER, "color": OUTLINE}
            attributes |= {"label": table([(Run(GATEWAY_SIGNS[node.kind], 15, INK, bold=True),)], padding=0)}
        else:
            attributes |= {"shape": "circle", "width": "0.26", "fixedsize": "true", "label": ""}
            attributes |= {"style": "filled", "fillcolor": PAPER, "color": OUTLINE}
            attributes |= {"penwidth": "3.2" if node.kind is NodeKind.END else "1.3"}
        title = self.wording.title(node.title)
        if node.kind is not NodeKind.STEP and title:
            rows: list[Row] = [(Run(part, 9.5, MUTED),) for part in wrap(clean(title), columns=20, lines=3)]
            attributes["xlabel"] = table(rows, padding=0)
        graph.node(self.names[node.id], **attributes)

    def add_edge(self, graph: graphviz.Digraph, edge: Edge) -> None:
        """Draw an edge with its condition."""
        found = self.overlay.edges.get((edge.source, edge.target)) if self.overlay else None
        kind = self.overlay.kind if self.overlay else None
        text = edge_text(found, kind, self.wording)
        rows: list[Row] = [(Run(text, 9.5, INK, bold=True),)] if text else []
        condition = clean(edge.when or "")
        rows += [(Run(part, 9, MUTED),) for part in wrap(condition, columns=label_columns(condition)) if part]
        if edge.otherwise:
            rows.append((Run(self.wording.text("chart.otherwise"), 9, MUTED),))
        self._connect(graph, edge.source, edge.target, edge_style(found, kind), rows)

    def add_plan(self, graph: graphviz.Digraph, plan: Plan) -> None:
        """Draw a plan's path: in from the step it protects, along its own steps, back to where the case goes on."""
        ways = (plan.at, *plan.path, plan.rejoin)
        for position, (source, target) in enumerate(zip(ways, ways[1:], strict=False)):
            found = self.overlay.edges.get((source, target)) if self.overlay else None
            kind = self.overlay.kind if self.overlay else None
            text = edge_text(found, kind, self.wording)
            rows: list[Row] = [(Run(text, 9.5, INK, bold=True),)] if text else []
            if position == 0:
                rows += self._entry(plan)
            style = edge_style(found, kind) | {"color": PLAN, "style": "dashed"}
            self._connect(graph, source, target, style, rows)

    def _step(self, node: Node) -> dict[str, str]:
        planned = node.id in self.flow.plan_steps
        role = self.wording.title(self.flow.roles[node.role]) if node.role in self.flow.roles else ""
        rows = title_rows(self.wording.title(node.title) or node.id, role)
        rows += overlay_rows(self.overlay, node.id, self.wording)
        border = ",dotted" if planned else ",dashed" if node.optional else ""
        style = step_style(self.overlay, node.id)
        if planned:
            style["color"] = PLAN
            style["fillcolor"] = PLAN_FILL if style["fillcolor"] == STEP else style["fillcolor"]
            style["penwidth"] = "1.8"
        return {"shape": "box", "style": f"rounded,filled{border}", "margin": "0.1,0.045", "label": table(rows)} | style

    def _entry(self, plan: Plan) -> list[Row]:
        risk = wrap(clean(self.wording.title(plan.risk)), columns=20, lines=3)
        detail = clean(plan.trigger.detail)
        trigger = self.wording.text(f"chart.trigger.{plan.trigger.kind}", detail=detail)
        rows: list[Row] = [(Run(("⚠ " if first == 0 else "") + part, 9.5, PLAN, bold=True),) for first, part in enumerate(risk)]
        return rows + [(Run(part, 9, MUTED),) for part in wrap(trigger, columns=24, lines=3)]

    def _connect(
        self, graph: graphviz.Digraph, source: str, target: str, style: Mapping[str, str], rows: list[Row]
    ) -> None:
        label = {"label": table(rows, padding=0)} if rows else {}
        graph.edge(self.names[source], self.names[target], **style, **label)
