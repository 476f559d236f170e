"""Reads a flow from BPMN 2.0: one process of a file, whole, or the reasons why not.

Every element has its meaning in the flow, or is refused with its id, name and line, or is listed in a note; nothing is
dropped in silence. ``docs/bpmn.md`` says which element is what.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from engine.definitions.bpmn.building import build_flow
from engine.definitions.bpmn.choosing import choose_process
from engine.definitions.bpmn.collecting import Collector
from engine.definitions.bpmn.own import own_sections
from engine.definitions.bpmn.reading import BpmnReading, model_children, parse_bpmn
from engine.definitions.bpmn.routing import settle
from engine.definitions.flow import Flow
from engine.definitions.xml_reading import line_of, local_name
from engine.errors import Problem
from engine.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class BpmnImport:
    """A flow and what its file holds beyond it.

    Attributes:
        flow: The flow of one process.
        process: The id of that process in the file.
        elements: Node id → id of the element it came from; a node that stands for a rule of BPMN has none.
        notes: What was set aside, taken for granted or renamed: warnings and lists.
    """

    flow: Flow
    process: str
    elements: Mapping[str, str]
    notes: tuple[Problem, ...]


def read_bpmn(path: Path, *, process: str | None = None, limits: Limits = DEFAULT_LIMITS) -> BpmnImport:
    """Read a flow from a BPMN file.

    Args:
        path: The file.
        process: The id or name of the process to read, needed where several could be meant.
        limits: Sizes past which it is refused.

    Raises:
        InputRefused: With everything that is wrong with the file, or with the processes to choose from.
        LimitExceeded: It is too large or too deep to be looked at.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(limits.bpmn_bytes + 1)
    return read_bpmn_bytes(data, source=path.name, process=process, limits=limits)


def read_bpmn_bytes(
    data: bytes, *, source: str = "", process: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> BpmnImport:
    """Read a flow from the bytes of a BPMN file.

    Args:
        data: The file's content.
        source: Its name, for problems.
        process: As for ``read_bpmn``.
        limits: As for ``read_bpmn``.

    Raises:
        InputRefused: As for ``read_bpmn``.
        LimitExceeded: As for ``read_bpmn``.
    """
    reading = BpmnReading(source, limits)
    root = parse_bpmn(data, reading)
    _check_ids(root, reading)
    every_process = [child for name, child in model_children(root) if name == "process"]
    for process_element in every_process if len(every_process) > 1 else ():
        if not process_element.get("id"):
            reading.refuse("bpmn.missing-id", process_element)
    processes = {element.get("id", ""): element for element in every_process}
    roots = {child.get("id", ""): child for name, child in model_children(root) if name != "process"}
    chosen = choose_process(root, processes, process, reading)
    collector = Collector(reading, processes, roots, own_sections(chosen) is not None)
    collector.draft.name = reading.label(chosen.get("name"), chosen)
    collector.collect(chosen, None, (chosen.get("id", ""),))
    reading.refuse_if_failed()  # what is missing after a refusal would look like further mistakes
    settle(collector)
    reading.refuse_if_failed()
    built = build_flow(collector.draft, chosen, root, reading, source_hash=hashlib.sha256(data).hexdigest())
    reading.refuse_if_failed()
    elements = {
        built.ids[node.key]: node.element.get("id", "")
        for node in collector.draft.nodes.values()
        if node.element is not None
    }
    return BpmnImport(built.flow, chosen.get("id", ""), elements, reading.notes_and_lists())


def _check_ids(root: etree._Element, reading: BpmnReading) -> None:
    """Refuse an id that two elements of the model have: what refers to it could mean either."""
    first: dict[str, etree._Element] = {}
    namespace = etree.QName(root).namespace
    for element in root.iter(f"{{{namespace}}}*"):
        identifier = element.get("id")
        if identifier is None:
            continue
        other = first.setdefault(identifier, element)
        if other is not element:
            reading.refuse("bpmn.duplicate-id", element, first=line_of(other) or 0, other=local_name(other))
