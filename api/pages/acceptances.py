"""Accepting a deviation, on the page of the deviations or on that of a case, and withdrawing that."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.acceptances.endpoints import accept_deviation, withdraw_acceptance
from api.acceptances.schemas import AcceptanceRequest
from api.accounts.acting import ActingDep, allows
from api.accounts.roles import Action
from api.accounts.sign_in import local
from api.assessments.endpoints import existing_assessment
from api.cases.service import StoredBook
from api.http.dependencies import Id, RunningDep
from api.http.preconditions import TagDep
from api.pages import forms
from api.pages.cases import case_page
from api.pages.deviations import DIGITS, asked_at, deviations_page
from api.pages.forms import FieldText, changed, end_of_day
from api.pages.narrowing import book_of
from api.pages.shell import VisitDep
from engine.assessment.case_search import cases_called
from engine.errors import InputRefused, Place, Problem, Value

router = APIRouter(prefix="/assessments", include_in_schema=False)


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
    """Accept a deviation in all cases or in one, as the form says; what is refused is shown on the page of the form."""
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
        before = _back(back, assessment)
        if before.startswith(f"/assessments/{assessment}/case"):
            return case_page(visit, assessment, case, _number_in(before), refused=form)
        asked_before = replace(asked_at(before), accept=key)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return deviations_page(visit, assessment, asked_before, form=form, status=status, back=before)
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


def _number_in(address: str) -> int | None:
    """Which of several cases of one id the page of a case is about."""
    number = dict(parse_qsl(urlsplit(address).query)).get("number", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= DIGITS else None


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
