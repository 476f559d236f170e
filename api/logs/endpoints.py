"""Event logs by HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.http.bodies import UploadDep
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import FILE_BODY, PROBLEMS
from api.http.problems import Refusal
from api.http.shapes import Page
from api.http.turns import turn
from api.logs import service
from api.logs.columns import Columns
from api.logs.schemas import LogAnswer, LogSummary
from engine.storage.database import Session
from engine.storage.repository import find, page
from engine.storage.tables import LogRow

router = APIRouter(prefix="/logs", tags=["logs"], responses=PROBLEMS)


@router.post("", status_code=HTTPStatus.CREATED, openapi_extra=FILE_BODY)
def upload_log(
    *,
    upload: UploadDep,
    columns: Annotated[Columns, Depends()],
    running: RunningDep,
    session: WriteSession,
    language: LanguageDep,
    response: Response,
) -> LogAnswer:
    """Upload an event log (XES, CSV or Parquet, each also gzipped) as the request's body. It is read at once."""
    with turn(running):
        log = service.read_uploaded(upload.incoming, columns, name=upload.name, limits=running.limits)
        row = service.add_log(session, running.files, upload.incoming, log=log, columns=columns, now=running.clock())
    response.headers["Location"] = f"/api/v1/logs/{row.id}"
    return LogAnswer.with_report(row, language)


@router.get("")
def list_logs(asked: PageDep, session: ReadSession) -> Page[LogSummary]:
    """List the logs in the order in which they came."""
    rows, following = page(session, LogRow, after=asked.after, limit=asked.limit)
    return Page[LogSummary](items=[LogSummary.of(row) for row in rows], next=following)


@router.get("/{log}")
def read_log(log: Id, session: ReadSession, language: LanguageDep) -> LogAnswer:
    """One log: what is in it and what is odd about it."""
    return LogAnswer.with_report(existing_log(session, log), language)


def existing_log(session: Session, number: int) -> LogRow:
    """A log's row.

    Raises:
        Refusal: There is none.
    """
    row = find(session, LogRow, number)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "service.no-such-log", id=number)
    return row
