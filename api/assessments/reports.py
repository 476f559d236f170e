"""Reports of an assessment. Each lists the improvement actions in force when it is fetched, beside the same figures.

A page is made with the assessment, for the actions of that moment. Everything else, and the page once actions have
changed, is made from what was kept when somebody asks for it, to the byte what it would have been then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from enum import StrEnum

from api.assessments.earlier import compared_number, earlier_assessment
from api.assessments.kept import case_ids_of, content_of, whole_assessment
from api.reporting import report_of, report_pdf_of, report_xlsx_of
from api.running import Running
from api.schemas.actions import ActionShape
from engine.assessment.actions import Action
from engine.assessment.assessment import Assessment
from engine.limits import Limits
from engine.rendering.content import Beside
from engine.storage.actions import actions_of
from engine.storage.database import Session
from engine.storage.tables import AssessmentRow, FlowRow
from engine.vocabulary import Language


class ReportFormat(StrEnum):
    """The forms of a report: a page, paper, a workbook."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"


def report_name(language: Language, form: ReportFormat = ReportFormat.HTML, actions: Sequence[Action] = ()) -> str:
    """Under which name a report with these actions is kept."""
    mark = f".{_digest(actions)}" if actions else ""
    return f"report.{language.value}{mark}.{form.value}"


def render_report(
    assessment: Assessment, form: ReportFormat, *, language: Language, beside: Beside, limits: Limits
) -> bytes:
    """A report of an assessment; ``beside.case_ids`` are for the workbook."""
    if form is ReportFormat.PDF:
        return report_pdf_of(assessment, language=language, beside=beside, limits=limits)
    if form is ReportFormat.XLSX:
        return report_xlsx_of(assessment, language=language, beside=beside, limits=limits)
    return report_of(assessment, language=language, beside=beside, limits=limits).encode()


def find_report(
    session: Session, running: Running, row: AssessmentRow, form: ReportFormat, language: Language
) -> bytes | None:
    """A report of an assessment that is at hand, or None where it has to be made."""
    number, actions = row.id or 0, _actions_of(session, row)
    name = report_name(language, form, actions)
    found = running.report_cache.get(_key(number, name))
    return found if found is not None else content_of(session, running, number, name)


def make_report(
    session: Session, running: Running, row: AssessmentRow, form: ReportFormat, language: Language
) -> bytes | None:
    """Make a report from what was kept; this takes a while. None where too little was kept.

    What was made before that was kept has its page alone, as it was made.
    """
    number, actions = row.id or 0, _actions_of(session, row)
    assessment = whole_assessment(session, running, row)
    if assessment is None:
        return content_of(session, running, number, report_name(language, form))
    beside = Beside(
        against=earlier_assessment(session, running, compared_number(session, running, number)),
        actions=actions,
        case_ids=case_ids_of(session, running, number) if form is ReportFormat.XLSX else (),
    )
    made = render_report(assessment, form, language=language, beside=beside, limits=running.limits)
    running.report_cache.put(_key(number, report_name(language, form, actions)), made)
    return made


def _actions_of(session: Session, row: AssessmentRow) -> tuple[Action, ...]:
    return actions_of(session, session.get_one(FlowRow, row.flow).key)


def _key(number: int, name: str) -> str:
    return f"{number} {name}"


def _digest(actions: Sequence[Action]) -> str:
    said = [ActionShape.of(action).model_dump(mode="json") for action in actions]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
