"""Reads the section ``nodes``, with the time standards that are written on steps."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definitions.fields import COMES_LATER, Fields, as_fields, as_label, sections
from engine.definitions.flow import Node, NodeKind
from engine.definitions.reading import Reading
from engine.definitions.standard_reader import bounds, bounds_agree, step_standard
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Scalar, Tree

NO_TITLE = Title("", "")
NODE_KINDS = tuple(
    kind.value
    for kind in (
        NodeKind.START,
        NodeKind.STEP,
        NodeKind.EXCLUSIVE,
        NodeKind.PARALLEL,
        NodeKind.INCLUSIVE,
        NodeKind.END,
    )
)
_STEP_KEYS = ("step", "role", "aliases", "optional", "at-least", "at-most")


@dataclass(frozen=True, slots=True)
class ReadNodes:
    """What the section holds.

    Attributes:
        nodes: Every declared node under its id. A node that is wrong in a detail is here nevertheless, so that
            references to it are not reported as a second mistake.
        standards: Those written on steps, in the order of the nodes.
    """

    nodes: dict[str, Node]
    standards: tuple[Standard, ...]


def read_nodes(reading: Reading, document: Fields, roles: dict[str, Title]) -> ReadNodes:
    """Read every node of a flow.

    Args:
        reading: Where problems go.
        document: The whole file.
        roles: The roles that steps may name.
    """
    document.tree("nodes", required=True)
    nodes: dict[str, Node] = {}
    standards: list[Standard] = []
    for identifier, key, value in sections(reading, document, "nodes"):
        path = f"nodes.{identifier}"
        if isinstance(value, Scalar):
            nodes[identifier] = _bare_node(reading, identifier, value, key.line)
            continue
        fields = as_fields(reading, value, path)
        if fields is None:
            nodes[identifier] = _unread(identifier, key.line)
            continue
        node = _node(fields, identifier, key.line, roles)
        nodes[identifier] = node
        if node.kind is NodeKind.STEP:
            standards += _inline_standards(fields, node)
    _refuse_shared_names(reading, nodes)
    return ReadNodes(nodes, tuple(standards))


def _unread(identifier: str, line: int, kind: NodeKind = NodeKind.STEP) -> Node:
    title = Title(identifier, identifier) if kind is NodeKind.STEP else NO_TITLE
    return Node(identifier, kind, title, line=line)


def _bare_node(reading: Reading, identifier: str, value: Scalar, line: int) -> Node:
    """A node written as one word: its kind."""
    path = f"nodes.{identifier}"
    if value.text == NodeKind.STEP:
        reading.add("flow.step-without-title", value.line, path)
    elif value.text in NODE_KINDS:
        return Node(identifier, NodeKind(value.text), NO_TITLE, line=line)
    elif value.text in COMES_LATER:
        reading.add("flow.comes-later", value.line, path, what=value.text)
        return _unread(identifier, line, NodeKind.EXCLUSIVE)
    else:
        near = reading.similar(value.text, NODE_KINDS)
        if near is not None:
            reading.add("flow.misspelt-kind", value.line, path, found=value.text, suggestion=near)
            return _unread(identifier, line, NodeKind(near))
        reading.add("flow.unknown-kind", value.line, path, found=value.text, known=", ".join(NODE_KINDS))
    return _unread(identifier, line)


def _node(fields: Fields, identifier: str, line: int, roles: dict[str, Title]) -> Node:
    """A node written as a mapping: its kind with a title, and what else belongs to that kind."""
    reading = fields.reading
    kinds = [kind for kind in NODE_KINDS if kind in fields]
    if len(kinds) != 1:
        later = [key for key in fields if key in COMES_LATER]
        if later:
            for key in later:
                reading.add("flow.comes-later", fields.line_of(key), fields.path, what=key)
        elif kinds:
            reading.add("flow.node-with-two-kinds", fields.line_of(kinds[1]), fields.path, kinds=", ".join(kinds))
        else:
            fields.allow((*NODE_KINDS, *_STEP_KEYS))
            reading.add("flow.node-without-kind", fields.line, fields.path, known=", ".join(NODE_KINDS))
        return _unread(identifier, line, NodeKind(kinds[0]) if kinds else NodeKind.STEP)
    kind = NodeKind(kinds[0])
    title = fields.title(kind.value)
    if kind is not NodeKind.STEP:
        fields.allow((kind.value,))
        return Node(identifier, kind, title or NO_TITLE, line=line)
    fields.allow(_STEP_KEYS)
    return Node(
        identifier,
        kind,
        title or Title(identifier, identifier),
        role=_role(fields, roles),
        aliases=_aliases(fields),
        optional=fields.flag("optional"),
        line=line,
    )


def _role(fields: Fields, roles: dict[str, Title]) -> str | None:
    scalar = fields.scalar("role")
    if scalar is None or scalar.text in roles:
        return None if scalar is None else scalar.text
    near = fields.reading.similar(scalar.text, roles)
    if near is None:
        fields.reading.add("flow.unknown-role", scalar.line, fields.path, found=scalar.text)
    else:
        fields.reading.add("flow.misspelt-role", scalar.line, fields.path, found=scalar.text, suggestion=near)
    return None


def _aliases(fields: Fields) -> tuple[str, ...]:
    aliases: list[str] = []
    path = f"{fields.path}.aliases"
    item: Tree
    for item in fields.items("aliases") or ():
        alias = as_label(fields.reading, item, path)
        if alias is None:
            continue
        if alias in aliases:
            fields.reading.add("flow.repeated-item", item.line, path, item=alias)
        else:
            aliases.append(alias)
    return tuple(aliases)


def _inline_standards(fields: Fields, node: Node) -> list[Standard]:
    """One standard for each of ``at-least`` and ``at-most``."""
    at_least, at_most = bounds(fields)
    if not bounds_agree(fields, at_least, at_most):
        return []
    return [
        step_standard(node, key, span, fields.line_of(key))
        for key, span in (("at-least", at_least), ("at-most", at_most))
        if span is not None
    ]


def _refuse_shared_names(reading: Reading, nodes: dict[str, Node]) -> None:
    """Each activity name in a log means one step: refuse names that two steps claim."""
    owner: dict[str, Node] = {}
    for node in nodes.values():
        if node.kind is not NodeKind.STEP:
            continue
        for name in dict.fromkeys((node.id, node.title.en, node.title.zh, *node.aliases)):
            other = owner.setdefault(name, node)
            if other is not node:
                reading.add(
                    "flow.name-clash", node.line, f"nodes.{node.id}", name=name, step=other.id, first=other.line
                )
