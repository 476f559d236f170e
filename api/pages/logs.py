"""The pages of event logs: all of them, what is in one, and a new one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.http.bodies import UploadDep
from api.http.dependencies import LARGEST_ID, MOST_ITEMS, Id, LanguageDep, RunningDep, WriteSession
from api.http.turns import turn
from api.logs import service
from api.logs.columns import ReadOptionsDep
from api.logs.endpoints import existing_log
from api.logs.schemas import LogAnswer
from api.pages.attention import title_of
from api.pages.shell import READS, VisitDep, framed, page
from api.pages.uploads import gone_to
from api.schemas.problem import ProblemShape
from engine.errors import InputRefused, Problem
from engine.logs.options import DateOrder, ReadOptions
from engine.logs.preview import Preview, preview_table
from engine.messages.catalogue import sentence
from engine.storage.repository import assessments_of_log, latest_before
from engine.storage.tables import FlowRow, LogRow
from engine.vocabulary import Language

router = APIRouter(prefix="/logs", include_in_schema=False)

SHOWN = 10
COLUMN_ROLES = {
    "case": "case",
    "activity": "activity",
    "time": "timestamp",
    "start": "start",
    "resource": "resource",
}
"""Role of a column → the option that names it."""

CHOSEN_BELOW = {
    "log.date-order-ambiguous": "page.columns.order",
    "log.naive-times": "page.columns.zone",
    "log.case-not-found": "page.columns.case",
    "log.case-ambiguous": "page.columns.case",
    "log.activity-not-found": "page.columns.activity",
    "log.activity-ambiguous": "page.columns.activity",
    "log.time-not-found": "page.columns.time",
    "log.time-ambiguous": "page.columns.time",
}
"""Code of a problem → the label of the field by which it is settled."""


@router.get("", dependencies=READS, response_class=HTMLResponse)
def show_logs(visit: VisitDep, before: Annotated[int, Query(ge=1, le=LARGEST_ID)] = LARGEST_ID) -> HTMLResponse:
    """All logs, the newest first."""
    rows, following = latest_before(visit.session, LogRow, before=before, limit=MOST_ITEMS)
    return page(visit, "logs.html.j2", here="logs", rows=rows, following=following)


@router.get("/new", dependencies=[allows(Action.UPLOAD_LOG)], response_class=HTMLResponse)
def show_new_log(visit: VisitDep) -> HTMLResponse:
    """Where a log is uploaded."""
    return page(visit, "log_new.html.j2", here="logs")


@router.post("/uploads", status_code=HTTPStatus.CREATED, dependencies=[allows(Action.UPLOAD_LOG)])
def upload_log(
    *,
    request: Request,
    upload: UploadDep,
    columns: ReadOptionsDep,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
) -> Response:
    """Take a log that was dropped on a page; where it cannot be read as it is, ask what is what."""
    with turn(running):
        try:
            log = service.read_uploaded(upload.incoming, columns, name=upload.name, limits=running.limits)
        except InputRefused as refusal:
            found = preview_table(upload.incoming.path, sheet=columns.sheet, limits=running.limits)
            if found is None:
                raise
            return _ask(request, language, refusal, found, columns)
        row = service.add_log(
            session,
            running.files,
            upload.incoming,
            log=log,
            columns=columns,
            now=running.clock(),
            by=acting.principal.id,
        )
    acting.note(row.id, name=row.name, live=False)
    return gone_to(f"/logs/{row.id}")


def _ask(
    request: Request, language: Language, refusal: InputRefused, found: Preview, columns: ReadOptions
) -> HTMLResponse:
    """What is wrong, the first rows, and what can be said about them."""
    said = {role: getattr(columns, field) or found.guesses.get(role, "") for role, field in COLUMN_ROLES.items()}
    return framed(
        request,
        language,
        "log_columns.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        problems=[_on_page(problem, language) for problem in refusal.problems],
        preview=found,
        roles=COLUMN_ROLES,
        said=said,
        orders=tuple(DateOrder),
        columns=columns,
    )


def _on_page(problem: Problem, language: Language) -> ProblemShape:
    """A problem whose remedy names the field of the page, where the command line's option stands for one."""
    shape, label = ProblemShape.of(problem, language), CHOSEN_BELOW.get(problem.code)
    if label is None:
        return shape
    remedy = sentence("page.columns.choose", {"field": sentence(label, {}, language)}, language)
    return shape.model_copy(update={"remedy": remedy})


@router.get("/{log}", dependencies=READS, response_class=HTMLResponse)
def show_log(log: Id, visit: VisitDep) -> HTMLResponse:
    """One log: what is in it, what is odd about it, and what it was held against."""
    row = existing_log(visit.session, log)
    if row.live:
        with turn(visit.running):
            report = service.live_report(visit.session, visit.running, row)
    else:
        report = service.stored_report(row)
    assessments = assessments_of_log(visit.session, log, limit=SHOWN)
    flows = {one.flow: title_of(visit.session.get_one(FlowRow, one.flow), visit) for one in assessments}
    found = LogAnswer.with_report(row, report, visit.language).report
    return page(visit, "log.html.j2", here="logs", row=row, report=found, assessments=assessments, flows=flows)
