"""The flow: a service process as its designer writes it. Frozen values; a reader makes them, nothing changes them.

A flow says nothing about markings or costs: ``engine.nets.compile`` gives it its one formal meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from engine.calendars import DEFAULT_CALENDAR, Calendar, CalendarChoice, calendar_named
from engine.calendars.days import DayRange
from engine.definitions.standards import Intention, Standard, TimeSpan, acting_step, counts_by_calendar
from engine.definitions.titles import Title


class NodeKind(StrEnum):
    """What a node of a flow is."""

    START = "start"
    STEP = "step"
    EVENT = "event"
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"
    EVENT_BASED = "event-based"
    SUB_FLOW = "sub-flow"
    END = "end"


class TriggerKind(StrEnum):
    """What an event is about, and what sets a contingency plan off."""

    TIMER = "timer"
    ERROR = "error"
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event's kind and its detail as written: a duration, a name, a condition; "" where nothing is written."""

    kind: TriggerKind
    detail: str


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where an event sits on the border of a step or sub-flow.

    Attributes:
        at: Id of the step or sub-flow, which has the same parent as the event.
        interrupting: Whether the event ends what it sits on. Otherwise its path runs beside it, once at most for each
            time that the step or sub-flow is entered.
    """

    at: str
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often a step or sub-flow is performed each time it is entered.

    Attributes:
        at_least: 0 or more.
        at_most: At least 1 and ``at_least``; None for no bound, which only a sequence may have.
        parallel: Whether the instances run beside each other (multi-instance) or one after the other (loop).
    """

    at_least: int
    at_most: int | None
    parallel: bool = False


class Termination(StrEnum):
    """When a flow or sub-flow has ended.

    ``explicit``: when one token has reached an end and nothing else runs, so that branches have to join first.
    ``implicit``: when nothing runs any more, however many ends were reached; as BPMN has it.
    """

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the graph.

    Attributes:
        id: The key in the file, unique in the flow.
        kind: What it is.
        title: Its name for people; a gateway without one has an empty title.
        role: The id of the role that performs it, or None.
        aliases: Further activity names that mean this step, or this logged event, in a log.
        optional: Whether the step may be left out without a deviation.
        line: 1-based line in the file.
        parent: Id of the sub-flow that directly contains it, or None. An edge joins nodes of one parent only, and each
            sub-flow has its own start and ends.
        event: What an event is about: of an ``EVENT``, and of a ``START`` or ``END`` that says so; None otherwise. An
            ``END`` with an error ends its sub-flow and is caught by an interrupting error event on its border.
        throws: Whether an event is sent rather than waited for. Means nothing for the order of work.
        logged: Whether an ``EVENT`` appears in logs, like a step; one that does not is silent.
        boundary: What an ``EVENT`` sits on, or None when it stands between nodes.
        repeat: How often a step or sub-flow is performed, or None for once.
        terminates: Whether an ``END`` ends everything else that runs in its flow or sub-flow as well.
        calls: Id of the flow that a ``SUB_FLOW`` stands for, or None when it is written out in place. The called nodes
            are here too, as its children, with ``ID.`` before their ids; so are its plans, standards and seasons.
        risk: What is known to go wrong at a step, or None. A step with a plan is one at risk as well.
        script: What is said to the customer at a step, or None.
        ends: When a ``SUB_FLOW`` has ended; None for the same as what contains it.
    """

    id: str
    kind: NodeKind
    title: Title
    role: str | None = None
    aliases: tuple[str, ...] = ()
    optional: bool = False
    line: int = 0
    parent: str | None = None
    event: Trigger | None = None
    throws: bool = False
    logged: bool = False
    boundary: Boundary | None = None
    repeat: Repeat | None = None
    terminates: bool = False
    calls: str | None = None
    risk: Title | None = None
    script: Title | None = None
    ends: Termination | None = None

    @property
    def is_visible(self) -> bool:
        """Whether logs show it: a step, or an event that is logged."""
        return self.kind is NodeKind.STEP or (self.kind is NodeKind.EVENT and self.logged)


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed edge.

    Attributes:
        source: Id of the node it leaves.
        target: Id of the node it enters.
        when: The condition under which an exclusive or inclusive gateway takes it (CEL), or None.
        otherwise: Whether it is taken when no other condition holds.
        line: 1-based line in the file.
    """

    source: str
    target: str
    when: str | None = None
    otherwise: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A contingency (预备方案): a planned answer to a disturbance.

    It may be entered where its step is due, before or directly after the step; the path is then performed in order
    and the case goes on before ``rejoin``. The first element of the path is a visible step, so that a plan is
    entered on evidence only.

    Attributes:
        id: The key in the file.
        risk: What may go wrong, for people.
        at: Id of the step it protects.
        trigger: What sets it off.
        path: Ids of steps that are declared under ``nodes`` and joined by no edge.
        rejoin: Id of the node the case goes on with (a step, a gateway other than a join, or an end).
        line: 1-based line in the file.
    """

    id: str
    risk: Title
    at: str
    trigger: Trigger
    path: tuple[str, ...]
    rejoin: str
    line: int = 0


class Stage(StrEnum):
    """The stage of the customer's journey that a flow serves."""

    PRE_SALE = "pre-sale"
    IN_SALE = "in-sale"
    AFTER_SALE = "after-sale"


@dataclass(frozen=True, slots=True)
class WeightGroup:
    """Steps that weigh together in completeness, ordering and efficiency (接车 3 : 交车 7).

    Attributes:
        id: The key in the file.
        title: Its name for people.
        weight: A positive integer.
        steps: Ids of its steps; a step belongs to at most one group.
    """

    id: str
    title: Title
    weight: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """A time in which other standards are in force: the peak before a holiday.

    Attributes:
        id: The key in the file.
        title: Its name for people.
        ranges: When it is.
        holidays: Names of public holidays of the calendar's country, in its language or in English, that it covers.
        days_before, days_after: How many days around each of those holidays belong to it.
        line: 1-based line in the file.
    """

    id: str
    title: Title
    ranges: tuple[DayRange, ...] = ()
    holidays: tuple[str, ...] = ()
    days_before: int = 0
    days_after: int = 0
    line: int = 0


@dataclass(frozen=True)
class Flow:
    """A whole flow, structurally valid: ids are unique and every reference resolves.

    Attributes:
        id: The value of ``flow:``.
        title: Its name for people.
        stage: Where in the customer's journey it belongs, or None.
        calendar: Which calendar counts working time, or None. Its days and holidays, of several those of the one for
            all other cases, are the flow's.
        roles: Role id → title, in file order.
        nodes: In file order; this order breaks the last ties between optimal alignments.
        edges: In file order.
        standards: In file order.
        plans: In file order.
        weights: Groups of steps that weigh differently; empty when every step weighs the same.
        source_hash: SHA-256 of the file's bytes, hexadecimal.
        seasons: In file order.
        termination: When a case has ended.
        effective: The day from which this version is in force, in the calendar's time zone, or None for always.
        idle: How long nothing has to happen in a case of a live log for it to be closed, in clock time; None where it
            is closed by its end or by a call only.
        intentions: What stands among the standards without a rule, in file order.
        calendars: The flow's own calendars, in file order.
        role_calendars: Role id → which calendar counts the working time of the role; the flow's for others.
    """

    id: str
    title: Title
    stage: Stage | None
    calendar: CalendarChoice | None
    roles: Mapping[str, Title]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    standards: tuple[Standard, ...] = ()
    plans: tuple[Plan, ...] = ()
    weights: tuple[WeightGroup, ...] = ()
    source_hash: str = ""
    seasons: tuple[Season, ...] = ()
    termination: Termination = Termination.EXPLICIT
    effective: date | None = None
    intentions: tuple[Intention, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    role_calendars: Mapping[str, CalendarChoice] = field(default_factory=dict)
    idle: TimeSpan | None = None

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        for name in ("roles", "role_calendars"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Every node under its id."""
        return MappingProxyType({node.id: node for node in self.nodes})

    @cached_property
    def main_calendar(self) -> Calendar:
        """The calendar whose days and holidays are the flow's: its own, of several the one for all other cases.

        Raises:
            KeyError: There is none of its name.
        """
        return self.calendar_named(DEFAULT_CALENDAR if self.calendar is None else self.calendar.name)

    def calendar_named(self, name: str) -> Calendar:
        """A calendar of the flow, or a shipped one.

        Raises:
            KeyError: There is none of that name.
        """
        return next((own for own in self.calendars if own.name == name), None) or calendar_named(name)

    @property
    def calendar_choices(self) -> tuple[CalendarChoice, ...]:
        """Which calendar holds: for the flow, where it says so, and for each role that has its own."""
        return (*(() if self.calendar is None else (self.calendar,)), *self.role_calendars.values())

    def role_in_time(self, standard: Standard) -> str | None:
        """The role by whose own calendar a limit of a standard is counted; None where it is the flow's that counts."""
        step = acting_step(standard.rule) if counts_by_calendar(standard) else None
        role = None if step is None else self.by_id[step].role
        return role if role in self.role_calendars else None

    @property
    def calendar_names(self) -> tuple[str, ...]:
        """The names of all calendars that the flow uses."""
        return tuple(dict.fromkeys(name for choice in self.calendar_choices for name in choice.names))

    @cached_property
    def steps(self) -> tuple[Node, ...]:
        """What a log shows, in file order: the steps, those of plans included, and the events that are logged."""
        return tuple(node for node in self.nodes if node.is_visible)

    def termination_of(self, sub_flow: str | None) -> Termination:
        """When a sub-flow has ended, or with None the flow: as it says itself, else as what contains it."""
        while sub_flow is not None:
            node = self.by_id[sub_flow]
            if node.ends is not None:
                return node.ends
            sub_flow = node.parent
        return self.termination

    @cached_property
    def steps_inside(self) -> Mapping[str, tuple[str, ...]]:
        """Sub-flow id → ids of what a log shows of its inside, at any depth, in file order."""
        found: dict[str, list[str]] = {node.id: [] for node in self.nodes if node.kind is NodeKind.SUB_FLOW}
        for step in self.steps:
            parent = step.parent
            while parent is not None:
                found[parent].append(step.id)
                parent = self.by_id[parent].parent
        return MappingProxyType({sub_flow: tuple(steps) for sub_flow, steps in found.items()})

    @cached_property
    def plan_steps(self) -> frozenset[str]:
        """Ids of the steps that only plans perform."""
        return frozenset(step for plan in self.plans for step in plan.path)

    @cached_property
    def step_of_activity(self) -> Mapping[str, str]:
        """Activity name in a log → step id: ids, titles in both languages and aliases, as written."""
        names: dict[str, str] = {}
        for node in self.steps:
            for name in (node.id, node.title.en, node.title.zh, *node.aliases):
                names.setdefault(name, node.id)
        return MappingProxyType(names)
