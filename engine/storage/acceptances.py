"""Acceptances: that a deviation of a flow is accepted, why, and until when. Rows are never changed but withdrawn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Text, func
from sqlmodel import Field, SQLModel, col, select

from engine.assessment.acceptances import Acceptance
from engine.assessment.deviation_names import KEY_CHARACTERS, DeviationName
from engine.errors import LimitExceeded
from engine.limits import Limits
from engine.storage.database import Session
from engine.storage.paging import part_of
from engine.storage.repository import add
from engine.storage.tables import NAME_CHARACTERS, UtcTime


class AcceptanceRow(SQLModel, table=True):
    """That a deviation is accepted. It holds for all versions of its flow.

    Attributes:
        id: Counts up.
        flow_key: The flow's own id, as its file says.
        key: Key of the deviation.
        kind: Kind of the deviation.
        steps: JSON: its steps.
        standard: Id of its standard, or "".
        other_branch: As in ``DeviationName``.
        branch: JSON: as in ``DeviationName``.
        case: Id of the one case in which it is accepted, or None for all.
        reason: Why.
        expires: The first moment at which it no longer counts, or None.
        created: When it was accepted.
        created_by: The key by which it was accepted; None where that is not known.
        withdrawn: When it was withdrawn, if it was.
    """

    __tablename__: ClassVar[str] = "acceptance"

    id: int | None = Field(default=None, primary_key=True)
    flow_key: str = Field(max_length=NAME_CHARACTERS, index=True)
    key: str = Field(max_length=KEY_CHARACTERS)
    kind: str = Field(max_length=20)
    steps: str = Field(sa_column=Column(Text(), nullable=False))
    standard: str = Field(sa_column=Column(Text(), nullable=False))
    other_branch: bool = False
    branch: str = Field(sa_column=Column(Text(), nullable=False))
    case: str | None = Field(default=None, sa_column=Column(Text(), nullable=True))
    reason: str = Field(sa_column=Column(Text(), nullable=False))
    expires: datetime | None = Field(default=None, sa_column=Column(UtcTime(), nullable=True))
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    created_by: int | None = Field(default=None, foreign_key="key.id")
    withdrawn: datetime | None = Field(default=None, sa_column=Column(UtcTime(), nullable=True))

    @property
    def name(self) -> DeviationName:
        """What is accepted."""
        steps, branch = json.loads(self.steps), json.loads(self.branch)
        return DeviationName(self.kind, tuple(steps), self.standard, self.other_branch, tuple(branch))

    def counts_at(self, now: datetime) -> bool:
        """Whether it is in force at a moment: neither withdrawn nor expired."""
        return self.withdrawn is None and (self.expires is None or now < self.expires)


def accept(
    session: Session,
    flow_key: str,
    name: DeviationName,
    *,
    case: str | None,
    reason: str,
    expires: datetime | None,
    now: datetime,
    limits: Limits,
    by: int | None = None,
) -> AcceptanceRow:
    """Accept a deviation.

    Raises:
        LimitExceeded: The flow has too many acceptances that were not withdrawn.
    """
    kept = session.exec(
        select(func.count())
        .select_from(AcceptanceRow)
        .where(col(AcceptanceRow.flow_key) == flow_key, col(AcceptanceRow.withdrawn).is_(None))
    ).one()
    if kept >= limits.acceptances:
        raise LimitExceeded(limit="acceptances", allowed=limits.acceptances, found=kept + 1)
    return add(
        session,
        AcceptanceRow(
            flow_key=flow_key,
            key=name.key(flow_key),
            kind=name.kind,
            steps=json.dumps(list(name.steps)),
            standard=name.standard,
            other_branch=name.other_branch,
            branch=json.dumps(list(name.branch)),
            case=case,
            reason=reason,
            expires=expires,
            created=now,
            created_by=by,
        ),
    )


def page_of_acceptances(
    session: Session, flow_key: str, *, after: int, limit: int
) -> tuple[Sequence[AcceptanceRow], int | None]:
    """The acceptances of a flow in the order in which they were made, expired and withdrawn ones included.

    Args:
        session: The unit of work.
        flow_key: The flow's own id.
        after: Only those with a larger id.
        limit: At most so many.

    Returns:
        The rows, and the id to continue after, or None when this is the last page.
    """
    query = select(AcceptanceRow).where(col(AcceptanceRow.flow_key) == flow_key, col(AcceptanceRow.id) > after)
    return part_of(session, query.order_by(col(AcceptanceRow.id)), limit=limit, key=lambda row: row.id)


def acceptances_in_force(session: Session, flow_key: str, *, now: datetime) -> tuple[Acceptance, ...]:
    """The acceptances of a flow that count at a moment, in the order in which they were made."""
    query = select(AcceptanceRow).where(col(AcceptanceRow.flow_key) == flow_key, col(AcceptanceRow.withdrawn).is_(None))
    return tuple(
        Acceptance(row.id or 0, row.key, row.case, row.reason, row.expires)
        for row in session.exec(query.order_by(col(AcceptanceRow.id))).all()
        if row.counts_at(now)
    )


def acceptance_of(session: Session, flow_key: str, number: int) -> AcceptanceRow | None:
    """An acceptance of a flow by its number."""
    row = session.get(AcceptanceRow, number)
    return row if row is not None and row.flow_key == flow_key else None


def withdraw(session: Session, flow_key: str, number: int, *, now: datetime) -> AcceptanceRow | None:
    """Withdraw an acceptance of a flow; one that was withdrawn stays as it is. None where there is none."""
    row = acceptance_of(session, flow_key, number)
    if row is None:
        return None
    if row.withdrawn is None:
        row.withdrawn = now
        session.add(row)
        session.flush()
    return row
