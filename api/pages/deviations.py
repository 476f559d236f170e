"""The deviations of an assessment: what they lost, which of them are accepted, and how one is accepted or no longer."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.acceptances.endpoints import accept_deviation, withdraw_acceptance
from api.acceptances.schemas import AcceptanceRequest
from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.accounts.sign_in import local
from api.assessments.endpoints import existing_assessment
from api.cases.service import StoredBook, process_of
from api.deviations import service
from api.http.dependencies import LARGEST_ID, Id, RunningDep
from api.http.preconditions import TagDep
from api.http.turns import turn
from api.pages import forms
from api.pages.assessments import frame_of
from api.pages.forms import FieldText, changed, end_of_day
from api.pages.narrowing import book_of
from api.pages.shell import READS, Visit, VisitDep, page
from api.schemas.deviations import DeviationGroupShape
from engine.assessment.case_search import cases_called
from engine.assessment.deviation_search import DeviationFilter
from engine.errors import InputRefused, Place, Problem, Value
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS
from engine.storage.acceptances import acceptance_of
from engine.vocabulary import DeviationKind, Dimension

router = APIRouter(prefix="/assessments", include_in_schema=False)

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class DeviationRow:
    """Equal deviations as the page shows them.

    Attributes:
        shape: What is told of them.
        mark, words: What went wrong, as a sign and in words.
        cases: The page of the cases that have it.
        owners: By the number of an acceptance, the key that made it.
    """

    shape: DeviationGroupShape
    mark: str
    words: str
    cases: str
    owners: dict[int, int | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deviations are looked at, and which of them is about to be accepted.

    Attributes:
        kind, dimension, accepted: What narrows them down, or None.
        after: Only what comes after so many.
        accept: Key of the one whose form is open, or "".
    """

    kind: DeviationKind | None = None
    dimension: Dimension | None = None
    accepted: bool | None = None
    after: int = 0
    accept: str = ""


def asked_by(
    *,
    kind: Annotated[DeviationKind | str, Query(max_length=40)] = "",
    dimension: Annotated[Dimension | str, Query(max_length=40)] = "",
    accepted: Annotated[str, Query(pattern="^(true|false)?$")] = "",
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    accept: Annotated[str, Query(max_length=200)] = "",
) -> Asked:
    """What the address asks for; an empty field asks for nothing.

    Raises:
        InputRefused: A kind or a dimension is none.
    """
    problems = [
        Problem("service.not-a-choice", Place(element=name), {"name": name, "known": ", ".join(known)})
        for name, value, known in (("kind", kind, tuple(DeviationKind)), ("dimension", dimension, tuple(Dimension)))
        if value and value not in known
    ]
    if problems:
        raise InputRefused(problems)
    return Asked(
        DeviationKind(kind) if kind else None,
        Dimension(dimension) if dimension else None,
        accepted == "true" if accepted else None,
        after,
        accept,
    )


@router.get("/{assessment}/deviations", dependencies=READS, response_class=HTMLResponse)
def show_deviations(assessment: Id, visit: VisitDep, asked: Annotated[Asked, Depends(asked_by)]) -> HTMLResponse:
    """Equal deviations together, the most frequent first."""
    return _page(visit, assessment, asked)


@router.post(
    "/{assessment}/acceptances",
    status_code=HTTPStatus.SEE_OTHER,
    dependencies=[allows(Action.ACCEPT_DEVIATION)],
)
def accept(
    *,
    assessment: Id,
    visit: VisitDep,
    running: RunningDep,
    acting: ActingDep,
    key: FieldText = "",
    reason: FieldText = "",
    until: FieldText = "",
    zone: FieldText = "",
    scope: FieldText = "all",
    case: FieldText = "",
    back: FieldText = "",
) -> Response:
    """Accept a deviation in all cases or in one, as the form says."""
    book = book_of(visit, assessment)
    fields = {"key": key, "reason": reason, "until": until, "scope": scope, "case": case, "back": back}
    try:
        only = _only_case(book, case) if scope == "one" else ""
        expires = end_of_day(until, zone, name="until")
        asked = forms.said(AcceptanceRequest, {"key": key, "reason": reason, "case": only, "expires": expires})
        changed(
            running,
            acting,
            lambda session: accept_deviation(
                flow=book.row.flow, asked=asked, running=running, session=session, acting=acting, response=Response()
            ),
        )
    except InputRefused as refusal:
        form = forms.Form.refused(fields, _renamed(refusal), visit.language)
        return _page(visit, assessment, Asked(accept=key), form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(_back(back, assessment), HTTPStatus.SEE_OTHER)


@router.post(
    "/{assessment}/acceptances/{acceptance}/withdrawal",
    status_code=HTTPStatus.SEE_OTHER,
    dependencies=[allows(Action.WITHDRAW_ACCEPTANCE)],
)
def withdraw(
    *,
    assessment: Id,
    acceptance: Id,
    visit: VisitDep,
    running: RunningDep,
    acting: ActingDep,
    tag: TagDep,
    back: FieldText = "",
) -> RedirectResponse:
    """Withdraw an acceptance: it no longer counts."""
    flow = existing_assessment(visit.session, assessment).flow
    changed(
        running,
        acting,
        lambda session: withdraw_acceptance(
            flow=flow, acceptance=acceptance, running=running, session=session, acting=acting, tag=tag
        ),
    )
    return RedirectResponse(_back(back, assessment), HTTPStatus.SEE_OTHER)


def owners_of(visit: Visit, flow_key: str, numbers: list[int]) -> dict[int, int | None]:
    """By the number of an acceptance, the key that made it; who may withdraw it depends on that."""
    rows = [acceptance_of(visit.session, flow_key, number) for number in numbers]
    return {row.id or 0: row.created_by for row in rows if row is not None}


def _back(target: str, assessment: int) -> str:
    return local(target) if target else f"/assessments/{assessment}/deviations"


def _only_case(book: StoredBook, case: str) -> str:
    """A case that is there: an acceptance for a case that is not would never count, and nobody would notice."""
    if not case:
        raise InputRefused([Problem("service.missing-field", Place(element="case"), {"name": "case", "bound": ""})])
    if not cases_called(book.tables, case).height:
        values: dict[str, Value] = {"id": book.row.id or 0, "case": case[:200]}
        raise InputRefused([Problem("cases.no-such-case", Place(element="case"), values)])
    return case


def _renamed(refusal: InputRefused) -> InputRefused:
    """What is wrong with ``expires`` is wrong with the field that says until when."""
    found = [
        Problem(one.code, Place(element="until"), one.values) if one.place.element == "expires" else one
        for one in refusal.problems
    ]
    return InputRefused(found)


def _page(
    visit: Visit,
    assessment: int,
    asked: Asked,
    *,
    form: forms.Form | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    book = book_of(visit, assessment)
    frame = frame_of(visit, book.row)
    wanted = DeviationFilter(kind=asked.kind, dimension=asked.dimension, accepted=asked.accepted)
    with turn(visit.running):
        found = service.list_deviations(book, wanted, after=asked.after, limit=ON_A_PAGE)
        names = Names(process_of(visit.running, book).flow, visit.wording)
    rows = [_row(visit, one, names, assessment, frame["flow"].key) for one in found.items]
    return page(
        visit,
        "deviations.html.j2",
        here="assessments",
        status=status,
        tab="deviations",
        rows=rows,
        found=found,
        asked=asked,
        form=form or forms.Form(),
        kinds=tuple(DeviationKind),
        dimensions=tuple(Dimension),
        most_lost=max((one.lost for one in found.dimensions.values()), default=0),
        back=visit.address(accept=None) if visit.request.method == "GET" else f"/assessments/{assessment}/deviations",
        **frame,
    )


def _row(visit: Visit, one: DeviationGroupShape, names: Names, assessment: int, flow_key: str) -> DeviationRow:
    kind = names.kind(one.kind, other_branch=one.other_branch)
    subject = names.subject(one.kind, one.steps, one.standard or "", one.branch or ())
    query: dict[str, Any] = {"kind": one.kind.value}
    if one.standard:
        query["standard"] = one.standard
    elif one.steps:
        query["step"] = one.steps[0]
    return DeviationRow(
        shape=one,
        mark=DEVIATION_MARKS[one.kind],
        words=f"{kind}{names.colon}{subject}" if subject else kind,
        cases=f"/assessments/{assessment}/cases?{urlencode(query)}",
        owners=owners_of(visit, flow_key, [found.id for found in one.acceptances]),
    )
