"""The structure that every flow has: one start, an end, and a way from the start through every node to an end.

What a flow *does* (whether parallel branches come together again, whether a case can get stuck) is not seen here but
in its net, by ``engine.nets.soundness``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Termination
from engine.definitions.reading import Reading

FEWEST_STEPS = 2
"""A flow is at least two related activities: one alone has no order to keep."""


def check_counts(reading: Reading, nodes: Mapping[str, Node], plan_steps: frozenset[str], line: int) -> None:
    """Refuse a flow with fewer than two steps, or in which it or a sub-flow has not one start and an end.

    Args:
        reading: Where problems go.
        nodes: Every declared node.
        plan_steps: Steps that only plans perform; they do not count.
        line: Of the section ``nodes``.
    """
    for parent, inside in _levels(nodes).items():
        around = line if parent is None else nodes[parent].line
        path = "nodes" if parent is None else f"nodes.{parent}"
        starts = [node for node in inside if node.kind is NodeKind.START]
        if not starts:
            reading.add("flow.no-start", around, path)
        for other in starts[1:]:
            reading.add("flow.two-starts", other.line, f"nodes.{other.id}", node=other.id, first=starts[0].id)
        if not any(node.kind is NodeKind.END for node in inside):
            reading.add("flow.no-end", around, path)
    steps = [node.id for node in nodes.values() if node.kind is NodeKind.STEP and node.id not in plan_steps]
    if len(steps) < FEWEST_STEPS:
        reading.add("flow.too-few-steps", line, "nodes", found=len(steps), fewest=FEWEST_STEPS)


def _levels(nodes: Mapping[str, Node]) -> dict[str | None, list[Node]]:
    """The nodes of the flow and of each sub-flow that is written out, empty ones included."""
    levels: dict[str | None, list[Node]] = {None: []}
    for node in nodes.values():
        if node.kind is NodeKind.SUB_FLOW and node.calls is None:
            levels.setdefault(node.id, [])
    for node in nodes.values():
        if node.parent in levels:
            levels[node.parent].append(node)
    return levels


def check_paths(reading: Reading, nodes: Mapping[str, Node], edges: Sequence[Edge], plan_steps: frozenset[str]) -> None:
    """Refuse nodes that no case can come to, nodes that no case can leave, and gateways that cannot be compiled.

    Each sub-flow stands for itself. An event on the border of something is come to from there.

    Args:
        reading: Where problems go.
        nodes: Every declared node.
        edges: All edges; both ends are declared.
        plan_steps: Steps that only plans perform; no edge joins them.
    """
    forward: dict[str, list[str]] = {identifier: [] for identifier in nodes}
    backward: dict[str, list[str]] = {identifier: [] for identifier in nodes}
    ways = [(edge.source, edge.target) for edge in edges]
    ways += [(node.boundary.at, node.id) for node in nodes.values() if node.boundary is not None]
    for source, target in ways:
        forward[source].append(target)
        backward[target].append(source)
    starts = [node.id for node in nodes.values() if node.kind is NodeKind.START]
    ends = [node.id for node in nodes.values() if node.kind is NodeKind.END]
    # What a level without a start or an end lacks was said already.
    started = {nodes[start].parent for start in starts}
    ended = {nodes[end].parent for end in ends}
    from_start = _reached(starts, forward)
    to_end = _reached(ends, backward)
    for node in nodes.values():
        path = f"nodes.{node.id}"
        if node.id in plan_steps or node.kind is NodeKind.START:
            continue
        if node.id not in from_start and node.parent in started:
            reading.add("flow.unreachable", node.line, path, node=node.id)
        elif node.id not in to_end and node.parent in ended:
            reading.add("flow.no-way-to-end", node.line, path, node=node.id)
        if node.kind is NodeKind.INCLUSIVE and len(forward[node.id]) > reading.limits.inclusive_branches:
            reading.too_large("inclusive_branches", len(forward[node.id]), node.line, path)
        if node.kind is NodeKind.EVENT_BASED:
            _check_awaited(reading, node, nodes, forward[node.id], backward)


def _check_awaited(
    reading: Reading,
    gateway: Node,
    nodes: Mapping[str, Node],
    targets: Sequence[str],
    backward: Mapping[str, Sequence[str]],
) -> None:
    """Behind an event-based gateway stand what it waits for: events, or steps that show one, each for itself alone."""
    laden = {node.boundary.at for node in nodes.values() if node.boundary is not None}
    for target in targets:
        node = nodes[target]
        waits = node.kind is NodeKind.EVENT and not node.throws
        shows = node.kind is NodeKind.STEP and node.repeat is None and target not in laden
        if not (waits or shows) or len(backward[target]) > 1:
            reading.add("flow.event-based-target", node.line, f"nodes.{target}", node=target, gateway=gateway.id)


def check_beside(reading: Reading, flow: Flow) -> None:
    """Refuse an event that begins a path beside the rest where branches have to join before the end."""
    for node in flow.nodes:
        if node.boundary is None or node.boundary.interrupting:
            continue
        if flow.termination_of(node.parent) is Termination.EXPLICIT:
            reading.add("flow.beside-needs-implicit", node.line, f"nodes.{node.id}", event=node.id)


def _reached(roots: Iterable[str], neighbours: Mapping[str, Sequence[str]]) -> set[str]:
    """Every node that a walk from the roots comes to, the roots included."""
    reached = set(roots)
    waiting = list(reached)
    while waiting:
        for neighbour in neighbours[waiting.pop()]:
            if neighbour not in reached:
                reached.add(neighbour)
                waiting.append(neighbour)
    return reached
