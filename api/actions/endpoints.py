"""Improvement actions by HTTP. Reports list them as they are when a report is fetched."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.accounts.acting import Acting, ActingDep, allows
from api.accounts.roles import Action
from api.actions.schemas import ActionAnswer, ActionRequest
from api.flows.endpoints import existing_flow
from api.http.bodies import json_body
from api.http.dependencies import LARGEST_ID, Id, PageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PROBLEMS, json_body_of
from api.http.preconditions import Tag, TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.shapes import Page
from engine.assessment.actions import Action as ImprovementAction
from engine.assessment.actions import read_actions
from engine.errors import InputRefused
from engine.limits import Limits
from engine.storage.actions import ActionRow, action_row, add_action, change_action, delete_action, page_of_actions
from engine.storage.database import Session

router = APIRouter(route_class=Route, prefix="/flows", tags=["actions"], responses=PROBLEMS)

RequestDep = Annotated[ActionRequest, Depends(json_body(ActionRequest))]
Number = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The action's number.", examples=[1])]


@router.post(
    "/{flow}/actions",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.ADD_ACTION)],
    openapi_extra=json_body_of(ActionRequest),
)
def write_action_down(
    *, flow: Id, asked: RequestDep, running: RunningDep, session: WriteSession, acting: ActingDep, response: Response
) -> ActionAnswer:
    """Write down an improvement action for a flow, in all of its versions. Reports list it from now on."""
    row = existing_flow(session, flow)
    action = _read(asked, running.limits)
    made = add_action(session, row.key, action, now=running.clock(), by=acting.principal.id, limits=running.limits)
    _note(acting, made)
    response.headers["Location"] = f"/api/v1/flows/{flow}/actions/{made.id}"
    return ActionAnswer.of_row(made)


@router.get("/{flow}/actions", dependencies=[allows(Action.READ)])
def list_actions(flow: Id, asked: PageDep, session: ReadSession) -> Page[ActionAnswer]:
    """List the improvement actions of a flow in the order in which they were written down."""
    row = existing_flow(session, flow)
    found, following = page_of_actions(session, row.key, after=asked.after, limit=asked.limit)
    return Page[ActionAnswer](items=[ActionAnswer.of_row(one) for one in found], next=following)


@router.get("/{flow}/actions/{action}", dependencies=[allows(Action.READ)])
def read_action(flow: Id, action: Number, session: ReadSession, tag: TagDep) -> ActionAnswer:
    """One improvement action."""
    row = _existing(session, flow, action)
    tag.has(*_state(row))
    return ActionAnswer.of_row(row)


@router.put(
    "/{flow}/actions/{action}",
    dependencies=[allows(Action.CHANGE_ACTION)],
    openapi_extra=json_body_of(ActionRequest),
)
def change_action_to(
    *,
    flow: Id,
    action: Number,
    asked: RequestDep,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    tag: TagDep,
) -> ActionAnswer:
    """Change an improvement action: everything of it is said again."""
    row = _held(session, flow, action, tag)
    acting.require_own(row.created_by)
    change_action(session, row, _read(asked, running.limits), now=running.clock())
    _note(acting, row)
    return ActionAnswer.of_row(row)


@router.delete("/{flow}/actions/{action}", dependencies=[allows(Action.REMOVE_ACTION)])
def remove_action(flow: Id, action: Number, session: WriteSession, acting: ActingDep, tag: TagDep) -> ActionAnswer:
    """Remove an improvement action; the answer is what it was. One that nobody needs any more is rather dropped."""
    row = _held(session, flow, action, tag)
    acting.require_own(row.created_by)
    shape = ActionAnswer.of_row(row)
    _note(acting, row)
    delete_action(session, row)
    return shape


def _existing(session: Session, flow: int, number: int, *, held: bool = False) -> ActionRow:
    row = action_row(session, existing_flow(session, flow).key, number, held=held)
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "action.not-there", id=number)
    return row


def _held(session: Session, flow: int, number: int, tag: Tag) -> ActionRow:
    """An action's row, held until the unit of work ends, once it is what the request says it has to be."""
    row = _existing(session, flow, number, held=True)
    tag.holds(*_state(row))
    return row


def _state(row: ActionRow) -> tuple[object, ...]:
    return row.id, row.answers, row.action, row.owner, row.due, row.state, row.changed


def _note(acting: Acting, row: ActionRow) -> None:
    acting.note(row.id, answers=row.answers, state=row.state)


def _read(asked: ActionRequest, limits: Limits) -> ImprovementAction:
    """The action of a request.

    Raises:
        InputRefused: With everything that is wrong with it.
    """
    try:
        (action,) = read_actions([asked.model_dump()], limits=limits)
    except InputRefused as refusal:
        raise InputRefused(
            replace(one, place=replace(one.place, element=one.place.element.removeprefix("actions[0].")))
            for one in refusal.problems
        ) from None
    return action
