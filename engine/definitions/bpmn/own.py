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


def own_sections(process: etree._Element) -> str | None:
    """What Trueline wrote into a process, or None where another tool wrote the file."""
    texts = own_texts(process, "flow")
    return texts[0] if texts else None


def with_sections(flow: Flow, sections: str, process: etree._Element, reading: BpmnReading) -> Flow:
    """The flow with all that Trueline wrote into its process.

    Args:
        flow: As BPMN says it, with the times that stand on steps.
        sections: From ``own_sections``.
        process: Where they stand.
        reading: Takes the problems: a standard about a step that was deleted since, say.
    """
    said = sections_of(flow)
    parts = [
        f"trueline: {FORMAT_VERSION}",
        sections,
        *(said[key] for key in ("roles", "nodes", "edges") if key in said),
    ]
    try:
        read = read_flow_text("\n".join(parts) + "\n", source=reading.source, limits=reading.limits)
    except InputRefused as refusal:
        for problem in refusal.problems:
            reading.add(replace(problem, place=replace(reading.place(process), element=problem.place.element)))
        return flow
    return replace(read, nodes=flow.nodes, edges=flow.edges, source_hash=flow.source_hash)


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
