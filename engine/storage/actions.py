"""Improvement actions of flows. One belongs to a flow in all of its versions, from one period to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Text, func
from sqlmodel import Field, SQLModel, col, select

from engine.assessment.actions import Action
from engine.errors import LimitExceeded
from engine.limits import Limits
from engine.storage.database import Session
from engine.storage.paging import part_of
from engine.storage.repository import add
from engine.storage.tables import NAME_CHARACTERS, UtcTime
from engine.vocabulary import ActionState


class ActionRow(SQLModel, table=True):
    """An improvement action.

    Attributes:
        id: Counts up.
        flow_key: The flow's own id, as its file says.
        answers: Key of the finding or the standard that it answers.
        action: What is to be done.
        owner: Who sees to it.
        due: The last day for it.
        state: How far it is.
        created: When it was written down.
        created_by: The key by which it was.
        changed: When it was changed last, or written down.
    """

    __tablename__: ClassVar[str] = "action"

    id: int | None = Field(default=None, primary_key=True)
    flow_key: str = Field(max_length=NAME_CHARACTERS, index=True)
    answers: str = Field(sa_column=Column(Text(), nullable=False))
    action: str = Field(sa_column=Column(Text(), nullable=False))
    owner: str = Field(sa_column=Column(Text(), nullable=False))
    due: date
    state: str = Field(max_length=16)
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    created_by: int | None = Field(default=None, foreign_key="key.id")
    changed: datetime = Field(sa_column=Column(UtcTime(), nullable=False))

    @property
    def value(self) -> Action:
        """The action as reports take it."""
        return Action(self.answers, self.action, self.owner, self.due, ActionState(self.state))


def add_action(
    session: Session, flow_key: str, action: Action, *, now: datetime, by: int | None, limits: Limits
) -> ActionRow:
    """Write an action down.

    Raises:
        LimitExceeded: The flow has as many as a report may list.
    """
    query = select(func.count()).select_from(ActionRow).where(col(ActionRow.flow_key) == flow_key)
    kept = session.exec(query).one()
    if kept >= limits.actions:
        raise LimitExceeded(limit="actions", allowed=limits.actions, found=kept + 1)
    return add(session, ActionRow(flow_key=flow_key, created=now, created_by=by, changed=now, **_columns(action)))


def change_action(session: Session, row: ActionRow, action: Action, *, now: datetime) -> ActionRow:
    """Put an action in the place of one; what stays the same is no change."""
    if row.value != action:
        for name, value in {**_columns(action), "changed": now}.items():
            setattr(row, name, value)
        add(session, row)
    return row


def delete_action(session: Session, row: ActionRow) -> None:
    """Remove an action; it stands in the audit log, and in no report any more."""
    session.delete(row)
    session.flush()


def action_row(session: Session, flow_key: str, number: int, *, held: bool = False) -> ActionRow | None:
    """An action of a flow by its number.

    Args:
        session: The unit of work.
        flow_key: The flow's own id.
        number: The number.
        held: Whether it is held until the unit of work ends: of two who change it one comes after the other.
    """
    query = select(ActionRow).where(col(ActionRow.id) == number, col(ActionRow.flow_key) == flow_key)
    return session.exec(query.with_for_update(key_share=True) if held else query).first()


def actions_of(session: Session, flow_key: str) -> tuple[Action, ...]:
    """The actions of a flow, in the order in which they were written down."""
    query = select(ActionRow).where(col(ActionRow.flow_key) == flow_key).order_by(col(ActionRow.id))
    return tuple(row.value for row in session.exec(query).all())


def page_of_actions(
    session: Session, flow_key: str, *, after: int, limit: int
) -> tuple[Sequence[ActionRow], int | None]:
    """The actions of a flow in the order in which they were written down, and the id to continue after, or None.

    Args:
        session: The unit of work.
        flow_key: The flow's own id.
        after: Only those with a larger id.
        limit: At most so many.
    """
    query = select(ActionRow).where(col(ActionRow.flow_key) == flow_key, col(ActionRow.id) > after)
    return part_of(session, query.order_by(col(ActionRow.id)), limit=limit, key=lambda row: row.id)


def _columns(action: Action) -> dict[str, Any]:
    """What the columns of an action hold."""
    return {
        "answers": action.answers,
        "action": action.action,
        "owner": action.owner,
        "due": action.due,
        "state": action.state.value,
    }
