"""JSON shapes of improvement actions as the service keeps them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from api.schemas.actions import ActionShape
from engine.storage.actions import ActionRow


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

    answers: str
    action: str
    owner: str
    due: str
    state: str = "open"


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
