"""What is due in the open cases of a live log. Nothing here knows HTTP.

Finding the deadlines of a case takes a search, and time alone changes nothing of them but which have passed. So they
are kept until the case has another event, another flow judges it, or other events of its log count than before.
"""

from __future__ import annotations

import heapq
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from api.live.counting import counting_of
from api.live.judges import Judges
from engine.assessment.open_cases import deadlines_of
from engine.conformance.deadlines import Deadline
from engine.definitions.titles import Title
from engine.errors import InputRefused
from engine.limits import Limits
from engine.logs.lifecycle import Lifecycle
from engine.storage.database import Session
from engine.storage.files import FileStore
from engine.storage.live_store import open_cases
from engine.storage.stored_log import read_stored_log
from engine.storage.tables import LogRow
from engine.storage.transitions import transitions_of

Place = tuple[datetime, datetime, str, str, int, int]
"""Where a deadline stands among all others: when to act, when it is due, case, standard, tier, event of the case."""


@dataclass(frozen=True, slots=True)
class CaseDeadline:
    """A deadline with the names of what it is about.

    Attributes:
        case: Id of its case.
        title: Of its standard.
        deadline: The deadline, its case being the only one.
    """

    case: str
    title: Title
    deadline: Deadline

    @property
    def key(self) -> str:
        """Which standard of its case asks for something until which moment; two that ask for the same are one."""
        return f"{self.deadline.due.isoformat()} {self.deadline.tier} {self.deadline.standard}"

    @property
    def place(self) -> Place:
        """Where it stands in lists. No two have the same, and it stays as long as nothing happens in its case."""
        one = self.deadline
        return one.act_by, one.due, self.case, one.standard, one.tier, -1 if one.event is None else one.event

    def at(self, now: datetime) -> CaseDeadline:
        """The same at another moment."""
        moved = self.deadline.at(now)
        return self if moved is self.deadline else replace(self, deadline=moved)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The deadlines of a case, and what they depend on: its last event, its flow, and which events count."""

    known: tuple[int, int, int]
    deadlines: tuple[CaseDeadline, ...]


@dataclass(frozen=True, eq=False, slots=True)
class DueLooker:
    """Looks up what is due. Threads may share it.

    Attributes:
        files: The data folder.
        judges: Who judges cases.
        limits: ``log_cells``, and those of the searches for explanations.
    """

    files: FileStore
    judges: Judges
    limits: Limits
    _kept: defaultdict[int, dict[str, _Kept]] = field(default_factory=lambda: defaultdict(dict), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def look(
        self,
        session: Session,
        log: int,
        *,
        now: datetime,
        cases: Collection[str] | None = None,
        committed: bool = True,
    ) -> list[CaseDeadline]:
        """The deadlines of the open cases of a log that something judges, or of some of them, in the order of lists.

        Args:
            session: A unit of work.
            log: The log's number.
            now: The moment at which they stand so.
            cases: Only these cases; None for all.
            committed: Whether all that the unit of work sees is committed, so that what is found may be kept.

        Raises:
            LimitExceeded: The cases have too many cells.
        """
        return sorted(self._found(session, log, now, cases, committed=committed), key=lambda one: one.place)

    def page(
        self, session: Session, log: int, *, now: datetime, until: datetime | None, after: Place | None, limit: int
    ) -> tuple[list[CaseDeadline], bool]:
        """A part of what was not done yet, in its order, and whether there is more.

        Args:
            session: A unit of work that reads.
            log: The log's number.
            now: The moment at which they stand so.
            until: Only those whose time is used up by then.
            after: Only those behind this place.
            limit: At most so many.

        Raises:
            LimitExceeded: The cases have too many cells.
        """
        pending = (
            one
            for one in self._found(session, log, now, None, committed=True)
            if one.deadline.is_pending
            and (until is None or one.deadline.act_by <= until)
            and (after is None or one.place > after)
        )
        found = heapq.nsmallest(limit + 1, pending, key=lambda one: one.place)
        return found[:limit], len(found) > limit

    def _found(
        self, session: Session, log: int, now: datetime, cases: Collection[str] | None, *, committed: bool
    ) -> Iterable[CaseDeadline]:
        row = session.get_one(LogRow, log)
        asked = {
            case: (last, flow, row.recounts)
            for case, last, flow in (open_cases(session, log, cases=cases) if row.closed is None else ())
            if flow is not None
        }
        with self._lock:
            kept = self._kept[log]
            for case in set(kept if cases is None else cases) - asked.keys():
                kept.pop(case, None)
            found = {case: one for case in asked if (one := kept.get(case)) is not None and one.known == asked[case]}
        fresh = self._fresh(session, row, {case: known for case, known in asked.items() if case not in found})
        if committed:
            with self._lock:
                self._kept[log].update(fresh)
        return (one.at(now) for kept_one in (*found.values(), *fresh.values()) for one in kept_one.deadlines)

    def _fresh(self, session: Session, row: LogRow, wanted: Mapping[str, tuple[int, int, int]]) -> dict[str, _Kept]:
        """The deadlines of cases of which none are kept."""
        of_flow: defaultdict[int, list[str]] = defaultdict(list)
        for case, (_, flow, _) in wanted.items():
            of_flow[flow].append(case)
        found: defaultdict[str, list[CaseDeadline]] = defaultdict(list)
        for flow, cases in sorted(of_flow.items()):
            for one in self._of_flow(session, row, flow, cases):
                found[one.case].append(one)
        return {case: _Kept(known, tuple(found[case])) for case, known in wanted.items()}

    def _of_flow(self, session: Session, row: LogRow, flow: int, cases: Collection[str]) -> list[CaseDeadline]:
        process = self.judges.of_flow(session, flow).process
        if process is None or not any(standard.is_timed for standard in process.flow.standards):
            return []
        log = row.id or 0
        events = read_stored_log(session, self.files, log, limits=self.limits, cases=cases)
        ids = events.cases["case_id"].to_list()
        titles = {standard.id: standard.title for standard in process.flow.standards}
        mode, transitions = counting_of(row), None
        if mode is not Lifecycle.ALL:
            transitions = transitions_of(session, log, events.activities)
        try:
            # what has passed at ``now`` is said for each moment anew: any will do
            dues = deadlines_of(
                process, events, now=row.created, lifecycle=mode, transitions=transitions, limits=self.limits
            )
        except InputRefused:  # the net is too large, or leads to no end: nothing asks for anything in time
            return []
        return [CaseDeadline(ids[one.case], titles[one.standard], replace(one, case=0)) for one in dues]
