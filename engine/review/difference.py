"""The difference of two versions of a process: what was written differently, and what that allows or forbids."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from engine.definitions.calendar_writer import calendar_text, written_choice
from engine.definitions.flow import Edge, Flow, NodeKind
from engine.definitions.standards import Intention, Standard
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.process import Process
from engine.review.spelling import spelled
from engine.review.traces import TraceSearch, compare_traces

_NOT_COMPARED = frozenset({"id", "line", "source", "target"})
_OF_THE_FLOW = ("id", "title", "stage", "calendar", "termination", "effective", "idle")
"""What a flow says of itself, apart from its sections."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """One attribute that two versions say differently.

    Attributes:
        attribute: Its name, as in the flow's types; ``rule`` where a standard states another rule altogether.
        old: What the old version says, as a flow file would spell it; ``–`` for nothing.
        new: The same of the new one.
    """

    attribute: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that both versions have, written differently.

    Attributes:
        id: Its id; of an edge ``source -> target``.
        alterations: What differs, at least one.
    """

    id: str
    alterations: tuple[Alteration, ...]

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of what differs."""
        return tuple(alteration.attribute for alteration in self.alterations)


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
class VersionMark:
    """What tells a version from others.

    Attributes:
        flow: Id of the flow.
        content_hash: Of its meaning.
        effective: The day from which it is in force, or None for always.
    """

    flow: str
    content_hash: str
    effective: date | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How a new version differs from an old one.

    Attributes:
        old: The earlier version.
        new: The later one.
        flow: What the flow says of itself: its title, its calendar, the day from which it is in force, …
        steps: Steps, those of plans included.
        gateways: Starts, ends, gateways, events and sub-flows.
        edges: Edges, with their conditions.
        standards: Standards, with their rules and limits, and intentions, which state none.
        plans: Contingency plans.
        roles: Roles.
        weights: Weight groups.
        seasons: Seasons.
        calendars: The flow's own calendars.
        role_calendars: Calendars of roles.
        allowed: A shortest sequence of steps that only the new version accepts.
        forbidden: A shortest one that only the old version accepts.
    """

    old: VersionMark
    new: VersionMark
    flow: tuple[Alteration, ...]
    steps: Changes
    gateways: Changes
    edges: Changes
    standards: Changes
    plans: Changes
    roles: Changes
    weights: Changes
    seasons: Changes
    calendars: Changes
    role_calendars: Changes
    allowed: TraceSearch
    forbidden: TraceSearch

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs in what is written; lines, order and comments do not count."""
        sections = (self.steps, self.gateways, self.edges, self.standards, self.plans, self.roles, self.weights)
        more = (self.seasons, self.calendars, self.role_calendars)
        return not (self.flow or any(more) or any(sections))


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
        old=VersionMark(before.id, old.content_hash, before.effective),
        new=VersionMark(after.id, new.content_hash, after.effective),
        flow=tuple(_of_attributes(before, after, _OF_THE_FLOW)) if old.has_graph and new.has_graph else (),
        steps=_changes(_nodes(before, steps=True), _nodes(after, steps=True)),
        gateways=_changes(_nodes(before, steps=False), _nodes(after, steps=False)),
        edges=_changes(_edges(before.edges), _edges(after.edges)),
        standards=_changes(_standards(before), _standards(after)),
        plans=_changes({p.id: p for p in before.plans}, {p.id: p for p in after.plans}),
        roles=_changes(before.roles, after.roles),
        weights=_changes({g.id: g for g in before.weights}, {g.id: g for g in after.weights}),
        seasons=_changes({s.id: s for s in before.seasons}, {s.id: s for s in after.seasons}),
        calendars=_changes(_calendars(before), _calendars(after)),
        role_calendars=_changes(_role_calendars(before), _role_calendars(after)),
        allowed=allowed,
        forbidden=forbidden,
    )


def _nodes(flow: Flow, *, steps: bool) -> dict[str, Hashable]:
    return {node.id: node for node in flow.nodes if (node.kind is NodeKind.STEP) is steps}


def _standards(flow: Flow) -> dict[str, Hashable]:
    named: dict[str, Hashable] = {standard.id: standard for standard in flow.standards}
    return named | {intention.id: intention for intention in flow.intentions}


@dataclass(frozen=True, slots=True)
class _Hours:
    """What a calendar says, as a flow file would spell it."""

    hours: str


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which calendar holds, as a flow file would spell it."""

    calendar: str


def _calendars(flow: Flow) -> dict[str, _Hours]:
    return {calendar.name: _Hours(calendar_text(calendar)) for calendar in flow.calendars}


def _role_calendars(flow: Flow) -> dict[str, _Choice]:
    return {role: _Choice(written_choice(choice)) for role, choice in flow.role_calendars.items()}


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
    changed = [Changed(key, tuple(_alterations(old[key], new[key]))) for key in new if key in old]
    return Changes(
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        changed=tuple(change for change in changed if change.alterations),
    )


def _alterations(old: Any, new: Any) -> Iterator[Alteration]:
    """What two values of one dataclass say differently, places in the file left out."""
    names = tuple(field.name for field in fields(old) if field.name not in _NOT_COMPARED)
    if type(old) is not type(new):  # what was only wanted has become a standard, or the other way round
        yield Alteration("rule", _stated(old), _stated(new))
        names = ("title", "domain")
    elif isinstance(old, Standard):
        yield from _of_rules(old, new)
        names = tuple(name for name in names if name != "rule")
    yield from _of_attributes(old, new, names)


def _stated(value: Standard | Intention) -> str:
    return spelled(value.rule if isinstance(value, Standard) else value.statement)


def _of_rules(old: Standard, new: Standard) -> Iterator[Alteration]:
    """Limit by limit where the rule is the same one, else the two rules whole."""
    if type(old.rule) is not type(new.rule):
        yield Alteration("rule", spelled(old.rule), spelled(new.rule))
    else:
        yield from _of_attributes(old.rule, new.rule, tuple(field.name for field in fields(old.rule)))


def _of_attributes(old: object, new: object, names: Iterable[str]) -> Iterator[Alteration]:
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Alteration(name, spelled(before, of=old), spelled(after, of=new))
