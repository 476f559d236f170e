"""What lists show of all flows: a query for each question, not one for each flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from engine.storage.database import Session
from engine.storage.tables import ActivationRow, AssessmentRow, FlowRow, Status


@dataclass(frozen=True, eq=False, slots=True)
class ListedFlow:
    """A flow in a list.

    Attributes:
        newest: What was uploaded of it last.
        uploads: How often it was uploaded.
        since: The first day of the last of its versions that were put into force, or None.
    """

    newest: FlowRow
    uploads: int
    since: date | None


def listed_flows(session: Session) -> tuple[ListedFlow, ...]:
    """All flows in the alphabetical order of their own ids."""
    of_key = (
        select(func.max(col(FlowRow.id)).label("newest"), func.count().label("uploads"))
        .group_by(col(FlowRow.key))
        .subquery()
    )
    in_force = (
        select(col(ActivationRow.key), func.max(col(ActivationRow.effective)).label("since"))
        .group_by(col(ActivationRow.key))
        .subquery()
    )
    query = (
        select(FlowRow, of_key.c.uploads, in_force.c.since)
        .join(of_key, of_key.c.newest == col(FlowRow.id))
        .outerjoin(in_force, in_force.c.key == col(FlowRow.key))
        .order_by(col(FlowRow.key))
    )
    return tuple(ListedFlow(row, uploads, since) for row, uploads, since in session.exec(query))


def all_uploads(session: Session) -> Sequence[FlowRow]:
    """What was uploaded of all flows: flows in the alphabetical order of their own ids, of each the newest first."""
    return session.exec(select(FlowRow).order_by(col(FlowRow.key), col(FlowRow.id).desc())).all()


def latest_done_by_flow(session: Session, *, limit: int) -> Mapping[str, Sequence[AssessmentRow]]:
    """The latest assessments of each flow that are done, whichever upload of it judged, the newest first.

    Args:
        session: A unit of work.
        limit: At most so many of each.

    Returns:
        They by the flow's own id; without those that have none.
    """
    place = func.row_number().over(partition_by=col(FlowRow.key), order_by=col(AssessmentRow.id).desc())
    placed = (
        select(col(AssessmentRow.id), col(FlowRow.key), place.label("place"))
        .join(FlowRow, col(FlowRow.id) == col(AssessmentRow.flow))
        .where(col(AssessmentRow.status) == Status.DONE.value)
        .subquery()
    )
    query = (
        select(placed.c.key, AssessmentRow)
        .join(placed, placed.c.id == col(AssessmentRow.id))
        .where(placed.c.place <= limit)
        .order_by(col(AssessmentRow.id).desc())
    )
    found: defaultdict[str, list[AssessmentRow]] = defaultdict(list)
    for key, row in session.exec(query):
        found[key].append(row)
    return found
