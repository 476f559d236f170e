"""What the file of a log leaves open is asked: its first rows are shown, and what can be said about them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.pages.shell import framed
from api.schemas.problem import ProblemShape
from engine.errors import Problem
from engine.logs.log import Log
from engine.logs.options import DateOrder, ReadOptions
from engine.logs.preview import Preview
from engine.messages.catalogue import sentence
from engine.vocabulary import Language

COLUMN_ROLES = {
    "case": "case",
    "activity": "activity",
    "time": "timestamp",
    "start": "start",
    "resource": "resource",
}
"""Role of a column → the option that names it."""

ZONE, SHEET, OBJECT_TYPE = "page.columns.zone", "page.columns.sheet", "page.columns.object-type"

SETTLED_BY = {
    "log.date-order-ambiguous": "page.columns.order",
    "log.naive-times": ZONE,
    "log.case-not-found": "page.columns.case",
    "log.case-ambiguous": "page.columns.case",
    "log.activity-not-found": "page.columns.activity",
    "log.activity-ambiguous": "page.columns.activity",
    "log.time-not-found": "page.columns.time",
    "log.time-ambiguous": "page.columns.time",
    "log.sheet-ambiguous": SHEET,
    "log.sheet-unknown": SHEET,
    "log.sheet-hidden-only": SHEET,
    "log.sheets-hidden": SHEET,
    "log.object-type-ambiguous": OBJECT_TYPE,
    "log.object-type-unknown": OBJECT_TYPE,
    "log.ocel-events-left-out": OBJECT_TYPE,
    "log.ocel-objects-not-cases": OBJECT_TYPE,
}
"""Code of a problem → the label of the field by which it is settled."""

USUAL_ZONE = "UTC"
"""What the form offers for times without a zone, as everywhere else they are read."""


def left_open(log: Log, columns: ReadOptions) -> Sequence[Problem]:
    """What was read in one of several ways, and nobody has said yet in which: times without a zone."""
    return [one for one in log.warnings if one.code == "log.naive-times" and columns.timezone is None]


def can_be_asked(problems: Sequence[Problem], preview: Preview | None) -> bool:
    """Whether a form may settle what is wrong with a file: its columns can be chosen, or what a problem asks for."""
    return preview is not None or any(SETTLED_BY.get(problem.code) in {SHEET, OBJECT_TYPE} for problem in problems)


def ask(
    request: Request, language: Language, problems: Sequence[Problem], preview: Preview | None, columns: ReadOptions
) -> HTMLResponse:
    """What is wrong or open, the first rows where there are any, and what can be said about them."""
    labels = {SETTLED_BY.get(problem.code) for problem in problems}
    guesses = preview.guesses if preview else {}
    return framed(
        request,
        language,
        "log_columns.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        problems=[on_page(ProblemShape.of(problem, language), language) for problem in problems],
        refused=any(problem.severity == "error" for problem in problems),
        preview=preview,
        roles=COLUMN_ROLES,
        said={role: getattr(columns, field) or guesses.get(role, "") for role, field in COLUMN_ROLES.items()},
        orders=tuple(DateOrder),
        columns=columns,
        zone=columns.timezone or USUAL_ZONE,
        asks_sheet=SHEET in labels or columns.sheet is not None,
        asks_type=OBJECT_TYPE in labels or columns.object_type is not None,
    )


def on_page(shape: ProblemShape, language: Language, *, stored: bool = False) -> ProblemShape:
    """A problem whose remedy names the field of the page, where the command line's option stands for one.

    Args:
        shape: The problem.
        language: The reader's.
        stored: Whether the log is stored already, so that it has to be uploaded again.
    """
    label = SETTLED_BY.get(shape.code)
    if label is None:
        return shape
    way = "page.columns.again-and-choose" if stored else "page.columns.choose"
    remedy = sentence(way, {"field": sentence(label, {}, language)}, language)
    return shape.model_copy(update={"remedy": remedy})
