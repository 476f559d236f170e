"""Work on assessments in the background: each is done once, whatever becomes of the processes that work on it.

The row says what is to be done and what came of it; the queue only brings its number here, at least once. Whoever
changes a row's status holds it, so a result is stored together with the change from running to done, or not at all.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from api.assessments.computing import Computer, Died, Made, Stopped
from api.assessments.progress import Stage
from api.clock import Clock
from engine.errors import InputRefused, Problem, Unavailable
from engine.jobs.queue import JobQueue
from engine.limits import Limits
from engine.storage.database import Database, Session
from engine.storage.failures import is_full_disk
from engine.storage.files import DamagedFile, FileStore, Stored
from engine.storage.repository import add, assessments_with, locked_assessment, problems_to_json, remember_file
from engine.storage.tables import ArtefactRow, AssessmentRow, Status

LOGGER = logging.getLogger("trueline.service")

ATTEMPTS = 3
"""How often work on one assessment is begun: what ends the process each time is given up."""
PAUSE_SECONDS = 5.0
"""How long work waits for a database that fails."""


@dataclass(frozen=True, eq=False, slots=True)
class AssessmentWork:
    """What works on assessments.

    Attributes:
        database: Where rows are kept.
        files: Where files are kept.
        limits: What is refused for its size.
        clock: The time.
        queue: Brings the numbers, one after the other.
        computer: Computes them.
    """

    database: Database
    files: FileStore
    limits: Limits
    clock: Clock
    queue: JobQueue
    computer: Computer
    _stages: dict[int, Stage] = field(default_factory=dict)
    _stopped: set[int] = field(default_factory=set)
    _closing: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Begin, with what the last end of the service left: what waited or ran."""
        self.queue.begin(self._done)
        with self.database.reading() as session:
            rows = [*assessments_with(session, Status.RUNNING), *assessments_with(session, Status.QUEUED)]
        for number in sorted(row.id or 0 for row in rows):
            self.submit(number)

    def submit(self, number: int) -> None:
        """Have an assessment done."""
        self.queue.submit(f"assessment-{number}")

    def stop(self, number: int) -> None:
        """Break off the work on an assessment that was cancelled."""
        self._stopped.add(number)
        self.computer.stop(number)

    def stage(self, number: int) -> Stage | None:
        """How far an assessment is that is worked on now."""
        return self._stages.get(number)

    def close(self, *, seconds: float) -> bool:
        """Break off what runs, which then waits for the next start; whether that was done in time."""
        self._closing.set()
        self.computer.close()
        return self.queue.close(seconds=seconds)

    def _done(self, name: str) -> None:
        """Do an assessment; while the database fails, wait for it."""
        number = int(name.rpartition("-")[2])
        while not self._closing.is_set():
            try:
                while self._begun(number) and not self._attempted(number):
                    LOGGER.error("the process that worked on assessment %d ended", number)
            except Exception:
                LOGGER.exception("assessment %d", number)
                self._closing.wait(PAUSE_SECONDS)
            else:
                return

    def _begun(self, number: int) -> bool:
        """Note that work on an assessment begins, if it is still to be done."""
        with self.database.writing() as session:
            row = locked_assessment(session, number)
            if row.status not in (Status.QUEUED, Status.RUNNING) or self._closing.is_set():
                return False
            if row.attempts >= ATTEMPTS:
                self._fail(session, row, [Problem("service.gave-up", values={"attempts": row.attempts})])
                return False
            row.status, row.started, row.attempts = Status.RUNNING.value, self.clock(), row.attempts + 1
            session.add(row)
        return True

    def _attempted(self, number: int) -> bool:
        """Compute an assessment once, and keep what came of it; False where whoever computed it died."""
        made: Made = {}
        problems: list[Problem] = []
        try:
            made = self.computer.compute(number, partial(self._tell, number))
        except Stopped:
            self._put_back(number)
            return True
        except Died:
            return False
        except InputRefused as refusal:
            problems = list(refusal.problems)
        except (Unavailable, DamagedFile) as missing:
            problems = [missing.problem]
        except Exception as error:
            LOGGER.exception("assessment %d failed", number)
            problems = [_our_problem(error)]
        finally:
            self._stages.pop(number, None)
            self._stopped.discard(number)
        stored: dict[str, Stored] = {}
        try:
            stored = {name: self.files.add(content) for name, content in made.items()}
        except OSError as error:
            LOGGER.exception("assessment %d cannot be kept", number)
            problems = [_our_problem(error)]
        with self.database.writing() as session:
            row = locked_assessment(session, number)
            if row.status != Status.RUNNING:  # it was cancelled meanwhile
                return True
            if problems:
                self._fail(session, row, problems)
            else:
                self._keep(session, row, stored)
        return True

    def _tell(self, number: int, stage: Stage) -> None:
        if number in self._stopped or self._closing.is_set():
            raise Stopped
        self._stages[number] = stage

    def _put_back(self, number: int) -> None:
        """The service ends: what was begun is to be begun again, and that is no attempt that failed."""
        with self.database.writing() as session:
            row = locked_assessment(session, number)
            if row.status == Status.RUNNING:
                row.status, row.started, row.attempts = Status.QUEUED.value, None, row.attempts - 1
                session.add(row)

    def _fail(self, session: Session, row: AssessmentRow, problems: list[Problem]) -> None:
        row.status, row.finished = Status.FAILED.value, self.clock()
        row.failure = problems_to_json(problems[: self.limits.problems])
        session.add(row)

    def _keep(self, session: Session, row: AssessmentRow, made: Mapping[str, Stored]) -> None:
        now = self.clock()
        for name, stored in made.items():
            digest = remember_file(session, stored, now=now)
            add(session, ArtefactRow(assessment=row.id or 0, name=name, file=digest))
        row.status, row.finished = Status.DONE.value, now
        session.add(row)


def _our_problem(error: Exception) -> Problem:
    return Problem("service.disk-full" if is_full_disk(error) else "service.our-fault")
