"""The JSON shape of an assessment by several versions of a flow."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from api.schemas.assessment import AssessmentShape, DimensionShape
from api.schemas.titles import TitleShape
from engine.assessment.versions import VersionedAssessment, VersionPart
from engine.vocabulary import Dimension


class VersionPartShape(BaseModel):
    """What one version judged.

    Attributes:
        effective: The day from which it is in force; null for always.
        content_hash: Of its meaning.
        cases: Cases that started while it was in force.
        assessment: Of those cases; null when there are none.
    """

    effective: date | None
    content_hash: str
    cases: int
    assessment: AssessmentShape | None

    @classmethod
    def of(cls, part: VersionPart) -> VersionPartShape:
        """The shape of a part."""
        return cls(
            effective=part.effective,
            content_hash=part.content_hash,
            cases=part.cases,
            assessment=None if part.assessment is None else AssessmentShape.of(part.assessment),
        )


class VersionedAssessmentShape(BaseModel):
    """A log judged by several versions of a flow.

    Attributes:
        flow: Id of the flow.
        title: Its name for people, in the last version.
        log: The log's file name.
        cases: Cases of the log, judged or not.
        before_first: Cases that started before the first version was in force; judged by none.
        without_start: Cases without a timestamp; judged by none.
        dimensions: Joined over the versions, by name; empty when no case was judged.
        versions: In the order in which they come into force.
    """

    flow: str
    title: TitleShape
    log: str
    cases: int
    before_first: int
    without_start: int
    dimensions: dict[Dimension, DimensionShape]
    versions: list[VersionPartShape]

    @classmethod
    def of(cls, found: VersionedAssessment, *, log: str) -> VersionedAssessmentShape:
        """The shape of what was found in a log of that name."""
        flow = found.versions[-1].process.flow
        return cls(
            flow=flow.id,
            title=TitleShape.of(flow.title),
            log=log,
            cases=found.cases,
            before_first=found.before_first,
            without_start=found.without_start,
            dimensions={score.dimension: DimensionShape.of(score) for score in found.dimensions},
            versions=[VersionPartShape.of(part) for part in found.versions],
        )
