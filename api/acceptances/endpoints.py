"""Acceptances by HTTP: which deviations of a flow are accepted, why, and until when."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.acceptances.names import name_by_key, name_of
from api.acceptances.schemas import AcceptanceRequest, AcceptanceShape
from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.assessments.options import parse_moment
from api.flows.endpoints import existing_flow
from api.flows.service import read_stored
from api.http.bodies import json_body
from api.http.dependencies import LARGEST_ID, Id, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PROBLEMS, json_body_of
from api.http.preconditions import TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from engine.errors import InputRefused, Place, Problem
from engine.storage.acceptances import AcceptanceRow, accept, acceptance_of, page_of_acceptances, withdraw
from engine.storage.repository import hold

router = APIRouter(route_class=Route, prefix="/flows", tags=["acceptances"], responses=PROBLEMS)

RequestDep = Annotated[AcceptanceRequest, Depends(json_body(AcceptanceRequest))]
Number = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The acceptance's number.", examples=[1])]


@router.post(
    "/{flow}/acceptances",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.ACCEPT_DEVIATION)],
    openapi_extra=json_body_of(AcceptanceRequest),
)
def accept_deviation(
    *, flow: Id, asked: RequestDep, running: RunningDep, session: WriteSession, acting: ActingDep, response: Response
) -> AcceptanceShape:
    """Accept a deviation of a flow, in all of its versions. No score changes by it."""
    row, now = existing_flow(session, flow), running.clock()
    expires = None if asked.expires is None else parse_moment(asked.expires, element="expires")
    if expires is not None and expires <= now:
        raise InputRefused([Problem("acceptance.over", Place(element="expires"), {"found": asked.expires or ""})])
    if not asked.reason.strip():
        raise InputRefused([Problem("acceptance.no-reason", Place(element="reason"))])
    if asked.key is not None and not asked.describes:
        name = name_by_key(session, running, row.key, asked.key)
    else:
        name = name_of(asked, read_stored(running, row).flow)
    made = accept(
        session,
        row.key,
        name,
        case=asked.case,
        reason=asked.reason.strip(),
        expires=expires,
        now=now,
        limits=running.limits,
        by=acting.principal.id,
    )
    acting.note(made.id, kind=made.kind, deviation=made.key)
    response.headers["Location"] = f"/api/v1/flows/{flow}/acceptances/{made.id}"
    return AcceptanceShape.of(made, now=now)


@router.get("/{flow}/acceptances", dependencies=[allows(Action.READ)])
def list_acceptances(flow: Id, asked: PageDep, running: RunningDep, session: ReadSession) -> Page[AcceptanceShape]:
    """List what was accepted of a flow in the order in which it was; expired and withdrawn acceptances included."""
    row, now = existing_flow(session, flow), running.clock()
    found, following = page_of_acceptances(session, row.key, after=asked.after, limit=asked.limit)
    return Page[AcceptanceShape](items=[AcceptanceShape.of(one, now=now) for one in found], next=following)


@router.get("/{flow}/acceptances/{acceptance}", dependencies=[allows(Action.READ)])
def read_acceptance(
    flow: Id, acceptance: Number, running: RunningDep, session: ReadSession, tag: TagDep
) -> AcceptanceShape:
    """One acceptance of a flow, also one that has expired or was withdrawn."""
    row = _existing(acceptance_of(session, existing_flow(session, flow).key, acceptance), acceptance)
    tag.has(*_state(row))
    return AcceptanceShape.of(row, now=running.clock())


@router.delete("/{flow}/acceptances/{acceptance}", dependencies=[allows(Action.WITHDRAW_ACCEPTANCE)])
def withdraw_acceptance(
    *, flow: Id, acceptance: Number, running: RunningDep, session: WriteSession, acting: ActingDep, tag: TagDep
) -> AcceptanceShape:
    """Withdraw an acceptance: it no longer counts. Withdrawing it again answers as before."""
    row, now = existing_flow(session, flow), running.clock()
    known = _existing(acceptance_of(session, row.key, acceptance), acceptance)
    acting.require_own(known.created_by)
    hold(session, known)
    tag.holds(*_state(known))
    return AcceptanceShape.of(_existing(withdraw(session, row.key, acceptance, now=now), acceptance), now=now)


def _state(row: AcceptanceRow) -> tuple[object, ...]:
    return row.id, row.withdrawn


def _existing(row: AcceptanceRow | None, number: int) -> AcceptanceRow:
    """An acceptance's row.

    Raises:
        Refusal: There is none.
    """
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "acceptance.not-there", id=number)
    return row
