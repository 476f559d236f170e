"""Flows by HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from api.flows import service
from api.flows.schemas import CheckAnswer, FlowShape
from api.http.bodies import UploadDep
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import FILE_BODY, PICTURES, PROBLEMS
from api.http.pictures import picture_response
from api.http.problems import Refusal
from api.http.shapes import Page
from api.http.turns import turn
from engine.rendering.picture import PictureFormat
from engine.storage.database import Session
from engine.storage.repository import page
from engine.storage.tables import FlowRow

router = APIRouter(prefix="/flows", tags=["flows"], responses=PROBLEMS)

SOURCE_TYPES = {"yaml": "application/yaml", "bpmn": "application/xml", "pnml": "application/xml"}


@router.post("", status_code=HTTPStatus.CREATED, openapi_extra=FILE_BODY)
def upload_flow(*, upload: UploadDep, running: RunningDep, session: WriteSession, response: Response) -> FlowShape:
    """Upload a flow (YAML or BPMN) or a net (PNML) as the request's body. It is read at once."""
    with turn(running):
        row = service.add_flow(
            session,
            running.files,
            upload.incoming,
            name=upload.name,
            now=running.clock(),
            limits=running.limits,
        )
    shape = FlowShape.of(row)
    response.headers["Location"] = f"/api/v1/flows/{shape.id}"
    return shape


@router.get("")
def list_flows(asked: PageDep, session: ReadSession) -> Page[FlowShape]:
    """List the flows in the order in which they came."""
    rows, following = page(session, FlowRow, after=asked.after, limit=asked.limit)
    return Page[FlowShape](items=[FlowShape.of(row) for row in rows], next=following)


@router.get("/{flow}")
def read_flow(flow: Id, session: ReadSession) -> FlowShape:
    """One flow."""
    return FlowShape.of(existing_flow(session, flow))


@router.get("/{flow}/source", response_class=FileResponse)
def read_flow_source(flow: Id, running: RunningDep, session: ReadSession) -> FileResponse:
    """The file as it was uploaded, byte for byte."""
    row = existing_flow(session, flow)
    return FileResponse(running.files.path(row.file), media_type=SOURCE_TYPES[row.format], filename=row.name)


@router.get("/{flow}/check")
def check_flow(flow: Id, running: RunningDep, session: ReadSession, language: LanguageDep) -> CheckAnswer:
    """Check a flow: whether it can always end, and what else its designer should know."""
    row = existing_flow(session, flow)
    with turn(running):
        return CheckAnswer.of(service.check_stored(running.files, row, limits=running.limits), language)


@router.get("/{flow}/chart", response_class=Response, responses=PICTURES)
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
        content = service.draw_stored(running.files, row, picture, language=language, limits=running.limits)
    return picture_response(content, picture, language)


def existing_flow(session: Session, number: int) -> FlowRow:
    """A flow's row.

    Raises:
        Refusal: There is none.
    """
    row = service.flow_row(session, number)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "service.no-such-flow", id=number)
    return row
