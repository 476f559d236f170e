"""JSON shapes of improvement actions as the service keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.actions import ActionShape
from engine.storage.actions import ActionRow
from engine.vocabulary import ActionState

Said = Annotated[str, Field(json_schema_extra={"minLength": 1, "pattern": r"\S"})]
"""Said to be not blank, and held to it where the other texts of an action are looked at too."""


class ActionRequest(BaseModel):
    """An improvement action as somebody writes it down.

    Attributes:
        answers: Key of the finding, deviation or standard that it answers, as results and reports tell it.
        action: What is to be done.
        owner: Who sees to it.
        due: The last day for it, as ``2026-04-30``.
        state: How far it is: ``open``, ``in-progress``, ``done`` or ``dropped``.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "answers": "skipped:collect",
                    "action": "交接时核对清单",
                    "owner": "王芳",
                    "due": "2026-04-30",
                    "state": "in-progress",
                }
            ]
        },
    )

    answers: Said
    action: Said
    owner: Said
    due: Annotated[str, Field(json_schema_extra={"format": "date"})]
    state: Annotated[str, Field(json_schema_extra={"enum": list(ActionState)})] = ActionState.OPEN.value


class ActionAnswer(ActionShape):
    """An improvement action.

    Attributes:
        id: Its number.
        flow: The flow's own id: it belongs to all versions.
        created: When it was written down.
        created_by: The number of the key by which; null where that is not known.
        changed: When it was changed last; when it was written down if it never was.
    """

    id: int
    flow: str
    created: datetime
    created_by: int | None
    changed: datetime

    @classmethod
    def of_row(cls, row: ActionRow) -> ActionAnswer:
        """The shape of a row."""
        return cls(
            **dict(ActionShape.of(row.value)),
            id=row.id or 0,
            flow=row.flow_key,
            created=row.created,
            created_by=row.created_by,
            changed=row.changed,
        )
