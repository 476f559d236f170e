"""Event logs by HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.flows.endpoints import existing_flow
from api.http.bodies import Upload, clean_name, upload_or_json
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PROBLEMS, file_body_of, files_of, json_body_of, together
from api.http.downloads import chunks_of, file_name, stream_response
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from api.http.turns import turn
from api.logs import service
from api.logs.columns import ReadOptionsDep
from api.logs.exporting import LogFormat, chosen_cases, warning_header, write_log
from api.logs.filtering import asked_filter, filter_parameters
from api.logs.schemas import LOG_FILE, LiveLogRequest, LogAnswer, LogSummary
from api.schemas.log import LogShape
from engine.logs.lifecycle import Lifecycle
from engine.storage.database import Session
from engine.storage.repository import find, page
from engine.storage.tables import LogRow

router = APIRouter(route_class=Route, prefix="/logs", tags=["logs"], responses=PROBLEMS)

LOG_TYPES = {
    LogFormat.CSV: "text/csv; charset=utf-8",
    LogFormat.XES: "application/xml",
    LogFormat.PARQUET: "application/vnd.apache.parquet",
}
BodyDep = Annotated[Upload | LiveLogRequest, Depends(upload_or_json(LiveLogRequest))]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.UPLOAD_LOG)],
    openapi_extra=together(file_body_of(LOG_FILE), json_body_of(LiveLogRequest)),
)
def add_log(
    *,
    body: BodyDep,
    columns: ReadOptionsDep,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    response: Response,
) -> LogAnswer:
    """Upload an event log (XES, CSV, xlsx, Parquet, JSON Lines, OCEL 2.0) as the request's body. It is read at once.

    Or make a live log, which grows event by event: JSON with its ``name`` and, if it is known, the ``flow`` it follows.
    """
    if isinstance(body, Upload):
        with turn(running):
            log = service.read_uploaded(body.incoming, columns, name=body.name, limits=running.limits)
            row = service.add_log(
                session,
                running.files,
                body.incoming,
                log=log,
                columns=columns,
                now=running.clock(),
                by=acting.principal.id,
            )
        report = service.stored_report(row)
    else:
        if body.flow is not None:
            existing_flow(session, body.flow)
        row = service.add_live_log(
            session,
            name=clean_name(body.name),
            flow=body.flow,
            lifecycle=None if body.lifecycle is None else Lifecycle(body.lifecycle),
            now=running.clock(),
            by=acting.principal.id,
        )
        report = service.live_report(session, running, row)
    acting.note(row.id, name=row.name, live=row.live)
    response.headers["Location"] = f"/api/v1/logs/{row.id}"
    return LogAnswer.with_report(row, report, language)


@router.get("", dependencies=[allows(Action.READ)])
def list_logs(asked: PageDep, session: ReadSession) -> Page[LogSummary]:
    """List the logs in the order in which they came."""
    rows, following = page(session, LogRow, after=asked.after, limit=asked.limit)
    return Page[LogSummary](items=[LogSummary.of(row) for row in rows], next=following)


@router.get("/{log}", dependencies=[allows(Action.READ)])
def read_log(log: Id, running: RunningDep, session: ReadSession, language: LanguageDep, tag: TagDep) -> LogAnswer:
    """One log: what is in it and what is odd about it; of a live log, what is in it now."""
    row = existing_log(session, log)
    tag.has(*state_of_log(row))
    if not row.live:
        return LogAnswer.with_report(row, service.stored_report(row), language)
    with turn(running):
        return LogAnswer.with_report(row, service.live_report(session, running, row), language)


@router.get("/{log}/quality", dependencies=[allows(Action.READ)])
def read_quality(log: Id, running: RunningDep, session: ReadSession, language: LanguageDep, tag: TagDep) -> LogShape:
    """What is in a log and what is odd about it: the ``report`` of ``GET /logs/{log}`` alone."""
    return read_log(log, running, session, language, tag).report


@router.get(
    "/{log}/export",
    dependencies=[allows(Action.READ)],
    response_class=Response,
    responses=files_of(*LOG_TYPES.values()),
    openapi_extra={"parameters": filter_parameters()},
)
def export_log(
    log: Id,
    request: Request,
    running: RunningDep,
    session: ReadSession,
    form: Annotated[LogFormat, Query(alias="format", description="XES holds everything, tables one row per event.")],
) -> Response:
    """The log as a file, or those of its cases that a filter means. A live log is written as it is now."""
    row = existing_log(session, log)
    chosen = asked_filter(request, but=("format", "lang"), limits=running.limits)
    name = file_name(row.name.rpartition(".")[0] or row.name, ending=form.value)
    with turn(running):
        whole = service.stored_log(running, row)
        written = write_log(chosen_cases(whole, chosen, lifecycle=row.lifecycle), form, running.files, name=name)
    headers = {"Content-Length": str(written.size)}
    if written.warnings:
        headers["Trueline-Warnings"] = warning_header(written.warnings)
    return stream_response(chunks_of(written.file), name, LOG_TYPES[form], **headers)


def state_of_log(row: LogRow) -> tuple[object, ...]:
    """What can change of a log."""
    return row.id, row.events, row.digest, row.closed, row.closing


def existing_log(session: Session, number: int) -> LogRow:
    """A log's row.

    Raises:
        Refusal: There is none.
    """
    row = find(session, LogRow, number)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "service.no-such-log", id=number)
    return row
