"""The pages of event logs: all of them, what is in one, and a new one."""

from __future__ import annotations

from functools import partial
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
from api.pages.asking import ask, can_be_asked, left_open, on_page
from api.pages.attention import title_of
from api.pages.shell import READS, VisitDep, page
from api.pages.uploads import gone_to
from engine.errors import InputRefused
from engine.logs.preview import preview_table
from engine.storage.repository import assessments_of_log, latest_before
from engine.storage.tables import FlowRow, LogRow

router = APIRouter(prefix="/logs", include_in_schema=False)

SHOWN = 10


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
    look = partial(preview_table, upload.incoming.path, sheet=columns.sheet, limits=running.limits)
    with turn(running):
        try:
            log = service.read_uploaded(upload.incoming, columns, name=upload.name, limits=running.limits)
            problems = left_open(log, columns)
        except InputRefused as refusal:
            problems = refusal.problems
            if not can_be_asked(problems, seen := look()):
                raise
            return ask(request, language, problems, seen, columns)
        if problems and (seen := look()) is not None:
            return ask(request, language, problems, seen, columns)
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
    warnings = [on_page(one, visit.language, stored=True) for one in found.warnings]
    return page(
        visit,
        "log.html.j2",
        here="logs",
        row=row,
        report=found,
        warnings=warnings,
        assessments=assessments,
        flows=flows,
    )
