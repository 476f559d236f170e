"""Writes a flow as BPMN 2.0, the same bytes for the same flow.

Reading what was written gives the same flow, but for lines and hash: what BPMN has no word for stands in attributes and
extension elements of Trueline's own namespace, which other tools keep and do not look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from lxml import etree

from engine.definitions.bpmn.diagram import write_diagram
from engine.definitions.bpmn.drawing import Drawing, DrawnEdge, DrawnLane, DrawnNode, Layout, drawing_of
from engine.definitions.bpmn.event_writer import EventWriter
from engine.definitions.bpmn.own import SAID_BY_BPMN, called_flow, sections_of
from engine.definitions.bpmn.own_attributes import both, own_attributes
from engine.definitions.bpmn.vocabulary import BOUNDS, CEL, DIAGRAM, GATEWAYS, INSTANCE, MODEL, OWN, WAYPOINTS
from engine.definitions.flow import Flow, Node, NodeKind, Repeat
from engine.definitions.titles import Title
from engine.errors import InputRefused, Place, Problem
from engine.vocabulary import Language

_PREFIXES: Mapping[str | None, str] = {
    None: MODEL,
    "bpmndi": DIAGRAM,
    "dc": BOUNDS,
    "di": WAYPOINTS,
    "xsi": INSTANCE,
    "trueline": OWN,
}
_GATEWAY_NAMES = {kind: name for name, kind in GATEWAYS.items()}
_LONGEST_NAME = 60
_COLLABORATION, _POOL = "_collaboration", "_pool"


def write_bpmn(flow: Flow, *, layout: Layout | None = None, language: Language = Language.EN) -> str:
    """A flow as BPMN 2.0 XML.

    Args:
        flow: Whatever a reader of flows gives.
        layout: Where its drawing (``drawing_of``) stands; without it, the file has no diagram, which most modelers
            cannot show.
        language: Of the names that modelers show. Both languages are kept.

    Raises:
        InputRefused: A text holds a character that XML cannot carry (``bpmn.unwritable``).
        ValueError: As ``write_flow``.
    """
    return _Writer(flow, language).write(layout)


class _Writer:
    """One file in the making."""

    def __init__(self, flow: Flow, language: Language) -> None:
        self._flow = flow
        self._language = language
        self._drawing: Drawing = drawing_of(flow)
        self._problems: dict[str, Problem] = {}
        self._place = {node.id: index for index, node in enumerate(flow.nodes)}
        self._entering: dict[str, list[DrawnEdge]] = {}
        self._leaving: dict[str, list[DrawnEdge]] = {}
        self._inside: dict[str | None, list[DrawnNode]] = {}
        for edge in self._drawing.edges:
            self._leaving.setdefault(edge.source, []).append(edge)
            self._entering.setdefault(edge.target, []).append(edge)
        for node in self._drawing.nodes:
            self._inside.setdefault(node.parent, []).append(node)
        self._events = EventWriter(self.add)

    def write(self, layout: Layout | None) -> str:
        """The whole file."""
        root = etree.Element(
            f"{{{MODEL}}}definitions", nsmap=cast("dict[str, str]", _PREFIXES)
        )  # the stubs forget the default namespace
        self._set(root, {"id": "_definitions", "targetNamespace": f"{OWN}:{self._flow.id}", "exporter": "Trueline"})
        identifier = self._flow.id if self._flow.id not in self._flow.by_id else f"_flow.{self._flow.id}"
        process = etree.Element(f"{{{MODEL}}}process")
        self._set(process, {"id": identifier, "name": self._name(self._flow.title), "isExecutable": "false"})
        self._write_sections(self.add(process, "extensionElements"), self._flow)
        self._write_scope(process, None)
        self._events.write_roots(root)
        shown = self._write_pool(root, identifier) if self._drawing.lanes else identifier
        root.append(process)
        if layout is not None:
            write_diagram(root, shown, _POOL, self._drawing, layout)
        if self._problems:
            raise InputRefused(self._problems.values())
        etree.indent(root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode") + "\n"

    def _write_pool(self, root: etree._Element, process: str) -> str:
        """The pool in which modelers draw lanes; the id of what is drawn."""
        collaboration = self.add(root, "collaboration", {"id": _COLLABORATION})
        name = self._name(self._flow.title)
        self.add(collaboration, "participant", {"id": _POOL, "name": name, "processRef": process})
        return _COLLABORATION

    def add(
        self, parent: etree._Element, name: str, attributes: Mapping[str, str] = MappingProxyType({})
    ) -> etree._Element:
        """A new child element; a name without a namespace is one of BPMN."""
        element = etree.SubElement(parent, name if name.startswith("{") else f"{{{MODEL}}}{name}")
        self._set(element, attributes)
        return element

    def _set(self, element: etree._Element, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            try:
                element.set(name, value)
            except ValueError:
                self._refuse(value)

    def _write_text(self, element: etree._Element, text: str) -> None:
        try:
            element.text = text
        except ValueError:
            self._refuse(text)

    def _refuse(self, text: str) -> None:
        self._problems[text] = Problem("bpmn.unwritable", Place(), {"text": text[:_LONGEST_NAME]})

    def _name(self, title: Title) -> str:
        return title.text(self._language)

    # Scopes

    def _write_scope(self, element: etree._Element, scope: str | None) -> None:
        nodes = self._inside.get(scope, [])
        self._write_lanes(element, scope, [node.node for node in nodes if node.node is not None])
        for node in nodes:
            self._write_node(element, node)
        here = {node.id for node in nodes}
        for number, edge in enumerate(self._drawing.edges):
            if edge.source in here:
                self._write_edge(element, edge, number)

    def _write_lanes(self, element: etree._Element, scope: str | None, nodes: list[Node]) -> None:
        """The lanes of the process, or a lane for each role in a sub-flow, which modelers do not draw."""
        if scope is None:
            found = list(self._drawing.lanes)
        else:
            steps = [node for node in nodes if node.kind is NodeKind.STEP]
            found = [
                DrawnLane(f"_lane.{scope}.{role}", role, title, tuple(n.id for n in steps if n.role == role))
                for role, title in self._flow.roles.items()
                if any(node.role == role for node in steps)
            ]
        if not found:
            return
        lanes = self.add(element, "laneSet", {"id": "_lanes" if scope is None else f"_lanes.{scope}"})
        for drawn in found:
            lane = self.add(lanes, "lane", {"id": drawn.id, "name": self._name(drawn.title)})
            self._set(lane, {f"{{{OWN}}}role": drawn.role, **both(drawn.title)})
            for key in drawn.nodes:
                self.add(lane, "flowNodeRef").text = key

    # Nodes

    def _write_node(self, parent: etree._Element, drawn: DrawnNode) -> None:
        if drawn.node is None:
            self._write_plan_event(parent, drawn)
            return
        node = drawn.node
        name = _element_name(node)
        element = self.add(parent, name, {"id": node.id})
        if self._name(node.title):
            self._set(element, {"name": self._name(node.title)})
        self._set(element, own_attributes(self._flow, node, name, self._place[node.id]))
        self._write_extensions(element, node)
        default = next((e.id for e in self._leaving.get(node.id, []) if e.edge is not None and e.edge.otherwise), None)
        if default is not None:
            self._set(element, {"default": default})
        self._write_ends(element, node.id)
        if node.repeat is not None:
            self._write_repeat(element, node.repeat)
        if node.boundary is not None:
            self._set(element, {"attachedToRef": node.boundary.at})
            self._set(element, {"cancelActivity": "true" if node.boundary.interrupting else "false"})
        if node.event is not None:
            self._events.write(element, node.event)
        elif node.terminates:
            self.add(element, "terminateEventDefinition")
        if node.kind is NodeKind.SUB_FLOW:
            self._write_scope(element, node.id)

    def _write_extensions(self, element: etree._Element, node: Node) -> None:
        if not node.aliases and node.calls is None:
            return
        extensions = self.add(element, "extensionElements")
        for alias in node.aliases:
            self._write_text(self.add(extensions, f"{{{OWN}}}alias"), alias)
        if node.calls is not None:
            self._write_sections(extensions, called_flow(self._flow, node))

    def _write_sections(self, extensions: etree._Element, flow: Flow) -> None:
        said = "\n".join(lines for key, lines in sections_of(flow).items() if key not in SAID_BY_BPMN)
        self._write_text(self.add(extensions, f"{{{OWN}}}flow"), said)

    def _write_plan_event(self, parent: etree._Element, drawn: DrawnNode) -> None:
        if drawn.plan is None or drawn.host is None:
            return
        attributes = {"id": drawn.id, "name": self._name(drawn.plan.risk), "attachedToRef": drawn.host}
        element = self.add(parent, "boundaryEvent", attributes)
        self._set(element, {f"{{{OWN}}}plan": drawn.plan.id})
        self._write_ends(element, drawn.id)
        self._events.write(element, drawn.plan.trigger)

    def _write_ends(self, element: etree._Element, node: str) -> None:
        for edge in self._entering.get(node, []):
            self.add(element, "incoming").text = edge.id
        for edge in self._leaving.get(node, []):
            self.add(element, "outgoing").text = edge.id

    def _write_repeat(self, element: etree._Element, repeat: Repeat) -> None:
        own = {
            f"{{{OWN}}}at-least": str(repeat.at_least),
            f"{{{OWN}}}at-most": "" if repeat.at_most is None else str(repeat.at_most),
            f"{{{OWN}}}parallel": "true" if repeat.parallel else "false",
        }
        if repeat.parallel or repeat.at_least == repeat.at_most:
            name = "multiInstanceLoopCharacteristics"
            loop = self.add(element, name, {"isSequential": "false" if repeat.parallel else "true"})
            if repeat.at_most is not None:
                self.add(loop, "loopCardinality").text = str(repeat.at_most)
        else:
            loop = self.add(element, "standardLoopCharacteristics")
            self._set(loop, {"testBefore": "true" if repeat.at_least == 0 else "false"})
            if repeat.at_most is not None:
                self._set(loop, {"loopMaximum": str(repeat.at_most)})
        self._set(loop, own)

    # Edges

    def _write_edge(self, parent: etree._Element, drawn: DrawnEdge, number: int) -> None:
        element = self.add(parent, "sequenceFlow", {"id": drawn.id})
        self._set(element, {"sourceRef": drawn.source, "targetRef": drawn.target})
        if drawn.edge is None:
            self._set(element, {f"{{{OWN}}}plan": "path"})
            return
        self._set(element, {f"{{{OWN}}}place": str(number)})
        if drawn.edge.when is not None:
            self._set(element, {"name": name_of_condition(drawn.edge.when)})
            condition = self.add(element, "conditionExpression", {f"{{{INSTANCE}}}type": "tFormalExpression"})
            self._set(condition, {"language": CEL})
            self._write_text(condition, drawn.edge.when)


def name_of_condition(text: str) -> str:
    """A condition as the name of its edge: one line, cut where it would be long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1]}…"


def _element_name(node: Node) -> str:
    if node.kind in _GATEWAY_NAMES:
        return _GATEWAY_NAMES[node.kind]
    if node.kind is NodeKind.EVENT:
        if node.boundary is not None:
            return "boundaryEvent"
        return "intermediateThrowEvent" if node.throws else "intermediateCatchEvent"
    names = {
        NodeKind.START: "startEvent",
        NodeKind.END: "endEvent",
        NodeKind.STEP: "task",
        NodeKind.SUB_FLOW: "subProcess",
    }
    return names[node.kind]
