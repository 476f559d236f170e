"""The JSON shape of improvement actions."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from engine.assessment.actions import Action
from engine.vocabulary import ActionState


class ActionShape(BaseModel):
    """One improvement action.

    Attributes:
        answers: Key of the finding or the standard that it answers: ``skipped:collect``, ``standard:called-back``.
        action: What is to be done.
        owner: Who sees to it.
        due: The last day for it.
        state: How far it is.
    """

    answers: str
    action: str
    owner: str
    due: date
    state: ActionState = ActionState.OPEN

    @classmethod
    def of(cls, action: Action) -> ActionShape:
        """The shape of an action."""
        return cls(answers=action.answers, action=action.action, owner=action.owner, due=action.due, state=action.state)
