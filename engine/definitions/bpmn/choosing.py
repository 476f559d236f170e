"""Which process of a file is the flow, and what is said of the others."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.definitions.bpmn.asides import list_aside
from engine.definitions.bpmn.reading import BpmnReading, flag, model_children
from engine.definitions.bpmn.vocabulary import DIAGRAM, EVENTS, GATEWAYS, GLOBAL_TASKS, MODEL, SUB_PROCESSES, TASKS

_READ_ROOTS = GLOBAL_TASKS | {"process", "message", "signal", "error", "escalation", "extensionElements"}
_WORK = TASKS | SUB_PROCESSES | set(GATEWAYS) | EVENTS | {"callActivity", "adHocSubProcess", "complexGateway"}


def choose_process(
    root: etree._Element, processes: Mapping[str, etree._Element], wanted: str | None, reading: BpmnReading
) -> etree._Element:
    """The process to read.

    Args:
        root: The ``definitions`` of the file.
        processes: Its processes by id.
        wanted: The id or name of one of them, or None. Then it is the only one that holds anything, else the only
            executable one, else the only one that no other calls.
        reading: Takes problems, and notes of what is left out.

    Raises:
        InputRefused: There is none, the wanted one is not there, or several could be meant; the problem names them.
    """
    filled = {key: process for key, process in processes.items() if _steps(process)}
    if wanted is not None:
        candidates = [p for key, p in processes.items() if wanted in {key, p.get("name")}][:1]
        if not candidates:
            reading.problem("bpmn.no-such-process", root, process=wanted, known=_listed(filled))
    else:
        candidates = _likely(filled)
        if not filled:
            reading.problem("bpmn.no-process", root)
        elif len(candidates) > 1:
            reading.problem("bpmn.several-processes", candidates[1], known=_listed(filled))
    if len(candidates) != 1:
        reading.refuse_if_failed()
    _list_others(root, processes, candidates[0], reading)
    return candidates[0]


def _likely(filled: Mapping[str, etree._Element]) -> list[etree._Element]:
    if len(filled) <= 1:
        return list(filled.values())
    executable = [process for process in filled.values() if flag(process, "isExecutable")]
    if len(executable) == 1:
        return executable
    called = {
        element.get("calledElement", "").rpartition(":")[2]
        for process in filled.values()
        for element in process.iter("{*}callActivity")
    }
    main = [process for key, process in filled.items() if key not in called]
    return main or list(filled.values())


def _steps(process: etree._Element) -> int:
    return sum(name in _WORK for name, _ in model_children(process))


def _listed(processes: Mapping[str, etree._Element]) -> str:
    names = [f"{key} ({process.get('name')})" if process.get("name") else key for key, process in processes.items()]
    return ", ".join(names) or "-"


def _list_others(
    root: etree._Element, processes: Mapping[str, etree._Element], chosen: etree._Element, reading: BpmnReading
) -> None:
    """Note every other process and pool, and the elements beside them."""
    for process in processes.values():
        if process is not chosen:
            reading.inform("bpmn.other-process", process)
    for name, child in model_children(root):
        if name == "collaboration":
            for inner, part in model_children(child):
                if inner != "participant" or part.get("processRef", "").rpartition(":")[2] not in processes:
                    reading.listed("bpmn.set-aside", inner, part)
        elif name not in _READ_ROOTS and not name.endswith("EventDefinition"):
            list_aside(name, child, reading)
    for child in root:
        namespace = etree.QName(child).namespace
        if namespace not in {MODEL, DIAGRAM}:
            reading.listed("bpmn.of-a-tool", namespace or "-", child)
