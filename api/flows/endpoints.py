"""Flows by HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.flows import service
from api.flows.schemas import (
    FLOW_FILE,
    ActivationRequest,
    ActivationShape,
    CheckAnswer,
    FlowShape,
    VersionsAnswer,
)
from api.http.bodies import UploadDep, json_body
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PICTURES, PROBLEMS, file_body_of, json_body_of, problems
from api.http.pictures import picture_response
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from api.http.turns import turn
from api.schemas.review import DifferenceShape
from engine.rendering.picture import PictureFormat
from engine.storage.database import Session
from engine.storage.repository import hold_versions, page
from engine.storage.tables import ActivationRow, FlowRow

router = APIRouter(route_class=Route, prefix="/flows", tags=["flows"], responses=PROBLEMS)

ActivationDep = Annotated[ActivationRequest, Depends(json_body(ActivationRequest))]
SOURCE_TYPES = {"yaml": "application/yaml", "bpmn": "application/xml", "pnml": "application/xml"}


@router.post(
    "", status_code=HTTPStatus.CREATED, dependencies=[allows(Action.UPLOAD_FLOW)], openapi_extra=file_body_of(FLOW_FILE)
)
def upload_flow(
    *, upload: UploadDep, running: RunningDep, session: WriteSession, acting: ActingDep, response: Response
) -> FlowShape:
    """Upload a flow (YAML or BPMN) or a net (PNML) as the request's body. It is read at once."""
    with turn(running):
        row = service.add_flow(
            session,
            running.files,
            upload.incoming,
            name=upload.name,
            now=running.clock(),
            by=acting.principal.id,
            limits=running.limits,
        )
    shape = FlowShape.of(row)
    acting.note(shape.id, name=row.name, flow=row.key)
    response.headers["Location"] = f"/api/v1/flows/{shape.id}"
    return shape


@router.get("", dependencies=[allows(Action.READ)])
def list_flows(asked: PageDep, session: ReadSession) -> Page[FlowShape]:
    """List the flows in the order in which they came."""
    rows, following = page(session, FlowRow, after=asked.after, limit=asked.limit)
    return Page[FlowShape](items=[FlowShape.of(row) for row in rows], next=following)


@router.get("/{flow}", dependencies=[allows(Action.READ)])
def read_flow(flow: Id, session: ReadSession) -> FlowShape:
    """One flow."""
    return FlowShape.of(existing_flow(session, flow))


@router.get("/{flow}/source", dependencies=[allows(Action.READ)], response_class=FileResponse)
def read_flow_source(flow: Id, running: RunningDep, session: ReadSession, tag: TagDep) -> FileResponse:
    """The file as it was uploaded, byte for byte."""
    row = existing_flow(session, flow)
    headers = {"ETag": tag.stored(row.file)}
    path = running.files.checked(row.file)
    return FileResponse(path, media_type=SOURCE_TYPES[row.format], filename=row.name, headers=headers)


@router.get("/{flow}/check", dependencies=[allows(Action.READ)])
def check_flow(flow: Id, running: RunningDep, session: ReadSession, language: LanguageDep) -> CheckAnswer:
    """Check a flow: whether it can always end, and what else its designer should know."""
    row = existing_flow(session, flow)
    with turn(running):
        return CheckAnswer.of(service.check_stored(running, row), language)


@router.post(
    "/{flow}/activations",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.ACTIVATE_FLOW)],
    openapi_extra=json_body_of(ActivationRequest),
    responses=problems(409),
)
def activate_flow(
    *, flow: Id, asked: ActivationDep, running: RunningDep, session: WriteSession, acting: ActingDep, tag: TagDep
) -> ActivationShape:
    """Put a flow into force as a version, from a day on. What is in force is never changed, only followed."""
    row = existing_flow(session, flow)
    hold_versions(session, row.key)
    tag.holds(*_state(service.versions_of(session, row)))
    effective = asked.effective or row.effective
    if effective is None:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "service.no-effective-day", id=flow)
    activation = service.activate(session, row, effective=effective, now=running.clock())
    if activation is None:
        raise Refusal(HTTPStatus.CONFLICT, "service.day-taken", day=effective.isoformat(), flow=row.key)
    acting.note(effective=effective.isoformat())
    return ActivationShape.of(activation)


@router.get("/{flow}/versions", dependencies=[allows(Action.READ)])
def list_versions(flow: Id, session: ReadSession, tag: TagDep) -> VersionsAnswer:
    """The versions of the same flow that were put into force, in the order of their days."""
    row = existing_flow(session, flow)
    found = service.versions_of(session, row)
    tag.has(*_state(found))
    return VersionsAnswer(key=row.key, versions=[ActivationShape.of(activation) for activation in found])


@router.get("/{flow}/diff/{other}", dependencies=[allows(Action.READ)])
def compare_flows(flow: Id, other: Id, running: RunningDep, session: ReadSession) -> DifferenceShape:
    """How another flow differs from this one: what was written differently, and what that allows or forbids."""
    old, new = existing_flow(session, flow), existing_flow(session, other)
    with turn(running):
        return DifferenceShape.of(service.compare_stored(running, old, new))


@router.get("/{flow}/chart", dependencies=[allows(Action.READ)], response_class=Response, responses=PICTURES)
def draw_flow(
    *,
    flow: Id,
    running: RunningDep,
    session: ReadSession,
    language: LanguageDep,
    picture: Annotated[PictureFormat, Query(alias="format", description="Kind of picture.")] = PictureFormat.SVG,
) -> Response:
    """The flow's chart."""
    row = existing_flow(session, flow)
    with turn(running):
        content = service.draw_stored(running, row, picture, language=language)
    return picture_response(content, picture, language)


def _state(versions: Sequence[ActivationRow]) -> tuple[object, ...]:
    return tuple((one.flow, one.effective) for one in versions)


def existing_flow(session: Session, number: int) -> FlowRow:
    """A flow's row.

    Raises:
        Refusal: There is none.
    """
    row = service.flow_row(session, number)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "service.no-such-flow", id=number)
    return row
