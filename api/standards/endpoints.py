"""The standards and the key figures of an assessment by HTTP."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from api.accounts.acting import allows
from api.accounts.roles import Action
from api.assessments.endpoints import done_assessment
from api.assessments.kept import RESULT, content_of
from api.cases import service as cases
from api.flows.endpoints import existing_flow
from api.flows.service import read_stored
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep
from api.http.documentation import PROBLEMS, problems
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.turns import turn
from api.running import Running
from api.schemas.assessment import AssessmentShape
from api.schemas.judged_standards import JudgedStandardsShape, KpisShape
from api.standards import service
from api.standards.kpis import key_figures
from engine.storage.database import Session
from engine.storage.tables import AssessmentRow

router = APIRouter(route_class=Route, prefix="/assessments", tags=["standards"], responses=PROBLEMS | problems(409))


@router.get("/{assessment}/standards", dependencies=[allows(Action.READ)])
def list_standards(assessment: Id, asked: PageDep, running: RunningDep, session: ReadSession) -> JudgedStandardsShape:
    """List the standards of an assessment in the flow's order: what they ask for, what came of it, in each period."""
    row, result = _result(session, running, assessment)
    with turn(running):
        flow = read_stored(running, existing_flow(session, row.flow)).flow
        return service.list_standards(result, flow, after=asked.after, limit=asked.limit)


@router.get("/{assessment}/kpis", dependencies=[allows(Action.READ)])
def list_key_figures(assessment: Id, running: RunningDep, session: ReadSession, language: LanguageDep) -> KpisShape:
    """The key figures of an assessment: name, how it is measured, target, actual value, note."""
    row, result = _result(session, running, assessment)
    with turn(running):
        flow = read_stored(running, existing_flow(session, row.flow)).flow
        book = cases.open_book(session, running, row)
        return key_figures(result, flow, None if book is None else book.tables, language=language)


def _result(session: Session, running: Running, number: int) -> tuple[AssessmentRow, AssessmentShape]:
    """The row and the result of an assessment that is done.

    Raises:
        Refusal: There is none, it is not done or failed, or several versions judged.
    """
    row = done_assessment(session, number)
    content = content_of(session, running, number, RESULT)
    if content is None:
        raise Refusal(HTTPStatus.CONFLICT, "cases.several-versions", id=number)
    return row, AssessmentShape.model_validate_json(content)
