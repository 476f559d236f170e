"""The standards of an assessment, with what they ask for. Nothing here knows HTTP."""

from __future__ import annotations

from api.schemas.assessment import AssessmentShape, CalendarUseShape
from api.schemas.judged_standards import JudgedStandardShape, JudgedStandardsShape
from api.schemas.one_case import target_of
from engine.definitions.flow import Flow
from engine.definitions.standards import Standard, acting_step


def list_standards(result: AssessmentShape, flow: Flow, *, after: int, limit: int) -> JudgedStandardsShape:
    """A page of the standards of an assessment.

    Args:
        result: The assessment.
        flow: Its flow.
        after: So many were told already.
        limit: At most so many.
    """
    standards = {standard.id: standard for standard in flow.standards}
    until = after + limit
    return JudgedStandardsShape(
        items=[
            JudgedStandardShape(
                **dict(one),
                due=one.met + one.missed,
                asks=target_of(standards[one.standard]),
                calendar=_calendar(result, flow, standards[one.standard]),
            )
            for one in result.standards[after:until]
        ],
        next=until if until < len(result.standards) else None,
        total=len(result.standards),
    )


def _calendar(result: AssessmentShape, flow: Flow, standard: Standard) -> CalendarUseShape:
    """By which calendar a standard was judged: that of the role that has to act where it has one, else the flow's."""
    step = acting_step(standard.rule)
    role = None if step is None or step not in flow.by_id else flow.by_id[step].role
    by_role = {one.role: one for one in result.calendars}
    return by_role[role] if role in by_role else by_role[None]
