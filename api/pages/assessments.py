"""The pages of assessments: all of them, a new one, and one with its scorecard."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.assessments.endpoints import ask_for_assessment, cancel_assessment, existing_assessment
from api.assessments.kept import summaries_of
from api.assessments.schemas import AssessmentRequest, AssessmentSummary
from api.http.dependencies import LARGEST_ID, MOST_ITEMS, Id, LanguageDep, RunningDep, WriteSession
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.turns import turn
from api.pages.attention import title_of
from api.pages.forms import said
from api.pages.scorecard import Scorecard, chart, kept_assessment, standard_rows
from api.pages.shell import READS, Visit, VisitDep, page
from engine.calendars import CALENDAR_NAMES
from engine.rendering.overlay import OverlayKind
from engine.storage.flow_lists import all_uploads
from engine.storage.repository import latest, latest_before, rows_of
from engine.storage.tables import AssessmentRow, FlowRow, LogRow, Status
from engine.vocabulary import Verdict

router = APIRouter(prefix="/assessments", include_in_schema=False)

CHOICES = 200
"""How many logs can be chosen from."""

Number = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@router.get("", dependencies=READS, response_class=HTMLResponse)
def show_assessments(visit: VisitDep, before: Annotated[int, Query(ge=1, le=LARGEST_ID)] = LARGEST_ID) -> HTMLResponse:
    """All assessments, the newest first."""
    rows, following = latest_before(visit.session, AssessmentRow, before=before, limit=MOST_ITEMS)
    flows = rows_of(visit.session, FlowRow, {row.flow for row in rows})
    logs = rows_of(visit.session, LogRow, {row.log for row in rows})
    done = [row.id or 0 for row in rows if row.status == Status.DONE]
    summaries = summaries_of(visit.session, visit.running, done)
    found = [(row, title_of(flows[row.flow], visit), logs[row.log].name, summaries.get(row.id or 0)) for row in rows]
    return page(visit, "assessments.html.j2", here="assessments", found=found, following=following)


@router.get("/new", dependencies=[allows(Action.ASK_FOR_ASSESSMENT)], response_class=HTMLResponse)
def show_new_assessment(visit: VisitDep, flow: Number = None, log: Number = None) -> HTMLResponse:
    """What is to be held against what."""
    return page(
        visit,
        "assessment_new.html.j2",
        here="assessments",
        flows=[(row, title_of(row, visit)) for row in all_uploads(visit.session)],
        logs=latest(visit.session, LogRow, limit=CHOICES),
        flow=flow,
        log=log,
        calendars=CALENDAR_NAMES,
    )


@router.post("", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.ASK_FOR_ASSESSMENT)])
def start_assessment(
    *,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    response: Response,
    flow: Annotated[int, Form()],
    log: Annotated[int, Form()],
    closed: Annotated[str, Form()] = "",
    calendar: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Ask for an assessment, as the form says."""
    asked = said(AssessmentRequest, {"flow": flow, "log": log, "closed": closed, "calendar": calendar})
    started = ask_for_assessment(
        asked=asked, running=running, session=session, acting=acting, language=language, response=response
    )
    return RedirectResponse(f"/assessments/{started.id}", HTTPStatus.SEE_OTHER)


@router.post(
    "/{assessment}/cancellation", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.CANCEL_ASSESSMENT)]
)
def cancel(
    *,
    assessment: Id,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    tag: TagDep,
) -> RedirectResponse:
    """Cancel an assessment that waits or runs."""
    cancel_assessment(
        assessment=assessment, running=running, session=session, acting=acting, language=language, tag=tag
    )
    return RedirectResponse(f"/assessments/{assessment}", HTTPStatus.SEE_OTHER)


@router.get("/{assessment}", dependencies=READS, response_class=HTMLResponse)
def show_assessment(assessment: Id, visit: VisitDep, show: OverlayKind = OverlayKind.DEVIATIONS) -> HTMLResponse:
    """How far an assessment is; once it is done, its scorecard."""
    row = existing_assessment(visit.session, assessment)
    values = frame_of(visit, row)
    found = kept_assessment(visit, row)
    if found is None:
        template = "assessment_versions.html.j2" if row.status == Status.DONE else "assessment_running.html.j2"
        return page(visit, template, here="assessments", **values)
    with turn(visit.running):
        drawing = chart(visit, row, show)
    return page(
        visit,
        "scorecard.html.j2",
        here="assessments",
        tab="scorecard",
        card=Scorecard.of(assessment, found, visit),
        drawing=drawing,
        shown=show,
        overlays=tuple(OverlayKind),
        **values,
    )


@router.get("/{assessment}/standards", dependencies=READS, response_class=HTMLResponse)
def show_standards(assessment: Id, visit: VisitDep, verdict: Verdict | None = None) -> HTMLResponse:
    """The standards of an assessment: target, tolerance, what was reached, and the verdict."""
    row = existing_assessment(visit.session, assessment)
    found = kept_assessment(visit, row)
    if found is None:
        raise not_done(row)
    rows = [
        (result, shown)
        for result, shown in zip(found.standards, standard_rows(found, visit), strict=True)
        if verdict in {None, result.verdict}
    ]
    counts = {one: sum(result.verdict is one for result in found.standards) for one in Verdict}
    return page(
        visit,
        "standards.html.j2",
        here="assessments",
        tab="standards",
        rows=rows,
        counts=counts,
        all_count=len(found.standards),
        verdict=verdict,
        **frame_of(visit, row),
    )


def not_done(row: AssessmentRow) -> Refusal:
    """Nothing can be shown of an assessment that has no result, or one of several versions."""
    codes = {Status.FAILED: "service.assessment-failed", Status.CANCELLED: "service.assessment-cancelled"}
    return Refusal(HTTPStatus.CONFLICT, codes.get(Status(row.status), "service.not-done"), id=row.id or 0)


def frame_of(visit: Visit, row: AssessmentRow) -> dict[str, Any]:
    """What the head of every page of an assessment shows."""
    flow, log = visit.session.get_one(FlowRow, row.flow), visit.session.get_one(LogRow, row.log)
    return {
        "row": row,
        "flow": flow,
        "log": log,
        "name": title_of(flow, visit),
        "summary": AssessmentSummary.of(row, visit.language, visit.running.work.stage(row.id or 0)),
    }
