"""The pages of schedules: all of them, a new one, and what can be done to one."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from fastapi import Form as FormField
from fastapi.responses import HTMLResponse, RedirectResponse

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.http.dependencies import Id, LanguageDep, RunningDep, WriteSession
from api.http.preconditions import TagDep
from api.pages.attention import title_of
from api.pages.forms import FieldText, Form, changed, said
from api.pages.shell import READS, Visit, VisitDep, page
from api.schedules import endpoints
from api.schedules.schemas import Period, ScheduleAnswer, ScheduleRequest
from api.schedules.service import WEEKDAYS
from engine.errors import InputRefused
from engine.storage.flow_lists import listed_flows
from engine.storage.repository import latest, newest_flow, schedules
from engine.storage.tables import LogRow

router = APIRouter(prefix="/schedules", include_in_schema=False)

HERE = "/schedules"
LOGS_SHOWN = 200
FIELDS = ("name", "flow", "log", "log_name", "day", "weekday", "at", "timezone", "period", "closed")
"""What the form shows a problem beside."""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule as the page shows it.

    Attributes:
        shape: What is told of it.
        owner: The key that made it.
        flow: Its flow in words.
        log: Its log in words.
        when: When it recurs, in words.
    """

    shape: ScheduleAnswer
    owner: int | None
    flow: str
    log: str
    when: str


@router.get("", dependencies=READS, response_class=HTMLResponse)
def show_schedules(visit: VisitDep) -> HTMLResponse:
    """All schedules."""
    rows = [_row(visit, ScheduleAnswer.of(row, visit.language)) for row in schedules(visit.session)]
    return page(visit, "schedules.html.j2", here="assessments", rows=rows)


@router.get("/new", dependencies=[allows(Action.ADD_SCHEDULE)], response_class=HTMLResponse)
def show_new_schedule(visit: VisitDep) -> HTMLResponse:
    """Where a schedule is made."""
    return _new(visit, Form())


def receive(
    *,
    name: FieldText = "",
    flow: FieldText = "",
    log: FieldText = "",
    log_name: FieldText = "",
    every: Annotated[Literal["month", "week", "day"], FormField()] = "month",
    day: FieldText = "",
    weekday: FieldText = "",
    at: FieldText = "",
    timezone: FieldText = "",
    period: FieldText = "",
    closed: FieldText = "",
) -> dict[str, str]:
    """The fields of the form."""
    return {
        "name": name.strip(),
        "flow": flow,
        "log": log,
        "log_name": log_name.strip(),
        "every": every,
        "day": day,
        "weekday": weekday,
        "at": at,
        "timezone": timezone.strip(),
        "period": period,
        "closed": closed,
    }


@router.post("", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.ADD_SCHEDULE)])
def add_schedule(
    *, fields: Annotated[dict[str, str], Depends(receive)], visit: VisitDep, running: RunningDep, acting: ActingDep
) -> Response:
    """Make a schedule, as the form says."""
    try:
        asked = said(ScheduleRequest, _request(fields))
        changed(
            running,
            acting,
            lambda session: endpoints.add_schedule(
                asked=asked,
                running=running,
                session=session,
                acting=acting,
                language=visit.language,
                response=Response(),
            ),
        )
    except InputRefused as refusal:
        form = Form.refused(fields, refusal, visit.language)
        return _new(visit, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


CHANGES = [allows(Action.CHANGE_SCHEDULE)]


@router.post("/{schedule}/pause", status_code=HTTPStatus.SEE_OTHER, dependencies=CHANGES)
def pause(
    schedule: Id, session: WriteSession, acting: ActingDep, language: LanguageDep, tag: TagDep
) -> RedirectResponse:
    """Have a schedule ask for nothing until it is resumed."""
    endpoints.pause_schedule(schedule, session, acting, language, tag)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post("/{schedule}/resumption", status_code=HTTPStatus.SEE_OTHER, dependencies=CHANGES)
def resume(
    *,
    schedule: Id,
    running: RunningDep,
    session: WriteSession,
    acting: ActingDep,
    language: LanguageDep,
    tag: TagDep,
) -> RedirectResponse:
    """Resume a paused schedule."""
    endpoints.resume_schedule(
        schedule=schedule, running=running, session=session, acting=acting, language=language, tag=tag
    )
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post("/{schedule}/deletion", status_code=HTTPStatus.SEE_OTHER, dependencies=CHANGES)
def delete(schedule: Id, session: WriteSession, acting: ActingDep, tag: TagDep) -> RedirectResponse:
    """Delete a schedule."""
    endpoints.delete_schedule(schedule, session, acting, tag)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


def _request(fields: dict[str, str]) -> dict[str, Any]:
    """The form as programs say it."""
    recurrence: dict[str, Any] = {name: fields[name] for name in ("at", "timezone") if fields[name]}
    if fields["every"] == "month":
        recurrence["day"] = _number(fields["day"])
        kind = "monthly"
    elif fields["every"] == "week":
        recurrence["day"] = fields["weekday"]
        kind = "weekly"
    else:
        kind = "daily"
    return {
        "name": fields["name"],
        "flow": fields["flow"],
        "log": _number(fields["log"]) if fields["log"] else fields["log_name"],
        kind: recurrence,
        "period": fields["period"],
        "options": {"closed": fields["closed"]} if fields["closed"] else {},
    }


def _number(text: str) -> int | str:
    """A field of digits as a number; anything else as it is, for the shape to refuse."""
    return int(text) if text.isascii() and text.isdigit() else text


def _row(visit: Visit, shape: ScheduleAnswer) -> ScheduleRow:
    flow = newest_flow(visit.session, shape.flow) if isinstance(shape.flow, str) else None
    log = visit.session.get(LogRow, shape.log) if isinstance(shape.log, int) else None
    return ScheduleRow(
        shape=shape,
        owner=shape.created_by,
        flow=str(shape.flow) if flow is None else title_of(flow, visit),
        log=str(shape.log) if log is None else log.name,
        when=_when(visit, shape),
    )


def _when(visit: Visit, shape: ScheduleAnswer) -> str:
    text = visit.wording.text
    if shape.monthly is not None:
        chosen = shape.monthly
        return text("page.schedule.monthly", day=chosen.day, at=chosen.at, zone=chosen.timezone)
    if shape.weekly is not None:
        day = text(f"page.schedule.{shape.weekly.day}")
        return text("page.schedule.weekly", day=day, at=shape.weekly.at, zone=shape.weekly.timezone)
    assert shape.daily is not None  # noqa: S101 - one of the three is given
    return text("page.schedule.daily", at=shape.daily.at, zone=shape.daily.timezone)


def _new(visit: Visit, form: Form, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    flows = [flow.newest for flow in listed_flows(visit.session)]
    return page(
        visit,
        "schedule_new.html.j2",
        here="assessments",
        status=status,
        form=form,
        fields=FIELDS,
        flows=[(row.key, title_of(row, visit)) for row in flows],
        logs=latest(visit.session, LogRow, limit=LOGS_SHOWN),
        weekdays=WEEKDAYS,
        periods=tuple(Period),
    )
