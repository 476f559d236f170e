"""How much there is to do, counted for whoever runs the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from engine.storage.database import Session
from engine.storage.event_tables import CaseRow
from engine.storage.live_tables import DeliveryRow
from engine.storage.outbox import DeliveryStatus
from engine.storage.tables import AssessmentRow, LogRow, Status


@dataclass(frozen=True, slots=True)
class Standing:
    """How much there is.

    Attributes:
        assessments: How many there are of each status.
        deliveries: Notices that hooks are still to be told.
        open_cases: Cases of live logs that are not closed.
    """

    assessments: Mapping[Status, int]
    deliveries: int
    open_cases: int


def standing_of(session: Session) -> Standing:
    """Count it. What is counted is in indices."""
    by_status = session.exec(select(AssessmentRow.status, func.count()).group_by(col(AssessmentRow.status))).all()
    found = dict(by_status)
    waiting = select(func.count()).select_from(DeliveryRow).where(col(DeliveryRow.status) == DeliveryStatus.WAITING)
    # A log that is closed has open cases only while they are being closed.
    going_on = select(LogRow.id).where(col(LogRow.closed).is_(None) | col(LogRow.closing).is_(True))
    cases = (
        select(func.count()).select_from(CaseRow).where(col(CaseRow.log).in_(going_on), col(CaseRow.closed).is_(None))
    )
    return Standing(
        {status: found.get(status.value, 0) for status in Status},
        session.exec(waiting).one(),
        session.exec(cases).one(),
    )
