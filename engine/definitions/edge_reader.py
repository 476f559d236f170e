"""Reads the section ``edges``: chains ``a -> b -> c`` and single edges with a condition."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from engine.definitions.conditions import check_condition
from engine.definitions.fields import Fields, as_fields
from engine.definitions.flow import Edge, NodeKind
from engine.definitions.reading import Reading
from engine.definitions.references import References
from engine.definitions.yaml_document import Scalar, Sequence, Tree

_BRANCHING = (NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE)


@dataclass(frozen=True, slots=True)
class ReadEdges:
    """What the section holds.

    Attributes:
        edges: In file order, both ends declared, no pair twice.
        complete: Whether every edge could be read; else nothing can be said of what is reachable.
    """

    edges: tuple[Edge, ...]
    complete: bool


def read_edges(reading: Reading, fields: Fields, references: References, parent: str | None = None) -> ReadEdges:
    """Read the edges of a flow or sub-flow.

    Args:
        reading: Where problems go.
        fields: What holds the section.
        references: Every node of the whole flow.
        parent: Id of the sub-flow, or None for the flow itself; edges join its own nodes only.
    """
    section = fields.tree("edges", required=True)
    if section is None:
        return ReadEdges((), complete=False)
    if not isinstance(section, Sequence):
        reading.add("flow.not-a-list", section.line, "edges")
        return ReadEdges((), complete=False)
    reader = _EdgeReader(reading, references, parent)
    for item in section.items:
        reader.take(item)
        if len(reader.edges) > reading.limits.flow_edges:
            reading.too_large("flow_edges", len(reader.edges), item.line, "edges")
            return ReadEdges((), complete=False)
    return ReadEdges(tuple(reader.edges.values()), reader.complete)


def as_condition(reading: Reading, scalar: Scalar, path: str, *, about_event: bool = False) -> str | None:
    """A text that has to be a condition, about the case and, where it may, about an event."""
    text = scalar.text.strip()
    allowed = reading.limits.condition_characters
    if not text:
        reading.add("flow.empty-text", scalar.line, path)
    elif len(text) > allowed:
        reading.too_large("condition_characters", len(text), scalar.line, path)
    else:
        fault = check_condition(text, about_event=about_event)
        if fault is None:
            return text
        if fault.found_type:
            reading.add("flow.condition-without-answer", scalar.line, path, found=text, type=fault.found_type)
        else:
            reading.add("flow.bad-condition", scalar.line, path, found=text, reason=fault.reason)
    return None


class _EdgeReader:
    """Gathers the edges of one flow."""

    def __init__(self, reading: Reading, references: References, parent: str | None) -> None:
        self._parent = parent
        self.edges: dict[tuple[str, str], Edge] = {}
        self.complete = True
        self._reading = reading
        self._references = references
        self._otherwise: dict[str, Edge] = {}

    def take(self, item: Tree) -> None:
        """Take one item of the list."""
        if isinstance(item, Scalar):
            self._take_chain(item)
            return
        fields = as_fields(self._reading, item, "edges")
        if fields is None:
            self.complete = False
        else:
            self._take_mapping(fields)

    def _take_chain(self, item: Scalar) -> None:
        ids = [name.strip() for name in item.text.split("->")]
        if len(ids) < 2 or not all(ids):
            self._reading.add("flow.bad-chain", item.line, "edges", found=item.text)
            self.complete = False
            return
        known = [self._references.node(name, item.line, "edges") for name in ids]
        for source, target in pairwise(known):
            if source is None or target is None:
                self.complete = False
            else:
                self._put(Edge(source.id, target.id, line=item.line))

    def _take_mapping(self, fields: Fields) -> None:
        fields.allow(("from", "to", "when", "otherwise"))
        source, target = self._references.field(fields, "from"), self._references.field(fields, "to")
        otherwise = fields.flag("otherwise")
        written = fields.scalar("when")
        path = "edges" if source is None or target is None else f"{source.id} -> {target.id}"
        when = None if written is None else as_condition(self._reading, written, path)
        if written is not None and otherwise:
            self._reading.add("flow.condition-and-otherwise", fields.line, path)
        if source is None or target is None:
            self.complete = False
            return
        if (written is not None or otherwise) and source.kind not in _BRANCHING:
            line = fields.line_of("when" if written is not None else "otherwise")
            self._reading.add("flow.condition-misplaced", line, path, node=source.id)
        self._put(Edge(source.id, target.id, when, otherwise, fields.line))

    def _put(self, edge: Edge) -> None:
        path = f"{edge.source} -> {edge.target}"
        if not self._is_inside(edge, path):
            return
        first = self.edges.setdefault((edge.source, edge.target), edge)
        if first is not edge:
            self._reading.add("flow.duplicate-edge", edge.line, path, first=first.line)
            return
        if self._references.nodes[edge.target].kind is NodeKind.START:
            self._reading.add("flow.edge-into-start", edge.line, path, node=edge.target)
        if self._references.nodes[edge.target].boundary is not None:
            self._reading.add("flow.edge-into-boundary", edge.line, path, event=edge.target)
        if self._references.nodes[edge.source].kind is NodeKind.END:
            self._reading.add("flow.edge-out-of-end", edge.line, path, node=edge.source)
        if edge.otherwise and self._otherwise.setdefault(edge.source, edge) is not edge:
            first = self._otherwise[edge.source]
            self._reading.add("flow.two-otherwise", edge.line, path, node=edge.source, first=first.line)

    def _is_inside(self, edge: Edge, path: str) -> bool:
        """Whether both ends belong to the level that is read; else says which does not."""
        for name in (edge.source, edge.target):
            if self._references.nodes[name].parent != self._parent:
                self._reading.add("flow.edge-across", edge.line, path, node=name)
                self.complete = False
                return False
        return True
