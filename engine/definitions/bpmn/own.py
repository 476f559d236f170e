"""What Trueline writes into a BPMN file beside BPMN, and reads back: whatever a flow says and BPMN has no word for.

Attributes of single nodes stand on their elements. Everything else (title, stage, calendar, seasons, standards, plans,
weights) stands in one element of the process, in the words of the flow file: the sections of its YAML but for those
that BPMN says itself. A rule that is added to the flow file so travels without a change here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from engine.definitions.bpmn.naming import own_text, own_texts
from engine.definitions.bpmn.reading import BpmnReading
from engine.definitions.durations import parse_time_span
from engine.definitions.flow import Flow, Node
from engine.definitions.renaming import (
    renamed_edge,
    renamed_intention,
    renamed_node,
    renamed_plan,
    renamed_season,
    renamed_standard,
)
from engine.definitions.standard_reader import step_standard
from engine.definitions.standards import Standard
from engine.definitions.yaml_reader import FORMAT_VERSION, read_flow_text
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused

SAID_BY_BPMN = ("trueline", "roles", "nodes", "edges")
"""The keys of a flow file that a BPMN file says with elements of its own."""
STEP_TIMES = ("at-least", "at-most")
_KEY = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def sections_of(flow: Flow) -> dict[str, str]:
    """Key → the lines of a flow file under that key, the key's own included."""
    text = write_flow(flow)
    starts = [*_KEY.finditer(text)]
    stops = [*(found.start() for found in starts[1:]), len(text)]
    return {found[1]: text[found.start() : stop].rstrip("\n") for found, stop in zip(starts, stops, strict=True)}


def own_sections(element: etree._Element) -> str | None:
    """What Trueline wrote into a process, or None where another tool wrote it."""
    texts = own_texts(element, "flow")
    return texts[0] if texts else None


def as_flow_file(
    flow: Flow, process: etree._Element, elements: Mapping[str, etree._Element | None], reading: BpmnReading
) -> Flow:
    """The flow as a flow file would say it, with all that Trueline wrote into its process and its calls.

    So whatever a flow file must keep to holds for a BPMN file too, and every flow that is read can be written as both.

    Args:
        flow: As BPMN says it, with the times that stand on steps.
        process: Its element.
        elements: Node id → the node's element.
        reading: Takes the problems, such as a standard about a step that was deleted since, each at the node it names.
    """

    def called(identifier: str) -> str | None:
        node = next((node for node in flow.nodes if node.calls == identifier), None)
        element = None if node is None else elements.get(node.id)
        return None if node is None or element is None else _text(called_flow(flow, node), element)

    limits = replace(reading.limits, flow_bytes=reading.limits.bpmn_bytes)
    try:
        read = read_flow_text(_text(flow, process), source=reading.source, limits=limits, called=called)
    except InputRefused as refusal:
        for problem in refusal.problems:
            named = [elements[key] for key in problem.place.element.split(".") if elements.get(key) is not None]
            place = reading.place(named[-1] if named else process)
            reading.add(replace(problem, place=replace(place, element=problem.place.element)))
        return flow
    nodes = tuple(replace(read.by_id[node.id], line=node.line) for node in flow.nodes)
    return replace(read, nodes=nodes, edges=flow.edges, source_hash=flow.source_hash)


def called_flow(flow: Flow, caller: Node) -> Flow:
    """The flow that a node stands for, as it would stand in a file of its own."""
    prefix = f"{caller.id}."

    def own(identifier: str) -> str:
        return identifier.removeprefix(prefix)

    def outer(sub_flow: str | None) -> str | None:
        return None if sub_flow in {None, caller.id} else own(sub_flow or "")

    return Flow(
        id=caller.calls or caller.id,
        title=caller.title,
        stage=None,
        calendar=flow.calendar,
        calendars=flow.calendars,
        role_calendars={role: choice for role, choice in flow.role_calendars.items() if role in flow.roles},
        roles=flow.roles,
        nodes=tuple(
            renamed_node(node, own, parent=outer(node.parent)) for node in flow.nodes if node.id.startswith(prefix)
        ),
        edges=tuple(renamed_edge(edge, own) for edge in flow.edges if edge.source.startswith(prefix)),
        standards=tuple(
            renamed_standard(s, own, inside=outer(s.inside)) for s in flow.standards if s.id.startswith(prefix)
        ),
        plans=tuple(renamed_plan(plan, own) for plan in flow.plans if plan.id.startswith(prefix)),
        seasons=tuple(renamed_season(season, own) for season in flow.seasons if season.id.startswith(prefix)),
        intentions=tuple(renamed_intention(i, own) for i in flow.intentions if i.id.startswith(prefix)),
        termination=caller.ends or flow.termination_of(caller.parent),
    )


def _text(flow: Flow, element: etree._Element) -> str:
    """A whole flow file: what BPMN says, and what Trueline wrote into an element."""
    written = own_sections(element)
    said = sections_of(flow)
    if written is None:
        return "\n".join(said.values()) + "\n"
    by_bpmn = (said[key] for key in ("roles", "nodes", "edges") if key in said)
    return "\n".join([f"trueline: {FORMAT_VERSION}", written, *by_bpmn]) + "\n"


def step_standards(
    nodes: tuple[Node, ...], elements: Mapping[str, etree._Element | None], reading: BpmnReading
) -> tuple[Standard, ...]:
    """The standards that stand on steps, as attributes of their elements."""
    found: list[Standard] = []
    for node in nodes:
        for key in STEP_TIMES:
            text = own_text(elements.get(node.id), key)
            if text is None:
                continue
            span = parse_time_span(text)
            if span is None:
                reading.problem("flow.bad-time", elements[node.id], key=key, found=text)
            else:
                found.append(step_standard(node, key, span, node.line))
    return tuple(found)
