"""Looks up the nodes that edges, standards, plans and weights name."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.fields import Fields, as_scalar
from engine.definitions.flow import Node, NodeKind
from engine.definitions.reading import Reading
from engine.definitions.yaml_document import Tree


class References:
    """The declared nodes, and what to say of a name that is none of them.

    Attributes:
        nodes: Node id → node.
        reading: Where problems go.
    """

    def __init__(self, reading: Reading, nodes: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self.reading = reading
        self._by_name = {
            name: node.id
            for node in nodes.values()
            for name in (node.title.en, node.title.zh, *node.aliases)
            if name and name not in nodes
        }

    def node(self, name: str, line: int, path: str) -> Node | None:
        """The node of that id, or None after saying so.

        A designer who writes a step's title or alias is told its id; one who misspells an id, the nearest.
        """
        found = self.nodes.get(name)
        if found is not None:
            return found
        near = self._by_name.get(name) or self.reading.similar(name, self.nodes)
        if near is None:
            self.reading.add("flow.unknown-node", line, path, found=name)
        else:
            self.reading.add("flow.misspelt-node", line, path, found=name, suggestion=near)
        return None

    def of(self, value: Tree, path: str) -> Node | None:
        """The node that a value of the file names."""
        scalar = as_scalar(self.reading, value, path)
        return None if scalar is None else self.node(scalar.text.strip(), scalar.line, path)

    def step(self, value: Tree, path: str) -> Node | None:
        """The step, or the logged event, that a value of the file names: what a log can show."""
        node = self.of(value, path)
        if node is not None and not node.is_visible:
            self.reading.add("flow.not-a-step", value.line, path, found=node.id)
            return None
        return node

    def activity(self, value: Tree, path: str) -> Node | None:
        """The step or sub-flow that a value of the file names."""
        node = self.of(value, path)
        if node is not None and node.kind not in (NodeKind.STEP, NodeKind.SUB_FLOW):
            self.reading.add("flow.not-an-activity", value.line, path, found=node.id)
            return None
        return node

    def field(self, fields: Fields, key: str) -> Node | None:
        """The node that a required field names."""
        value = fields.tree(key, required=True)
        return None if value is None else self.of(value, f"{fields.path}.{key}")
