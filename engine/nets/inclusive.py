"""Which inclusive join closes which inclusive split.

An inclusive join has to wait for the branches that were chosen, and a Petri net has no memory of them but its tokens.
So the pair is found on the graph first. A split is closed by the nearest node that every one of its paths to an end
passes (postdominates it), that no path reaches without the split (is dominated by it), and that is an inclusive gateway
with several incoming edges. Every split has a join of its own, and every join a split.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import networkx as nx

from engine.definitions.flow import Flow, Node, NodeKind, TriggerKind
from engine.errors import Place, Problem, Value

_ENTRY, _EXIT = 0, 1  # no node id is an integer


@dataclass(frozen=True, slots=True)
class InclusivePairs:
    """The pairs of a flow, and the gateways that have no partner.

    Attributes:
        join_of: Split id → join id.
        problems: ``net.inclusive-unmatched`` for each gateway without a partner, ``net.inclusive-left`` for each plan
            or boundary event that leads out of the branches of a pair, or into them; in file order.
    """

    join_of: Mapping[str, str]
    problems: tuple[Problem, ...]


def match_inclusive(flow: Flow) -> InclusivePairs:
    """Match the inclusive splits of a flow with the joins that close them.

    A plan leaves and re-enters the flow as one token, so it changes no pair, as long as it stays among the branches in
    which it began: a join would wait for ever for a token that has left.
    """
    inclusive = [node for node in flow.nodes if node.kind is NodeKind.INCLUSIVE]
    if not inclusive:
        return InclusivePairs(MappingProxyType({}), ())
    graph = _graph(flow)
    splits = [node for node in inclusive if graph.out_degree(node.id) > 1]
    joins = {node.id for node in inclusive if graph.in_degree(node.id) > 1}
    dominators = nx.immediate_dominators(graph, _ENTRY)
    postdominators = nx.immediate_dominators(graph.reverse(copy=False), _EXIT)
    claims: dict[str, list[str]] = {}
    for split in splits:
        for node in _chain(postdominators, split.id):
            if node in joins and split.id in _chain(dominators, node):
                claims.setdefault(str(node), []).append(split.id)
                break
    # All that claim one join dominate it, so they stand on one chain; the join belongs to the nearest.
    join_of = {
        next(str(node) for node in _chain(dominators, join) if node in claimants): join
        for join, claimants in claims.items()
    }
    matched = join_of.keys() | set(join_of.values())
    unmatched = [node for node in inclusive if _lacks_partner(node, graph, join_of, matched)]
    problems = [
        Problem("net.inclusive-unmatched", Place(line=node.line, element=node.id), {"node": node.id})
        for node in unmatched
    ]
    for opening, closing in join_of.items():
        problems += _leaving(flow, graph, opening, closing)
    return InclusivePairs(MappingProxyType(join_of), tuple(problems))


def _leaving(flow: Flow, graph: nx.MultiDiGraph[Hashable], split: str, join: str) -> Iterator[Problem]:
    """Plans and boundary events that cross the border of the region between a split and its join."""
    values: dict[str, Value] = {"split": split, "join": join}
    inside = _reached(graph.copy(), split, join)
    for plan in flow.plans:
        if (plan.at in inside) != (plan.rejoin in inside):
            place = Place(line=plan.line, element=f"plans.{plan.id}")
            yield Problem("net.inclusive-left", place, {"node": plan.id, **values})
    if split not in inside:
        return
    events = [node for node in flow.nodes if node.boundary is not None and node.boundary.interrupting]
    for event in events:
        if event.id in inside and split in _reached(graph.copy(), event.id, join):
            place = Place(line=event.line, element=event.id)
            yield Problem("net.inclusive-left", place, {"node": event.id, **values})


def _reached(graph: nx.MultiDiGraph[Hashable], first: Hashable, last: Hashable) -> set[Hashable]:
    """What the ways from one node come to before another one, both left out; the first where a way comes back."""
    graph.remove_node(last)
    found: set[Hashable] = set()
    for successor in graph.successors(first):
        found |= {successor, *nx.descendants(graph, successor)}
    return found


def _graph(flow: Flow) -> nx.MultiDiGraph[Hashable]:
    """The flow with one entry before every start and one exit after every end, sub-flows standing apart.

    An interrupting boundary event is one more way on from its activity; what another one begins runs beside the rest,
    as if it came from outside. An end that cancels everything else leaves no branch for a join to wait for.
    """
    graph: nx.MultiDiGraph[Hashable] = nx.MultiDiGraph()
    graph.add_nodes_from([_ENTRY, _EXIT, *flow.by_id])
    graph.add_edges_from((edge.source, edge.target) for edge in flow.edges)
    graph.add_edges_from((_ENTRY, node.id) for node in flow.nodes if node.kind is NodeKind.START)
    graph.add_edges_from((node.id, _EXIT) for node in flow.nodes if node.kind is NodeKind.END and not _cancels(node))
    for node in flow.nodes:
        if node.boundary is not None:
            graph.add_edge(node.boundary.at if node.boundary.interrupting else _ENTRY, node.id)
    return graph


def _cancels(end: Node) -> bool:
    return end.terminates or (end.event is not None and end.event.kind is TriggerKind.ERROR)


def _chain(immediate: Mapping[Hashable, Hashable], node: Hashable) -> list[Hashable]:
    """The (post)dominators of a node, nearest first, without itself."""
    chain: list[Hashable] = []
    while node in immediate and immediate[node] not in (None, node):
        node = immediate[node]
        chain.append(node)
    return chain


def _lacks_partner(node: Node, graph: nx.MultiDiGraph[Hashable], join_of: Mapping[str, str], matched: set[str]) -> bool:
    splits, joins = graph.out_degree(node.id) > 1, graph.in_degree(node.id) > 1
    if splits and joins:
        return node.id not in join_of or node.id not in join_of.values()
    return (splits or joins) and node.id not in matched
