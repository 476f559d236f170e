"""The flow: a service process as its designer writes it. Frozen values; a reader makes them, nothing changes them.

A flow says nothing about markings or costs: ``engine.nets.compile`` gives it its one formal meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from engine.definitions.standards import Standard
from engine.definitions.titles import Title


class NodeKind(StrEnum):
    """What a node of a flow is."""

    START = "start"
    STEP = "step"
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"
    END = "end"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the graph.

    Attributes:
        id: The key in the file, unique in the flow.
        kind: What it is.
        title: Its name for people; a gateway without one has an empty title.
        role: The id of the role that performs it, or None.
        aliases: Further activity names that mean this step in a log.
        optional: Whether the step may be left out without a deviation.
        line: 1-based line in the file.
    """

    id: str
    kind: NodeKind
    title: Title
    role: str | None = None
    aliases: tuple[str, ...] = ()
    optional: bool = False
    line: int = 0


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


class TriggerKind(StrEnum):
    """What sets a contingency plan off."""

    TIMER = "timer"
    ERROR = "error"
    MESSAGE = "message"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets a plan off: its kind and its detail as written (a duration, a name, a condition)."""

    kind: TriggerKind
    detail: str


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


@dataclass(frozen=True)
class Flow:
    """A whole flow, structurally valid: ids are unique and every reference resolves.

    Attributes:
        id: The value of ``flow:``.
        title: Its name for people.
        stage: Where in the customer's journey it belongs, or None.
        calendar: Name of the working calendar that working-time standards use, or None.
        roles: Role id → title, in file order.
        nodes: In file order; this order breaks the last ties between optimal alignments.
        edges: In file order.
        standards: In file order.
        plans: In file order.
        weights: Groups of steps that weigh differently; empty when every step weighs the same.
        source_hash: SHA-256 of the file's bytes, hexadecimal.
    """

    id: str
    title: Title
    stage: Stage | None
    calendar: str | None
    roles: Mapping[str, Title]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    standards: tuple[Standard, ...] = ()
    plans: tuple[Plan, ...] = ()
    weights: tuple[WeightGroup, ...] = ()
    source_hash: str = ""

    def __post_init__(self) -> None:
        """Freeze the mapping."""
        object.__setattr__(self, "roles", MappingProxyType(dict(self.roles)))

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Every node under its id."""
        return MappingProxyType({node.id: node for node in self.nodes})

    @cached_property
    def steps(self) -> tuple[Node, ...]:
        """The steps, in file order, those of plans included."""
        return tuple(node for node in self.nodes if node.kind is NodeKind.STEP)

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
