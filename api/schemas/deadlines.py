"""The JSON shape of what is said when a deadline comes near or passes: in no language."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from api.live.due import CaseDeadline
from api.schemas.titles import TitleShape


class DeadlineNotice(BaseModel):
    """A deadline of an open case that has come near or has passed; which of both, the kind of the notice says.

    Attributes:
        case: The case.
        standard: Id of the standard.
        title: Its name.
        tier: 1, or 2 for the later limit for what missed the first.
        step: Id of the step that it waits for; null where it waits for the end of the case or of a sub-flow.
        act_by: When the time allowed is used up.
        due: The last moment that is in time.
    """

    case: str
    standard: str
    title: TitleShape
    tier: int
    step: str | None
    act_by: datetime
    due: datetime

    @classmethod
    def of(cls, found: CaseDeadline) -> DeadlineNotice:
        """The shape of a deadline."""
        one = found.deadline
        return cls(
            case=found.case,
            standard=one.standard,
            title=TitleShape.of(found.title),
            tier=one.tier,
            step=one.step,
            act_by=one.act_by,
            due=one.due,
        )
