"""Group commit: work on the database that comes from many threads is done by one, and what waits shares a commit.

A commit waits for the disk, and that takes longer than what is committed. So the thread takes all that has gathered
while the last commit was under way (up to ``MOST_TOGETHER``), does it piece by piece in one transaction, commits once,
and answers everybody. A piece that raises leaves nothing, and the others are kept (``part``: a savepoint each). Where
the database itself fails (a lost connection, a lock of somebody else's, a full disk), all pieces of the group fail.

The queue is bounded: who comes when it is full is told so at once, instead of waiting for who knows how long.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError

from engine.errors import TruelineError
from engine.storage.database import Database, Session, after_commit, part

LOGGER = logging.getLogger("trueline.service")

MOST_TOGETHER = 64
"""Pieces of work in one transaction at most: a transaction that never ends would answer nobody."""

_DATABASE_FAILED = (OperationalError, InterfaceError, PendingRollbackError)

Result = TypeVar("Result")


class WriterBusy(TruelineError):  # noqa: N818 - the name says what happened
    """Too much waits to be written, or the writer is closed. Nothing was done."""


class NotCertain(TruelineError):  # noqa: N818
    """The database failed during work or commit: nobody knows whether it holds the work. Doing it again finds out."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    work: Callable[[Session], Any]
    answer: Future[Any]


class GroupWriter:
    """The one thread that writes what many ask for. Pieces are done in the order in which they were submitted."""

    def __init__(self, database: Database, *, waiting: int, together: int = MOST_TOGETHER) -> None:
        """Start the thread.

        Args:
            database: Where it writes.
            waiting: How many pieces may wait.
            together: How many share a transaction at most.
        """
        self._database = database
        self._queue: queue.Queue[_Piece | None] = queue.Queue()
        self._waiting = waiting
        self._together = together
        self._lock = threading.Lock()
        self._closed = False
        self._begun: float | None = None
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="trueline-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Session], Result]) -> Future[Result]:
        """Have a piece of work done in a unit of work that it may share with others.

        Returns:
            What it returned or raised, once that is committed. ``NotCertain`` where the database failed.

        Raises:
            WriterBusy: Too much waits already, or the writer is closed.
        """
        answer: Future[Result] = Future()
        with self._lock:
            if self._closed or self._queue.qsize() >= self._waiting:
                raise WriterBusy
            self._queue.put(_Piece(work, answer))
        return answer

    @property
    def waiting(self) -> int:
        """How many pieces wait, beside those that are being written."""
        return self._queue.qsize()

    @property
    def is_alive(self) -> bool:
        """Whether it takes work."""
        return not self._closed and self._thread.is_alive()

    @property
    def busy_seconds(self) -> float:
        """For how long what is being written now has been written; 0 while nothing is."""
        begun = self._begun
        return 0.0 if begun is None else time.monotonic() - begun

    def close(self) -> None:
        """Take nothing more, do what waits, and end."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            group: list[_Piece] = []
            piece = self._queue.get()
            while piece is not None:
                group.append(piece)
                if len(group) == self._together:
                    break
                try:
                    piece = self._queue.get_nowait()
                except queue.Empty:
                    break
            ended = piece is None
            if group:
                self._begun = time.monotonic()
                self._commit(group)
                self._begun = None

    def _commit(self, group: list[_Piece]) -> None:
        outcomes: list[tuple[Any, Exception | None]] = []
        committed = threading.Event()
        try:
            with self._database.writing() as session:
                after_commit(session, committed.set)
                outcomes += [_done(piece, session) for piece in group]
        except Exception as error:
            if not committed.is_set():
                LOGGER.exception("nothing of %d pieces of work was committed", len(group))
                told = NotCertain(str(error)[:200]) if isinstance(error, _DATABASE_FAILED) else error
                outcomes = [(None, told)] * len(group)
            else:  # what was to happen after the commit failed, not the commit
                LOGGER.exception("after a commit")
        self.commits += 1
        for piece, (result, failure) in zip(group, outcomes, strict=True):
            if failure is None:
                piece.answer.set_result(result)
            else:
                piece.answer.set_exception(failure)


def _done(piece: _Piece, session: Session) -> tuple[Any, Exception | None]:
    try:
        with part(session):
            return piece.work(session), None
    except _DATABASE_FAILED:  # is no fault of the piece's: the others would fail too, each after a wait of its own
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return None, error
