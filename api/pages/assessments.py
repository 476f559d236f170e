"""The pages of assessments: all of them, a new one, and one with its scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
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
from api.pages.forms import FieldText, Form, changed, end_of_day, said, start_of_day
from api.pages.scorecard import Scorecard, chart, kept_assessment, standard_rows
from api.pages.shell import READS, Visit, VisitDep, page
from engine.calendars import CALENDAR_NAMES
from engine.errors import InputRefused
from engine.rendering.overlay import OverlayKind
from engine.storage.flow_lists import all_uploads
from engine.storage.repository import find, latest, latest_before, rows_of
from engine.storage.tables import AssessmentRow, FlowRow, LogRow, Status
from engine.vocabulary import Verdict

router = APIRouter(prefix="/assessments", include_in_schema=False)

CHOICES = 200
"""How many logs can be chosen from."""

FIELDS = ("flow", "log", "since", "until", "closed", "calendar")

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
    values = {name: str(value) for name, value in (("flow", flow), ("log", log)) if value is not None}
    return _new(visit, Form(values))


def receive(
    *,
    flow: FieldText = "",
    log: FieldText = "",
    since: FieldText = "",
    until: FieldText = "",
    zone: FieldText = "",
    closed: FieldText = "",
    calendar: FieldText = "",
) -> dict[str, str]:
    """The fields of the form."""
    return {
        "flow": flow,
        "log": log,
        "since": since,
        "until": until,
        "zone": zone.strip(),
        "closed": closed,
        "calendar": calendar,
    }


@router.post("", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.ASK_FOR_ASSESSMENT)])
def start_assessment(
    *, fields: Annotated[dict[str, str], Depends(receive)], visit: VisitDep, running: RunningDep, acting: ActingDep
) -> Response:
    """Ask for an assessment, as the form says."""
    try:
        asked = said(AssessmentRequest, _request(fields))
        started = changed(
            running,
            acting,
            lambda session: ask_for_assessment(
                asked=asked,
                running=running,
                session=session,
                acting=acting,
                language=visit.language,
                response=Response(),
            ),
        )
    except InputRefused as refusal:
        return _new(visit, Form.refused(fields, refusal, visit.language), HTTPStatus.UNPROCESSABLE_ENTITY)
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


def _request(fields: Mapping[str, str]) -> dict[str, Any]:
    """The form as programs write it: the first and the last day of a period become its moments.

    Raises:
        InputRefused: They are no days, or no such zone is known.
    """
    since = start_of_day(fields["since"], fields["zone"], name="since")
    until = end_of_day(fields["until"], fields["zone"], name="until")
    period = {name: value for name, value in (("since", since), ("until", until)) if value}
    numbers = {name: int(fields[name]) if fields[name].isdecimal() else fields[name] for name in ("flow", "log")}
    return {**numbers, "closed": fields["closed"], "calendar": fields["calendar"], "period": period or ""}


def _new(visit: Visit, form: Form, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    logs = list(latest(visit.session, LogRow, limit=CHOICES))
    chosen = form.value("log")
    asked = find(visit.session, LogRow, int(chosen)) if chosen.isdecimal() and int(chosen) <= LARGEST_ID else None
    if asked is not None and asked not in logs:  # else the newest one would be chosen in its place
        logs.append(asked)
    return page(
        visit,
        "assessment_new.html.j2",
        here="assessments",
        status=status,
        form=form,
        fields=FIELDS,
        flows=[(row, title_of(row, visit)) for row in all_uploads(visit.session)],
        logs=logs,
        calendars=CALENDAR_NAMES,
    )


def not_done(row: AssessmentRow) -> Refusal:
    """Nothing can be shown of an assessment that has no result, or one of several versions."""
    codes = {
        Status.DONE: "service.judged-by-versions",
        Status.FAILED: "service.assessment-failed",
        Status.CANCELLED: "service.assessment-cancelled",
    }
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
