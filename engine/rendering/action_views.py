"""Improvement actions beside what they answer, and the worst findings that nobody answers yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from engine.assessment.actions import Action, deviation_key, finding_key, standard_key, unanswered
from engine.assessment.assessment import Assessment, Finding
from engine.rendering.cells import Cell, Cells, Column, Table, Tone
from engine.rendering.chevrons import Explainer, VariantRow
from engine.rendering.names import Names
from engine.rendering.report_views import EXAMPLES_SHOWN, finding_mark
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import ActionState, Dimension

WORST_SHOWN = 5
"""Findings that the report shows with an example, and asks an action for."""
ACTION_CHARACTERS = 1_000

_STATE_TONES = {ActionState.DONE: Tone.GOOD, ActionState.DROPPED: Tone.MUTED}


@dataclass(frozen=True, slots=True)
class WorstFinding:
    """One of the findings that cost most, with what to do about it.

    Attributes:
        key: By which an action answers it.
        title: What it is, with its sign.
        dimension: Where it costs these points.
        where: Dimension and points in words.
        points: What it costs there.
        cases: How many cases it concerns.
        happened: What it came to, in words.
        examples: Case ids.
        example: The most frequent sequence in which it happens, or None where it is not about a sequence.
        actions: What is done about it, on one line each.
        answered: Whether anything is.
    """

    key: str
    title: str
    dimension: str
    where: str
    points: Cell
    cases: Cell
    happened: str
    examples: tuple[str, ...]
    example: VariantRow | None
    actions: tuple[Cell, ...]
    answered: bool


def worst_findings(assessment: Assessment, actions: Sequence[Action], wording: Wording) -> tuple[WorstFinding, ...]:
    """The findings that cost most points, each cause once: in the dimension where it costs most."""
    explainer = Explainer.of(assessment, wording)
    names = Names(assessment.flow, wording)
    return tuple(
        _worst(finding, dimension, assessment, actions, names=names, explainer=explainer)
        for finding, dimension in _worst_causes(assessment)
    )


def action_table(assessment: Assessment, actions: Sequence[Action], wording: Wording) -> Table:
    """The actions, what is due first on top, settled ones last; below it the worst findings that have none."""
    columns = (
        Column(wording.text("report.column.answers"), 24),
        Column(wording.text("report.column.action"), 34),
        Column(wording.text("report.column.owner"), 11),
        Column(wording.text("report.column.due"), 10),
        Column(wording.text("report.column.state"), 10),
    )
    said = answers(assessment, wording)
    today = judged_on(assessment)
    ordered = sorted(actions, key=lambda action: (action.is_settled, action.due, action.answers, action.action))
    rows = tuple(_row(action, said, today, wording) for action in ordered)
    return Table(columns, rows, tuple(_notes(assessment, actions, said, wording)), wording.text("report.actions.none"))


def answers(assessment: Assessment, wording: Wording) -> dict[str, str]:
    """For each key that an action can answer what it stands for, in words."""
    names = Names(assessment.flow, wording)
    said = {
        standard_key(result.standard): _named(
            wording.term("finding.missed-standard"), names.standard(result.standard), names
        )
        for result in assessment.standards
    }
    for summary in assessment.deviations:
        branch = () if summary.branch is None else (summary.branch.gateway, summary.branch.target)
        kind = names.kind(summary.kind, other_branch=summary.other_branch)
        subject = names.subject(summary.kind, summary.steps, summary.standard, branch)
        said.setdefault(deviation_key(summary), _named(kind, subject, names))
    for finding in (finding for score in assessment.dimensions for finding in score.findings):
        said.setdefault(finding_key(finding), _named_finding(finding, names))
    return said


def judged_on(assessment: Assessment) -> date | None:
    """The day on which an action is looked at; there is no other clock."""
    return None if assessment.now is None else assessment.now.date()


def actions_by_key(actions: Iterable[Action], today: date | None, wording: Wording) -> dict[str, tuple[Cell, ...]]:
    """For each key the actions that answer it, on one line each."""
    found: dict[str, list[Cell]] = {}
    for action in actions:
        found.setdefault(action.answers, []).append(_line(action, today, wording))
    return {key: tuple(lines) for key, lines in found.items()}


def _worst_causes(assessment: Assessment) -> list[tuple[Finding, Dimension]]:
    every = [(finding, score.dimension) for score in assessment.dimensions for finding in score.findings]
    every.sort(key=lambda pair: (-pair[0].points, -pair[0].cases))
    first: dict[str, tuple[Finding, Dimension]] = {}
    for finding, dimension in every:
        first.setdefault(finding_key(finding), (finding, dimension))
    return list(first.values())[:WORST_SHOWN]


def _worst(
    finding: Finding,
    dimension: Dimension,
    assessment: Assessment,
    actions: Sequence[Action],
    *,
    names: Names,
    explainer: Explainer | None,
) -> WorstFinding:
    wording, key = names.wording, finding_key(finding)
    cells = Cells(wording)
    mine = [action for action in actions if action.answers == key]
    name, points = wording.term(f"dimension.{dimension}"), cells.points(finding.points)
    example = None
    if explainer is not None and not finding.standard and not finding.branch:
        example = explainer.example(finding.kind, finding.steps)
    return WorstFinding(
        key=key,
        title=f"{finding_mark(finding.kind)} {_named_finding(finding, names)}",
        dimension=name,
        where=wording.text("report.worst.where", dimension=name, points=points.text),
        points=points,
        cases=cells.count(finding.cases),
        happened=_happened(finding, assessment, wording),
        examples=tuple(clean(case) for case in finding.examples[:EXAMPLES_SHOWN]),
        example=example,
        actions=tuple(_line(action, judged_on(assessment), wording) for action in mine),
        answered=not unanswered([key], mine),
    )


def _happened(finding: Finding, assessment: Assessment, wording: Wording) -> str:
    """What a finding came to: of a standard how many instances, of all else how many cases."""
    result = next((one for one in assessment.standards if one.standard == finding.standard), None)
    if result is not None:
        return wording.text(
            "report.worst.standard",
            missed=wording.number(result.missed),
            due=wording.number(result.met + result.missed),
            cases=wording.number(finding.cases),
        )
    return wording.text("report.worst.cases", cases=wording.number(finding.cases), all=wording.number(assessment.cases))


def _line(action: Action, today: date | None, wording: Wording) -> Cell:
    text = wording.text(
        "report.actions.line",
        action=clean(action.action, limit=ACTION_CHARACTERS),
        owner=clean(action.owner),
        due=action.due.isoformat(),
        state=_state(action, today, wording).text,
    )
    return Cell(text, tone=_state(action, today, wording).tone)


def _state(action: Action, today: date | None, wording: Wording) -> Cell:
    if today is not None and action.is_overdue(today):
        return Cell(wording.text("report.actions.overdue"), tone=Tone.ALERT)
    return Cell(wording.term(f"action-state.{action.state}"), tone=_STATE_TONES.get(action.state, Tone.PLAIN))


def _row(action: Action, said: dict[str, str], today: date | None, wording: Wording) -> tuple[Cell, ...]:
    cells = Cells(wording)
    gone = wording.text("report.actions.no-longer-found", key=clean(action.answers))
    known = said.get(action.answers)
    return (
        Cell(known) if known else Cell(gone, tone=Tone.MUTED),
        Cell(clean(action.action, limit=ACTION_CHARACTERS)),
        cells.text(action.owner),
        cells.day(action.due),
        _state(action, today, wording),
    )


def _notes(assessment: Assessment, actions: Sequence[Action], said: dict[str, str], wording: Wording) -> Iterable[str]:
    left = unanswered((finding_key(finding) for finding, _ in _worst_causes(assessment)), actions)
    if left:
        names = wording.text("report.calendar.separator").join(said[key] for key in left)
        yield wording.text("report.actions.unanswered", count=len(left), findings=names)


def _named_finding(finding: Finding, names: Names) -> str:
    kind = names.kind(finding.kind, other_branch=finding.other_branch)
    return _named(kind, names.subject(finding.kind, finding.steps, finding.standard, finding.branch), names)


def _named(kind: str, subject: str, names: Names) -> str:
    return f"{kind}{names.colon}{subject}" if subject else kind
