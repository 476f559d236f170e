"""The lanes of a process or sub-process, and who stands in them (BPMN 2.0.2, 10.8)."""

from __future__ import annotations

from lxml import etree

from engine.definitions.bpmn.asides import list_aside, list_foreign
from engine.definitions.bpmn.draft import Draft
from engine.definitions.bpmn.reading import BpmnReading, model_children, text_of


def read_lanes(scope: etree._Element, draft: Draft, reading: BpmnReading) -> dict[str, str]:
    """Node id → key of its innermost lane; of two that do not lie in each other, the last one, with a note.

    Args:
        scope: The process or sub-process.
        draft: Takes the lanes.
        reading: Takes notes, also of what a lane names that is not there.
    """
    found: dict[str, str] = {}
    around: dict[str, str | None] = {}
    known = {element.get("id") for element in scope.iter()}
    waiting: list[tuple[etree._Element, str | None]] = [
        (child, None) for name, child in model_children(scope) if name == "laneSet"
    ]
    for lanes, outer in waiting:
        list_foreign(lanes, reading)
        for name, lane in model_children(lanes):
            if name == "lane":
                key = lane.get("id") or f"lane-{len(draft.lanes)}"
                draft.lanes[key] = lane
                around[key] = outer
                waiting += [(child, key) for inner, child in model_children(lane) if inner == "childLaneSet"]
                _read_members(lane, key, found, around, reading)
                for reference in _references(lane):
                    if reference not in known:
                        reading.listed("bpmn.set-aside", "flowNodeRef", lane)
            elif name != "extensionElements":
                list_aside(name, lane, reading)
    return found


def _references(lane: etree._Element) -> list[str]:
    return [text_of(child).rpartition(":")[2] for name, child in model_children(lane) if name == "flowNodeRef"]


def _read_members(
    lane: etree._Element, key: str, found: dict[str, str], around: dict[str, str | None], reading: BpmnReading
) -> None:
    outer: set[str | None] = {key}
    above = around[key]
    while above is not None:
        outer.add(above)
        above = around[above]
    for reference in _references(lane):
        if found.get(reference, key) not in outer:
            reading.remark("bpmn.two-lanes", lane, node=reference)
        found[reference] = key
    for name, child in model_children(lane):
        if name not in {"flowNodeRef", "childLaneSet", "extensionElements"}:
            list_aside(name, child, reading)
    list_foreign(lane, reading)
