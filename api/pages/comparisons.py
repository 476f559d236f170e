"""An assessment beside another of the same flow: scores, how far from the standard, what came and what went."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.assessments.endpoints import existing_assessment
from api.http.dependencies import LARGEST_ID, Id
from api.http.turns import turn
from api.pages.assessments import frame_of, not_done
from api.pages.scorecard import kept_assessment
from api.pages.shell import READS, Visit, VisitDep, page
from engine.assessment.comparison import compare_assessments
from engine.rendering.comparison_views import (
    change_table,
    comparison_notices,
    gap_table,
    last_period_text,
    score_changes,
)
from engine.storage.repository import done_of
from engine.storage.tables import AssessmentRow, FlowRow, LogRow, Status

router = APIRouter(prefix="/assessments", include_in_schema=False)

CHOICES = 100
"""How many assessments can be chosen from."""

CHANGES_SHOWN = 100


@router.get("/{assessment}/comparison", dependencies=READS, response_class=HTMLResponse)
def show_comparison(
    assessment: Id, visit: VisitDep, before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None
) -> HTMLResponse:
    """What changed since another assessment; without one that is chosen, since the one before."""
    row = existing_assessment(visit.session, assessment)
    now = kept_assessment(visit, row)
    if now is None:
        raise not_done(row)
    others = _others(visit, row)
    chosen = before or next((one.id for one, _ in others if (one.id or 0) < assessment), None)
    values: dict[str, Any] = {"others": others, "chosen": chosen, "compared": None, "one_version": True}
    if chosen is not None:
        other = existing_assessment(visit.session, chosen)
        earlier = kept_assessment(visit, other)
        if earlier is None and other.status != Status.DONE:
            raise not_done(other)
        values["one_version"] = earlier is not None
        if earlier is not None:
            with turn(visit.running):
                found = compare_assessments(earlier, now)
            wording = visit.wording
            values |= {
                "compared": other,
                "period": last_period_text(found, wording),
                "notices": list(comparison_notices(found, wording)),
                "scores": score_changes(found, wording),
                "gaps": gap_table(now, found, wording),
                "changes": change_table(found, wording),
                "shown": CHANGES_SHOWN,
            }
    return page(visit, "comparison.html.j2", here="assessments", tab="comparison", **values, **frame_of(visit, row))


def _others(visit: Visit, row: AssessmentRow) -> list[tuple[AssessmentRow, str]]:
    """Other assessments of the flow, in whichever version, that are done; the newest first, each with its log."""
    key = visit.session.get_one(FlowRow, row.flow).key
    return [
        (one, visit.session.get_one(LogRow, one.log).name)
        for one in done_of(visit.session, key, limit=CHOICES)
        if one.id != row.id
    ]
