"""The difference of two versions of a process: what was written differently, and what that allows or forbids."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.definitions.flow import Edge, Flow, NodeKind
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.process import Process
from engine.review.traces import TraceSearch, compare_traces

_NOT_COMPARED = frozenset({"id", "line", "source", "target"})


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that both versions have, written differently.

    Attributes:
        id: Its id; of an edge ``source -> target``.
        attributes: Names of what differs, as in the flow's types.
    """

    id: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What came, went and changed in one section, in file order."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]

    def __bool__(self) -> bool:
        """Whether there is any change."""
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a new version differs from an old one.

    Attributes:
        steps: Steps, those of plans included.
        gateways: Starts, ends and gateways.
        edges: Edges, with their conditions.
        standards: Standards.
        plans: Contingency plans.
        roles: Roles.
        weights: Weight groups.
        allowed: A shortest sequence of steps that only the new version accepts.
        forbidden: A shortest one that only the old version accepts.
    """

    steps: Changes
    gateways: Changes
    edges: Changes
    standards: Changes
    plans: Changes
    roles: Changes
    weights: Changes
    allowed: TraceSearch
    forbidden: TraceSearch

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs in what is written; lines, order and comments do not count."""
        return not any((self.steps, self.gateways, self.edges, self.standards, self.plans, self.roles, self.weights))


def difference(old: Process, new: Process, *, limits: Limits = DEFAULT_LIMITS) -> Difference:
    """Compare two versions of a process.

    Steps are the same when their ids are (for PNML nets: their labels); so a renamed id is one step less and one more.

    Args:
        old: The earlier version.
        new: The later one.
        limits: ``difference_markings`` bounds the markings visited in the search for traces.
    """
    allowed, forbidden = compare_traces(old.net, new.net, max_markings=limits.difference_markings)
    before, after = old.flow, new.flow
    return Difference(
        steps=_changes(_nodes(before, steps=True), _nodes(after, steps=True)),
        gateways=_changes(_nodes(before, steps=False), _nodes(after, steps=False)),
        edges=_changes(_edges(before.edges), _edges(after.edges)),
        standards=_changes({s.id: s for s in before.standards}, {s.id: s for s in after.standards}),
        plans=_changes({p.id: p for p in before.plans}, {p.id: p for p in after.plans}),
        roles=_changes(before.roles, after.roles),
        weights=_changes({g.id: g for g in before.weights}, {g.id: g for g in after.weights}),
        allowed=allowed,
        forbidden=forbidden,
    )


def _nodes(flow: Flow, *, steps: bool) -> dict[str, Hashable]:
    return {node.id: node for node in flow.nodes if (node.kind is NodeKind.STEP) is steps}


def _edges(edges: Iterable[Edge]) -> dict[str, Hashable]:
    """Edges under the names of their ends; a second one between the same two nodes is numbered."""
    named: dict[str, Hashable] = {}
    for edge in edges:
        name, number = f"{edge.source} -> {edge.target}", 2
        while name in named:
            name, number = f"{edge.source} -> {edge.target} ({number})", number + 1
        named[name] = edge
    return named


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    changed = [Changed(key, _differing(old[key], new[key])) for key in new if key in old]
    return Changes(
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        changed=tuple(change for change in changed if change.attributes),
    )


def _differing(old: Any, new: Any) -> tuple[str, ...]:
    """Names of the attributes in which two values of one dataclass differ, places in the file left out."""
    names = (field.name for field in fields(old) if field.name not in _NOT_COMPARED)
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))
