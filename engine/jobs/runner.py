"""Background work in this process: submit, status, cancel.

What has to outlive the process (that a job was asked for, what came of it) is the business of whoever submits it:
after a restart the runner knows nothing.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

Work = Callable[[], None]
"""A job. It reports its own failures; what it raises ends the job and nothing else."""


class JobStatus(StrEnum):
    """Where a job is. ``unknown``: never submitted here, or done."""

    QUEUED = "queued"
    RUNNING = "running"
    UNKNOWN = "unknown"


class JobRunner(Protocol):
    """What runs jobs."""

    def submit(self, name: str, work: Work) -> None:
        """Run a job some time after this call, never twice at once under one name."""

    def status(self, name: str) -> JobStatus:
        """Where a job is."""

    def cancel(self, name: str) -> bool:
        """Take a waiting job out of the queue; False when it runs already or is not there."""


class QueueFull(Exception):  # noqa: N818 - the name says what happened
    """No more jobs can wait."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    name: str
    work: Work


class ThreadRunner:
    """Runs jobs in threads of this process, in the order in which they came.

    The threads do not keep the process alive: ``close`` waits for running work as long as it is told to, and what is
    not done then ends with the process.
    """

    def __init__(self, *, threads: int = 1, waiting: int = 100, crashed: Callable[[str, Exception], object]) -> None:
        """Start the threads.

        Args:
            threads: How many jobs run at once.
            waiting: How many more may wait.
            crashed: Told of a job that raised, with what it raised.
        """
        self._queue: queue.Queue[_Job | None] = queue.Queue()
        self._waiting = waiting
        self._crashed = crashed
        self._lock = threading.Lock()
        self._queued: dict[str, _Job] = {}
        self._running: set[str] = set()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"trueline-job-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, name: str, work: Work) -> None:
        """Queue a job.

        Raises:
            QueueFull: Too many wait already, or the runner was closed.
            ValueError: A job of that name waits or runs already.
        """
        with self._lock:
            if name in self._queued or name in self._running:
                raise ValueError(f"job {name!r} is there already")
            if self._closed or len(self._queued) >= self._waiting:
                raise QueueFull
            self._queued[name] = job = _Job(name, work)
            self._queue.put(job)

    def status(self, name: str) -> JobStatus:
        """Where a job is."""
        with self._lock:
            if name in self._running:
                return JobStatus.RUNNING
            return JobStatus.QUEUED if name in self._queued else JobStatus.UNKNOWN

    def cancel(self, name: str) -> bool:
        """Take a waiting job out of the queue."""
        with self._lock:
            return self._queued.pop(name, None) is not None

    def has_room(self) -> bool:
        """Whether one more job may wait."""
        with self._lock:
            return not self._closed and len(self._queued) < self._waiting

    @property
    def is_idle(self) -> bool:
        """Whether no job runs."""
        with self._lock:
            return not self._running

    def close(self, *, seconds: float) -> bool:
        """Start nothing more and wait for what runs.

        Returns:
            Whether everything that ran was done in time.
        """
        with self._lock:
            self._closed = True
            self._queued.clear()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            with self._lock:
                if self._queued.get(job.name) is not job:  # cancelled, and perhaps submitted anew
                    continue
                del self._queued[job.name]
                self._running.add(job.name)
            try:
                job.work()
            except Exception as error:  # noqa: BLE001 - one job must not end the others
                self._crashed(job.name, error)
            finally:
                with self._lock:
                    self._running.discard(job.name)
