"""The pages of flows: all of them, one with its chart, versions and lint, and a new one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.assessments.kept import summary_of
from api.flows import service
from api.flows.endpoints import activate_flow, existing_flow, upload_flow
from api.flows.schemas import ActivationRequest
from api.http.bodies import UploadDep
from api.http.dependencies import LARGEST_ID, Id, RunningDep, WriteSession
from api.http.preconditions import Tag
from api.http.turns import turn
from api.pages.attention import title_of
from api.pages.forms import said
from api.pages.shell import READS, Visit, VisitDep, page
from api.pages.uploads import gone_to
from api.schemas.problem import ProblemShape
from engine.errors import LimitExceeded, Severity
from engine.nets.process import Process
from engine.rendering.flowchart import draw_flow
from engine.rendering.net_chart import draw_net
from engine.rendering.picture import PictureFormat, render
from engine.review.check import check
from engine.review.simplicity import simplicity
from engine.storage.flow_lists import listed_flows
from engine.storage.repository import done_of, uploads_of

router = APIRouter(prefix="/flows", include_in_schema=False)

SHOWN = 10
"""How many assessments a flow's page lists."""


@router.get("", dependencies=READS, response_class=HTMLResponse)
def show_flows(visit: VisitDep) -> HTMLResponse:
    """All flows, each with its latest upload."""
    found = listed_flows(visit.session)
    return page(visit, "flows.html.j2", here="flows", flows=found, name_of=lambda row: title_of(row, visit))


@router.get("/new", dependencies=[allows(Action.UPLOAD_FLOW)], response_class=HTMLResponse)
def show_new_flow(visit: VisitDep) -> HTMLResponse:
    """Where a flow is uploaded."""
    return page(visit, "flow_new.html.j2", here="flows")


@router.post("/uploads", status_code=HTTPStatus.CREATED, dependencies=[allows(Action.UPLOAD_FLOW)])
def receive_flow(
    *, upload: UploadDep, running: RunningDep, session: WriteSession, acting: ActingDep, response: Response
) -> Response:
    """Take a flow that was dropped on a page."""
    made = upload_flow(upload=upload, running=running, session=session, acting=acting, response=response)
    return gone_to(f"/flows/{made.id}")


@router.get("/{flow}", dependencies=READS, response_class=HTMLResponse)
def show_flow(flow: Id, visit: VisitDep) -> HTMLResponse:
    """One flow: its chart, what its designer should know, its versions, and what assessments found."""
    row = existing_flow(visit.session, flow)
    with turn(visit.running):
        process = service.read_stored(visit.running, row)
        report = check(process, source=row.name, limits=visit.running.limits)
        drawing = drawn(process, visit)
    order = list(Severity)
    problems = [ProblemShape.of(problem, visit.language) for problem in report.problems]
    done = done_of(visit.session, row.key, limit=SHOWN)
    return page(
        visit,
        "flow.html.j2",
        here="flows",
        row=row,
        name=title_of(row, visit),
        drawing=drawing,
        soundness=report.soundness.verdict,
        problems=sorted(problems, key=lambda problem: order.index(problem.severity)),
        figures=simplicity(process.flow) if process.has_graph else None,
        standards=len(process.flow.standards),
        versions={one.flow: one for one in service.versions_of(visit.session, row)},
        uploads=uploads_of(visit.session, row.key),
        assessments=[(one, summary_of(visit.session, visit.running, one.id or 0)) for one in done],
    )


@router.get("/{flow}/changes", dependencies=READS, response_class=HTMLResponse)
def show_changes(flow: Id, since: Annotated[int, Query(ge=1, le=LARGEST_ID)], visit: VisitDep) -> HTMLResponse:
    """How a version differs from an earlier one."""
    new, old = existing_flow(visit.session, flow), existing_flow(visit.session, since)
    with turn(visit.running):
        found = service.compare_stored(visit.running, old, new)
    return page(
        visit, "flow_changes.html.j2", here="flows", old=old, new=new, name=title_of(new, visit), difference=found
    )


@router.post("/{flow}/activations", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.ACTIVATE_FLOW)])
def activate(
    *,
    request: Request,
    flow: Id,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    effective: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Put a flow into force from a day on, as the form says."""
    activate_flow(
        flow=flow,
        asked=said(ActivationRequest, {"effective": effective}),
        running=running,
        session=session,
        acting=acting,
        tag=Tag(request),
    )
    return RedirectResponse(f"/flows/{flow}", HTTPStatus.SEE_OTHER)


def drawn(process: Process, visit: Visit) -> Markup | None:
    """A flow's chart as part of a page; None where it is too large to be drawn."""
    draw = (
        draw_flow(process.flow, language=visit.language)
        if process.has_graph
        else draw_net(process.net, language=visit.language)
    )
    try:
        # Not escaped, because render() holds it against the allow-list of shapes and text.
        return inline(render(draw, PictureFormat.SVG, limits=visit.running.limits))
    except LimitExceeded:
        return None


def inline(svg: bytes) -> Markup:
    """A picture as it stands inside a page: without its declaration."""
    text = svg.decode()
    return Markup(text[text.index("<svg") :])  # noqa: S704
