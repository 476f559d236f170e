"""The pages of an assessment's cases: those that lost most, the variants that they follow, and one case closely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.cases import service
from api.cases.endpoints import existing_case
from api.cases.service import StoredBook
from api.events.endpoints import CaseName
from api.http.asked import path_of
from api.http.dependencies import LARGEST_ID, Id
from api.http.turns import turn
from api.mapping import draw_log_map, picture_of_map
from api.pages.assessments import frame_of
from api.pages.chips import Named, chips_of, names_of, sought_in, words_of
from api.pages.deviations import owners_of
from api.pages.environment import case_path
from api.pages.flows import inline
from api.pages.forms import Form
from api.pages.narrowing import Narrowing, book_of, cases_wanted
from api.pages.shell import READS, Visit, VisitDep, page
from api.schemas.alignment import MoveShape
from api.schemas.deviations import CaseDeviationShape
from api.schemas.one_case import OneCaseShape
from engine.assessment.case_search import CaseFilter, CaseOrder
from engine.logs.lifecycle import Lifecycle, apply_lifecycle
from engine.logs.variants import variant_hash
from engine.mining.process_map import process_map
from engine.rendering.chevrons import Chevron, chevrons_of
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS
from engine.rendering.picture import PictureFormat
from engine.rendering.text import clean
from engine.storage.case_files import read_judged_case
from engine.vocabulary import DeviationKind, Dimension, MoveKind, Outcome

router = APIRouter(prefix="/assessments", include_in_schema=False)

ON_A_PAGE = 50
CASE_CHARACTERS = 2_000
After = Annotated[int, Query(ge=0, le=LARGEST_ID)]
Number = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
CaseQuery = Annotated[str, Query(alias="id", max_length=CASE_CHARACTERS)]


@router.get("/{assessment}/cases", dependencies=READS, response_class=HTMLResponse)
def show_cases(assessment: Id, visit: VisitDep, after: After = 0, sort: CaseOrder = CaseOrder.WORST) -> HTMLResponse:
    """The cases of an assessment that the address asks for."""
    book, asked = book_of(visit, assessment), Narrowing.of(visit)
    with turn(visit.running):
        wanted = cases_wanted(visit, book, asked)
        found = service.list_cases(book, wanted, sort, after=after, limit=ON_A_PAGE)
        names = names_of(visit, book)
    sought = sought_in(visit, book, asked)
    rows = [
        (
            case,
            [_marked(one, names) for one in _sought_first(case.deviations, asked.wanted, sought.get("finding"), names)],
            sum(case.lost.values()),
        )
        for case in found.items
    ]
    return page(
        visit,
        "cases.html.j2",
        here="assessments",
        tab="cases",
        rows=rows,
        found=found,
        sort=sort,
        orders=tuple(CaseOrder),
        kinds=tuple(DeviationKind),
        dimensions=tuple(Dimension),
        **_asked(visit, asked, names, sought),
        **frame_of(visit, book.row),
    )


@router.get("/{assessment}/variants", dependencies=READS, response_class=HTMLResponse)
def show_variants(assessment: Id, visit: VisitDep, after: After = 0) -> HTMLResponse:
    """The variants of the cases that the address asks for, with their alignments."""
    book, asked = book_of(visit, assessment), Narrowing.of(visit)
    with turn(visit.running):
        wanted = cases_wanted(visit, book, asked)
        found = service.list_variants(book, wanted, after=after, limit=ON_A_PAGE)
        names = names_of(visit, book)
    rows = [
        (
            variant,
            _chevrons(variant.moves, names),
            [_marked(one, names) for one in variant.deviations],
            asked.address(f"/assessments/{assessment}/cases", ("variant", variant_hash(variant.activities))),
        )
        for variant in found.items
    ]
    return page(
        visit,
        "variants.html.j2",
        here="assessments",
        tab="variants",
        rows=rows,
        found=found,
        move_kinds=(MoveKind.SYNC, MoveKind.LOG, MoveKind.MODEL),
        **_asked(visit, asked, names, sought_in(visit, book, asked)),
        **frame_of(visit, book.row),
    )


@router.get("/{assessment}/cases/{case:text}", dependencies=READS, response_class=HTMLResponse)
def show_case(assessment: Id, case: CaseName, visit: VisitDep, number: Number = None) -> HTMLResponse:
    """One case: what happened, how it differs from the flow, and every point that it lost."""
    return case_page(visit, assessment, case, number)


@router.get("/{assessment}/case", dependencies=READS, response_class=HTMLResponse)
def show_case_by_id(assessment: Id, visit: VisitDep, case: CaseQuery, number: Number = None) -> HTMLResponse:
    """The same for a case whose name cannot stand in a path."""
    return case_page(visit, assessment, case, number)


def case_page(
    visit: Visit, assessment: int, case: str, number: int | None, *, refused: Form | None = None
) -> HTMLResponse:
    """The page of a case; ``refused`` is what was said to accept a deviation of it, to be mended."""
    book = book_of(visit, assessment)
    found = existing_case(visit.running, book, case, number=number, language=visit.language)
    with turn(visit.running):
        names = names_of(visit, book)
        drawing = _path(visit, book, found)
    moves: list[MoveShape] = [(move.kind, move.activity, move.step) for move in found.moves]
    frame = frame_of(visit, book.row)
    accepted = [one.accepted.id for one in found.deviations if one.accepted is not None]
    odd = {position for one in found.deviations for position in one.positions}
    return page(
        visit,
        "case.html.j2",
        here="assessments",
        tab="cases",
        case=found,
        owners=owners_of(visit, frame["flow"].key, accepted),
        same_id=[(one, _address(assessment, case, one)) for one in found.same_id],
        form=refused or Form(),
        untouched=Form(),
        opened=_opened(found, refused),
        status=HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        back=_address(assessment, case, number),
        again=_address(assessment, case, number),
        chevrons=_chevrons(moves, names),
        deviations=[(one, _marked(one, names), sum(one.lost.values())) for one in found.deviations],
        instances=[(one, _instance(one, names)) for one in found.instances if one.outcome is not Outcome.NOT_DUE],
        odd=odd,
        step_of=names.step,
        drawing=drawing,
        dimensions=tuple(Dimension),
        move_kinds=(MoveKind.SYNC, MoveKind.LOG, MoveKind.MODEL),
        **frame,
    )


def _address(assessment: int, case: str, number: int | None) -> str:
    path = f"/assessments/{assessment}/{case_path(case)}"
    return path if number is None else f"{path}{'&' if '?' in path else '?'}number={number}"


def _opened(found: OneCaseShape, refused: Form | None) -> int | None:
    """Which of the deviations is to be accepted by the form that was refused."""
    key = "" if refused is None else refused.value("key")
    return next((n for n, one in enumerate(found.deviations) if one.key == key and one.accepted is None), None)


def _asked(visit: Visit, asked: Narrowing, names: Names, sought: Mapping[str, Named]) -> dict[str, Any]:
    chips = chips_of(visit, asked, names=names, sought=sought)
    return {"asked": asked, "chips": chips, "path": path_of(visit.request)}


def _marked(one: CaseDeviationShape, names: Names) -> tuple[str, str]:
    """A deviation as a sign and words."""
    return DEVIATION_MARKS[one.kind], words_of(one, names)


def _sought_first(
    deviations: Sequence[CaseDeviationShape], wanted: CaseFilter, sought: Named | None, names: Names
) -> list[CaseDeviationShape]:
    """The deviations of a case, those first for which it was looked for."""
    words = None if sought is None else words_of(sought, names)

    def is_other(one: CaseDeviationShape) -> bool:
        return not (
            wanted.kind in {None, one.kind}
            and (wanted.step is None or wanted.step in one.steps)
            and wanted.standard in {None, one.standard}
            and wanted.key in {None, one.key}
            and words in {None, words_of(one, names)}
        )

    return sorted(deviations, key=is_other)


def _instance(one: Any, names: Names) -> str:
    return names.standard(one.standard) if one.standard else names.steps(one.branch or ())


def _chevrons(moves: list[MoveShape], names: Names) -> tuple[Chevron, ...]:
    labelled = [
        (MoveKind(kind), names.step(step) if step is not None else clean(activity or ""))
        for kind, activity, step in moves
    ]
    return chevrons_of(labelled, names.wording)


def _path(visit: Visit, book: StoredBook, found: OneCaseShape) -> Markup | None:
    """The way of one case as a map."""
    judged = read_judged_case(book.path_of, found.number - 1)
    if judged is None or not judged.log.events.height:
        return None
    drawn = process_map(apply_lifecycle(judged.log, Lifecycle.ALL), activities=1.0, paths=1.0)
    chart = draw_log_map(drawn, language=visit.language, show="time", titled=False)
    return inline(picture_of_map(chart, PictureFormat.SVG, limits=visit.running.limits))
