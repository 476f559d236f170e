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
from engine.rendering.frame import LegendItem, legend_label, set_title
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
    names = {node.id: f"n{index}" for index, node in enumerate(flow.nodes)}
    drawing = _Drawing(flow, wording, overlay, names, _questions(flow), _loops(flow))
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


def _questions(flow: Flow) -> dict[tuple[str, str], str]:
    """Where titles of gateways go: on the edge that leads to them, for only labels of edges keep clear of lines.

    A gateway that several edges lead to is not among them; its title stands beside it.
    """
    entering: dict[str, list[str]] = {}
    for edge in flow.edges:
        entering.setdefault(edge.target, []).append(edge.source)
    return {
        (sources[0], target): target
        for target, sources in entering.items()
        if len(sources) == 1 and flow.by_id[target].kind in GATEWAY_SIGNS
    }


def _loops(flow: Flow) -> frozenset[tuple[str, str]]:
    """Edges to a node that every way to their source leads through (natural loops); they may be long and bent."""
    start = next((node.id for node in flow.nodes if node.kind is NodeKind.START), None)
    graph = nx.DiGraph((edge.source, edge.target) for edge in flow.edges)
    if start is None or start not in graph:
        return frozenset()
    above = nx.immediate_dominators(graph, start)

    def dominates(ancestor: str, node: str | None) -> bool:
        while node is not None and node != ancestor:
            node = above.get(node) if above.get(node) != node else None
        return node == ancestor

    return frozenset((edge.source, edge.target) for edge in flow.edges if dominates(edge.target, edge.source))


def _structure(flow: Flow, wording: Wording) -> list[LegendItem]:
    """The part of the legend that explains the flow's own signs; only of those that occur."""
    kinds = {node.kind for node in flow.nodes}
    items = [
        LegendItem(wording.text(f"chart.gateway.{kind}"), sign=sign, colour=INK)
        for kind, sign in GATEWAY_SIGNS.items()
        if kind in kinds
    ]
    if any(node.optional for node in flow.steps):
        items.append(LegendItem(wording.text("chart.optional"), fill=STEP, style="DASHED"))
    if flow.plans:
        items.append(LegendItem(wording.text("chart.plan"), fill=PLAN_FILL, style="DOTTED", colour=PLAN))
    return items


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Adds the parts of one flow to a picture.

    Attributes:
        flow: The flow.
        wording: Its language.
        overlay: What happened, or None.
        names: Node id → a name in DOT that no user wrote.
        questions: (source, target) of an edge that carries the title of its target → the target.
        loops: (source, target) of the edges that lead back.
    """

    flow: Flow
    wording: Wording
    overlay: Overlay | None
    names: Mapping[str, str]
    questions: Mapping[tuple[str, str], str]
    loops: frozenset[tuple[str, str]]

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
        if node.kind is not NodeKind.STEP and node.id not in self.questions.values():
            rows = self._question(node)
            attributes |= {"xlabel": table(rows, padding=1, gutter=True)} if rows else {}
        graph.node(self.names[node.id], **attributes)

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
        if (edge.source, edge.target) in self.questions:
            rows += self._question(self.flow.by_id[edge.target])
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
        rows += overlay_rows(self.overlay, node.id, self.wording)
        border = ",dotted" if planned else ",dashed" if node.optional else ""
        style = step_style(self.overlay, node.id)
        if planned:
            style["color"] = PLAN
            style["fillcolor"] = PLAN_FILL if style["fillcolor"] == STEP else style["fillcolor"]
            style["penwidth"] = "1.8"
        return {"shape": "box", "style": f"rounded,filled{border}", "margin": "0.12,0.07", "label": table(rows)} | style

    def _question(self, node: Node) -> list[Row]:
        title = wrap(clean(self.wording.title(node.title)), columns=20, lines=3)
        return [(Run(part, 9, INK, bold=True),) for part in title if part]

    def _entry(self, plan: Plan) -> list[Row]:
        risk = wrap(clean(self.wording.title(plan.risk)), columns=20, lines=3)
        detail = clean(plan.trigger.detail)
        trigger = self.wording.text(f"chart.trigger.{plan.trigger.kind}", detail=detail)
        rows: list[Row] = [(Run(part, 9, PLAN, bold=True),) for part in (f"⚠ {risk[0]}", *risk[1:])]
        return rows + [(Run(part, 9, MUTED),) for part in wrap(trigger, columns=24, lines=3)]

    def _connect(
        self, graph: graphviz.Digraph, source: str, target: str, style: Mapping[str, str], rows: list[Row]
    ) -> None:
        label = {"label": table(rows, padding=1, gutter=True)} if rows else {}
        graph.edge(self.names[source], self.names[target], **style, **label)
