"""How simple a flow is, from its graph alone.

A simple flow is easier to follow and to change (Mendling, Reijers and van der Aalst 2010, "Seven process modeling
guidelines"). Steps that only plans perform stand apart from the graph and do not count. The nodes of a sub-flow count
like others; of one that is called, too.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import networkx as nx

from engine.definitions.flow import Flow, Node, NodeKind

_GATEWAYS = (NodeKind.EXCLUSIVE, NodeKind.PARALLEL, NodeKind.INCLUSIVE, NodeKind.EVENT_BASED)
_EXIT = 0  # no node id is an integer


@dataclass(frozen=True, slots=True)
class Simplicity:
    """Figures of a flow's graph.

    Attributes:
        nodes: Its size: starts, steps, gateways, events, sub-flows and ends (Mendling 2008, "Metrics for process
            models").
        steps: Steps among them.
        gateways: Gateways among them.
        edges: Edges.
        control_flow_complexity: The mental states that its splits open, summed (Cardoso 2005, "How to measure the
            control-flow complexity of web processes and workflows"): an exclusive or event-based split into n counts n,
            an inclusive one 2ⁿ − 1, a parallel one 1, be it a gateway or a step with several outgoing edges.
        depth: The most splits and sub-flows that a node lies inside of. A node lies inside a split when it is reached
            from it before the node where all ways of the split have come together; a loop's exit is a split round its
            body. A node of a sub-flow lies in whatever the sub-flow lies in.
        connectivity: Coefficient of connectivity, edges ÷ nodes (Mendling 2008).
        hand_overs: Pairs of steps with different roles, of which the second can directly follow the first. Every one
            is a chance to wait and to lose information.
        simplicity: Arc-degree simplicity (Blum 2015, "Metrics in process discovery"), 1 ÷ (1 + max(d − 2, 0)) with d
            the mean number of edges at a node: 1 for a line, towards 0 for a thicket.
    """

    nodes: int
    steps: int
    gateways: int
    edges: int
    control_flow_complexity: int
    depth: int
    connectivity: float
    hand_overs: int
    simplicity: float


def simplicity(flow: Flow) -> Simplicity:
    """Measure a flow's graph.

    Args:
        flow: A flow; one without edges (made for a PNML net) has connectivity 0, depth 0 and simplicity 1.
    """
    joined = {end for edge in flow.edges for end in (edge.source, edge.target)}
    nodes = [node for node in flow.nodes if node.id in joined or node.id not in flow.plan_steps]
    graph: nx.MultiDiGraph[Hashable] = nx.MultiDiGraph()
    graph.add_nodes_from(node.id for node in nodes)
    graph.add_edges_from((edge.source, edge.target) for edge in flow.edges)
    mean_degree = 2 * len(flow.edges) / len(nodes) if nodes else 0.0
    return Simplicity(
        nodes=len(nodes),
        steps=sum(node.kind is NodeKind.STEP for node in nodes),
        gateways=sum(node.kind in _GATEWAYS for node in nodes),
        edges=len(flow.edges),
        control_flow_complexity=sum(_mental_states(node, graph.out_degree(node.id)) for node in nodes),
        depth=_depth(flow, graph),
        connectivity=len(flow.edges) / len(nodes) if nodes else 0.0,
        hand_overs=_hand_overs(flow, graph),
        simplicity=1 / (1 + max(mean_degree - 2, 0)),
    )


def _mental_states(node: Node, ways: int) -> int:
    if ways < 2:
        return 0
    if node.kind in (NodeKind.EXCLUSIVE, NodeKind.EVENT_BASED):
        return ways
    return 2**ways - 1 if node.kind is NodeKind.INCLUSIVE else 1


def _depth(flow: Flow, graph: nx.MultiDiGraph[Hashable]) -> int:
    closed: nx.MultiDiGraph[Hashable] = nx.MultiDiGraph(graph)
    closed.add_edges_from((node.id, _EXIT) for node in flow.nodes if node.kind is NodeKind.END)
    if _EXIT not in closed:
        return 0
    together = nx.immediate_dominators(closed.reverse(copy=False), _EXIT)
    inside: dict[Hashable, int] = {}
    for split in graph:
        if graph.out_degree(split) > 1 and split in together:
            for node in _reached_before(closed, split, together[split]):
                inside[node] = inside.get(node, 0) + 1
    return max((_with_parents(flow, node, inside) for node in graph), default=0)


def _with_parents(flow: Flow, node: Hashable, inside: Mapping[Hashable, int]) -> int:
    """How many splits a node lies inside of, with the sub-flows that hold it and the splits round them."""
    levels, at = inside.get(node, 0), flow.by_id.get(str(node))
    while at is not None and at.parent is not None:
        levels += 1 + inside.get(at.parent, 0)
        at = flow.by_id.get(at.parent)
    return levels


def _reached_before(graph: nx.MultiDiGraph[Hashable], split: Hashable, border: Hashable) -> set[Hashable]:
    """The nodes that a walk from a split comes to before a border."""
    seen: set[Hashable] = set()
    stack = list(graph.successors(split))
    while stack:
        node = stack.pop()
        if node != border and node not in seen:
            seen.add(node)
            stack.extend(graph.successors(node))
    return seen


def _hand_overs(flow: Flow, graph: nx.MultiDiGraph[Hashable]) -> int:
    """Pairs of steps with different roles that an edge, or a path without a step on it, joins."""
    following = followers(flow)
    pairs: set[tuple[str, str]] = set()
    for step in flow.steps:
        if step.role is None or step.id not in graph:
            continue
        seen: set[str] = set()
        stack = list(following[step.id])
        while stack:
            node = flow.by_id[stack.pop()]
            if node.id in seen:
                continue
            seen.add(node.id)
            if node.kind is not NodeKind.STEP:
                stack.extend(following[node.id])
            elif node.role is not None and node.role != step.role:
                pairs.add((step.id, node.id))
    return len(pairs)


def followers(flow: Flow) -> Mapping[str, list[str]]:
    """Where work goes on after each node: along edges, into a sub-flow and out of it, and to events on a border."""
    following: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
    for edge in flow.edges:
        following[edge.source].append(edge.target)
    outside = {node.id: [*following[node.id]] for node in flow.nodes if node.kind is NodeKind.SUB_FLOW}
    for node in flow.nodes:
        if node.boundary is not None:
            following[node.boundary.at].append(node.id)
        if node.parent is not None and node.kind is NodeKind.START:
            following[node.parent] = [target for target in following[node.parent] if target not in outside[node.parent]]
            following[node.parent].append(node.id)
        if node.parent is not None and node.kind is NodeKind.END:
            following[node.id] += outside[node.parent]
    return following
