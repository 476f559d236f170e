"""What a request to accept a deviation means: checked against the flow, or found by its key in assessments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api.acceptances.schemas import AcceptanceRequest
from api.running import Running
from engine.assessment.checks import branches_of
from engine.assessment.deviation_names import DeviationName
from engine.assessment.deviation_search import deviation_by_key
from engine.conformance.standards.instances import KINDS
from engine.definitions.flow import Flow
from engine.errors import InputRefused, Place, Problem
from engine.storage.case_files import scan_book
from engine.storage.database import Session
from engine.storage.repository import artefact, done_assessments
from engine.vocabulary import DeviationKind

ASSESSMENTS_SEARCHED = 100
"""So many assessments of the flow, the latest first, are searched for a key."""


def name_of(asked: AcceptanceRequest, flow: Flow) -> DeviationName:
    """The deviation that a request names by its kind.

    Raises:
        InputRefused: With everything that the flow does not know, or that does not belong to the kind.
    """
    problems = list(_problems(asked, flow))
    if problems or asked.kind is None:
        raise InputRefused(problems)
    steps = tuple(asked.steps)
    if asked.standard is not None:
        steps = next(one.steps for one in flow.standards if one.id == asked.standard)
    return DeviationName(asked.kind.value, steps, asked.standard or "", asked.other_branch, tuple(asked.branch or ()))


def name_by_key(session: Session, running: Running, flow_key: str, key: str) -> DeviationName:
    """The deviation that a key stands for, as the latest assessments of the flow tell it.

    Raises:
        InputRefused: None of them tells it.
    """
    for number in done_assessments(session, flow_key, limit=ASSESSMENTS_SEARCHED):

        def path_of(name: str, number: int = number) -> Path | None:
            digest = artefact(session, number, name)
            return None if digest is None else running.files.known(digest)

        book = scan_book(path_of)
        found = None if book is None else deviation_by_key(book, key)
        if found is not None:
            return found
    raise InputRefused([Problem("acceptance.unknown-key", Place(element="key"), {"key": key})])


def _problems(asked: AcceptanceRequest, flow: Flow) -> Iterator[Problem]:
    kind = asked.kind
    if kind is None or asked.key is not None:
        yield Problem("acceptance.key-or-kind", Place(element="kind"))
        return
    from_branch = kind is DeviationKind.WRONG_BRANCH
    from_standard = kind in KINDS and not from_branch
    if from_standard != (asked.standard is not None):
        code = "acceptance.standard-missing" if from_standard else "acceptance.no-standard"
        yield Problem(code, Place(element="standard"), {"kind": kind.value})
    if from_branch != (asked.branch is not None):
        code = "acceptance.branch-missing" if from_branch else "acceptance.no-branch"
        yield Problem(code, Place(element="branch"), {"kind": kind.value})
    if kind not in KINDS and not asked.steps:
        yield Problem("acceptance.steps-missing", Place(element="steps"), {"kind": kind.value})
    if asked.other_branch and kind is not DeviationKind.OUT_OF_PLACE:
        yield Problem("acceptance.no-other-branch", Place(element="other_branch"), {"kind": kind.value})
    yield from _unknown(asked, flow)


def _unknown(asked: AcceptanceRequest, flow: Flow) -> Iterator[Problem]:
    """What the flow does not know."""
    steps = {step.id for step in flow.steps}
    for step in asked.steps if asked.kind is not DeviationKind.UNPLANNED else ():
        if step not in steps:
            yield Problem("acceptance.unknown-step", Place(element="steps"), {"step": step, "flow": flow.id})
    if asked.standard is not None:
        standard = next((one for one in flow.standards if one.id == asked.standard), None)
        if standard is None:
            values = {"standard": asked.standard, "flow": flow.id}
            yield Problem("acceptance.unknown-standard", Place(element="standard"), values)
        elif asked.steps and tuple(asked.steps) != standard.steps:
            yield Problem("acceptance.other-steps", Place(element="steps"), {"standard": asked.standard})
    if asked.branch is not None and tuple(asked.branch) not in {(e.source, e.target) for e in branches_of(flow)}:
        values = {"source": asked.branch[0], "target": asked.branch[1]}
        yield Problem("acceptance.unknown-branch", Place(element="branch"), values)
