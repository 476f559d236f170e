"""The structure that every flow has: one start, an end, and a way from the start through every node to an end.

What a flow *does* (whether parallel branches come together again, whether a case can get stuck) is not seen here but
in its net, by ``engine.nets.soundness``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.definitions.flow import Edge, Node, NodeKind
from engine.definitions.reading import Reading

FEWEST_STEPS = 2
"""A flow is at least two related activities: one alone has no order to keep."""


def check_counts(reading: Reading, nodes: Mapping[str, Node], plan_steps: frozenset[str], line: int) -> None:
    """Refuse a flow without exactly one start, without an end, or with fewer than two steps.

    Args:
        reading: Where problems go.
        nodes: Every declared node.
        plan_steps: Steps that only plans perform; they do not count.
        line: Of the section ``nodes``.
    """
    starts = [node for node in nodes.values() if node.kind is NodeKind.START]
    if not starts:
        reading.add("flow.no-start", line, "nodes")
    for other in starts[1:]:
        reading.add("flow.two-starts", other.line, f"nodes.{other.id}", node=other.id, first=starts[0].id)
    if not any(node.kind is NodeKind.END for node in nodes.values()):
        reading.add("flow.no-end", line, "nodes")
    steps = [node.id for node in nodes.values() if node.kind is NodeKind.STEP and node.id not in plan_steps]
    if len(steps) < FEWEST_STEPS:
        reading.add("flow.too-few-steps", line, "nodes", found=len(steps), fewest=FEWEST_STEPS)


def check_paths(reading: Reading, nodes: Mapping[str, Node], edges: Sequence[Edge], plan_steps: frozenset[str]) -> None:
    """Refuse nodes that no case can come to, nodes that no case can leave, and gateways too wide to be compiled.

    Args:
        reading: Where problems go.
        nodes: Every declared node.
        edges: All edges; both ends are declared.
        plan_steps: Steps that only plans perform; no edge joins them.
    """
    forward: dict[str, list[str]] = {identifier: [] for identifier in nodes}
    backward: dict[str, list[str]] = {identifier: [] for identifier in nodes}
    for edge in edges:
        forward[edge.source].append(edge.target)
        backward[edge.target].append(edge.source)
    starts = [node.id for node in nodes.values() if node.kind is NodeKind.START]
    ends = [node.id for node in nodes.values() if node.kind is NodeKind.END]
    from_start = _reached(starts, forward)
    to_end = _reached(ends, backward)
    for node in nodes.values():
        path = f"nodes.{node.id}"
        if node.id in plan_steps or node.kind is NodeKind.START:
            continue
        if node.id not in from_start and starts:
            reading.add("flow.unreachable", node.line, path, node=node.id)
        elif node.id not in to_end and ends:
            reading.add("flow.no-way-to-end", node.line, path, node=node.id)
        if node.kind is NodeKind.INCLUSIVE and len(forward[node.id]) > reading.limits.inclusive_branches:
            reading.too_large("inclusive_branches", len(forward[node.id]), node.line, path)


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
