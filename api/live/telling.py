"""Deadlines that come near or pass are said once, in the background, and idle cases are closed there.

Time passes without an event, so nobody's unit of work would say it. A thread looks every few seconds: again at the
cases of which there was news, and at the clock for all others. What it then says is found anew in the unit of work that
writes it, so that nothing is said of what was done in the meantime; and what was said is noted there, so that it is
said once, whatever happens to the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from api.clock import Clock
from api.live.due import CaseDeadline, DueLooker
from api.live.idling import IdleCloser
from api.live.waking import NO_LOG, Waking
from api.schemas.deadlines import DeadlineNotice
from engine.errors import InputRefused
from engine.storage.database import Database, Session, after_commit
from engine.storage.event_store import locked
from engine.storage.group_commit import GroupWriter, NotCertain, WriterBusy
from engine.storage.live_store import Notice, NoticeKind, open_cases, tell, tell_once
from engine.storage.repository import live_logs

LOGGER = logging.getLogger("trueline.service")

TICK_SECONDS = 2.0
IDLE_TICKS = 10
"""Idle cases are looked for at every tenth tick: nobody waits for them."""


class DeadlineTeller:
    """Says of the deadlines of open cases that they are near, and that they have passed."""

    def __init__(
        self,
        database: Database,
        writer: GroupWriter,
        due: DueLooker,
        waking: Waking,
        *,
        clock: Clock,
        near: timedelta,
        idle: IdleCloser | None = None,
    ) -> None:
        """Prepare it; ``start`` begins the work.

        Args:
            database: Where events are.
            writer: Writes what is said.
            due: Looks up what is due.
            waking: Tells of which cases there is news.
            clock: The time.
            near: How long before the time allowed is used up a deadline is near.
            idle: Closes idle cases, now and then.
        """
        self._database, self._writer, self._due, self._waking = database, writer, due, waking
        self._clock, self._near, self._idle = clock, near, idle
        self._lock = threading.Lock()
        self._news: dict[int, set[str]] = {}
        self._known: dict[tuple[int, str], list[CaseDeadline]] = {}
        self._told: dict[tuple[int, str], set[str]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trueline-deadlines", daemon=True)

    def start(self) -> None:
        """Begin, with every open case."""
        self._thread.start()

    def close(self) -> None:
        """End, once what is under way is done."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._waking.remove(self.note)

    def note(self, log: int, cases: Collection[str]) -> None:
        """There is news of some cases."""
        if log != NO_LOG:
            with self._lock:
                self._news.setdefault(log, set()).update(cases)

    def look_everywhere(self) -> None:
        """Look at every open case with the next tick, and from then on at those of which there is news."""
        self._waking.add(self.note)
        with self._database.reading() as session:
            for row in live_logs(session):
                if row.flow is not None and row.closed is None:
                    self.note(row.id or NO_LOG, [case for case, _, _ in open_cases(session, row.id or NO_LOG)])

    def tick(self) -> None:
        """Look again where there is news, and say what is to be said now. Returns once it is stored."""
        with self._lock:
            news, self._news = self._news, {}
        for log, cases in news.items():
            self._look_again(log, cases)
        now = self._clock()
        waiting: dict[int, set[str]] = {}
        for (log, case), found in self._known.items():
            if any(self._is_new(log, one, now) for one in found):
                waiting.setdefault(log, set()).add(case)
        answers = [self._writer.submit(partial(self._say, log, cases, now)) for log, cases in waiting.items()]
        for answer in answers:
            _ = answer.result()

    def _look_again(self, log: int, cases: Collection[str]) -> None:
        for case in cases:
            self._known.pop((log, case), None)
        try:
            with self._database.reading() as session:
                self._remember(log, self._due.look(session, log, now=self._clock(), cases=cases))
        except InputRefused as refusal:  # it has too many cells: the other logs go on
            LOGGER.warning("what is due in log %d cannot be looked up: %s", log, refusal)
        for case in cases:
            if (log, case) not in self._known:
                self._told.pop((log, case), None)

    def _remember(self, log: int, found: list[CaseDeadline]) -> None:
        for one in found:
            if one.deadline.is_pending:
                self._known.setdefault((log, one.case), []).append(one)

    def _kind(self, one: CaseDeadline, now: datetime) -> NoticeKind | None:
        if now > one.deadline.due:
            return NoticeKind.DEADLINE_PASSED
        return NoticeKind.DEADLINE_NEAR if now >= one.deadline.act_by - self._near else None

    def _is_new(self, log: int, one: CaseDeadline, now: datetime) -> bool:
        kind = self._kind(one, now)
        return kind is not None and f"{kind.value} {one.key}" not in self._told.get((log, one.case), ())

    def _say(self, log: int, cases: set[str], now: datetime, session: Session) -> None:
        """Write what is to be said of some cases, as they are in this unit of work."""
        row = locked(session, log)
        notices: list[Notice] = []
        told: dict[tuple[int, str], set[str]] = {}
        for one in self._due.look(session, log, now=now, cases=cases, committed=False):
            kind = self._kind(one, now) if one.deadline.is_pending else None
            if kind is None:
                continue
            key = f"{kind.value} {one.key}"
            told.setdefault((log, one.case), set()).add(key)
            if tell_once(session, log, one.case, key):
                notices.append(Notice(kind, one.case, DeadlineNotice.of(one).model_dump_json()))
        tell(session, row, notices, now=now)
        after_commit(session, partial(self._told.update, told))
        after_commit(session, partial(self._waking.wake, log, cases))

    def _run(self) -> None:
        self.look_everywhere()
        ticks = 0
        while not self._ended.wait(TICK_SECONDS):
            try:
                self.tick()
                if self._idle is not None and ticks % IDLE_TICKS == 0:
                    self._idle.look()
                ticks += 1
            except (WriterBusy, NotCertain):  # said at the next look, if it is still so
                LOGGER.warning("deadlines could not be said now")
            except Exception:
                LOGGER.exception("deadlines")
