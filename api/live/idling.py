"""Cases in which nothing happens for as long as their flow says are closed, in the background.

Like the end of any case it is a unit of work of the one thread that writes, a part of the cases at a time, with the
work of others in between. Which cases are idle is found in that unit of work, so that none is closed whose next event
has just come.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from api.clock import Clock
from api.live.judges import Judges
from engine.storage.closing import JUDGED_TOGETHER, close_cases
from engine.storage.database import Database, Session
from engine.storage.event_store import Listener, locked
from engine.storage.group_commit import GroupWriter
from engine.storage.live_store import idle_cases
from engine.storage.repository import live_logs

MOST_PARTS = 20
"""Parts of one look: who closes idle cases has other things to look at too. The rest comes with the next one."""


class IdleCloser:
    """Closes idle cases of live logs."""

    def __init__(
        self, database: Database, writer: GroupWriter, judges: Judges, listener: Listener, *, clock: Clock
    ) -> None:
        """Prepare it.

        Args:
            database: Where cases are.
            writer: Closes them.
            judges: Know the flows.
            listener: Told of what is closed.
            clock: The time.
        """
        self._database, self._writer, self._judges = database, writer, judges
        self._listener, self._clock = listener, clock
        self._spans: dict[int, timedelta | None] = {}

    def look(self) -> int:
        """Close what is idle now, up to some parts; how many cases were closed.

        Raises:
            WriterBusy, NotCertain: As the writer. What was closed is closed.
        """
        now, closed = self._clock(), 0
        with self._database.reading() as session:
            waiting = [
                (row.id or 0, flow, until)
                for row in live_logs(session)
                if row.flow is not None and row.closed is None
                for flow in self._judges.numbers(session, row.flow)
                if (until := self._until(session, flow, now)) is not None
                and idle_cases(session, row.id or 0, flow, until=until, limit=1)
            ]
        for _ in range(MOST_PARTS):
            if not waiting:
                break
            log, flow, until = waiting[0]
            found = self._writer.submit(partial(self._close, log, flow, until, now)).result()
            closed += found
            if not found:
                del waiting[0]
        return closed

    def _until(self, session: Session, flow: int, now: datetime) -> datetime | None:
        """Since when nothing has happened in a case that is idle; None where the flow has no idle rule."""
        if flow not in self._spans:  # a flow never changes, and only some are kept ready
            process = self._judges.of_flow(session, flow).process
            idle = None if process is None else process.flow.idle
            self._spans[flow] = None if idle is None else timedelta(microseconds=idle.amount)
        span = self._spans[flow]
        return None if span is None else now - span

    def _close(self, log: int, flow: int, until: datetime, now: datetime, session: Session) -> int:
        if locked(session, log).closed is not None:  # its cases are closed with it
            return 0
        cases = idle_cases(session, log, flow, until=until, limit=JUDGED_TOGETHER)
        return len(close_cases(session, log, cases, now=now, listener=self._listener))
