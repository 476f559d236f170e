"""Holds a flow that came from BPMN against the structure that every flow has."""

from __future__ import annotations

from engine.definitions.bpmn.reading import BpmnReading
from engine.definitions.flow import Flow
from engine.definitions.reading import Reading
from engine.definitions.structure import check_counts, check_paths
from engine.errors import InputRefused


def check_structure(flow: Flow, reading: BpmnReading) -> None:
    """Note every node that no case can come to or leave, and a flow of fewer than two steps.

    Args:
        flow: With the lines of its BPMN file.
        reading: Takes the problems.
    """
    if any(node.parent is not None or node.boundary is not None for node in flow.nodes):
        return
    checking = Reading(reading.source, reading.limits)
    check_counts(checking, flow.by_id, flow.plan_steps, 1)
    check_paths(checking, flow.by_id, flow.edges, flow.plan_steps)
    try:
        checking.refuse_if_failed()
    except InputRefused as refusal:
        for problem in refusal.problems:
            reading.add(problem)
