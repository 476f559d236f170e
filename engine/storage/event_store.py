"""The event store: live logs, which grow event by event. Nothing here commits; the unit of work does.

What holds of every live log:

- Events are numbered 1, 2, 3, … in the order in which they were stored; a number once given is never given again.
- An event has an id from its sender. The same id with the same canonical form is stored once; with another form it is
  a ``Conflict``, and then nothing of the batch is stored. This holds for ever, sealed or not, closed or not.
- A closed case, or a case of a closed log, takes no new event. What it has already is still answered as a duplicate.
- Reading (``stored_log``) puts the events of a case in order of time, then of number, as tables are read.

**Listening.** What follows from an event (a verdict, a notice) belongs into the same transaction: either both are
stored or neither. So ``append``, and what closes cases (``closing``), take a ``Listener`` and call it before they
return, within the caller's unit of work, with the new events in the order of their numbers, duplicates left out:

- It writes with the session that it is given, and commits nothing.
- What it raises refuses the whole batch, and nothing of it is stored.
- What must be told to the outside goes through ``after_commit(session, action)``: actions are run in the order of the
  commits, by the one thread that writes (``group_commit``), so they must be short.
- What it keeps in memory is ahead of the database until the commit; ``after_rollback(session, action)`` is called when
  the commit does not come, so that it can forget. Batches share transactions: a second one may come before the first
  is committed, and sees what the first has written.
- Calls never overlap as long as all writing goes through one ``GroupWriter``, as the service does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import col, select

from engine.errors import Conflict, InputRefused, LimitExceeded, Place, Problem, Value
from engine.limits import Limits
from engine.storage.bulk import Columns, among, insert_columns, together
from engine.storage.database import Session
from engine.storage.event_tables import AttributeRow, CaseRow, EventIdRow, EventRow
from engine.storage.events import Event, Kind, StoredEvent, canonical, chained, digest_of, kind_of
from engine.storage.paging import in_parts, part_of
from engine.storage.tables import LogRow

CASE_GOES_ON = """ON CONFLICT (log, "case") DO UPDATE
SET events = event_case.events + excluded.events, last = excluded.last"""
"""What becomes of a case that is there already."""


class Listener(Protocol):
    """Told of everything that happens to live logs, within the unit of work in which it happens."""

    def appended(self, session: Session, log: LogRow, events: Sequence[StoredEvent]) -> None:
        """New events of a log, in the order of their numbers; at least one."""

    def cases_closed(self, session: Session, log: LogRow, cases: Sequence[CaseRow]) -> None:
        """Cases were closed, by themselves or with their log; at least one."""


class Silence:
    """A listener that does nothing."""

    def appended(self, session: Session, log: LogRow, events: Sequence[StoredEvent]) -> None:
        """Nothing."""

    def cases_closed(self, session: Session, log: LogRow, cases: Sequence[CaseRow]) -> None:
        """Nothing."""


SILENCE = Silence()


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch.

    Attributes:
        sequences: The number of each of its events, in the order of the batch; for a duplicate, the one it has.
        duplicates: Whether each of them was there already, or earlier in the batch.
        unsealed: How many events of the log are not sealed now.
    """

    sequences: tuple[int, ...]
    duplicates: tuple[bool, ...]
    unsealed: int


@dataclass(frozen=True, slots=True)
class _New:
    """The events of a batch that are new, each with its body and hash."""

    events: list[StoredEvent]
    bodies: list[str]
    hashes: list[bytes]


def locked(session: Session, log: int) -> LogRow:
    """A live log's row, held until the unit of work ends, so that numbers are given to one batch at a time."""
    query = select(LogRow).where(col(LogRow.id) == log).with_for_update().execution_options(populate_existing=True)
    row = session.exec(query).one()
    if not row.live:
        raise ValueError(f"log {log} is a file")
    return row


def append(
    session: Session, log: int, events: Sequence[Event], *, limits: Limits, listener: Listener = SILENCE
) -> Appended:
    """Store a batch of events, or nothing of it.

    Args:
        session: A unit of work that writes.
        log: The log's number; it is there and live.
        events: The batch, already checked one by one (``event_reading``).
        limits: ``batch_events``, ``attribute_keys``.
        listener: Told of the new ones.

    Raises:
        Conflict: Ids are known with other payloads, or cases or the log are closed; every such event is named.
        InputRefused: An attribute is of another kind than before.
        LimitExceeded: Too many events, or attribute keys.
    """
    if len(events) > limits.batch_events:
        raise LimitExceeded(limit="batch_events", allowed=limits.batch_events, found=len(events))
    row = locked(session, log)
    bodies = [canonical(event) for event in events]
    hashes = [digest_of(body) for body in bodies]
    known = _known(session, log, {event.id for event in events})
    conflicts: list[Problem] = []
    sequences: list[int] = []
    duplicates: list[bool] = []
    new = _New([], [], [])
    for index, event in enumerate(events):
        found = known.get(event.id)
        if found is None:
            found = (row.events + len(new.events) + 1, hashes[index])
            new.events.append(StoredEvent(found[0], event))
            new.bodies.append(bodies[index])
            new.hashes.append(hashes[index])
            known[event.id] = found
            duplicates.append(False)
        else:
            duplicates.append(True)
            if found[1] != hashes[index]:
                conflicts.append(_problem("event.conflict", index, id=event.id, sequence=found[0]))
        sequences.append(found[0])
    cases = _cases(session, log, {one.event.case for one in new.events})
    places = {event.id: index for index, event in reversed(list(enumerate(events)))}
    conflicts += _closed(row, cases, new, places)
    if conflicts:
        raise Conflict(sorted(conflicts, key=lambda problem: int(problem.values["index"])))
    kinds = _kinds(session, log, new, places, limits=limits)
    if new.events:
        _write(session, row, new, cases, kinds)
        listener.appended(session, row, tuple(new.events))
    return Appended(tuple(sequences), tuple(duplicates), row.events - row.sealed)


def case_row(session: Session, log: int, case: str) -> CaseRow | None:
    """A case of a live log, or None."""
    return session.get(CaseRow, (log, case), populate_existing=True)


def page_of_cases(session: Session, log: int, *, after: int, limit: int) -> tuple[Sequence[CaseRow], int | None]:
    """Cases in the order of their first events.

    Returns:
        The cases, and the number to continue after, or None when this is the last page.
    """
    query = select(CaseRow).where(col(CaseRow.log) == log, col(CaseRow.first) > after)
    return part_of(session, query.order_by(col(CaseRow.first)), limit=limit, key=lambda row: row.first)


def _known(session: Session, log: int, ids: set[str]) -> dict[str, tuple[int, bytes]]:
    found: dict[str, tuple[int, bytes]] = {}
    for some in in_parts(sorted(ids)):
        query = select(EventIdRow.id, EventIdRow.sequence, EventIdRow.hash).where(
            col(EventIdRow.log) == log, among(session, col(EventIdRow.id), some)
        )
        found |= {name: (sequence, bytes(digest)) for name, sequence, digest in session.exec(query)}
    return found


def _cases(session: Session, log: int, names: set[str]) -> dict[str, datetime | None]:
    """When the cases that are known were closed."""
    found: dict[str, datetime | None] = {}
    for some in in_parts(sorted(names)):
        query = select(CaseRow.case, CaseRow.closed).where(
            col(CaseRow.log) == log, among(session, col(CaseRow.case), some)
        )
        found.update(session.exec(query).all())
    return found


def _problem(code: str, index: int, *, member: str = "", **values: Value) -> Problem:
    """A problem with one event of a batch."""
    element = f"events.{index}.{member}" if member else f"events.{index}"
    return Problem(code, Place(element=element), {"index": index, **values})


def _closed(row: LogRow, cases: dict[str, datetime | None], new: _New, places: dict[str, int]) -> Iterable[Problem]:
    for one in new.events:
        index = places[one.event.id]
        if row.closed is not None:
            yield _problem("event.log-closed", index, log=row.name)
        elif cases.get(one.event.case) is not None:
            yield _problem("event.case-closed", index, case=one.event.case)


def _kinds(session: Session, log: int, new: _New, places: dict[str, int], *, limits: Limits) -> dict[str, Kind]:
    """The attribute keys that a batch is the first to have, and their kinds.

    Raises:
        InputRefused: A value is of another kind than its key's.
        LimitExceeded: The log would have too many keys.
    """
    used = dict.fromkeys((key, kind_of(value)) for one in new.events for key, value in one.event.attributes.items())
    if not used:
        return {}
    known: dict[str, Kind] = {}
    for key, kind in session.exec(select(AttributeRow.key, AttributeRow.kind).where(col(AttributeRow.log) == log)):
        known[key] = Kind(kind)
    before = set(known)
    for key, kind in used:
        known.setdefault(key, kind)
    if any(known[key] is not kind for key, kind in used):
        raise InputRefused(_of_other_kinds(new, places, known))
    if len(known) > limits.attribute_keys:
        raise LimitExceeded(limit="attribute_keys", allowed=limits.attribute_keys, found=len(known))
    return {key: kind for key, kind in known.items() if key not in before}


def _of_other_kinds(new: _New, places: dict[str, int], known: dict[str, Kind]) -> Iterable[Problem]:
    for one in new.events:
        for key, value in one.event.attributes.items():
            if known[key] is not kind_of(value):
                member = f"attributes.{key}"
                yield _problem(f"event.was-{known[key].value}", places[one.event.id], member=member, name=key)


def _write(session: Session, row: LogRow, new: _New, cases: dict[str, datetime | None], kinds: dict[str, Kind]) -> None:
    count = len(new.events)
    log = [row.id or 0]
    numbers: dict[str, list[int]] = {}
    for one in new.events:
        numbers.setdefault(one.event.case, []).append(one.sequence)
    row.events += count
    row.cases += len(numbers.keys() - cases.keys())
    row.digest = chained(row.digest, new.hashes)
    session.add(row)
    session.flush()
    sequences = [one.sequence for one in new.events]
    in_cases = [one.event.case for one in new.events]
    named = [one.event.id for one in new.events]
    events: Columns = {"log": log * count, "sequence": sequences, "case": in_cases, "body": new.bodies}
    ids: Columns = {"log": log * count, "id": named, "sequence": sequences, "hash": new.hashes}
    keys: Columns = {"log": log * len(kinds), "key": list(kinds), "kind": [kind.value for kind in kinds.values()]}
    extents: Columns = {
        "log": log * len(numbers),
        "case": list(numbers),
        "events": list(map(len, numbers.values())),
        "first": [own[0] for own in numbers.values()],
        "last": [own[-1] for own in numbers.values()],
    }
    with together(session):
        insert_columns(session, EventRow, events)
        insert_columns(session, EventIdRow, ids)
        if kinds:
            insert_columns(session, AttributeRow, keys)
        insert_columns(session, CaseRow, extents, otherwise=CASE_GOES_ON)
