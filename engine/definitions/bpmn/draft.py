"""A flow in the making: what a reader of BPMN found, before it has ids and titles of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from engine.definitions.flow import NodeKind, Repeat, Trigger
from engine.definitions.xml_reading import line_of


@dataclass(slots=True)
class DraftNode:
    """A node in the making.

    Attributes:
        key: Unique in the draft: the element's id, with the ids of the calls it is in before it.
        kind: What it is.
        name: Its name as a label, or "".
        element: Where it stands, or None for a node that is made so that a rule of BPMN has a node to stand for it.
        parent: Key of the sub-flow that directly contains it.
        event: What an event is about.
        throws: Whether an event is sent.
        host: Key of what a boundary event sits on.
        interrupting: Whether a boundary event, or the start of an event sub-process, interrupts.
        repeat: How often it is performed.
        terminates: Whether an end ends everything.
        lane: Key of its lane.
        handles: Whether it is an event sub-process.
        plan: Whether it belongs to a contingency plan, and so to no edge.
    """

    key: str
    kind: NodeKind
    name: str
    element: etree._Element | None
    parent: str | None = None
    event: Trigger | None = None
    throws: bool = False
    host: str | None = None
    interrupting: bool = True
    repeat: Repeat | None = None
    terminates: bool = False
    lane: str | None = None
    handles: bool = False
    plan: bool = False

    @property
    def line(self) -> int:
        """Where it stands, 0 when it was made."""
        return 0 if self.element is None else line_of(self.element) or 0


@dataclass(slots=True)
class DraftEdge:
    """An edge in the making.

    Attributes:
        source: Key of the node it leaves.
        target: Key of the node it enters.
        element: Where it stands, or None for one that was made.
        when: Its condition when that is CEL.
        text: Its condition as written, of whatever kind, or "".
        otherwise: Whether it is its source's default.
    """

    source: str
    target: str
    element: etree._Element | None = None
    when: str | None = None
    text: str = ""
    otherwise: bool = False

    @property
    def line(self) -> int:
        """Where it stands, 0 when it was made."""
        return 0 if self.element is None else line_of(self.element) or 0


@dataclass(slots=True)
class Draft:
    """The nodes and edges of one process.

    Attributes:
        nodes: By key, in the order of the file.
        edges: In the order of the file.
        lanes: Lane key → name.
        called: Keys of sub-flows that stand for a called process.
        name: The name of the process.
    """

    nodes: dict[str, DraftNode] = field(default_factory=dict)
    edges: list[DraftEdge] = field(default_factory=list)
    lanes: dict[str, etree._Element] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    name: str = ""

    def add(self, node: DraftNode) -> DraftNode:
        """Add a node."""
        self.nodes[node.key] = node
        return node

    def make(self, kind: NodeKind, wanted: str, parent: str | None, name: str = "") -> DraftNode:
        """A new node that no element stands for, with a key near the wanted one."""
        key, number = f"+{wanted}", 1
        while key in self.nodes:
            number += 1
            key = f"+{wanted}-{number}"
        return self.add(DraftNode(key, kind, name, None, parent))

    def leaving(self, key: str) -> list[DraftEdge]:
        """The edges that leave a node."""
        return [edge for edge in self.edges if edge.source == key]

    def inside(self, parent: str | None) -> list[DraftNode]:
        """The nodes directly in a sub-flow, or in none."""
        return [node for node in self.nodes.values() if node.parent == parent]

    def onward(self) -> dict[str, list[str]]:
        """For each node with a way on the nodes that it leads to, by an edge or by an event on its border."""
        onward: dict[str, list[str]] = defaultdict(list)
        for edge in self.edges:
            onward[edge.source].append(edge.target)
        for node in self.nodes.values():
            if node.host is not None:
                onward[node.host].append(node.key)
        return onward

    def scopes(self) -> list[str | None]:
        """The process and its sub-flows, outer ones first."""
        return [None, *(key for key, node in self.nodes.items() if node.kind is NodeKind.SUB_FLOW)]

    def drop(self, keys: Iterable[str]) -> None:
        """Remove nodes and the edges at them."""
        gone = set(keys)
        self.nodes = {key: node for key, node in self.nodes.items() if key not in gone}
        self.edges = [e for e in self.edges if e.source not in gone and e.target not in gone]


def plain(key: str) -> str:
    """A key without the mark of a node that was made."""
    return key.lstrip("+")
