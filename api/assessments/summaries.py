"""The few figures of an assessment that lists and the home page show, kept beside it so that nothing large is read."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from api.schemas.assessment import AssessmentShape
from engine.vocabulary import Dimension, Verdict


class ScoreSummary(BaseModel):
    """The figures of an assessment.

    Attributes:
        cases: Cases of the log.
        open_cases: Those judged as open.
        now: The moment at which open cases were judged, or null.
        period: The earliest and the latest timestamp of the log, or null.
        scores: By dimension, 0…100, or null where it is not assessable.
        standards_met: Standards that were met.
        standards_missed: Ids of the standards that were missed, in the flow's order.
        deviations: Occurrences of deviations over all cases.
    """

    cases: int
    open_cases: int
    now: datetime | None
    period: tuple[datetime, datetime] | None
    scores: dict[Dimension, float | None]
    standards_met: int
    standards_missed: list[str]
    deviations: int

    @classmethod
    def of(cls, shape: AssessmentShape) -> ScoreSummary:
        """The figures of an assessment."""
        return cls(
            cases=shape.cases,
            open_cases=shape.open_cases,
            now=shape.now,
            period=shape.period,
            scores={dimension: part.score for dimension, part in shape.dimensions.items()},
            standards_met=sum(one.verdict == Verdict.MET for one in shape.standards),
            standards_missed=[one.standard for one in shape.standards if one.verdict == Verdict.MISSED],
            deviations=sum(one.count for one in shape.deviations),
        )
