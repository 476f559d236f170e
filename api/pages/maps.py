"""The process map, of a log alone and of what an assessment found in it; with the filter and the sliders beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.assessing import assess_log
from api.assessments.kept import summary_of
from api.assessments.options import Options
from api.cases.service import StoredBook, process_of
from api.http.asked import path_of
from api.http.dependencies import Id
from api.http.turns import turn
from api.logs.endpoints import existing_log
from api.mapping import OF_FLOW, OF_LOG, Show, draw_log_map, picture_of_map
from api.pages.assessments import frame_of
from api.pages.chips import chips_of
from api.pages.flows import inline
from api.pages.narrowing import Narrowing, book_of, events_judged, events_of_log, judged_log
from api.pages.scorecard import kept_assessment
from api.pages.shell import READS, Visit, VisitDep, page
from engine.assessment.assessment import Assessment
from engine.errors import LimitExceeded
from engine.logs.filter_query import to_query
from engine.logs.filtering import LogFilter
from engine.logs.log import Log
from engine.mining.process_map import ProcessMap, process_map
from engine.rendering.picture import PictureFormat

router = APIRouter(include_in_schema=False)

Percent = Annotated[int | None, Query(ge=0, le=100)]
MOST_OVERLAID = 2_000
"""Of so many cases that a filter leaves, deviations are drawn at most."""

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
        most_overlaid=0,
        **values,
        **_choices(visit, row.cases, events, asked),
    )


@router.get("/assessments/{assessment}/map", dependencies=READS, response_class=HTMLResponse)
def show_assessed_map(
    assessment: Id, visit: VisitDep, activities: Percent = None, paths: Percent = None, show: Show = "deviations"
) -> HTMLResponse:
    """What a log shows, with what an assessment found drawn on it."""
    book = book_of(visit, assessment)
    asked = Narrowing.of(visit)
    with turn(visit.running):
        events = events_judged(visit, book, asked)
        drawn = _drawn(events, activities, paths)
        # Findings of some of the cases are found anew: of many cases that would take longer than anybody waits.
        is_bounded = asked.is_empty or events.cases.height <= MOST_OVERLAID
        shown: Show = show if is_bounded or show not in OF_FLOW else "frequency"
        found = _assessed(visit, book, events, asked) if shown in OF_FLOW else None
        values = _shown(visit, drawn, asked, show=shown, cases=f"/assessments/{assessment}/cases", assessment=found)
    return page(
        visit,
        "assessed_map.html.j2",
        here="assessments",
        tab="map",
        shows=(*OF_LOG, *OF_FLOW),
        most_overlaid=MOST_OVERLAID if shown != show else 0,
        **values,
        **_choices(visit, judged_log(visit, book).cases.height, events, asked, book=book),
        **frame_of(visit, book.row),
    )


def _drawn(events: Log, activities: int | None, paths: int | None) -> ProcessMap:
    return process_map(
        events,
        activities=None if activities is None else activities / 100,
        paths=None if paths is None else paths / 100,
    )


def _assessed(visit: Visit, book: StoredBook, events: Log, asked: Narrowing) -> Assessment | None:
    """What an assessment found in the cases that are looked at: kept for all of them, else found anew."""
    if asked.is_empty:
        return kept_assessment(visit, book.row)
    kept = summary_of(visit.session, visit.running, book.row.id or 0)
    # As of the same moment, of the events that were judged; the latest of these cases may be an earlier one.
    now, given = None if kept is None else kept.now, Options.from_json(book.row.options).asked(None)
    asked_for = replace(given, now=now or given.now, lifecycle="all")
    return assess_log(process_of(visit.running, book), events, asked=asked_for, limits=visit.running.limits)


def _shown(
    visit: Visit,
    drawn: ProcessMap,
    asked: Narrowing,
    *,
    show: Show,
    cases: str | None,
    assessment: Assessment | None = None,
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
    if drawn.nodes and (show in OF_LOG or assessment is not None):
        chart = draw_log_map(drawn, language=visit.language, show=show, assessment=assessment, link=link, titled=False)
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


def _choices(
    visit: Visit, all_cases: int, events: Log, asked: Narrowing, *, book: StoredBook | None = None
) -> dict[str, Any]:
    """What the filter offers, and what is asked for already, each with the address without it."""
    path = path_of(visit.request)
    return {
        "asked": asked,
        "chips": chips_of(visit, asked, path, book=book),
        "known_activities": sorted(events.activities)[:VALUES_SHOWN],
        "all_cases": all_cases,
        "path": path,
    }
