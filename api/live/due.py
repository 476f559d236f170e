"""What is due in the open cases of a live log. Nothing here knows HTTP."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from api.live.judges import Judges
from engine.assessment.open_cases import deadlines_of
from engine.conformance.deadlines import Deadline
from engine.definitions.titles import Title
from engine.errors import InputRefused
from engine.limits import Limits
from engine.storage.database import Session
from engine.storage.files import FileStore
from engine.storage.live_store import open_cases
from engine.storage.stored_log import read_stored_log


@dataclass(frozen=True, slots=True)
class CaseDeadline:
    """A deadline with the names of what it is about.

    Attributes:
        case: Id of its case.
        title: Of its standard.
        deadline: The deadline.
    """

    case: str
    title: Title
    deadline: Deadline

    @property
    def key(self) -> str:
        """Which standard of its case asks for something until which moment; two that ask for the same are one."""
        return f"{self.deadline.due.isoformat()} {self.deadline.tier} {self.deadline.standard}"


@dataclass(frozen=True, slots=True)
class DueLooker:
    """Looks up what is due.

    Attributes:
        files: The data folder.
        judges: Who judges cases.
        limits: ``log_cells``, and those of the searches for explanations.
    """

    files: FileStore
    judges: Judges
    limits: Limits

    def look(
        self, session: Session, log: int, *, now: datetime, cases: Collection[str] | None = None
    ) -> list[CaseDeadline]:
        """The deadlines of the open cases of a log that something judges, or of some of them, by when they are due.

        Raises:
            LimitExceeded: The cases have too many cells.
        """
        asked = [(flow, case) for case, _, flow in open_cases(session, log, cases=cases) if flow is not None]
        found: list[CaseDeadline] = []
        for flow, members in groupby(sorted(asked), key=lambda one: one[0]):
            found += self._of_flow(session, log, flow, [case for _, case in members], now=now)
        return sorted(found, key=lambda one: (one.deadline.due, one.deadline.act_by, one.case, one.key))

    def _of_flow(
        self, session: Session, log: int, flow: int, cases: Collection[str], *, now: datetime
    ) -> list[CaseDeadline]:
        process = self.judges.of_flow(session, flow).process
        if process is None or not any(standard.is_timed for standard in process.flow.standards):
            return []
        events = read_stored_log(session, self.files, log, limits=self.limits, cases=cases)
        ids = events.cases["case_id"].to_list()
        titles = {standard.id: standard.title for standard in process.flow.standards}
        try:
            dues = deadlines_of(process, events, now=now, limits=self.limits)
        except InputRefused:  # the net is too large, or leads to no end: nothing asks for anything in time
            return []
        return [CaseDeadline(ids[one.case], titles[one.standard], one) for one in dues]
