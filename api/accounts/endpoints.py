"""Keys by HTTP, and who one is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.accounts.acting import ActingDep, allows
from api.accounts.keys import make_key
from api.accounts.roles import Action
from api.accounts.schemas import KeyAnswer, KeyRequest, KeyShape, Me
from api.assessments.options import parse_moment
from api.http.bodies import json_body
from api.http.dependencies import Id, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PROBLEMS, json_body_of
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from api.http.writing import committed
from engine.storage.accounts import revoke
from engine.storage.database import Session, after_commit
from engine.storage.repository import find, page
from engine.storage.tables import KeyRow

router = APIRouter(route_class=Route, tags=["accounts"], responses=PROBLEMS)

BodyDep = Annotated[KeyRequest, Depends(json_body(KeyRequest))]


@router.get("/me", dependencies=[allows(Action.READ)])
async def read_me(acting: ActingDep) -> Me:
    """Who one is, and what one may do."""
    return Me.of(acting.principal, acting.csrf)


@router.post(
    "/keys",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.MAKE_KEY)],
    openapi_extra=json_body_of(KeyRequest),
)
def add_key(
    body: BodyDep, running: RunningDep, session: WriteSession, acting: ActingDep, response: Response
) -> KeyAnswer:
    """Make a key. What opens the service is in this answer and nowhere else."""
    made = make_key(
        session,
        name=body.name,
        role=body.role,
        now=running.clock(),
        most=running.limits.keys,
        expires=None if body.expires is None else parse_moment(body.expires, element="expires"),
        by=acting.principal.id,
    )
    after_commit(session, running.accounts.keys.reload)
    shape = KeyShape.of(made.row)
    acting.note(
        shape.id, name=shape.name, role=shape.role, expires=shape.expires.isoformat() if shape.expires else None
    )
    response.headers["Location"] = f"/api/v1/keys/{shape.id}"
    return KeyAnswer(**dict(shape), key=made.text)


@router.get("/keys", dependencies=[allows(Action.READ_KEYS)])
def list_keys(asked: PageDep, session: ReadSession) -> Page[KeyShape]:
    """List the keys in the order in which they were made, also those that open nothing any more."""
    rows, following = page(session, KeyRow, after=asked.after, limit=asked.limit)
    return Page[KeyShape](items=[KeyShape.of(row) for row in rows], next=following)


@router.get("/keys/{key}", dependencies=[allows(Action.READ_KEYS)])
def read_key(key: Id, session: ReadSession, tag: TagDep) -> KeyShape:
    """One key."""
    row = existing_key(session, key)
    tag.has(*_state(row))
    return KeyShape.of(row)


@router.delete("/keys/{key}", status_code=HTTPStatus.NO_CONTENT, dependencies=[allows(Action.REVOKE_KEY)])
def revoke_key(key: Id, running: RunningDep, acting: ActingDep, tag: TagDep) -> None:
    """Revoke a key: it opens nothing any more, and who signed in with it is signed out. One may revoke one's own."""
    acting.require_own(key)

    def work(session: Session) -> None:
        row = existing_key(session, key)
        tag.holds(*_state(row))
        revoke(session, row, now=running.clock())
        acting.note(name=row.name, role=row.role)
        after_commit(session, running.accounts.keys.reload)

    # By the one thread that also begins, notes and ends sessions: two that lock keys and sessions could wait for each
    # other, because what is committed together is locked together.
    committed(running, work)


def _state(row: KeyRow) -> tuple[object, ...]:
    """What can change of a key, but for when it was last used."""
    return row.id, row.revoked


def existing_key(session: Session, number: int) -> KeyRow:
    """A key's row.

    Raises:
        Refusal: There is none.
    """
    row = find(session, KeyRow, number)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "account.no-such-key", id=number)
    return row
