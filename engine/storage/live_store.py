"""What is said of running cases, and where each stands: rows written in the unit of work in which the event is stored.

Notices of a log are numbered 1, 2, 3, … without gaps. Whoever writes one holds the log's row (``event_store.locked``),
so numbers are committed in their order: a reader that has seen number n has seen all before it, and may go on after n.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, insert
from sqlmodel import col, select

from engine.storage.database import Session
from engine.storage.event_tables import CaseRow
from engine.storage.live_tables import LiveCaseRow, NoticeRow, ToldRow
from engine.storage.outbox import HookKind, enqueue
from engine.storage.paging import in_parts, part_of
from engine.storage.tables import LogRow


class NoticeKind(StrEnum):
    """What a notice says.

    ``verdict``: what an event means. ``closed``: what is known of a case that was closed. ``deadline-near``,
    ``deadline-passed``: of a deadline of an open case.
    """

    VERDICT = "verdict"
    CLOSED = "closed"
    DEADLINE_NEAR = "deadline-near"
    DEADLINE_PASSED = "deadline-passed"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be said of a case.

    Attributes:
        kind: What it says.
        case: The case.
        body: JSON.
        sequence: The number of the event that it is about, if it is about one.
        opens: Whether the event has opened a deviation.
    """

    kind: NoticeKind
    case: str
    body: str
    sequence: int | None = None
    opens: bool = False

    @property
    def for_hooks(self) -> HookKind | None:
        """What hooks are told of it; None where they are not."""
        if self.kind is NoticeKind.VERDICT:
            return HookKind.DEVIATION_OPENED if self.opens else None
        return HookKind.CASE_CLOSED if self.kind is NoticeKind.CLOSED else HookKind(self.kind.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands; as in ``LiveCaseRow``."""

    case: str
    flow: int | None
    first: int
    began: datetime
    state: bytes | None
    cost: int
    deviations: int
    latest: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of the events of a batch.

    Attributes:
        verdicts: The number of an event → what was said of it when it was stored, as JSON.
        problems: Case → why nothing judges it, as JSON; only of such cases.
    """

    verdicts: Mapping[int, str]
    problems: Mapping[str, str]


def standings(session: Session, log: int, cases: Iterable[str]) -> dict[str, Standing]:
    """Where some cases stand; those of which nothing is known are left out."""
    found: dict[str, Standing] = {}
    for some in in_parts(sorted(cases)):
        query = select(LiveCaseRow).where(col(LiveCaseRow.log) == log, col(LiveCaseRow.case).in_(some))
        query = query.execution_options(populate_existing=True)
        found |= {row.case: _standing(row) for row in session.exec(query)}
    return found


def keep_standings(session: Session, log: int, found: Sequence[Standing]) -> None:
    """Write where some cases stand, each at most once, whatever was known before."""
    cases = [one.case for one in found]
    connection = session.connection()
    for some in in_parts(cases):
        where = (col(LiveCaseRow.log) == log) & col(LiveCaseRow.case).in_(some)
        connection.execute(delete(LiveCaseRow).where(where))
    if found:
        names = ("case", "flow", "first", "began", "state", "cost", "deviations", "latest", "problem")
        connection.execute(
            insert(LiveCaseRow), [{"log": log, **{name: getattr(one, name) for name in names}} for one in found]
        )


def page_of_deviating(session: Session, log: int, *, after: int, limit: int) -> tuple[list[Standing], int | None]:
    """Open cases that show deviations, in the order of their first events, and where the next page begins."""
    query = select(LiveCaseRow).where(
        col(LiveCaseRow.log) == log,
        col(LiveCaseRow.first) > after,
        col(LiveCaseRow.state).is_not(None),
        col(LiveCaseRow.deviations) > 0,
    )
    rows, following = part_of(session, query.order_by(col(LiveCaseRow.first)), limit=limit, key=lambda row: row.first)
    return [_standing(row) for row in rows], following


def open_cases(
    session: Session, log: int, *, cases: Collection[str] | None = None
) -> list[tuple[str, int, int | None]]:
    """Each open case of a log, or of some cases: its id, the number of its last event, and what flow judges it."""
    query = (
        select(CaseRow.case, CaseRow.last, LiveCaseRow.flow)
        .join(LiveCaseRow, (col(LiveCaseRow.log) == CaseRow.log) & (col(LiveCaseRow.case) == CaseRow.case))
        .where(col(CaseRow.log) == log, col(CaseRow.closed).is_(None))
        .order_by(col(CaseRow.first))
    )
    if cases is None:
        return list(session.exec(query).all())
    return [one for some in in_parts(sorted(cases)) for one in session.exec(query.where(col(CaseRow.case).in_(some)))]


def idle_cases(session: Session, log: int, flow: int, *, until: datetime, limit: int) -> list[str]:
    """Open cases that a flow judges, in which nothing has happened since a moment, the longest first."""
    query = select(LiveCaseRow.case).where(
        col(LiveCaseRow.log) == log, col(LiveCaseRow.flow) == flow, col(LiveCaseRow.latest) <= until
    )
    return list(session.exec(query.order_by(col(LiveCaseRow.latest), col(LiveCaseRow.first)).limit(limit)).all())


def tell(session: Session, log: LogRow, notices: Sequence[Notice], *, now: datetime) -> list[int]:
    """Write notices, in their order.

    Args:
        session: A unit of work that writes.
        log: The log's row, which the unit of work holds.
        notices: What is to be said.
        now: When it is said.

    Returns:
        Their numbers.
    """
    numbers = list(range(log.notices + 1, log.notices + 1 + len(notices)))
    if notices:
        rows = [
            {
                "log": log.id,
                "number": number,
                "kind": one.kind.value,
                "case": one.case,
                "sequence": one.sequence,
                "body": one.body,
                "created": now,
            }
            for number, one in zip(numbers, notices, strict=True)
        ]
        session.connection().execute(insert(NoticeRow), rows)
        said = [(number, kind) for number, one in zip(numbers, notices, strict=True) if (kind := one.for_hooks)]
        enqueue(session, log.id or 0, said, now=now)
        log.notices = numbers[-1]
        session.add(log)
        session.flush()
    return numbers


def notices_after(session: Session, log: int, number: int, *, limit: int) -> Sequence[NoticeRow]:
    """What was said after a notice, in its order."""
    query = select(NoticeRow).where(col(NoticeRow.log) == log, col(NoticeRow.number) > number)
    return session.exec(query.order_by(col(NoticeRow.number)).limit(limit)).all()


def said_of(session: Session, log: int, sequences: Iterable[int], cases: Iterable[str]) -> Said:
    """What is said of some events, by their numbers and their cases."""
    verdicts: dict[int, str] = {}
    for some in in_parts(sorted(sequences)):
        query = select(NoticeRow.sequence, NoticeRow.body).where(
            col(NoticeRow.log) == log, col(NoticeRow.sequence).in_(some)
        )
        verdicts |= {sequence: body for sequence, body in session.exec(query) if sequence is not None}
    problems: dict[str, str] = {}
    for parts in in_parts(sorted(set(cases))):
        where = (col(LiveCaseRow.log) == log, col(LiveCaseRow.case).in_(parts), col(LiveCaseRow.problem) != "")
        problems |= dict(session.exec(select(LiveCaseRow.case, LiveCaseRow.problem).where(*where)).all())
    return Said(verdicts, problems)


def last_said(session: Session, log: int, cases: Collection[str]) -> dict[str, str]:
    """The last verdict of some cases, or what was said when they were closed, as JSON; at most a page of cases."""
    kinds = (NoticeKind.VERDICT.value, NoticeKind.CLOSED.value)
    latest = (
        select(func.max(NoticeRow.number))
        .where(col(NoticeRow.log) == log, col(NoticeRow.case).in_(cases), col(NoticeRow.kind).in_(kinds))
        .group_by(col(NoticeRow.case))
    )
    query = select(NoticeRow.case, NoticeRow.body).where(col(NoticeRow.log) == log, col(NoticeRow.number).in_(latest))
    return dict(session.exec(query).all())


def tell_once(session: Session, log: int, case: str, key: str) -> bool:
    """Note that something is said of a deadline; False where it was said before."""
    if session.get(ToldRow, (log, case, key)) is not None:
        return False
    session.add(ToldRow(log=log, case=case, key=key))
    session.flush()
    return True


def forget_told(session: Session, log: int, cases: Collection[str]) -> None:
    """Forget what was said of the deadlines of cases that are closed, a part of them at most."""
    where = (col(ToldRow.log) == log) & col(ToldRow.case).in_(cases)
    session.connection().execute(delete(ToldRow).where(where))


def _standing(row: LiveCaseRow) -> Standing:
    said = (row.case, row.flow, row.first, row.began, row.state, row.cost, row.deviations, row.latest, row.problem)
    return Standing(*said)


def count_deviating(session: Session, log: int) -> int:
    """How many open cases of a log show deviations."""
    where = (
        col(LiveCaseRow.log) == log,
        col(LiveCaseRow.state).is_not(None),
        col(LiveCaseRow.deviations) > 0,
    )
    return session.exec(select(func.count()).select_from(LiveCaseRow).where(*where)).one()
