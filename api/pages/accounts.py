"""The administrator's pages: keys, and who changed what."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from api.accounts import endpoints
from api.accounts.acting import ActingDep, allows
from api.accounts.keys import NAME_CHARACTERS
from api.accounts.roles import Action
from api.accounts.schemas import KeyAnswer, KeyRequest, KeyShape
from api.audit.schemas import AuditShape
from api.http.dependencies import LARGEST_ID, MOST_ITEMS, Id, RunningDep
from api.http.preconditions import TagDep
from api.pages.forms import FieldText, Form, changed, end_of_day, said
from api.pages.shell import Visit, VisitDep, page
from engine.errors import InputRefused, Place, Problem
from engine.storage.accounts import all_keys
from engine.storage.audit import Wanted, latest_entries
from engine.storage.tables import Role

router = APIRouter(include_in_schema=False)


@router.get("/keys", dependencies=[allows(Action.READ_KEYS)], response_class=HTMLResponse)
def show_keys(visit: VisitDep) -> HTMLResponse:
    """All keys, also those that open nothing any more."""
    return _keys(visit, Form())


@router.post("/keys", status_code=HTTPStatus.CREATED, dependencies=[allows(Action.MAKE_KEY)])
def add_key(
    *,
    visit: VisitDep,
    running: RunningDep,
    acting: ActingDep,
    name: FieldText = "",
    role: FieldText = "",
    until: FieldText = "",
    zone: FieldText = "",
) -> HTMLResponse:
    """Make a key. The answer shows it, and nothing does so again."""
    try:
        expires = end_of_day(until, zone, name="until")
        asked = said(KeyRequest, {"name": name.strip(), "role": role, "expires": expires})
        made = changed(running, acting, lambda session: endpoints.add_key(asked, running, session, acting, Response()))
    except InputRefused as refusal:
        form = Form.refused({"name": name, "role": role, "until": until}, _renamed(refusal), visit.language)
        return _keys(visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _keys(visit, Form(), made=made, status=HTTPStatus.CREATED)


@router.post("/keys/{key}/revocation", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.REVOKE_KEY)])
def revoke_key(key: Id, running: RunningDep, acting: ActingDep, tag: TagDep) -> RedirectResponse:
    """Revoke a key."""
    endpoints.revoke_key(key, running, acting, tag)
    return RedirectResponse("/keys", HTTPStatus.SEE_OTHER)


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """Which entries are looked at.

    Attributes:
        key: By which key, or None.
        action: What was done, or None.
        before: Only what was done before this entry.
    """

    key: int | None
    action: Action | None
    before: int


def asked_entries(
    key: Annotated[Annotated[int, Field(ge=1, le=LARGEST_ID)] | Literal[""], Query()] = "",
    action: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int, Query(ge=1, le=LARGEST_ID)] = LARGEST_ID,
) -> AuditAsked:
    """What the address asks for; an empty field asks for nothing.

    Raises:
        InputRefused: There is no such action.
    """
    if action and action not in set(Action):
        values = {"name": "action", "known": ", ".join(Action)}
        raise InputRefused([Problem("service.not-a-choice", Place(element="action"), values)])
    return AuditAsked(key or None, Action(action) if action else None, before)


@router.get("/audit", dependencies=[allows(Action.READ_AUDIT)], response_class=HTMLResponse)
def show_audit(visit: VisitDep, asked: Annotated[AuditAsked, Depends(asked_entries)]) -> HTMLResponse:
    """Who changed what, the latest first."""
    wanted = Wanted(key=asked.key, action=asked.action)
    rows, following = latest_entries(visit.session, wanted, before=asked.before, limit=MOST_ITEMS)
    return page(
        visit,
        "audit.html.j2",
        here="audit",
        rows=[AuditShape.of(row) for row in rows],
        following=following,
        asked=asked,
        keys=all_keys(visit.session),
        actions=[action for action in Action if action not in {Action.READ, Action.READ_KEYS, Action.READ_AUDIT}],
    )


def _keys(
    visit: Visit, form: Form, *, made: KeyAnswer | None = None, status: HTTPStatus = HTTPStatus.OK
) -> HTMLResponse:
    with visit.running.database.reading() as session:  # what was made in this very request is there too
        keys = [KeyShape.of(row) for row in all_keys(session)]
    return page(
        visit,
        "keys.html.j2",
        here="keys",
        status=status,
        form=form,
        made=made,
        keys=keys,
        names={one.id: one.name for one in keys},
        now=visit.running.clock(),
        roles=tuple(Role),
        longest=NAME_CHARACTERS,
    )


def _renamed(refusal: InputRefused) -> InputRefused:
    """What is wrong with ``expires`` and with names, as what is wrong with the fields of the form."""
    places = {"account.expired": "until", "account.bad-name": "name"}
    return InputRefused(
        Problem(one.code, Place(element=places[one.code]), one.values) if one.code in places else one
        for one in refusal.problems
    )
