"""Schedules by HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.accounts.acting import Acting, ActingDep, allows
from api.accounts.roles import Action
from api.http.bodies import json_body
from api.http.dependencies import Id, LanguageDep, ReadSession, RunningDep, WriteSession
from api.http.documentation import PROBLEMS, json_body_of
from api.http.preconditions import Tag, TagDep
from api.http.problems import Refusal
from api.http.routes import Route
from api.schedules import service
from api.schedules.schemas import ScheduleAnswer, ScheduleList, ScheduleRequest
from engine.storage.database import Session
from engine.storage.repository import find, locked_schedule, schedules
from engine.storage.tables import ScheduleRow

router = APIRouter(route_class=Route, prefix="/schedules", tags=["schedules"], responses=PROBLEMS)

RequestDep = Annotated[ScheduleRequest, Depends(json_body(ScheduleRequest))]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[allows(Action.ADD_SCHEDULE)],
    openapi_extra=json_body_of(ScheduleRequest),
)
def add_schedule(
    *,
    asked: RequestDep,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    response: Response,
) -> ScheduleAnswer:
    """Have an assessment asked for every day, week or month."""
    shape = ScheduleAnswer.of(service.add_schedule(session, running, asked, by=acting.principal.id), language)
    acting.note(shape.id, name=shape.name)
    response.headers["Location"] = f"/api/v1/schedules/{shape.id}"
    return shape


@router.get("", dependencies=[allows(Action.READ)])
def list_schedules(session: ReadSession, language: LanguageDep) -> ScheduleList:
    """List the schedules in the order in which they were made."""
    return ScheduleList(items=[ScheduleAnswer.of(row, language) for row in schedules(session)])


@router.get("/{schedule}", dependencies=[allows(Action.READ)])
def read_schedule(schedule: Id, session: ReadSession, language: LanguageDep, tag: TagDep) -> ScheduleAnswer:
    """One schedule: when it is next due, and what came of the last time."""
    found = find(session, ScheduleRow, schedule)
    row = _existing(None if found is None or found.deleted else found, schedule)
    tag.has(*_state(row))
    return ScheduleAnswer.of(row, language)


@router.delete("/{schedule}", status_code=HTTPStatus.NO_CONTENT, dependencies=[allows(Action.CHANGE_SCHEDULE)])
def delete_schedule(schedule: Id, session: WriteSession, acting: ActingDep, tag: TagDep) -> None:
    """Delete a schedule. The assessments that it asked for stay, and those that wait are done."""
    row = _held(session, schedule, acting, tag)
    row.deleted = True
    session.add(row)


@router.post("/{schedule}/pause", dependencies=[allows(Action.CHANGE_SCHEDULE)])
def pause_schedule(
    schedule: Id, session: WriteSession, acting: ActingDep, language: LanguageDep, tag: TagDep
) -> ScheduleAnswer:
    """Have a schedule ask for nothing until it is resumed."""
    row = _held(session, schedule, acting, tag)
    row.paused = True
    session.add(row)
    return ScheduleAnswer.of(row, language)


@router.post("/{schedule}/resumption", dependencies=[allows(Action.CHANGE_SCHEDULE)])
def resume_schedule(
    *,
    schedule: Id,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    tag: TagDep,
) -> ScheduleAnswer:
    """Resume a paused schedule. What it would have asked for meanwhile stays unasked."""
    row = _held(session, schedule, acting, tag)
    service.resume(session, row, running.clock())
    return ScheduleAnswer.of(row, language)


def _held(session: Session, number: int, acting: Acting, tag: Tag) -> ScheduleRow:
    row = _existing(locked_schedule(session, number), number)
    acting.require_own(row.created_by)
    tag.holds(*_state(row))
    return row


def _state(row: ScheduleRow) -> tuple[object, ...]:
    return row.id, row.settings, row.due, row.paused, row.last, row.failure


def _existing(row: ScheduleRow | None, number: int) -> ScheduleRow:
    """A schedule's row.

    Raises:
        Refusal: There is none.
    """
    if row is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "schedule.no-such-schedule", id=number)
    return row
