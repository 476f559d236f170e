"""From a settled draft to a flow: ids, titles, roles, order, and what Trueline itself wrote into the file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine.definitions.bpmn.draft import Draft, DraftNode
from engine.definitions.bpmn.naming import Names, own_text, own_title, role_ids, slug
from engine.definitions.bpmn.own import as_flow_file, step_standards
from engine.definitions.bpmn.reading import BpmnReading, model_children
from engine.definitions.fields import ID
from engine.definitions.flow import Boundary, Edge, Flow, Node, NodeKind, Termination
from engine.definitions.titles import Title

_NUMBER = re.compile(r"[0-9]{1,9}\Z")


@dataclass(frozen=True, slots=True)
class BuiltFlow:
    """A flow, and the id that each key of its draft became."""

    flow: Flow
    ids: Mapping[str, str]


def build_flow(
    draft: Draft, process: etree._Element, root: etree._Element, reading: BpmnReading, *, source_hash: str
) -> BuiltFlow:
    """The flow of a settled draft.

    Args:
        draft: One start and one end at least in each scope.
        process: The element it came from.
        root: The ``definitions`` around it.
        reading: Takes problems and notes.
        source_hash: Of the file.
    """
    names = Names(reading)
    names.give_ids(draft)
    roles, role_of_lane = _roles(draft, reading)
    ordered = _in_order(draft)
    nodes = tuple(_node(draft.nodes[key], names, role_of_lane) for key in ordered)
    identifier, title = _called(process, root, reading)
    elements = {names.ids[key]: draft.nodes[key].element for key in ordered}
    flow = Flow(
        id=identifier,
        title=title,
        stage=None,
        calendar=None,
        roles=roles,
        nodes=nodes,
        edges=_edges(draft, names, ordered),
        standards=step_standards(nodes, elements, reading),
        source_hash=source_hash,
        termination=Termination.IMPLICIT,
    )
    return BuiltFlow(as_flow_file(flow, process, elements, reading), names.ids)


def _called(process: etree._Element, root: etree._Element, reading: BpmnReading) -> tuple[str, Title]:
    """The flow's id and title: those of the process, of its pool, or of the file."""
    identifier = process.get("id", "")
    pools = [
        participant
        for name, collaboration in model_children(root)
        if name == "collaboration"
        for inner, participant in model_children(collaboration)
        if inner == "participant" and participant.get("processRef", "").rpartition(":")[2] == identifier
    ]
    texts = [reading.label(element.get("name"), element) for element in (process, *pools, root)]
    name = next(filter(None, texts), identifier)
    wanted = identifier if ID.match(identifier) else slug(name)
    return wanted or "process", Title(name, name)


def _roles(draft: Draft, reading: BpmnReading) -> tuple[dict[str, Title], dict[str, str]]:
    """The roles, and lane key → role id. A lane without a name, or in which no step is, is no role."""
    used = {node.lane for node in draft.nodes.values() if node.kind is NodeKind.STEP}
    names: dict[str, str] = {}
    for key, lane in draft.lanes.items():
        name, own = reading.label(lane.get("name"), lane), own_text(lane, "role")
        if own or (name and key in used):
            names[key] = name
        elif own is None or name:
            reading.listed("bpmn.lane-without-role", "lane", lane)
    ids = role_ids(draft.lanes, names)
    roles: dict[str, Title] = {}
    for key, role in ids.items():
        roles.setdefault(
            role, own_title(draft.lanes[key], draft.lanes[key].get("name", "")) or Title(names[key], names[key])
        )
    return roles, ids


def _in_order(draft: Draft) -> list[str]:
    """Keys in the order that Trueline wrote; else as a case meets them, scope by scope, so that a file reads well."""
    keys = _as_met(draft)
    places = {key: _place(node.element) for key, node in draft.nodes.items()}
    rank = {key: place for key, place in places.items() if place is not None}
    return sorted(keys, key=lambda key: rank.get(key, len(keys))) if rank else keys


def _place(element: etree._Element | None) -> int | None:
    """The place in the flow that Trueline wrote."""
    text = own_text(element, "place") or ""
    return int(text) if _NUMBER.match(text) else None


def _as_met(draft: Draft) -> list[str]:
    """Keys in the order of a walk from the start; the nodes of a sub-flow follow it."""
    onward: dict[str, list[str]] = defaultdict(list)
    inside: dict[str | None, list[str]] = defaultdict(list)
    for edge in draft.edges:
        onward[edge.source].append(edge.target)
    for node in draft.nodes.values():
        inside[node.parent].append(node.key)
        if node.host is not None:
            onward[node.host].append(node.key)
    found: dict[str, None] = {}

    def visit(scope: str | None) -> None:
        starts = [key for key in inside[scope] if draft.nodes[key].kind is NodeKind.START]
        waiting = [*reversed(inside[scope]), *reversed(starts)]
        while waiting:
            key = waiting.pop()
            if key in found:
                continue
            found[key] = None
            visit(key)
            waiting += reversed(onward[key])

    visit(None)
    return list(found)


def _node(node: DraftNode, names: Names, role_of_lane: Mapping[str, str]) -> Node:
    identifier = names.ids[node.key]
    title = names.title(node)
    aliases = names.aliases(node, title) if node.kind is NodeKind.STEP else ()
    names.claim(aliases, identifier)
    return Node(
        id=identifier,
        kind=node.kind,
        title=title,
        role=_role(node, role_of_lane),
        aliases=aliases,
        optional=own_text(node.element, "optional") == "true",
        line=node.line,
        parent=None if node.parent is None else names.ids[node.parent],
        event=node.event,
        throws=node.throws,
        logged=own_text(node.element, "logged") == "true",
        boundary=None if node.host is None else Boundary(names.ids[node.host], node.interrupting),
        repeat=node.repeat,
        terminates=node.terminates,
        calls=own_text(node.element, "calls"),
        risk=own_title(node.element, "", "risk-"),
        script=own_title(node.element, "", "script-"),
        ends=_ends(node),
    )


def _ends(node: DraftNode) -> Termination | None:
    """When a sub-flow has ended, where Trueline said so; else as what contains it, which for BPMN is the process."""
    said = own_text(node.element, "ends")
    return Termination(said) if said in set(Termination) else None


def _role(node: DraftNode, role_of_lane: Mapping[str, str]) -> str | None:
    """The role of a step is its lane's; Trueline's own mark says it of other nodes, and where there is none."""
    said = own_text(node.element, "role")
    if said is not None:
        return said or None
    return role_of_lane.get(node.lane or "") if node.kind is NodeKind.STEP else None


def _edges(draft: Draft, names: Names, ordered: list[str]) -> tuple[Edge, ...]:
    """The edges in the order that Trueline wrote; else scope by scope, those of each node together."""
    rank = {key: index for index, key in enumerate(ordered)}
    scope = {key: rank.get(draft.nodes[key].parent or "", -1) for key in ordered}
    edges = sorted(draft.edges, key=lambda edge: (scope[edge.source], rank[edge.source]))
    places = {id(edge): place for edge in edges if (place := _place(edge.element)) is not None}
    if places:
        edges.sort(key=lambda edge: places.get(id(edge), len(edges)))
    return tuple(
        Edge(names.ids[edge.source], names.ids[edge.target], edge.when, edge.otherwise, edge.line) for edge in edges
    )
