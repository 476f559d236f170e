"""Live logs by HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.convertors import PathConvertor, register_url_convertor

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.events import service
from api.events.closing import close_soon, close_whole
from api.events.schemas import BatchAnswer, BatchRequest, CaseShape, ClosedLogAnswer, StoredEventShape
from api.http.bodies import json_bytes
from api.http.dependencies import Id, LanguageDep, PageDep, ReadSession, RunningDep
from api.http.documentation import PROBLEMS, json_body_of, problems
from api.http.preconditions import TagDep
from api.http.problems import SOON, Refusal
from api.http.routes import Route
from api.http.shapes import Page
from api.http.turns import turn
from api.http.writing import committed
from api.logs.endpoints import existing_log, state_of_log
from api.operations.metrics import MetricsDep
from api.running import Running
from engine.storage.closing import close_case
from engine.storage.database import Session
from engine.storage.event_reading import read_batch, text_is_wrong
from engine.storage.event_store import Appended, append, case_row, page_of_cases
from engine.storage.event_tables import CaseRow
from engine.storage.group_commit import NotCertain, WriterBusy
from engine.storage.live_store import Said, said_of
from engine.storage.stored_log import page_of_events
from engine.storage.tables import LogRow

router = APIRouter(route_class=Route, prefix="/logs", tags=["events"], responses=PROBLEMS | problems(409))


class AnyText(PathConvertor):
    """Part of an address that may hold anything, as ids of cases do: Starlette's own ends at a line break."""

    regex = "(?s:.*)"


register_url_convertor("text", AnyText())

CaseName = Annotated[str, Path(description="The case's id.", examples=["4711"])]


async def receive_batch(request: Request, running: RunningDep) -> bytes:
    """The body of a batch, within its limit."""
    return await json_bytes(request, limit=running.limits.batch_bytes, name="batch_bytes")


@router.post(
    "/{log}/events",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.APPEND_EVENTS)],
    openapi_extra=json_body_of(BatchRequest),
    responses={200: {"model": BatchAnswer, "description": "Every event was there already."}},
)
def append_events(
    *,
    log: Id,
    body: Annotated[bytes, Depends(receive_batch)],
    running: RunningDep,
    metrics: MetricsDep,
    acting: ActingDep,
    language: LanguageDep,
    response: Response,
    tag: TagDep,
) -> BatchAnswer:
    """Store a batch of events: all of them, or none. Whoever got no answer sends it again: nothing is stored twice.

    201 when an event was new, 200 when all of them were there already. Of a log that follows a flow, what each event
    means is in the answer.
    """
    events = read_batch(body, limits=running.limits)
    running.live.listener.prepare(running.database, log)

    def work(session: Session) -> tuple[Appended, Said | None]:
        row = existing_live_log(session, log)
        tag.holds(*state_of_log(row))
        made = append(session, log, events, limits=running.limits, listener=running.live.listener)
        duplicates = sum(made.duplicates)
        acting.note(accepted=len(events) - duplicates, duplicates=duplicates)
        acting.status = HTTPStatus.OK if duplicates == len(events) else HTTPStatus.CREATED
        if row.flow is None:
            return made, None
        return made, said_of(session, log, made.sequences, (event.case for event in events))

    made, said = committed(running, work)
    metrics.appended_events(len(events), duplicates=sum(made.duplicates))
    if made.unsealed >= running.seal_events:
        service.seal_soon(running, log)
    response.status_code = acting.status
    return BatchAnswer.of(events, made, said, language)


@router.get("/{log}/events", dependencies=[allows(Action.READ)])
def list_events(log: Id, asked: PageDep, running: RunningDep, session: ReadSession) -> Page[StoredEventShape]:
    """List the events of a live log in the order in which they were stored; ``next`` is a number of an event."""
    existing_live_log(session, log)
    found, following = page_of_events(session, running.files, log, after=asked.after, limit=asked.limit)
    return Page[StoredEventShape](items=[StoredEventShape.of(one) for one in found], next=following)


@router.get("/{log}/cases", dependencies=[allows(Action.READ)])
def list_cases(log: Id, asked: PageDep, session: ReadSession) -> Page[CaseShape]:
    """List the cases of a live log in the order in which their first events were stored."""
    existing_live_log(session, log)
    rows, following = page_of_cases(session, log, after=asked.after, limit=asked.limit)
    return Page[CaseShape](items=[CaseShape.of(row) for row in rows], next=following)


@router.get("/{log}/cases/{case:text}/events", dependencies=[allows(Action.READ)])
def list_case_events(
    log: Id, case: CaseName, asked: PageDep, running: RunningDep, session: ReadSession
) -> Page[StoredEventShape]:
    """List the events of one case in the order in which they were stored."""
    existing_live_log(session, log)
    row = existing_case(session, log, case)
    with turn(running):
        found, following = page_of_events(session, running.files, log, case=row, after=asked.after, limit=asked.limit)
    return Page[StoredEventShape](items=[StoredEventShape.of(one) for one in found], next=following)


@router.post("/{log}/cases/{case:text}/close", dependencies=[allows(Action.CLOSE_CASE)])
def end_case(log: Id, case: CaseName, running: RunningDep, tag: TagDep) -> CaseShape:
    """Close a case: it takes no more events. Closing it again answers as before."""

    def work(session: Session) -> CaseShape:
        existing_live_log(session, log)
        tag.holds(*state_of_case(existing_case(session, log, case)))
        row = close_case(session, log, case, now=running.clock(), listener=running.live.listener)
        return CaseShape.of(row)

    return committed(running, work)


@router.post("/{log}/close", dependencies=[allows(Action.CLOSE_LOG)])
def end_log(log: Id, running: RunningDep, acting: ActingDep, tag: TagDep) -> ClosedLogAnswer:
    """Close a live log and every open case of it: from now on it takes no more events.

    It answers once all is closed; others have their turns meanwhile. When it cannot be done to the end, the answer is
    503: it goes on by itself, and whoever asks again is told when it is done.
    """
    with running.database.reading() as session:
        acting.require_own(existing_live_log(session, log).created_by)
    try:
        row, cases = close_whole(running, log, hold=lambda row: tag.holds(*state_of_log(row)))
    except WriterBusy:
        raise _interrupted(running, log, "event.queue-full") from None
    except NotCertain:
        raise _interrupted(running, log, "event.not-certain") from None
    service.seal_soon(running, log)
    return ClosedLogAnswer.closed_with(row, cases)


def _interrupted(running: Running, log: int, why: str) -> Refusal:
    """Why a log could not be closed to the end; once that has begun, what is left is closed in the background."""
    with running.database.reading() as session:
        begun = existing_live_log(session, log).closed is not None
    if begun:
        close_soon(running, log)
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "event.closing-goes-on" if begun else why, headers=SOON)


def existing_live_log(session: Session, number: int) -> LogRow:
    """A live log's row.

    Raises:
        Refusal: There is no log of that number, or it is a file.
    """
    row = existing_log(session, number)
    if not row.live:
        raise Refusal(HTTPStatus.CONFLICT, "event.not-live", id=number)
    return row


def state_of_case(row: CaseRow) -> tuple[object, ...]:
    """What can change of a case."""
    return row.log, row.case, row.events, row.last, row.closed


def existing_case(session: Session, log: int, case: str) -> CaseRow:
    """A case's row.

    Raises:
        Refusal: There is none.
    """
    row = None if text_is_wrong(case) else case_row(session, log, case)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "event.no-such-case", case=case[:200])
    return row
