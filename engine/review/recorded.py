"""Whether a log records what the standards of a flow need, before anyone wonders at so much "no evidence"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.conformance.attributes import Attributes, gathered, has_value
from engine.definitions.evidence import ALL_ATTRIBUTES, Evidence, EvidenceKind, evidence_of
from engine.definitions.flow import Flow
from engine.errors import Place, Problem, Severity
from engine.logs.log import Log

_COLUMNS = {
    EvidenceKind.TIME: ("time",),
    EvidenceKind.START: ("start",),
    EvidenceKind.RESOURCE: ("resource",),
    EvidenceKind.ROLE: ("org:role", "role", "角色", "resource"),
}
"""Where a log keeps what is no attribute; a role may be told by a resource that is called like it."""


def unrecorded_evidence(flow: Flow, log: Log) -> tuple[Problem, ...]:
    """Say which standards need what a log holds nowhere.

    Args:
        flow: A flow.
        log: A log of its cases. What is recorded somewhere counts as recorded: single gaps are told by the assessment.

    Returns:
        ``check.evidence-not-recorded`` (warning), one for each standard, in the order of the flow. A step of which the
        log has no event at all says nothing about what would be recorded with it.
    """
    looking = _Looking(flow, log)
    problems = []
    for standard in flow.standards:
        missing = list(dict.fromkeys(evidence.text for evidence in looking.unrecorded(evidence_of(standard))))
        if missing:
            place = Place(line=standard.line or None, element=f"standards.{standard.id}")
            values = {"standard": standard.id, "evidence": ", ".join(missing)}
            problems.append(Problem("check.evidence-not-recorded", place, values, Severity.WARNING))
    return tuple(problems)


def unrecorded_calendars(flow: Flow, log: Log) -> tuple[Problem, ...]:
    """Say where an attribute decides on the calendar that no case of a log has.

    Args:
        flow: A flow.
        log: A log of its cases.

    Returns:
        ``check.calendar-by-nothing`` (warning), one for each choice, that of the flow first: in every case its calendar
        for all other cases would count. Nothing of a log without cases.
    """
    attributes = Attributes.of(log)
    choices = [("calendar", flow.calendar)] if flow.calendar is not None else []
    choices += [(f"role-calendars.{role}", choice) for role, choice in flow.role_calendars.items()]
    problems = []
    for path, choice in choices:
        values = attributes.of_cases(choice.attribute) if choice.attribute else None
        if choice.attribute and log.cases.height and (values is None or not has_value(values).any()):
            named = {"attribute": f"case.{choice.attribute}", "calendar": choice.name}
            problems.append(Problem("check.calendar-by-nothing", Place(element=path), named, Severity.WARNING))
    return tuple(problems)


class _Looking:
    """Looks up what a log records of the steps of a flow."""

    def __init__(self, flow: Flow, log: Log) -> None:
        self._attributes = Attributes.of(log)
        step_of = flow.step_of_activity
        steps = {step: index for index, step in enumerate(flow.by_id)}
        codes = [steps.get(step_of.get(name, ""), -1) for name in log.activities]
        activity = log.events["activity"].to_numpy()
        of_event = np.array(codes, dtype=np.int64)[activity] if codes else np.empty(0, dtype=np.int64)
        self._rows = {step: np.flatnonzero(of_event == index) for step, index in steps.items()}
        self._every = np.arange(log.events.height)

    def unrecorded(self, needed: tuple[Evidence, ...]) -> Iterator[Evidence]:
        """What of it the log holds nowhere."""
        for evidence in needed:
            if evidence.kind is EvidenceKind.ACTIVITY or evidence.name == ALL_ATTRIBUTES:
                continue
            if evidence.kind is EvidenceKind.CASE_ATTRIBUTE:
                values = self._attributes.of_cases(evidence.name)
                if values is None or not has_value(values).any():
                    yield evidence
                continue
            rows = self._every if evidence.step is None else self._rows[evidence.step]
            names = (evidence.name,) if evidence.name else _COLUMNS[evidence.kind]
            if len(rows) and not any(self._is_anywhere(name, rows) for name in names):
                yield evidence

    def _is_anywhere(self, name: str, rows: NDArray[np.int64]) -> bool:
        return bool(has_value(gathered(self._attributes.of_events(name), rows)).any())
