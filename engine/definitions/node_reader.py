"""Reads the section ``nodes``, sub-flows included, with the time standards that are written on steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.definitions.call_reader import CalledParts, Calls
from engine.definitions.event_reader import (
    END_TRIGGERS,
    START_TRIGGERS,
    TRIGGERS,
    read_boundary,
    read_repeat,
    read_trigger,
)
from engine.definitions.fields import COMES_LATER, Fields, as_fields, as_label, no_role, sections
from engine.definitions.flow import Node, NodeKind, Termination, TriggerKind
from engine.definitions.reading import Reading
from engine.definitions.standard_reader import bounds, bounds_agree, step_standard, title_of_id
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Scalar, Tree

NO_TITLE = Title("", "")
CALL = "call"
"""The key of a sub-flow that stands in a file of its own."""
_BARE_KINDS = tuple(kind.value for kind in NodeKind if kind not in (NodeKind.STEP, NodeKind.SUB_FLOW))
NODE_KINDS = (*(kind.value for kind in NodeKind), CALL)
_STEP_KEYS = ("step", "role", "aliases", "optional", "at-least", "at-most", "repeat", "risk", "script")
_EVENT_KEYS = ("event", *TRIGGERS, "throws", "role", "logged", "aliases", "optional", "on")
_SUB_FLOW_KEYS = ("sub-flow", "role", "repeat", "risk", "ends", "nodes", "edges")
_CALL_KEYS = (CALL, "title", "role", "repeat", "risk")
_THROWN = (TriggerKind.MESSAGE, TriggerKind.SIGNAL)


@dataclass(frozen=True, slots=True)
class ReadScope:
    """One level of the flow.

    Attributes:
        parent: Id of the sub-flow, or None for the flow itself.
        fields: What holds its edges, or None when it is a called flow.
        called: The called flow, or None when it is written out.
    """

    parent: str | None
    fields: Fields | None
    called: CalledParts | None = None


@dataclass(frozen=True, slots=True)
class ReadNodes:
    """What the section holds.

    Attributes:
        nodes: Every declared node under its id, what is inside a sub-flow directly behind it. A node that is wrong in a
            detail is here nevertheless, so that references to it are not reported as a second mistake.
        standards: Those written on steps, in the order of the nodes.
        scopes: The flow and every sub-flow, in the order of the nodes.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    standards: list[Standard] = field(default_factory=list)
    scopes: list[ReadScope] = field(default_factory=list)


def read_nodes(reading: Reading, document: Fields, roles: dict[str, Title], calls: Calls) -> ReadNodes:
    """Read every node of a flow.

    Args:
        reading: Where problems go.
        document: The whole file.
        roles: The roles that steps may name; those of called flows are added.
        calls: How called flows are found.
    """
    reader = _NodeReader(reading, roles, calls)
    reader.take(document, None)
    _refuse_shared_names(reading, reader.found.nodes.values())
    return reader.found


class _NodeReader:
    """Gathers the nodes of one flow, level by level."""

    def __init__(self, reading: Reading, roles: dict[str, Title], calls: Calls) -> None:
        self.found = ReadNodes()
        self._reading = reading
        self._roles = roles
        self._calls = calls

    def take(self, fields: Fields, parent: str | None) -> None:
        """Take one section ``nodes``: of the file, or of a sub-flow."""
        fields.tree("nodes", required=True)
        self.found.scopes.append(ReadScope(parent, fields))
        for identifier, key, value in sections(self._reading, fields, "nodes"):
            path = f"nodes.{identifier}"
            known = self.found.nodes.get(identifier)
            if known is not None:
                self._reading.add("flow.id-taken", key.line, path, node=identifier, first=known.line)
                continue
            if isinstance(value, Scalar):
                self._add(_bare_node(self._reading, identifier, value, key.line, parent))
                continue
            inner = as_fields(self._reading, value, path)
            if inner is None:
                self._add(_unread(identifier, key.line, parent))
                continue
            self._take_mapping(inner, identifier, key.line, parent)

    def _add(self, node: Node) -> None:
        self.found.nodes[node.id] = node
        if len(self.found.nodes) > self._reading.limits.flow_nodes:
            self._reading.exceeded("flow_nodes", len(self.found.nodes), node.line)

    def _take_mapping(self, fields: Fields, identifier: str, line: int, parent: str | None) -> None:
        """A node written as a mapping: its kind with a title, and what else belongs to that kind."""
        word = _kind_word(fields)
        if word is None:
            kinds = [kind for kind in NODE_KINDS if kind in fields and kind != CALL]
            guess = NodeKind(kinds[0]) if kinds else NodeKind.STEP
            self._add(_unread(identifier, line, parent, NodeKind.STEP if guess is NodeKind.SUB_FLOW else guess))
        elif word == CALL:
            self._take_call(fields, identifier, line, parent)
        elif word == NodeKind.STEP:
            self._take_step(fields, identifier, line, parent)
        elif word == NodeKind.EVENT:
            self._add(self._event(fields, identifier, line, parent))
        elif word == NodeKind.SUB_FLOW:
            self._take_sub_flow(fields, identifier, line, parent)
        else:
            self._add(_start_end_or_gateway(fields, NodeKind(word), identifier, line, parent))

    def _take_step(self, fields: Fields, identifier: str, line: int, parent: str | None) -> None:
        title = fields.title("step")
        fields.allow(_STEP_KEYS)
        node = Node(
            identifier,
            NodeKind.STEP,
            title or Title(identifier, identifier),
            role=self._role(fields),
            aliases=_aliases(fields),
            optional=fields.flag("optional"),
            line=line,
            parent=parent,
            repeat=read_repeat(fields),
            risk=fields.title("risk"),
            script=fields.title("script"),
        )
        self._add(node)
        self.found.standards.extend(_inline_standards(fields, node))

    def _event(self, fields: Fields, identifier: str, line: int, parent: str | None) -> Node:
        """An event between nodes or on a border."""
        title = _title_or_none(fields, "event")
        fields.allow((*_EVENT_KEYS, "interrupting") if "on" in fields else _EVENT_KEYS)
        logged, boundary, trigger = fields.flag("logged"), read_boundary(fields), read_trigger(fields)
        throws = fields.flag("throws")
        for key in ("aliases", "optional"):
            if key in fields and not logged:
                fields.reading.add("flow.event-not-logged", fields.line_of(key), fields.path, key=key)
        if throws and (boundary is not None or trigger is None or trigger.kind not in _THROWN):
            fields.reading.add("flow.event-cannot-throw", fields.line_of("throws"), fields.path, event=identifier)
        if boundary is None and trigger is not None and trigger.kind is TriggerKind.ERROR:
            fields.reading.add("flow.error-between", fields.line_of("error"), fields.path, event=identifier)
        return Node(
            identifier,
            NodeKind.EVENT,
            Title(identifier, identifier) if logged and title == NO_TITLE else title,
            role=self._role(fields),
            aliases=_aliases(fields),
            optional=fields.flag("optional"),
            line=line,
            parent=parent,
            event=trigger,
            throws=throws,
            logged=logged,
            boundary=boundary,
        )

    def _take_sub_flow(self, fields: Fields, identifier: str, line: int, parent: str | None) -> None:
        title = fields.title("sub-flow")
        fields.allow(_SUB_FLOW_KEYS)
        ends = fields.choice("ends", (ends.value for ends in Termination))
        self._add(
            Node(
                identifier,
                NodeKind.SUB_FLOW,
                title or title_of_id(identifier),
                role=self._role(fields),
                line=line,
                parent=parent,
                repeat=read_repeat(fields),
                risk=fields.title("risk"),
                ends=Termination(ends) if ends else None,
            )
        )
        self.take(fields, identifier)

    def _take_call(self, fields: Fields, identifier: str, line: int, parent: str | None) -> None:
        fields.allow(_CALL_KEYS)
        parts = self._called_once(fields, self._calls.parts(fields, identifier, line))
        self._add(
            Node(
                identifier,
                NodeKind.SUB_FLOW,
                fields.title("title") or (title_of_id(identifier) if parts is None else parts.flow.title),
                role=self._role(fields),
                line=line,
                parent=parent,
                repeat=read_repeat(fields),
                calls=identifier if parts is None else parts.flow.id,
                risk=fields.title("risk"),
                ends=None if parts is None else parts.flow.termination,
            )
        )
        self.found.scopes.append(ReadScope(identifier, None, parts))
        if parts is not None:
            for role, title in parts.roles.items():
                self._roles.setdefault(role, title)
            for node in parts.nodes:
                self._add(node)

    def _called_once(self, fields: Fields, parts: CalledParts | None) -> CalledParts | None:
        """The parts of a called flow; none where it, or one that it calls, is here already.

        Its steps would have the names of those that are here, so that a log could not tell them apart.
        """
        if parts is None:
            return None
        called = {parts.flow.id, *(node.calls for node in parts.nodes)}
        for node in self.found.nodes.values():
            if node.calls is not None and node.calls in called:
                line = fields.line_of(CALL)
                fields.reading.add(
                    "flow.called-twice", line, fields.path, called=node.calls, node=node.id, first=node.line
                )
                return None
        return parts

    def _role(self, fields: Fields) -> str | None:
        scalar = fields.scalar("role")
        if scalar is None or scalar.text in self._roles:
            return None if scalar is None else scalar.text
        no_role(fields.reading, scalar.text, self._roles, line=scalar.line, path=fields.path)
        return None


def _unread(identifier: str, line: int, parent: str | None, kind: NodeKind = NodeKind.STEP) -> Node:
    title = Title(identifier, identifier) if kind is NodeKind.STEP else NO_TITLE
    return Node(identifier, kind, title, line=line, parent=parent)


def _bare_node(reading: Reading, identifier: str, value: Scalar, line: int, parent: str | None) -> Node:
    """A node written as one word: its kind."""
    path = f"nodes.{identifier}"
    if value.text == NodeKind.STEP:
        reading.add("flow.step-without-title", value.line, path)
    elif value.text in _BARE_KINDS:
        return Node(identifier, NodeKind(value.text), NO_TITLE, line=line, parent=parent)
    elif value.text in COMES_LATER:
        reading.add("flow.comes-later", value.line, path, what=value.text)
        return _unread(identifier, line, parent, NodeKind.EXCLUSIVE)
    else:
        near = reading.similar(value.text, _BARE_KINDS)
        if near is not None:
            reading.add("flow.misspelt-kind", value.line, path, found=value.text, suggestion=near)
            return _unread(identifier, line, parent, NodeKind(near))
        reading.add("flow.unknown-kind", value.line, path, found=value.text, known=", ".join(_BARE_KINDS))
    return _unread(identifier, line, parent)


def _kind_word(fields: Fields) -> str | None:
    """The key that says what a node is, or None after saying why there is not exactly one."""
    reading = fields.reading
    kinds = [kind for kind in NODE_KINDS if kind in fields]
    if len(kinds) == 1:
        return kinds[0]
    later = [key for key in fields if key in COMES_LATER]
    if later:
        for key in later:
            reading.add("flow.comes-later", fields.line_of(key), fields.path, what=key)
    elif kinds:
        reading.add("flow.node-with-two-kinds", fields.line_of(kinds[1]), fields.path, kinds=", ".join(kinds))
    else:
        fields.allow(dict.fromkeys((*NODE_KINDS, *_STEP_KEYS, *_EVENT_KEYS, *_SUB_FLOW_KEYS, *_CALL_KEYS)))
        reading.add("flow.node-without-kind", fields.line, fields.path, known=", ".join(NODE_KINDS))
    return None


def _start_end_or_gateway(fields: Fields, kind: NodeKind, identifier: str, line: int, parent: str | None) -> Node:
    trigger, terminates = None, False
    if kind is NodeKind.START:
        fields.allow((kind.value, *START_TRIGGERS))
        title, trigger = _title_or_none(fields, kind.value), read_trigger(fields, START_TRIGGERS)
    elif kind is NodeKind.END:
        fields.allow((kind.value, *END_TRIGGERS, "terminates"))
        title, trigger = _title_or_none(fields, kind.value), read_trigger(fields, END_TRIGGERS)
        terminates = fields.flag("terminates")
        if terminates and trigger is not None and trigger.kind is TriggerKind.ERROR:
            fields.reading.add("flow.end-with-two-meanings", fields.line_of("error"), fields.path, end=identifier)
    else:
        title = fields.title(kind.value) or NO_TITLE
        fields.allow((kind.value,))
    throws = kind is NodeKind.END and trigger is not None
    return Node(identifier, kind, title, line=line, parent=parent, event=trigger, throws=throws, terminates=terminates)


def _title_or_none(fields: Fields, key: str) -> Title:
    """A title that may be empty, written ``""``, because further keys say enough."""
    value = fields.tree(key)
    if isinstance(value, Scalar) and not value.text.strip():
        return NO_TITLE
    return fields.title(key) or NO_TITLE


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


def _refuse_shared_names(reading: Reading, nodes: Iterable[Node]) -> None:
    """Each activity name in a log means one step or event: refuse names that two claim."""
    owner: dict[str, Node] = {}
    for node in nodes:
        if not node.is_visible:
            continue
        for name in dict.fromkeys((node.id, node.title.en, node.title.zh, *node.aliases)):
            other = owner.setdefault(name, node)
            if other is not node:
                reading.add(
                    "flow.name-clash", node.line, f"nodes.{node.id}", name=name, step=other.id, first=other.line
                )
