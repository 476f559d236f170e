"""JSON shapes of acceptances."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.shapes import MomentText
from api.schemas.deviations import DeviationNameShape
from engine.storage.acceptances import AcceptanceRow
from engine.vocabulary import DeviationKind

NAME_CHARACTERS = 200
REASON_CHARACTERS = 1_000
MOST_STEPS = 200

Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS)]


class AcceptanceRequest(BaseModel):
    """What is accepted: a deviation by its ``key``, or by its ``kind`` and what belongs to it.

    Attributes:
        key: Key of a deviation, as an assessment of the flow tells it.
        kind: What went wrong.
        steps: Ids of the steps, in the order in which the deviation tells them; activity names for ``unplanned``. Those
            of a standard may be left out.
        standard: Id of the standard, for kinds that come from one.
        other_branch: For ``out-of-place``: whether a branch not taken contains the step.
        branch: For ``wrong-branch``: gateway and target.
        case: Id of the one case in which it is accepted; without it, all.
        reason: Why.
        expires: From when on it no longer counts, with its zone; without it, it counts until it is withdrawn.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "skipped",
                    "steps": ["inspect"],
                    "reason": "The lift is being repaired",
                    "expires": "2026-12-31T00:00:00+08:00",
                }
            ]
        },
    )

    key: Name | None = None
    kind: DeviationKind | None = None
    steps: Annotated[list[Name], Field(max_length=MOST_STEPS)] = []
    standard: Name | None = None
    other_branch: bool = False
    branch: Annotated[list[Name], Field(min_length=2, max_length=2)] | None = None
    case: Annotated[str, Field(max_length=NAME_CHARACTERS)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=REASON_CHARACTERS)]
    expires: MomentText | None = None

    @property
    def describes(self) -> bool:
        """Whether it says what the deviation is, beside or instead of its key."""
        return bool(self.kind or self.steps or self.standard or self.other_branch or self.branch)


class AcceptanceShape(DeviationNameShape):
    """An acceptance.

    Attributes:
        id: Its number.
        flow: The flow's own id: it holds for all versions.
        case: Id of the one case in which it is accepted; null for all.
        reason: Why.
        expires: From when on it no longer counts, or null.
        created: When it was accepted.
        created_by: By whom, where that is known.
        withdrawn: When it was withdrawn, or null.
        in_force: Whether it counts now.
    """

    id: int
    flow: str
    case: str | None
    reason: str
    expires: datetime | None
    created: datetime
    created_by: int | None
    withdrawn: datetime | None
    in_force: bool

    @classmethod
    def of(cls, row: AcceptanceRow, *, now: datetime) -> AcceptanceShape:
        """The shape of a row at a moment."""
        name = row.name
        return cls(
            key=row.key,
            kind=DeviationKind(name.kind),
            steps=list(name.steps),
            standard=name.standard or None,
            other_branch=name.other_branch,
            branch=list(name.branch) or None,
            id=row.id or 0,
            flow=row.flow_key,
            case=row.case,
            reason=row.reason,
            expires=row.expires,
            created=row.created,
            created_by=row.created_by,
            withdrawn=row.withdrawn,
            in_force=row.counts_at(now),
        )
