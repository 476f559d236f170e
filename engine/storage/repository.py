"""Reading and writing rows. Nothing here commits; the unit of work does."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from engine.errors import Place, Problem, Severity
from engine.storage.files import Stored
from engine.storage.paging import in_parts, part_of
from engine.storage.tables import (
    ActivationRow,
    ArtefactRow,
    AssessmentRow,
    FileRow,
    FlowRow,
    KeyRow,
    LogRow,
    ScheduleRow,
    Status,
)

Row = TypeVar("Row", FlowRow, LogRow, AssessmentRow, KeyRow, ScheduleRow)
AnyRow = TypeVar("AnyRow", bound=SQLModel)


def add(session: Session, row: AnyRow) -> AnyRow:
    """Add a row; it has its id afterwards."""
    session.add(row)
    session.flush()
    return row


def find(session: Session, kind: type[Row], number: int) -> Row | None:
    """A row by its id."""
    return session.get(kind, number)


def page(session: Session, kind: type[Row], *, after: int, limit: int) -> tuple[Sequence[Row], int | None]:
    """Rows in the order in which they came, and where the next page begins.

    Args:
        session: The unit of work.
        kind: Which table.
        after: Only rows with a larger id.
        limit: At most so many.

    Returns:
        The rows, and the id to continue after, or None when this is the last page.
    """
    query = select(kind).where(col(kind.id) > after).order_by(col(kind.id))
    return part_of(session, query, limit=limit, key=lambda row: row.id)


def live_logs(session: Session) -> Sequence[LogRow]:
    """All logs that grow event by event, in the order in which they were made."""
    return session.exec(select(LogRow).where(col(LogRow.file).is_(None)).order_by(col(LogRow.id))).all()


def activations(session: Session, key: str) -> Sequence[ActivationRow]:
    """What was put into force of a flow, in the order of the days."""
    query = select(ActivationRow).where(col(ActivationRow.key) == key).order_by(col(ActivationRow.effective))
    return session.exec(query).all()


def remember_file(session: Session, stored: Stored, *, now: datetime) -> str:
    """Note a file of the data folder, once, even if others note it at the same moment; its hash."""
    if session.get(FileRow, stored.hash) is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        noted = insert(FileRow).values(hash=stored.hash, size=stored.size, created=now)
        session.connection().execute(noted.on_conflict_do_nothing())
    return stored.hash


def assessments_with(session: Session, status: Status) -> Sequence[AssessmentRow]:
    """All assessments of one status, in the order in which they came."""
    query = select(AssessmentRow).where(col(AssessmentRow.status) == status).order_by(col(AssessmentRow.id))
    return session.exec(query).all()


def done_assessments(session: Session, flow_key: str, *, limit: int) -> Sequence[int]:
    """Numbers of the assessments of a flow, whatever its version, that are done; the latest first."""
    query = (
        select(col(AssessmentRow.id))
        .join(FlowRow, col(FlowRow.id) == col(AssessmentRow.flow))
        .where(col(FlowRow.key) == flow_key, col(AssessmentRow.status) == Status.DONE.value)
        .order_by(col(AssessmentRow.id).desc())
        .limit(limit)
    )
    return [number for number in session.exec(query).all() if number is not None]


def locked_assessment(session: Session, number: int) -> AssessmentRow:
    """An assessment's row, held until the unit of work ends: of two who change its status one comes after the other.

    Raises:
        NoResultFound: It is not there.
    """
    query = select(AssessmentRow).where(col(AssessmentRow.id) == number).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def hold(session: Session, row: SQLModel) -> None:
    """Hold a row until the unit of work ends, and read it again: of two who change it one comes after the other.

    Who only refers to the row, as everything does to the key by which it was done, does not wait for that.
    """
    session.refresh(row, with_for_update={"key_share": True})


def hold_versions(session: Session, key: str) -> None:
    """Hold the versions of a flow until the unit of work ends, by the row of its first upload."""
    session.exec(select(FlowRow).where(col(FlowRow.key) == key).order_by(col(FlowRow.id)).limit(1).with_for_update())


def count_waiting(session: Session) -> int:
    """How many assessments wait for their turn."""
    query = select(func.count()).select_from(AssessmentRow).where(col(AssessmentRow.status) == Status.QUEUED)
    return session.exec(query).one()


def schedules(session: Session) -> Sequence[ScheduleRow]:
    """The schedules that were not deleted, in the order in which they were made."""
    query = select(ScheduleRow).where(col(ScheduleRow.deleted).is_(False)).order_by(col(ScheduleRow.id))
    return session.exec(query).all()


def schedules_due(session: Session, now: datetime) -> Sequence[ScheduleRow]:
    """The schedules that are due, the one that waits longest first; held until the unit of work ends."""
    query = select(ScheduleRow).where(
        col(ScheduleRow.due) <= now, col(ScheduleRow.paused).is_(False), col(ScheduleRow.deleted).is_(False)
    )
    return session.exec(query.order_by(col(ScheduleRow.due), col(ScheduleRow.id)).with_for_update()).all()


def locked_schedule(session: Session, number: int) -> ScheduleRow | None:
    """A schedule that was not deleted, held until the unit of work ends, or None."""
    query = select(ScheduleRow).where(col(ScheduleRow.id) == number, col(ScheduleRow.deleted).is_(False))
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def newest_log(session: Session, matches: Callable[[str], bool]) -> LogRow | None:
    """The log that came last of those whose names match, or None."""
    names = session.exec(select(LogRow.id, LogRow.name).order_by(col(LogRow.id).desc()))
    found = next((number for number, name in names if matches(name)), None)
    return None if found is None else session.get_one(LogRow, found)


def newest_flow(session: Session, key: str) -> FlowRow | None:
    """The flow that came last of those that call themselves so, or None."""
    query = select(FlowRow).where(col(FlowRow.key) == key).order_by(col(FlowRow.id).desc()).limit(1)
    return session.exec(query).first()


def artefact(session: Session, assessment: int, name: str) -> str | None:
    """The hash of a file that an assessment made, or None where it made none of that name."""
    found = session.get(ArtefactRow, (assessment, name))
    return None if found is None else found.file


def artefacts_of(session: Session, assessment: int) -> dict[str, str]:
    """The hashes of all files that an assessment made, by their names."""
    query = select(ArtefactRow.name, ArtefactRow.file).where(col(ArtefactRow.assessment) == assessment)
    return dict(session.exec(query).all())


def artefacts(session: Session, assessments: Collection[int], name: str) -> dict[int, str]:
    """By the numbers of assessments the hashes of their files of one name; without those that made none of it."""
    found: dict[int, str] = {}
    for some in in_parts(sorted(assessments)):
        query = select(ArtefactRow.assessment, ArtefactRow.file).where(
            col(ArtefactRow.assessment).in_(some), col(ArtefactRow.name) == name
        )
        found.update(session.exec(query).all())
    return found


def rows_of(session: Session, kind: type[Row], numbers: Collection[int]) -> dict[int, Row]:
    """Rows by their ids; without those that are not there."""
    parts = (select(kind).where(col(kind.id).in_(some)) for some in in_parts(sorted(numbers)))
    return {row.id or 0: row for query in parts for row in session.exec(query)}


def problems_to_json(problems: Sequence[Problem]) -> str:
    """Problems as they are stored: codes and values, so that they can be read in either language later."""
    return json.dumps([asdict_problem(problem) for problem in problems])


def asdict_problem(problem: Problem) -> dict[str, object]:
    """One problem as plain values."""
    return {
        "code": problem.code,
        "place": asdict(problem.place),
        "values": dict(problem.values),
        "severity": problem.severity.value,
        "count": problem.count,
    }


def problems_from_json(text: str) -> tuple[Problem, ...]:
    """Problems as they were stored; none for an empty text."""
    return tuple(
        Problem(entry["code"], Place(**entry["place"]), entry["values"], Severity(entry["severity"]), entry["count"])
        for entry in (json.loads(text) if text else [])
    )


def latest(session: Session, kind: type[Row], *, limit: int) -> Sequence[Row]:
    """The rows that came last, the newest first."""
    return session.exec(select(kind).order_by(col(kind.id).desc()).limit(limit)).all()


def latest_before(session: Session, kind: type[Row], *, before: int, limit: int) -> tuple[Sequence[Row], int | None]:
    """Rows with a smaller id, the newest first, and the id before which the next page begins, or None at the end."""
    query = select(kind).where(col(kind.id) < before).order_by(col(kind.id).desc())
    return part_of(session, query, limit=limit, key=lambda row: row.id)


def uploads_of(session: Session, key: str) -> Sequence[FlowRow]:
    """What was uploaded of a flow, the newest first."""
    return session.exec(select(FlowRow).where(col(FlowRow.key) == key).order_by(col(FlowRow.id).desc())).all()


def done_of(session: Session, key: str, *, limit: int) -> Sequence[AssessmentRow]:
    """The latest assessments of a flow that are done, whichever upload of it judged, the newest first."""
    query = select(AssessmentRow).join(FlowRow, col(FlowRow.id) == AssessmentRow.flow)
    query = query.where(col(FlowRow.key) == key, col(AssessmentRow.status) == Status.DONE.value)
    return session.exec(query.order_by(col(AssessmentRow.id).desc()).limit(limit)).all()


def assessments_of_log(session: Session, log: int, *, limit: int) -> Sequence[AssessmentRow]:
    """The latest assessments of a log, the newest first."""
    query = select(AssessmentRow).where(col(AssessmentRow.log) == log)
    return session.exec(query.order_by(col(AssessmentRow.id).desc()).limit(limit)).all()
