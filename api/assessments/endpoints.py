"""Assessments by HTTP."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.assessments import service
from api.assessments.options import Options
from api.assessments.schemas import AssessmentAnswer, AssessmentRequest, AssessmentSummary
from api.composition import picture_of
from api.flows.endpoints import existing_flow
from api.http.bodies import json_body
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PICTURES, PROBLEMS, json_body_of, problems
from api.http.pictures import page_response, picture_response
from api.http.problems import Refusal
from api.http.shapes import Page
from api.http.turns import too_busy, turn
from api.logs.endpoints import existing_log
from api.running import Running
from api.schemas.assessment import AssessmentShape
from api.schemas.versions import VersionedAssessmentShape
from engine.rendering.overlay import OverlayKind
from engine.rendering.picture import PictureFormat
from engine.storage.database import Session
from engine.storage.repository import find, page
from engine.storage.tables import AssessmentRow, Status
from engine.vocabulary import Language

router = APIRouter(prefix="/assessments", tags=["assessments"], responses=PROBLEMS)

RequestDep = Annotated[AssessmentRequest, Depends(json_body(AssessmentRequest))]
ShowQuery = Annotated[OverlayKind, Query(description="What is drawn on the flow.")]
FormatQuery = Annotated[PictureFormat, Query(alias="format", description="Kind of picture.")]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[allows(Action.ASK_FOR_ASSESSMENT)],
    openapi_extra=json_body_of(AssessmentRequest),
)
def ask_for_assessment(
    *,
    asked: RequestDep,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    response: Response,
) -> AssessmentSummary:
    """Ask for the assessment of a log against a flow. The answer comes at once; the work is done in the background."""
    options = Options.of(asked)
    flow = existing_flow(session, asked.flow)
    if asked.versions:
        options = replace(options, versions=service.versions_in_force(session, flow))
        if not options.versions:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "service.no-versions", flow=flow.key)
    existing_log(session, asked.log)
    if not service.may_wait(session, running):
        raise too_busy()
    by = acting.principal.id
    row = service.ask_for(session, running, flow=asked.flow, log=asked.log, options=options, by=by)
    shape = AssessmentSummary.of(row, language)
    acting.note(shape.id, flow=asked.flow, log=asked.log)
    response.headers["Location"] = f"/api/v1/assessments/{shape.id}"
    return shape


@router.get("", dependencies=[allows(Action.READ)])
def list_assessments(
    asked: PageDep, running: RunningDep, session: ReadSession, language: LanguageDep
) -> Page[AssessmentSummary]:
    """List the assessments in the order in which they were asked for."""
    rows, following = page(session, AssessmentRow, after=asked.after, limit=asked.limit)
    items = [_summary(running, row, language) for row in rows]
    return Page[AssessmentSummary](items=items, next=following)


@router.get("/{assessment}", dependencies=[allows(Action.READ)])
def read_assessment(
    assessment: Id, running: RunningDep, session: ReadSession, language: LanguageDep
) -> AssessmentAnswer:
    """One assessment: how far it is and, once it is done, everything it found."""
    row = existing_assessment(session, assessment)
    content = service.content_of(session, running, assessment, service.RESULT)
    result = None if content is None else AssessmentShape.model_validate_json(content)
    content = service.content_of(session, running, assessment, service.VERSIONS)
    versions = None if content is None else VersionedAssessmentShape.model_validate_json(content)
    return AssessmentAnswer(**dict(_summary(running, row, language)), result=result, versions=versions)


@router.post("/{assessment}/cancellation", dependencies=[allows(Action.CANCEL_ASSESSMENT)], responses=problems(409))
def cancel_assessment(
    assessment: Id, running: RunningDep, session: WriteSession, acting: ActingDep, language: LanguageDep
) -> AssessmentSummary:
    """Cancel an assessment that waits or runs. It makes nothing any more; work on it ends within a second or two."""
    acting.require_own(existing_assessment(session, assessment).created_by)
    return AssessmentSummary.of(service.cancel(session, running, assessment), language)


@router.get(
    "/{assessment}/report", dependencies=[allows(Action.READ)], response_class=HTMLResponse, responses=problems(409)
)
def read_report(assessment: Id, running: RunningDep, session: ReadSession, language: LanguageDep) -> Response:
    """The report: one page that needs nothing but itself."""
    content = _made(session, running, assessment, service.report_name(language))
    return page_response(content, language)


@router.get(
    "/{assessment}/chart",
    dependencies=[allows(Action.READ)],
    response_class=Response,
    responses=PICTURES | problems(409),
)
def draw_assessment(
    *,
    assessment: Id,
    running: RunningDep,
    session: ReadSession,
    language: LanguageDep,
    show: ShowQuery = OverlayKind.DEVIATIONS,
    picture: FormatQuery = PictureFormat.SVG,
) -> Response:
    """The flow's chart with what happened drawn on it."""
    dot = _made(session, running, assessment, service.chart_name(show, language))
    with turn(running):
        content = picture_of(dot.decode(), picture, limits=running.limits)
    return picture_response(content, picture, language)


def existing_assessment(session: Session, number: int) -> AssessmentRow:
    """An assessment's row.

    Raises:
        Refusal: There is none.
    """
    row = find(session, AssessmentRow, number)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "service.no-such-assessment", id=number)
    return row


def _summary(running: Running, row: AssessmentRow, language: Language) -> AssessmentSummary:
    return AssessmentSummary.of(row, language, running.work.stage(row.id or 0))


def _made(session: Session, running: Running, number: int, name: str) -> bytes:
    """What an assessment made.

    Raises:
        Refusal: It is not done, failed, or was cancelled.
    """
    row = existing_assessment(session, number)
    if row.status == Status.FAILED:
        raise Refusal(HTTPStatus.CONFLICT, "service.assessment-failed", id=number)
    if row.status == Status.CANCELLED:
        raise Refusal(HTTPStatus.CONFLICT, "service.assessment-cancelled", id=number)
    content = service.content_of(session, running, number, name)
    if content is None:
        raise Refusal(HTTPStatus.CONFLICT, "service.not-done", id=number, headers={"Retry-After": "1"})
    return content
