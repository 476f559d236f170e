"""Which earlier assessment one is compared with."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from api.assessments.kept import content_of, kept_assessment, summary_of
from api.assessments.options import Options
from api.shelf import Shelf
from engine.assessment.assessment import Assessment
from engine.errors import Place, Problem
from engine.storage.database import Session
from engine.storage.repository import done_assessments, find
from engine.storage.tables import AssessmentRow, FlowRow, Status

BESIDE = "beside.json"
"""Under which name it is kept with what an assessment was compared."""
ASSESSMENTS_SEARCHED = 100
"""So many assessments of the flow, those asked for last, are looked at."""


class KeptBeside(BaseModel):
    """With what an assessment was compared: the number of an earlier one, or null."""

    against: int | None


def problem_with(session: Session, options: Options, *, versions: bool) -> Problem | None:
    """Why the assessment that is asked to be compared with cannot be; ``versions``: whether several versions judge."""
    number, place = options.against, Place(element="against")
    if number is None or number == "last":
        return None
    if versions:
        return Problem("service.against-with-versions", place)
    row = find(session, AssessmentRow, number)
    if row is None:
        return Problem("service.no-such-assessment", place, {"id": number})
    if row.status != Status.DONE:
        return Problem("service.not-done", place, {"id": number})
    if Options.from_json(row.options).versions:
        return Problem("service.judged-by-versions", place, {"id": number})
    return None


def earlier_number(
    session: Session, shelf: Shelf, row: AssessmentRow, *, period: tuple[datetime, datetime] | None
) -> int | None:
    """The number of the assessment that one is compared with.

    Args:
        session: The unit of work.
        shelf: Where results are.
        row: The assessment that is being made.
        period: The earliest and the latest timestamp of its log, if it has any.

    Returns:
        The one that is asked for; for the last one, that of the same flow, in whichever version, whose log ends latest
        before this one's does. Where one of the two has no timestamps, it is told by when they were asked for.
    """
    asked = Options.from_json(row.options).against
    if asked != "last":
        return asked
    flow = session.get_one(FlowRow, row.flow)
    found: list[tuple[datetime, int]] = []
    for number in done_assessments(session, flow.key, limit=ASSESSMENTS_SEARCHED):
        figures = summary_of(session, shelf, number)
        if figures is None or number == row.id:
            continue
        created = session.get_one(AssessmentRow, number).created
        if period is not None and figures.period is not None:
            is_earlier = figures.period[1] < period[1]
        else:
            is_earlier = (created, number) < (row.created, row.id or 0)
        if is_earlier:
            found.append((created if figures.period is None else figures.period[1], number))
    return max(found)[1] if found else None


def compared_number(session: Session, shelf: Shelf, number: int) -> int | None:
    """The number of the assessment that one was compared with when it was made, or None."""
    content = content_of(session, shelf, number, BESIDE)
    return None if content is None else KeptBeside.model_validate_json(content).against


def earlier_assessment(session: Session, shelf: Shelf, number: int | None) -> Assessment | None:
    """An earlier assessment as far as a comparison needs it."""
    row = None if number is None else find(session, AssessmentRow, number)
    return None if row is None else kept_assessment(session, shelf, row)
