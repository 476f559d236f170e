"""The live board: the open cases of a live log, what is due in them and where they left the line; and one such case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.events.endpoints import CaseName, end_log, existing_case, existing_live_log
from api.http.dependencies import LARGEST_ID, MOST_ITEMS, Id, RunningDep
from api.http.preconditions import Tag, TagDep
from api.http.turns import turn
from api.live.endpoints import read_case
from api.live.schemas import DeadlineShape
from api.logs.endpoints import add_log
from api.logs.schemas import LiveLogRequest
from api.pages.attention import title_of
from api.pages.environment import case_path
from api.pages.forms import FieldText, Form, changed, said
from api.pages.shell import READS, Visit, VisitDep, page
from api.schemas.watching import SeenShape
from engine.conformance.deadlines import DeadlineState
from engine.errors import InputRefused, LimitExceeded
from engine.logs.options import ReadOptions
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS
from engine.storage.flow_lists import listed_flows
from engine.storage.live_store import Standing, count_deviating, last_said, page_of_deviating
from engine.storage.repository import live_logs
from engine.storage.stored_log import page_of_events
from engine.storage.tables import FlowRow, LogRow

router = APIRouter(prefix="/live", include_in_schema=False)

DUE_SHOWN = 200
EVENTS_SHOWN = 200
LONGEST_CASE = 2_000


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline on the board; ``state`` is ``passed``, ``near`` or ``ahead``."""

    shape: DeadlineShape
    state: str
    address: str


@dataclass(frozen=True, slots=True)
class Deviating:
    """An open case that shows deviations, each as a sign with words; ``expected`` is what may come next."""

    case: str
    address: str
    cost: int
    activity: str
    when: datetime | None
    deviations: tuple[tuple[str, str], ...]
    expected: str


@router.get("", dependencies=READS, response_class=HTMLResponse)
def show_live_logs(visit: VisitDep) -> HTMLResponse:
    """All live logs."""
    logs = [
        (row, flow_title(visit, row), count_deviating(visit.session, row.id or 0)) for row in live_logs(visit.session)
    ]
    return page(visit, "live_logs.html.j2", here="live", logs=logs)


@router.get("/new", dependencies=[allows(Action.UPLOAD_LOG)], response_class=HTMLResponse)
def show_new_live_log(visit: VisitDep) -> HTMLResponse:
    """Where a live log is made."""
    return _new(visit, Form())


@router.post("", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.UPLOAD_LOG)])
def add_live_log(
    *, visit: VisitDep, running: RunningDep, acting: ActingDep, name: FieldText = "", flow: FieldText = ""
) -> Response:
    """Make a live log, as the form says."""
    try:
        number = int(flow) if flow.isascii() and flow.isdigit() else flow
        asked = said(LiveLogRequest, {"name": name.strip(), "flow": number})
        made = changed(
            running,
            acting,
            lambda session: add_log(
                body=asked,
                columns=ReadOptions(),
                running=running,
                session=session,
                acting=acting,
                language=visit.language,
                response=Response(),
            ),
        )
    except InputRefused as refusal:
        form = Form.refused({"name": name, "flow": flow}, refusal, visit.language)
        return _new(visit, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(f"/live/{made.id}", HTTPStatus.SEE_OTHER)


@router.post("/{log}/closing", status_code=HTTPStatus.SEE_OTHER, dependencies=[allows(Action.CLOSE_LOG)])
def close_live_log(log: Id, running: RunningDep, acting: ActingDep, tag: TagDep) -> RedirectResponse:
    """Close a live log and every open case of it."""
    end_log(log, running, acting, tag)
    return RedirectResponse(f"/live/{log}", HTTPStatus.SEE_OTHER)


def _new(visit: Visit, form: Form, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    known = [(flow.newest.id, title_of(flow.newest, visit)) for flow in listed_flows(visit.session)]
    return page(visit, "live_new.html.j2", here="live", status=status, form=form, flows=known)


@router.get("/{log}", dependencies=READS, response_class=HTMLResponse)
def show_board(log: Id, visit: VisitDep, after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0) -> HTMLResponse:
    """What is due, and which open cases deviate."""
    row = existing_live_log(visit.session, log)
    now = visit.running.clock()
    found, following = page_of_deviating(visit.session, log, after=after, limit=MOST_ITEMS)
    said = last_said(visit.session, log, [one.case for one in found])
    dues, too_large = _dues(visit, row, now)
    return page(
        visit,
        "live_board.html.j2",
        here="live",
        row=row,
        flow=flow_title(visit, row),
        now=now,
        dues=dues[:DUE_SHOWN],
        counts={state: sum(one.state == state for one in dues) for state in ("passed", "near", "ahead")},
        near=visit.running.live.near_minutes,
        too_large=too_large,
        deviating=[_deviating(one, said.get(one.case), row, visit) for one in found],
        deviating_count=count_deviating(visit.session, log),
        following=following,
    )


@router.get("/{log}/cases/{case:text}", dependencies=READS, response_class=HTMLResponse)
def show_live_case(log: Id, case: CaseName, visit: VisitDep) -> HTMLResponse:
    """Where a running case stands: what happened, what is due, what may come next."""
    row = existing_live_log(visit.session, log)
    known = existing_case(visit.session, log, case)
    shape = read_case(
        log=log,
        case=case,
        running=visit.running,
        session=visit.session,
        language=visit.language,
        tag=Tag(visit.request),
    )
    names = _names(visit, shape.flow)
    files = visit.running.files
    events, following = page_of_events(visit.session, files, log, case=known, after=0, limit=EVENTS_SHOWN)
    return page(
        visit,
        "live_case.html.j2",
        here="live",
        row=row,
        case=case,
        shape=shape,
        dues=[_due(one, log, visit) for one in shape.deadlines],
        deviations=[] if shape.verdict is None else _said(shape.verdict, names),
        expected=[] if shape.verdict is None else [_step(one, names) for one in shape.verdict.expected or ()],
        events=events,
        are_more=following is not None,
    )


@router.get("/{log}/case", dependencies=READS, response_class=HTMLResponse)
def show_live_case_by_id(
    log: Id, visit: VisitDep, case: Annotated[str, Query(alias="id", max_length=LONGEST_CASE)]
) -> HTMLResponse:
    """The same for a case whose name cannot stand in a path."""
    return show_live_case(log, case, visit)


def flow_title(visit: Visit, row: LogRow) -> str:
    """The name of the flow that a live log follows; "" where it follows none."""
    return "" if row.flow is None else title_of(visit.session.get_one(FlowRow, row.flow), visit)


def _dues(visit: Visit, row: LogRow, now: datetime) -> tuple[list[Due], bool]:
    """What is due by when it is due, and whether there was too much to look at."""
    if row.flow is None or row.closed is not None:
        return [], False
    log = row.id or 0
    try:
        with turn(visit.running):
            found = visit.running.live.due.look(visit.session, log, now=now)
    except LimitExceeded:
        return [], True
    shapes = [
        DeadlineShape.of(one, now=now, language=visit.language)
        for one in found
        if one.deadline.state in (DeadlineState.AHEAD, DeadlineState.PASSED)
    ]
    return [_due(shape, log, visit) for shape in sorted(shapes, key=lambda shape: shape.act_by)], False


def _due(shape: DeadlineShape, log: int, visit: Visit) -> Due:
    live = visit.running.live
    state = shape.state.value
    if shape.state is DeadlineState.AHEAD and shape.act_by <= visit.running.clock() + live.near:
        state = "near"
    return Due(shape, state, case_address(log, shape.case))


def _deviating(standing: Standing, body: str | None, row: LogRow, visit: Visit) -> Deviating:
    names = _names(visit, standing.flow)
    verdict = None if body is None else SeenShape.model_validate_json(body)
    expected = [] if verdict is None else [_step(one, names) for one in verdict.expected or ()]
    return Deviating(
        case=standing.case,
        address=case_address(row.id or 0, standing.case),
        cost=standing.cost,
        activity="" if verdict is None else verdict.activity or "",
        when=None if verdict is None else verdict.time,
        deviations=() if verdict is None else _said(verdict, names),
        expected=visit.wording.text("chart.list-separator").join(expected),
    )


def _said(verdict: SeenShape, names: Names | None) -> tuple[tuple[str, str], ...]:
    """Each deviation as a sign with words."""
    return tuple(
        (DEVIATION_MARKS[one.kind], _words(one.kind.value, one.steps, names, other_branch=one.other_branch))
        for one in verdict.deviations
        if one.change.value != "withdrawn"
    )


def _words(kind: str, steps: list[str], names: Names | None, *, other_branch: bool) -> str:
    if names is None:
        return " → ".join(steps)
    return f"{names.kind(kind, other_branch=other_branch)}{names.colon}{names.steps(steps, kind)}"


def _step(label: str, names: Names | None) -> str:
    return label if names is None else names.step(label)


def _names(visit: Visit, flow: int | None) -> Names | None:
    """How a flow's parts are called; None where nothing judges."""
    process = None if flow is None else visit.running.live.due.judges.of_flow(visit.session, flow).process
    return None if process is None else Names(process.flow, visit.wording)


def case_address(log: int, case: str) -> str:
    """The page of a running case."""
    return f"/live/{log}/{case_path(case)}"
