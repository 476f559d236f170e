"""Which way a case takes out of a gateway: the one whose condition its attributes meet.

A gateway that a case passes several times is judged by the last passage, because an attribute of a case is what is
known at its end. So the attributes decide how a loop ends, and chance how often a case goes round before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.definitions.flow import Edge, Flow, NodeKind
from engine.nets.net import Net
from engine.simulation.conditions import Conditions
from engine.simulation.values import Value

CaseValues = Mapping[str, Value]


@dataclass(frozen=True)
class Gateway:
    """An exclusive or inclusive gateway of which at least one way says when it is taken.

    Attributes:
        node: Its id.
        edges: Its ways, in file order.
        routes: Transition of the net → the ways it takes, as indices into ``edges``.
        is_exclusive: Whether exactly one way is taken.
        circular: The ways from which no end is reached but through the gateway again.
        inside: For each way the steps that are done on this way and on no other of the gateway.
    """

    node: str
    edges: tuple[Edge, ...]
    routes: Mapping[int, frozenset[int]]
    is_exclusive: bool
    circular: frozenset[int]
    inside: tuple[frozenset[str], ...]

    def answers(self, conditions: Conditions, case: CaseValues) -> tuple[bool | None, ...]:
        """For each way whether it is right for a case; None where nothing tells, or the way says nothing."""
        said = [None if edge.when is None else conditions.holds(edge.when, case) for edge in self.edges]
        asked = [answer for edge, answer in zip(self.edges, said, strict=True) if edge.when is not None]
        otherwise = False if any(asked) else None if None in asked else True
        return tuple(otherwise if edge.otherwise else said[at] for at, edge in enumerate(self.edges))

    def right(self, conditions: Conditions, case: CaseValues) -> frozenset[int]:
        """The transitions that a case may take for good."""
        answers = self.answers(conditions, case)
        return frozenset(route for route, ways in self.routes.items() if not self._wrong(ways, answers))

    def wrong_ways(self, route: int, conditions: Conditions, case: CaseValues) -> tuple[Edge, ...]:
        """The ways that are wrong when a case takes one of the transitions last."""
        wrong = self._wrong(self.routes[route], self.answers(conditions, case))
        return tuple(self.edges[at] for at in wrong)

    def _wrong(self, ways: frozenset[int], answers: Sequence[bool | None]) -> list[int]:
        """Of an exclusive gateway only the way that was taken is judged, of an inclusive one every way."""
        return [
            at
            for at, answer in enumerate(answers)
            if answer is not None and (answer != (at in ways)) and (not self.is_exclusive or at in ways)
        ]


def gateways_of(flow: Flow, net: Net) -> tuple[Gateway, ...]:
    """The gateways whose conditions decide, in the flow's order."""
    found = []
    for node in flow.nodes:
        edges = tuple(edge for edge in flow.edges if edge.source == node.id)
        if node.kind not in (NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE) or not any(edge.when for edge in edges):
            continue
        routes = {
            t: frozenset(at for at, edge in enumerate(edges) if edge.target in meaning.chosen)
            for t, meaning in enumerate(net.transitions)
            if meaning.node == node.id and meaning.chosen
        }
        reached = [_reached(flow, edge.target, node.id) for edge in edges]
        inside = tuple(
            frozenset(step.id for step in flow.steps if step.id in reached[at])
            - frozenset[str]().union(*(other for place, other in enumerate(reached) if place != at))
            for at in range(len(edges))
        )
        ends = {n.id for n in flow.nodes if n.kind is NodeKind.END}
        circular = frozenset(at for at, nodes in enumerate(reached) if not nodes & ends)
        found.append(Gateway(node.id, edges, routes, node.kind is NodeKind.EXCLUSIVE, circular, inside))
    return tuple(found)


def last_routes(gateways: Iterable[Gateway], routes: Sequence[int]) -> dict[str, int]:
    """The transition that was taken last out of each gateway that was passed."""
    owner = {route: gateway.node for gateway in gateways for route in gateway.routes}
    return {owner[route]: route for route in routes if route in owner}


def wrong_branches(
    gateways: Iterable[Gateway], routes: Sequence[int], conditions: Conditions, case: CaseValues
) -> tuple[Edge, ...]:
    """The ways that a case took, or of an inclusive gateway did not take, against their conditions."""
    gateways = tuple(gateways)
    last = last_routes(gateways, routes)
    return tuple(
        edge
        for gateway in gateways
        if gateway.node in last
        for edge in gateway.wrong_ways(last[gateway.node], conditions, case)
    )


def is_shown(gateways: Iterable[Gateway], routes: Sequence[tuple[int, int]], events: Sequence[tuple[str, int]]) -> bool:
    """Whether the events of a case show each way that it took last: one with steps has at least one of them done.

    Args:
        gateways: The gateways whose conditions decide.
        routes: The silent transitions that were taken, in order, and when.
        events: The steps that were done, and when each was begun.
    """
    last = {gateway.node: (gateway, *route) for route in routes for gateway in gateways if route[0] in gateway.routes}
    for gateway, transition, moment in last.values():
        after = {step for step, begun in events if begun >= moment}
        if any(gateway.inside[at] and not gateway.inside[at] & after for at in gateway.routes[transition]):
            return False
    return True


def _reached(flow: Flow, start: str, gateway: str) -> frozenset[str]:
    """The nodes on the ways from a node on, the gateway itself left out."""
    onward: dict[str, list[str]] = {}
    for edge in flow.edges:
        onward.setdefault(edge.source, []).append(edge.target)
    for plan in flow.plans:
        onward.setdefault(plan.at, []).append(plan.rejoin)
    seen, waiting = {start} - {gateway}, [start] if start != gateway else []
    while waiting:
        for node in onward.get(waiting.pop(), ()):
            if node != gateway and node not in seen:
                seen.add(node)
                waiting.append(node)
    return frozenset(seen)
