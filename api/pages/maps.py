"""The process map, of a log alone and of what an assessment found in it; with the filter and the sliders beside it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.cases.service import StoredBook
from api.http.asked import path_of
from api.http.dependencies import Id
from api.http.turns import turn
from api.logs.endpoints import existing_log
from api.mapping import OF_FLOW, OF_LOG, Show, draw_log_map, picture_of_map
from api.pages.assessments import frame_of
from api.pages.chips import Chip, chips_of, names_of, sought_in
from api.pages.flows import inline
from api.pages.narrowing import JudgedCases, Narrowing, book_of, cases_judged, events_of_log
from api.pages.scorecard import kept_assessment
from api.pages.shell import READS, Visit, VisitDep, page
from engine.assessment.step_findings import StepFindings, findings_in
from engine.errors import LimitExceeded
from engine.logs.filter_query import to_query
from engine.logs.filtering import LogFilter
from engine.logs.log import Log
from engine.mining.process_map import ProcessMap, process_map
from engine.rendering.picture import PictureFormat

router = APIRouter(include_in_schema=False)

Percent = Annotated[int | None, Query(ge=0, le=100)]
VALUES_SHOWN = 200
"""Names of activities that a list offers."""


@router.get("/logs/{log}/map", dependencies=READS, response_class=HTMLResponse)
def show_log_map(
    log: Id, visit: VisitDep, activities: Percent = None, paths: Percent = None, show: Show = "frequency"
) -> HTMLResponse:
    """What a log alone shows."""
    row = existing_log(visit.session, log)
    asked = Narrowing.of(visit)
    with turn(visit.running):
        events = events_of_log(visit, row, asked)
        drawn = _drawn(events, activities, paths)
        values = _shown(visit, drawn, asked, show=show if show in OF_LOG else "frequency", cases=None)
    return page(
        visit,
        "log_map.html.j2",
        here="logs",
        row=row,
        log=row,
        shows=OF_LOG,
        **values,
        **_choices(visit, row.cases, events, asked, chips_of(visit, asked)),
    )


@router.get("/assessments/{assessment}/map", dependencies=READS, response_class=HTMLResponse)
def show_assessed_map(
    assessment: Id, visit: VisitDep, activities: Percent = None, paths: Percent = None, show: Show = "deviations"
) -> HTMLResponse:
    """What a log shows, with what an assessment found in the same cases drawn on it."""
    book = book_of(visit, assessment)
    asked = Narrowing.of(visit)
    with turn(visit.running):
        looked_at = cases_judged(visit, book, asked)
        chips = chips_of(visit, asked, names=names_of(visit, book), sought=sought_in(visit, book, asked))
        drawn = _drawn(looked_at.log, activities, paths)
        findings = _findings(visit, book, looked_at) if show in OF_FLOW else None
        values = _shown(visit, drawn, asked, show=show, cases=f"/assessments/{assessment}/cases", findings=findings)
    return page(
        visit,
        "assessed_map.html.j2",
        here="assessments",
        tab="map",
        shows=(*OF_LOG, *OF_FLOW),
        **values,
        **_choices(visit, looked_at.of, looked_at.log, asked, chips),
        **frame_of(visit, book.row),
    )


def _drawn(events: Log, activities: int | None, paths: int | None) -> ProcessMap:
    return process_map(
        events,
        activities=None if activities is None else activities / 100,
        paths=None if paths is None else paths / 100,
    )


def _findings(visit: Visit, book: StoredBook, looked_at: JudgedCases) -> StepFindings | None:
    """What an assessment found in the cases that are looked at; None where its result was not kept."""
    kept = kept_assessment(visit, book.row)
    return None if kept is None else findings_in(kept, book.tables, looked_at.numbers)


def _shown(
    visit: Visit,
    drawn: ProcessMap,
    asked: Narrowing,
    *,
    show: Show,
    cases: str | None,
    findings: StepFindings | None = None,
) -> dict[str, Any]:
    def link(kind: str, *names: str) -> str:
        criterion = (
            LogFilter(with_activities=frozenset(names))
            if kind == "activity"
            else LogFilter(paths=frozenset({(names[0], names[1])}))
        )
        further = to_query(criterion)
        if cases is not None:
            return quote(asked.address(cases, *further), safe="/?&=%+")
        here = path_of(visit.request)
        return quote(f"{here}?{urlencode([*asked.pairs, *further])}", safe="/?&=%+")

    drawing = None
    if drawn.nodes and (show in OF_LOG or findings is not None):
        chart = draw_log_map(drawn, language=visit.language, show=show, findings=findings, link=link, titled=False)
        try:
            drawing = inline(picture_of_map(chart, PictureFormat.SVG, limits=visit.running.limits))
        except LimitExceeded:
            drawing = None
    return {
        "drawing": drawing,
        "drawn": drawn,
        "show": show,
        "sliders": {
            "activities": round(drawn.sliders.activities * 100),
            "paths": round(drawn.sliders.paths * 100),
        },
    }


def _choices(visit: Visit, all_cases: int, events: Log, asked: Narrowing, chips: tuple[Chip, ...]) -> dict[str, Any]:
    """What the filter offers, and what is asked for already, each with the address without it."""
    return {
        "asked": asked,
        "chips": chips,
        "known_activities": sorted(events.activities)[:VALUES_SHOWN],
        "all_cases": all_cases,
        "path": path_of(visit.request),
    }
