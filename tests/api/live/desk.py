"""A live log that follows a flow, with all that follows it, in one thread and with a clock of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.flows.service import add_flow
from api.live.due import DueLooker
from api.live.idling import IdleCloser
from api.live.judges import Judges
from api.live.listening import LiveListener
from api.live.waking import Waking
from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.limits import DEFAULT_LIMITS
from engine.logs.lifecycle import Lifecycle
from engine.nets.process import read_process_bytes
from engine.storage.closing import close_case
from engine.storage.database import Database
from engine.storage.event_store import append, page_of_cases
from engine.storage.events import Event
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter
from engine.storage.live_store import notices_after, said_of
from engine.storage.repository import add
from engine.storage.stored_log import read_stored_log
from engine.storage.tables import LogRow

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class TimedDesk:
    """A live log and its parts.

    Attributes:
        now: What its clock says.
        log: The log's number.
        flow: The text of the flow.
    """

    def __init__(self, database: Database, files: FileStore, flow: str, *, lifecycle: str = "") -> None:
        self.database, self.files, self.flow, self.now = database, files, flow, BEGIN
        self.writer = GroupWriter(database, waiting=100)
        with database.writing() as session, files.incoming(limit=10**6) as incoming:
            incoming.write(flow.encode())
            incoming.finish()
            number = add_flow(session, files, incoming, name="f.yaml", now=BEGIN, limits=DEFAULT_LIMITS).id
            log = LogRow(name="desk", flow=number, lifecycle=lifecycle, created=BEGIN)
            self.log = add(session, log).id or 0
        self.restart()

    def restart(self) -> None:
        """Forget everything that is not stored."""
        judges = Judges(self.files, DEFAULT_LIMITS)
        self.listener = LiveListener(judges, DEFAULT_LIMITS, lambda: self.now, Waking())
        self.due = DueLooker(self.files, judges, DEFAULT_LIMITS)
        self.idle = IdleCloser(self.database, self.writer, judges, self.listener, clock=lambda: self.now)

    def send(self, *events: Event) -> list[dict[str, Any] | None]:
        """Store events; what is said of each."""
        with self.database.writing() as session:
            made = append(session, self.log, events, limits=DEFAULT_LIMITS, listener=self.listener)
            said = said_of(session, self.log, made.sequences, [])
        return [json.loads(said.verdicts[n]) if n in said.verdicts else None for n in made.sequences]

    def close(self, case: str) -> None:
        with self.database.writing() as session:
            close_case(session, self.log, case, now=self.now, listener=self.listener)

    def open_cases(self) -> list[str]:
        with self.database.reading() as session:
            return [row.case for row in page_of_cases(session, self.log, after=0, limit=1_000)[0] if row.closed is None]

    def notices(self, kind: str) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            rows = notices_after(session, self.log, 0, limit=10_000)
        return [json.loads(row.body) for row in rows if row.kind == kind]

    def assessed(self, now: datetime) -> Assessment:
        """The log as it is, assessed as the service does it."""
        process = read_process_bytes(self.flow.encode(), source="f.yaml", limits=DEFAULT_LIMITS)
        with self.database.reading() as session:
            row = session.get_one(LogRow, self.log)
            read = read_stored_log(session, self.files, self.log, limits=DEFAULT_LIMITS)
        return assess(process, read, now=now, lifecycle=Lifecycle(row.lifecycle) if row.lifecycle else None)


@contextmanager
def timed_desk(folder: Path, url: str, flow: str, *, lifecycle: str = "") -> Iterator[TimedDesk]:
    """A desk on a database of its own."""
    with closing(FileStore(folder / "data")) as files, closing(Database(url)) as database:
        desk = TimedDesk(database, files, flow, lifecycle=lifecycle)
        with closing(desk.writer):
            yield desk


def event(number: int, case: str, activity: str, minute: float, **members: Any) -> Event:
    """An event so many minutes after the begin."""
    return Event(id=f"e{number}", case=case, activity=activity, time=BEGIN + timedelta(minutes=minute), **members)
