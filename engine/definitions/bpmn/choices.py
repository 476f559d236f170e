"""Conditions and choices of BPMN, said with the gateways that a flow has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from engine.definitions.bpmn.conditions import exclude_each_other
from engine.definitions.bpmn.draft import Draft, DraftEdge, DraftNode, plain
from engine.definitions.bpmn.reading import BpmnReading
from engine.definitions.flow import NodeKind

_CHOOSING = (NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE)
_ACTING = (NodeKind.STEP, NodeKind.SUB_FLOW, NodeKind.EVENT, NodeKind.START)
_MOST_WRITTEN_OUT = 3
"""Conditions of an inclusive gateway whose sets are written out one by one: seven sets."""


def settle_choices(draft: Draft, reading: BpmnReading, *, written_by_us: bool) -> None:
    """Leave conditions behind exclusive and inclusive gateways only, and to each inclusive split a join.

    Args:
        draft: What was collected.
        reading: Takes notes.
        written_by_us: Whether Trueline wrote the file, so that its gateways are what they were.
    """
    for edge in [edge for edge in draft.edges if draft.nodes[edge.source].kind not in (*_CHOOSING, *_ACTING)]:
        _drop_condition(edge, reading)
    for key in [node.key for node in draft.nodes.values() if node.kind in _ACTING]:
        _split_by_condition(draft, key)
    if not written_by_us:
        for node in [node for node in draft.nodes.values() if node.kind is NodeKind.INCLUSIVE]:
            _merge_alternatives(draft, node, reading)
        for node in [node for node in draft.nodes.values() if node.kind is NodeKind.INCLUSIVE]:
            _write_out(draft, node, reading)


def _drop_condition(edge: DraftEdge, reading: BpmnReading) -> None:
    """Behind a parallel or an event-based gateway a condition means nothing (BPMN 13.4.1, 13.4.4)."""
    if edge.text and edge.element is not None:
        reading.remark("bpmn.condition-ignored", edge.element)
    edge.when, edge.text, edge.otherwise = None, "", False


def _split_by_condition(draft: Draft, key: str) -> None:
    """Conditions behind an activity choose like an inclusive gateway; what has none is always taken (BPMN 13.3.1).

    Where no two of them can hold at once, an exclusive gateway chooses the same. Beside a way that is always taken,
    each of the others may be left out, which then is an end of its own.
    """
    leaving = draft.leaving(key)
    chosen = [edge for edge in leaving if edge.text or edge.otherwise]
    if not any(edge.text for edge in leaving):
        for edge in chosen:
            edge.otherwise = False
        return
    always = len(chosen) < len(leaving)
    exclusive = exclude_each_other([edge.text for edge in chosen if edge.text])
    leave_out = always and not any(edge.otherwise for edge in chosen)
    for together in [chosen] if exclusive or not leave_out else [[edge] for edge in chosen]:
        kind = NodeKind.EXCLUSIVE if exclusive or leave_out else NodeKind.INCLUSIVE
        gateway = draft.make(kind, f"{plain(key)}-choice", draft.nodes[key].parent)
        draft.edges.insert(draft.edges.index(together[0]), DraftEdge(key, gateway.key))
        for edge in together:
            edge.source = gateway.key
        if leave_out:
            end = draft.make(NodeKind.END, f"{plain(gateway.key)}-none", gateway.parent)
            draft.edges.append(DraftEdge(gateway.key, end.key, otherwise=True))


def _merge_alternatives(draft: Draft, join: DraftNode, reading: BpmnReading) -> None:
    """An inclusive join whose ways in are never taken at once lets every token pass, as an exclusive one does.

    It waits while a token may still come to a way in that has none (BPMN 13.4.3). Tokens for two of its ways in come
    from one that was split, so where no split leads to two of them along different branches, there is none to wait for.
    """
    entering = [edge for edge in draft.edges if edge.target == join.key]
    if len(entering) < len(("one", "another")) or len(draft.leaving(join.key)) > 1:
        return
    backward: dict[str, list[str]] = defaultdict(list)
    for source, targets in draft.onward().items():
        for target in targets:
            backward[target].append(source)
    upstream = [_all_from(edge.source, backward) for edge in entering]
    leads_to: dict[str, list[set[int]]] = defaultdict(list)
    for edge in draft.edges:
        reached = {index for index, keys in enumerate(upstream) if edge.target in keys or entering[index] is edge}
        leads_to[edge.source].append(reached)
    for node in draft.nodes.values():
        if node.host is not None and not node.interrupting:
            beside = [n for n in draft.nodes.values() if n.host == node.host]
            leads_to[node.host] += [{i for i, keys in enumerate(upstream) if n.key in keys} for n in beside]
    alternatives = {NodeKind.EXCLUSIVE, NodeKind.EVENT_BASED}
    for key, branches in leads_to.items():
        leading = [reached for reached in branches if reached]
        if draft.nodes[key].kind not in alternatives and len(leading) > 1 and len(set().union(*leading)) > 1:
            return
    join.kind = NodeKind.EXCLUSIVE
    if join.element is not None:
        reading.remark("bpmn.inclusive-passes", join.element)


def _all_from(first: str, onward: Mapping[str, Sequence[str]]) -> set[str]:
    """A node and all that its ways come to."""
    seen, waiting = {first}, [first]
    while waiting:
        new = set(onward.get(waiting.pop(), ())) - seen
        seen |= new
        waiting += new
    return seen


def _write_out(draft: Draft, gateway: DraftNode, reading: BpmnReading) -> None:
    """An inclusive split whose ways no inclusive gateway joins: a choice among the sets of ways that may be taken.

    The sets are the single ways and, behind a parallel gateway each, those of several; the default is alone.
    """
    leaving = draft.leaving(gateway.key)
    free = [edge for edge in leaving if not edge.otherwise]
    if len(leaving) < len(("one", "another")) or len(free) > _MOST_WRITTEN_OUT or _is_joined(draft, gateway.key):
        return
    gateway.kind = NodeKind.EXCLUSIVE
    if gateway.element is not None:
        reading.remark("bpmn.inclusive-written-out", gateway.element)
    conditions = [edge.when for edge in free]
    for size in range(2, len(free) + 1):
        for chosen in combinations(free, size):
            several = draft.make(NodeKind.PARALLEL, f"{plain(gateway.key)}-several", gateway.parent)
            when = _just(conditions, [edge in chosen for edge in free])
            draft.edges.append(DraftEdge(gateway.key, several.key, when=when))
            draft.edges += [DraftEdge(several.key, edge.target) for edge in chosen]
    for index, edge in enumerate(free):
        edge.when = _just(conditions, [position == index for position in range(len(free))])


def _just(conditions: list[str | None], chosen: list[bool]) -> str | None:
    """The condition under which some hold and the others do not; None where one of them is not known."""
    if any(condition is None for condition in conditions):
        return None
    if len(conditions) == 1:
        return conditions[0]
    signs = zip(conditions, chosen, strict=True)
    return " && ".join(f"({condition})" if holds else f"!({condition})" for condition, holds in signs)


def _is_joined(draft: Draft, split: str) -> bool:
    """Whether a way from a split comes to an inclusive gateway with several ways in."""
    onward = draft.onward()
    entering = Counter(edge.target for edge in draft.edges)
    reached = set().union(*(_all_from(key, onward) for key in onward[split]))
    return any(draft.nodes[key].kind is NodeKind.INCLUSIVE and entering[key] > 1 for key in reached)
