"""Live cases by HTTP: where they stand, and what is due."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.accounts.acting import allows
from api.accounts.identify import still_opens
from api.accounts.roles import Action
from api.events.endpoints import CaseName, existing_case, existing_live_log, state_of_case
from api.http.dependencies import LARGEST_ID, MOST_ITEMS, USUAL_ITEMS, Id, LanguageDep, PageDep, ReadSession, RunningDep
from api.http.documentation import PROBLEMS, problems
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from api.http.turns import turn
from api.live.cursors import CURSOR_CHARACTERS, cursor_of, place_of
from api.live.schemas import DeadlinePage, DeadlineShape, LiveCaseShape, StandingShape
from api.live.streaming import Stream, notices
from api.running import Running
from engine.storage.live_store import last_said, page_of_deviating, standings

router = APIRouter(route_class=Route, prefix="/logs", tags=["live"], responses=PROBLEMS | problems(409))

LONGEST_MINUTES = 527_040
"""A year with a day too many."""

Within = Annotated[
    int | None,
    Query(
        ge=0, le=LONGEST_MINUTES, description="Only what is due within so many minutes or has passed.", examples=[60]
    ),
]


Behind = Annotated[str | None, Query(max_length=CURSOR_CHARACTERS, description="The previous page's ``next``.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="At most so many items.")]
After = Annotated[
    int | None, Query(ge=0, le=LARGEST_ID, description="Begin behind this notice; 0 for all that was ever said.")
]
LastSeen = Annotated[
    int | None, Header(alias="Last-Event-ID", ge=0, le=LARGEST_ID, description="The last one seen; goes before after.")
]


@router.get("/{log}/verdicts", dependencies=[allows(Action.READ)])
def list_verdicts(log: Id, asked: PageDep, session: ReadSession) -> Page[StandingShape]:
    """List the open cases that show deviations, in the order of their first events, each with its last verdict."""
    existing_live_log(session, log)
    found, following = page_of_deviating(session, log, after=asked.after, limit=asked.limit)
    said = last_said(session, log, [one.case for one in found])
    return Page[StandingShape](items=[StandingShape.of(one, said.get(one.case)) for one in found], next=following)


@router.get("/{log}/deadlines", dependencies=[allows(Action.READ)])
def list_deadlines(
    *,
    log: Id,
    running: RunningDep,
    session: ReadSession,
    language: LanguageDep,
    after: Behind = None,
    limit: Limit = USUAL_ITEMS,
    within: Within = None,
) -> DeadlinePage:
    """List what is due in open cases, and what has passed and was not done, by when the time allowed is used up.

    ``next`` is a place in this order: whatever comes and goes meanwhile, deadlines of cases in which nothing happens
    are on one page each.
    """
    existing_live_log(session, log)
    now, behind = running.clock(), None if after is None else place_of(after)
    until = None if within is None else now + timedelta(minutes=within)
    with turn(running):
        found, more = running.live.due.page(session, log, now=now, until=until, after=behind, limit=limit)
    return DeadlinePage(
        now=now,
        items=[DeadlineShape.of(one, now=now, language=language) for one in found],
        next=cursor_of(found[-1].place) if more else None,
    )


@router.get(
    "/{log}/stream",
    dependencies=[allows(Action.READ)],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def follow(
    log: Id, request: Request, running: RunningDep, after: After = None, last_seen: LastSeen = None
) -> Stream:
    """Follow what is said of a log's cases, as server-sent events.

    They are ``verdict``, ``closed``, ``deadline-near`` and ``deadline-passed``. Without ``after`` and ``Last-Event-ID``
    it begins with what is said from now on. It ends with the key or the session that it was asked for with.
    """
    seen = await run_in_threadpool(_begin, running, log)
    begin = last_seen if last_seen is not None else after if after is not None else seen
    if running.live.waking.ended or not running.live.streams.take():
        values = {"allowed": running.limits.live_streams}
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "live.too-many-streams", headers={"Retry-After": "30"}, **values)
    welcome = partial(still_opens, request.headers, request.cookies, running)
    said = notices(running.database, running.live.waking, log, after=begin, welcome=welcome)
    return Stream(said, running.live.streams)


def _begin(running: Running, log: int) -> int:
    """The number of the last notice of a log, which is there."""
    with running.database.reading() as session:
        return existing_live_log(session, log).notices


@router.get("/{log}/cases/{case:text}", dependencies=[allows(Action.READ)])
def read_case(
    *, log: Id, case: CaseName, running: RunningDep, session: ReadSession, language: LanguageDep, tag: TagDep
) -> LiveCaseShape:
    """One case: where it stands, what may come next, and what is due."""
    existing_live_log(session, log)
    row = existing_case(session, log, case)
    tag.has(*state_of_case(row))
    now = running.clock()
    with turn(running):
        due = running.live.due.look(session, log, now=now, cases=[case]) if row.closed is None else []
    return LiveCaseShape.made(
        row,
        standings(session, log, [case]).get(case),
        last_said(session, log, [case]).get(case),
        [DeadlineShape.of(one, now=now, language=language) for one in due],
        language,
    )
