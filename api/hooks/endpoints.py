"""Hooks by HTTP."""

from __future__ import annotations

import base64
import json
import secrets
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Response

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.events.endpoints import existing_live_log
from api.hooks.addresses import problem_with
from api.hooks.schemas import DeliveryShape, HookAnswer, HookList, HookRequest, HookShape
from api.hooks.sending import SECRET_PREFIX
from api.http.bodies import json_body
from api.http.dependencies import LARGEST_ID, Id, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PROBLEMS, json_body_of, problems
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from api.http.writing import committed
from engine.errors import InputRefused, LimitExceeded
from engine.storage.database import Session
from engine.storage.event_store import locked
from engine.storage.live_tables import HookRow
from engine.storage.outbox import hook_of, hooks_of, page_of_deliveries, remove_hook
from engine.storage.repository import add

router = APIRouter(route_class=Route, prefix="/logs", tags=["hooks"], responses=PROBLEMS | problems(409))

SECRET_BYTES = 32
HookId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The hook's number.", examples=[1])]
BodyDep = Annotated[HookRequest, Depends(json_body(HookRequest))]


@router.post(
    "/{log}/hooks",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.ADD_HOOK)],
    openapi_extra=json_body_of(HookRequest),
)
def add_hook(
    *, log: Id, body: BodyDep, running: RunningDep, session: WriteSession, acting: ActingDep, response: Response
) -> HookAnswer:
    """Register an address that is told what is said from now on. The secret is in this answer and nowhere else."""
    problem = problem_with(body.url, private=running.live.private_hooks)
    if problem is not None:
        raise InputRefused([problem])
    existing_live_log(session, log)
    locked(session, log)  # so that two cannot both be the last one that is allowed
    known = len(hooks_of(session, log))
    if known >= running.limits.hooks:
        raise LimitExceeded(limit="hooks", allowed=running.limits.hooks, found=known + 1)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")
    hook = HookRow(
        log=log,
        url=body.url,
        secret=secret,
        kinds=json.dumps(sorted({kind.value for kind in body.kinds})),
        created=running.clock(),
        created_by=acting.principal.id,
    )
    row = add(session, hook)
    acting.note(row.id, host=urlsplit(body.url).hostname)
    response.headers["Location"] = f"/api/v1/logs/{log}/hooks/{row.id}"
    return HookAnswer(**dict(HookShape.of(row)), secret=secret)


@router.get("/{log}/hooks", dependencies=[allows(Action.READ)])
def list_hooks(log: Id, session: ReadSession) -> HookList:
    """List the hooks of a log."""
    existing_live_log(session, log)
    return HookList(items=[HookShape.of(row) for row in hooks_of(session, log)])


@router.get("/{log}/hooks/{hook}", dependencies=[allows(Action.READ)])
def read_hook(log: Id, hook: HookId, session: ReadSession, tag: TagDep) -> HookShape:
    """One hook of a log."""
    row = existing_hook(session, log, hook)
    tag.has(row.id)
    return HookShape.of(row)


@router.get("/{log}/hooks/{hook}/deliveries", dependencies=[allows(Action.READ)])
def list_deliveries(log: Id, hook: HookId, asked: PageDep, session: ReadSession) -> Page[DeliveryShape]:
    """List what a hook was told and is to be told, in order."""
    existing_hook(session, log, hook)
    rows, following = page_of_deliveries(session, hook, after=asked.after, limit=asked.limit)
    return Page[DeliveryShape](items=[DeliveryShape.of(row) for row in rows], next=following)


@router.delete("/{log}/hooks/{hook}", status_code=HTTPStatus.NO_CONTENT, dependencies=[allows(Action.REMOVE_HOOK)])
def delete_hook(log: Id, hook: HookId, running: RunningDep, acting: ActingDep, tag: TagDep) -> None:
    """Remove a hook: it is told nothing any more, not even what waits."""

    def work(session: Session) -> None:
        row = existing_hook(session, log, hook)
        acting.require_own(row.created_by)
        tag.holds(row.id)
        remove_hook(session, row)

    committed(running, work)


def existing_hook(session: Session, log: int, hook: int) -> HookRow:
    """A hook's row.

    Raises:
        Refusal: There is none.
    """
    existing_live_log(session, log)
    row = hook_of(session, log, hook)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "hook.no-such-hook", id=hook)
    return row
