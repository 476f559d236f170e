"""Assessments by HTTP."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.assessments import service
from api.assessments.earlier import compared_number, problem_with
from api.assessments.kept import RESULT, VERSIONS, content_of
from api.assessments.options import Options
from api.assessments.schemas import AssessmentAnswer, AssessmentRequest, AssessmentSummary
from api.composition import picture_of
from api.flows.endpoints import existing_flow
from api.http.bodies import json_body
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PICTURES, PROBLEMS, json_body_of, problems
from api.http.pictures import picture_response
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from api.http.turns import too_busy, turn
from api.logs.endpoints import existing_log
from api.running import Running
from api.schemas.assessment import AssessmentShape
from api.schemas.versions import VersionedAssessmentShape
from engine.errors import InputRefused
from engine.rendering.overlay import OverlayKind
from engine.rendering.picture import PictureFormat
from engine.storage.database import Session
from engine.storage.repository import find, locked_assessment, page
from engine.storage.tables import AssessmentRow, Status
from engine.vocabulary import Language

router = APIRouter(route_class=Route, prefix="/assessments", tags=["assessments"], responses=PROBLEMS)

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
    refused = problem_with(session, options, versions=asked.versions)
    if refused is not None:
        raise InputRefused([refused])
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
    assessment: Id, running: RunningDep, session: ReadSession, language: LanguageDep, tag: TagDep
) -> AssessmentAnswer:
    """One assessment: how far it is and, once it is done, everything it found."""
    row = existing_assessment(session, assessment)
    tag.has(*_state(row))
    content = content_of(session, running, assessment, RESULT)
    result = None if content is None else AssessmentShape.model_validate_json(content)
    content = content_of(session, running, assessment, VERSIONS)
    versions = None if content is None else VersionedAssessmentShape.model_validate_json(content)
    against = compared_number(session, running, assessment)
    return AssessmentAnswer(**dict(_summary(running, row, language)), result=result, versions=versions, against=against)


@router.post("/{assessment}/cancellation", dependencies=[allows(Action.CANCEL_ASSESSMENT)], responses=problems(409))
def cancel_assessment(
    *,
    assessment: Id,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    tag: TagDep,
) -> AssessmentSummary:
    """Cancel an assessment that waits or runs. It makes nothing any more; work on it ends within a second or two."""
    acting.require_own(existing_assessment(session, assessment).created_by)
    tag.holds(*_state(locked_assessment(session, assessment)))
    return AssessmentSummary.of(service.cancel(session, running, assessment), language)


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
    done_assessment(session, assessment)
    dot = content_of(session, running, assessment, service.chart_name(show, language))
    if dot is None:
        raise not_done(assessment)
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


def _state(row: AssessmentRow) -> tuple[object, ...]:
    return row.id, row.status, row.attempts, row.started, row.finished


def done_assessment(session: Session, number: int) -> AssessmentRow:
    """The row of an assessment that is done.

    Raises:
        Refusal: There is none, it is not done, failed, or was cancelled.
    """
    row = existing_assessment(session, number)
    if row.status == Status.FAILED:
        raise Refusal(HTTPStatus.CONFLICT, "service.assessment-failed", id=number)
    if row.status == Status.CANCELLED:
        raise Refusal(HTTPStatus.CONFLICT, "service.assessment-cancelled", id=number)
    if row.status != Status.DONE:
        raise not_done(number)
    return row


def not_done(number: int) -> Refusal:
    """An assessment is not done yet."""
    return Refusal(HTTPStatus.CONFLICT, "service.not-done", id=number, headers={"Retry-After": "1"})


def _summary(running: Running, row: AssessmentRow, language: Language) -> AssessmentSummary:
    return AssessmentSummary.of(row, language, running.work.stage(row.id or 0))
