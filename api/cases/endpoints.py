"""The cases of an assessment by HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.accounts.acting import allows
from api.accounts.roles import Action
from api.assessments.endpoints import done_assessment
from api.cases import service
from api.cases.service import StoredBook
from api.events.endpoints import CaseName
from api.http.dependencies import LARGEST_ID, Id, LanguageDep, PageDep, ReadSession, RunningDep
from api.http.documentation import PROBLEMS, problems
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.turns import turn
from api.running import Running
from api.schemas.cases import CasesShape, VariantsShape
from api.schemas.one_case import OneCaseShape
from engine.assessment.case_search import CaseFilter, CaseOrder
from engine.errors import InputRefused, Place, Problem
from engine.storage.database import Session
from engine.vocabulary import DeviationKind, Dimension, Language

router = APIRouter(route_class=Route, prefix="/assessments", tags=["cases"], responses=PROBLEMS | problems(409))

TEXT_CHARACTERS = 200

NameQuery = Annotated[str | None, Query(min_length=1, max_length=TEXT_CHARACTERS)]
NumberQuery = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


def asked_cases(
    *,
    deviation: Annotated[NameQuery, Query(description="Cases with this deviation, by its key.")] = None,
    kind: Annotated[DeviationKind | None, Query(description="Cases with a deviation of this kind.")] = None,
    step: Annotated[NameQuery, Query(description="Cases with a deviation that names this step.")] = None,
    standard: Annotated[NameQuery, Query(description="Cases that missed this standard.")] = None,
    dimension: Annotated[Dimension | None, Query(description="Cases that lost units in it.")] = None,
    finding: Annotated[
        int | None,
        Query(ge=0, le=LARGEST_ID, description="Index of a finding of the dimension: cases that lost units by it."),
    ] = None,
    variant: Annotated[NumberQuery, Query(description="Cases of this variant, by its number.")] = None,
    closed: Annotated[bool | None, Query(description="Closed cases, or open ones.")] = None,
    min_cost: Annotated[
        int | None, Query(alias="min-cost", ge=0, le=LARGEST_ID, description="Cases that cost at least so much.")
    ] = None,
    text: Annotated[NameQuery, Query(description="Cases whose id contains it.")] = None,
) -> CaseFilter:
    """Which cases are asked for.

    Raises:
        InputRefused: A finding without its dimension.
    """
    if finding is not None and dimension is None:
        raise InputRefused([Problem("cases.finding-without-dimension", Place(element="finding"))])
    return CaseFilter(
        key=deviation,
        kind=kind,
        step=step,
        standard=standard,
        dimension=dimension,
        finding=finding,
        variant=None if variant is None else variant - 1,
        closed=closed,
        min_cost=min_cost,
        text=text,
    )


def existing_book(session: Session, running: Running, assessment: int) -> StoredBook:
    """The case book of an assessment.

    Raises:
        Refusal: There is no such assessment, it is not done or failed, or it kept no cases.
    """
    row = done_assessment(session, assessment)
    book = service.open_book(session, running, row)
    if book is not None:
        return book
    if service.judged_by_versions(row):
        raise Refusal(HTTPStatus.CONFLICT, "cases.several-versions", id=assessment)
    raise Refusal(HTTPStatus.CONFLICT, "cases.not-kept", id=assessment)


FilterDep = Annotated[CaseFilter, Depends(asked_cases)]
SortQuery = Annotated[CaseOrder, Query(description="``worst`` by lost units, ``longest`` or ``newest`` first.")]


@router.get("/{assessment}/cases", dependencies=[allows(Action.READ)])
def list_cases(
    *,
    assessment: Id,
    wanted: FilterDep,
    running: RunningDep,
    session: ReadSession,
    asked: PageDep,
    sort: SortQuery = CaseOrder.WORST,
) -> CasesShape:
    """List the cases of an assessment: those that lost most first, or as ``sort`` says."""
    book = existing_book(session, running, assessment)
    with turn(running):
        return service.list_cases(book, wanted, sort, after=asked.after, limit=asked.limit)


@router.get("/{assessment}/variants", dependencies=[allows(Action.READ)])
def list_variants(
    assessment: Id, wanted: FilterDep, running: RunningDep, session: ReadSession, asked: PageDep
) -> VariantsShape:
    """List the variants of the cases that match, those with most of them first, each with its alignment."""
    book = existing_book(session, running, assessment)
    with turn(running):
        return service.list_variants(book, wanted, after=asked.after, limit=asked.limit)


@router.get("/{assessment}/cases/{case:text}", dependencies=[allows(Action.READ)])
def read_case(
    *,
    assessment: Id,
    case: CaseName,
    running: RunningDep,
    session: ReadSession,
    language: LanguageDep,
    number: Annotated[NumberQuery, Query(description="Which case, where several have this id.")] = None,
) -> OneCaseShape:
    """One case as it was judged: its alignment, its events, what it lost and by what."""
    return existing_case(running, existing_book(session, running, assessment), case, number=number, language=language)


def existing_case(
    running: Running, book: StoredBook, name: str, *, number: int | None, language: Language
) -> OneCaseShape:
    """A case of a book, closely.

    Args:
        running: The service.
        book: The book.
        name: Id of the case.
        number: Its number, where several have the id; the first one without it.
        language: Of its sentences.

    Raises:
        Refusal: There is no such case.
    """
    with turn(running):
        process = service.process_of(running, book)
        found = service.read_case(running, book, name, number=number, language=language, process=process)
    if found is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "cases.no-such-case", case=name[:TEXT_CHARACTERS], id=book.row.id or 0)
    return found
