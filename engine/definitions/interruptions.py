"""Which events that end a step or sub-flow would show in a log: the same rule as for plans, entered only on evidence.

An interrupting event that logs do not show is silent. Where what comes after it would also come after the work it ends,
or where the case may end with nothing else, a case that simply left the work out looks the same: no log is evidence of
such an event. An error that is thrown inside is left out, because the work that leads to it is its trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.definitions.flow import Flow, Node, NodeKind, TriggerKind


@dataclass(frozen=True, slots=True)
class SilentInterruption:
    """An interrupting event on a border that logs do not show.

    Attributes:
        event: Its id.
        at: Id of the step or sub-flow that it ends.
        shown_by: Ids of the steps and logged events one of which comes next after it, in file order, and neither
            next after that step or sub-flow; empty when nothing in a log tells that the event has happened.
        only_so: Those of them to which nothing but silent interruptions leads: each is the entry of a way round.
    """

    event: str
    at: str
    shown_by: tuple[str, ...]
    only_so: tuple[str, ...]


def silent_interruptions(flow: Flow) -> tuple[SilentInterruption, ...]:
    """The silent interruptions of a flow, in file order."""
    walk = _Walk(flow)
    events = [node for node in flow.nodes if _interrupts(flow, node) and not node.logged]
    usual = walk.reached_without({event.id for event in events})
    found = []
    for event in events:
        at = "" if event.boundary is None else event.boundary.at
        after, normally = walk.next_after(event.id), walk.next_after(at)
        is_shown = not after.may_end and not after.shown & normally.shown
        shown = tuple(step.id for step in flow.steps if is_shown and step.id in after.shown)
        found.append(SilentInterruption(event.id, at, shown, tuple(step for step in shown if step not in usual)))
    return tuple(found)


def logged_interruptions(flow: Flow) -> tuple[str, ...]:
    """Ids of the events that end a step or sub-flow and that logs show, in file order; each is its own evidence."""
    return tuple(node.id for node in flow.nodes if _interrupts(flow, node) and node.logged)


def _interrupts(flow: Flow, node: Node) -> bool:
    if node.boundary is None or not node.boundary.interrupting:
        return False
    is_error = node.event is not None and node.event.kind is TriggerKind.ERROR
    return not (is_error and _is_thrown_inside(flow, node.boundary.at, node.event.detail if node.event else ""))


def _is_thrown_inside(flow: Flow, sub_flow: str, error: str) -> bool:
    """Whether an end at any depth of a sub-flow throws an error, or any error where it has no name."""
    for node in flow.nodes:
        if node.kind is not NodeKind.END or node.event is None or node.event.kind is not TriggerKind.ERROR:
            continue
        around = node.parent
        while around not in {None, sub_flow}:
            around = flow.by_id[around or ""].parent
        if around == sub_flow and error in {"", node.event.detail}:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Next:
    """What a log can show next, and whether an end may come before."""

    shown: frozenset[str]
    may_end: bool


class _Walk:
    """Goes along the edges of a flow, past whatever a log need not show."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._onward: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
        self._sitting: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
        self._start_of: dict[str | None, str] = {}
        for edge in flow.edges:
            self._onward[edge.source].append(edge.target)
        for node in flow.nodes:
            if node.boundary is not None:
                self._sitting[node.boundary.at].append(node.id)
            elif node.kind is NodeKind.START:
                self._start_of[node.parent] = node.id

    def next_after(self, node: str) -> _Next:
        """What comes next after a node is over."""
        return self._from(self._onward[node])

    def _from(self, nodes: Iterable[str]) -> _Next:
        shown: set[str] = set()
        waiting = list(nodes)
        seen = set(waiting)
        may_end = False
        while waiting:
            node = self._flow.by_id[waiting.pop()]
            further: list[str] = []
            if node.kind is NodeKind.SUB_FLOW:
                inner = self._from([self._start_of[node.id]])
                shown |= inner.shown
                further = self._onward[node.id] if inner.may_end or _may_be_left_out(node) else []
            elif node.is_visible:
                shown.add(node.id)
                further = self._onward[node.id] if _may_be_left_out(node) else []
            elif node.kind is NodeKind.END:
                may_end = True
            else:
                further = self._onward[node.id]
            fresh = [name for name in further if name not in seen]
            seen.update(fresh)
            waiting += fresh
        return _Next(frozenset(shown), may_end)

    def reached_without(self, events: set[str]) -> frozenset[str]:
        """Every node that a case may come to without one of some events; steps of plans are left out."""
        waiting = [self._start_of[None]]
        seen = set(waiting)
        while waiting:
            node = waiting.pop()
            further = [*self._onward[node], *(event for event in self._sitting[node] if event not in events)]
            further += [self._start_of[node]] if node in self._start_of else []
            further += [plan.rejoin for plan in self._flow.plans if plan.at == node]
            fresh = [name for name in further if name not in seen]
            seen.update(fresh)
            waiting += fresh
        return frozenset(seen)


def _may_be_left_out(node: Node) -> bool:
    return node.optional or (node.repeat is not None and node.repeat.at_least == 0)
