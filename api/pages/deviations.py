"""The deviations of an assessment: what they lost, and which of them are accepted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from api.cases.service import process_of
from api.deviations import service
from api.http.asked import readdressed
from api.http.dependencies import LARGEST_ID, Id
from api.http.turns import turn
from api.pages import forms
from api.pages.assessments import frame_of
from api.pages.narrowing import book_of
from api.pages.shell import READS, Visit, VisitDep, page
from api.schemas.deviations import DeviationGroupShape
from engine.assessment.deviation_search import DeviationFilter
from engine.errors import InputRefused, Place, Problem
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS
from engine.storage.acceptances import acceptance_of
from engine.vocabulary import DeviationKind, Dimension

router = APIRouter(prefix="/assessments", include_in_schema=False)

ON_A_PAGE = 50
DIGITS = 9


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
    return deviations_page(visit, assessment, asked)


def asked_at(address: str) -> Asked:
    """What an address of this page asks for, as far as it can be told."""
    given = dict(parse_qsl(urlsplit(address).query))
    kind, dimension, after = given.get("kind"), given.get("dimension"), given.get("after", "")
    return Asked(
        DeviationKind(kind) if kind in set(DeviationKind) else None,
        Dimension(dimension) if dimension in set(Dimension) else None,
        {"true": True, "false": False}.get(given.get("accepted", "")),
        int(after) if after.isascii() and after.isdigit() and len(after) <= DIGITS else 0,
    )


def owners_of(visit: Visit, flow_key: str, numbers: list[int]) -> dict[int, int | None]:
    """By the number of an acceptance, the key that made it; who may withdraw it depends on that."""
    rows = [acceptance_of(visit.session, flow_key, number) for number in numbers]
    return {row.id or 0: row.created_by for row in rows if row is not None}


def deviations_page(
    visit: Visit,
    assessment: int,
    asked: Asked,
    *,
    form: forms.Form | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    back: str = "",
) -> HTMLResponse:
    """The page; ``back`` is its address where it is not the one that was asked for."""
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
        back=back or visit.address(accept=None),
        again=back or None,
        address=partial(readdressed, back or visit.address()),
        **frame,
    )


def _row(visit: Visit, one: DeviationGroupShape, names: Names, assessment: int, flow_key: str) -> DeviationRow:
    kind = names.kind(one.kind, other_branch=one.other_branch)
    subject = names.subject(one.kind, one.steps, one.standard or "", one.branch or ())
    return DeviationRow(
        shape=one,
        mark=DEVIATION_MARKS[one.kind],
        words=f"{kind}{names.colon}{subject}" if subject else kind,
        cases=f"/assessments/{assessment}/cases?deviation={one.key}",
        owners=owners_of(visit, flow_key, [found.id for found in one.acceptances]),
    )
