"""What is prepared once for a net and its flow, before deviations are found in thousands of variants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from engine.definitions.flow import Flow, NodeKind
from engine.nets.net import Net

_CHOOSING = (NodeKind.EXCLUSIVE, NodeKind.EVENT_BASED)
Branch = tuple[str, int]
"""An exclusive or event-based gateway's id, and which of its outgoing edges (0-based, in file order)."""


@dataclass(frozen=True, eq=False)
class Structure:
    """A net made ready, with the flow it came from.

    Attributes:
        net: The net.
        flow: Its flow, or None for a net without a graph (PNML).
    """

    net: Net
    flow: Flow | None = None

    def is_on_other_branch(self, step: str, fired: Collection[int]) -> bool:
        """Whether an exclusive branch that a run did not take contains a step.

        A branch of an exclusive or event-based gateway contains the nodes that the start reaches through this outgoing
        edge only. A run took the branch when it fired a transition of a node in it. It counts as not taken only when
        the run came past the gateway.

        Args:
            step: Id of a step that the run did not perform.
            fired: Transitions of the run.

        Returns:
            False for a step outside the graph (of a plan, or of a net without a flow).
        """
        visited = {self.net.transitions[transition].node for transition in fired}
        return any(
            self._came_past(gateway, visited) and not visited & self._inside[gateway, edge]
            for gateway, edge in self._branches_of.get(step, ())
        )

    def steps_of_branch(self, gateway: str, edge: int) -> frozenset[str]:
        """The steps that an exclusive branch contains.

        Args:
            gateway: Id of the exclusive gateway.
            edge: Which of its outgoing edges, 0-based, in file order.

        Returns:
            Ids of steps; empty for a way that only leads past others.
        """
        inside = self._inside.get((gateway, edge), frozenset())
        return inside & frozenset(self.net.labels)

    def _came_past(self, gateway: str, visited: Collection[str]) -> bool:
        """Whether a run came past a gateway; one that waits for events has no transition, but its branches have."""
        if gateway in visited:
            return True
        if self.flow is None or self.flow.by_id[gateway].kind is not NodeKind.EVENT_BASED:
            return False
        return any(inside & set(visited) for (source, _), inside in self._inside.items() if source == gateway)

    @cached_property
    def _branches_of(self) -> Mapping[str, tuple[Branch, ...]]:
        """For each node the exclusive branches that contain it, innermost first: its dominators among the edges."""
        if self.flow is None:
            return {}
        root: Branch = ("", 0)
        graph: nx.DiGraph[str | Branch] = nx.DiGraph()
        for node in self.flow.nodes:
            if node.kind is NodeKind.START:
                graph.add_edge(node.parent or root, node.id)
            if node.boundary is not None:
                graph.add_edge(node.boundary.at, node.id)
        splits = {node.id: 0 for node in self.flow.nodes if node.kind in _CHOOSING}
        for edge in self.flow.edges:
            if edge.source in splits:
                branch = (edge.source, splits[edge.source])
                splits[edge.source] += 1
                graph.add_edges_from([(edge.source, branch), (branch, edge.target)])
            else:
                graph.add_edge(edge.source, edge.target)
        if root not in graph:
            return {}
        above = nx.immediate_dominators(graph, root)
        found: dict[str | Branch, tuple[Branch, ...]] = {root: ()}
        for node in nx.dfs_preorder_nodes(nx.DiGraph([(d, n) for n, d in above.items() if n not in {root, d}]), root):
            if node == root:
                continue
            parent = above[node]
            outer = found[parent] if parent is not None else ()
            is_split = isinstance(node, tuple) and splits[node[0]] > 1
            found[node] = (node, *outer) if is_split else outer
        return {node: branches for node, branches in found.items() if isinstance(node, str)}

    @cached_property
    def _inside(self) -> Mapping[Branch, frozenset[str]]:
        """The nodes of each exclusive branch."""
        inside: dict[Branch, set[str]] = {}
        for node, branches in self._branches_of.items():
            for branch in branches:
                inside.setdefault(branch, set()).add(node)
        return {branch: frozenset(nodes) for branch, nodes in inside.items()}
