"""Queues of jobs that have names: what is done for a name was said once, when the queue began.

A job is done at least once, so what is done for a name must be able to find that it was done already. Whether it
should still be done is nobody's business here: whoever cancels a job says so where that work looks first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from engine.jobs.runner import ThreadRunner

NamedWork = Callable[[str], None]
"""Does the job of a name. It reports its own failures."""


class JobQueue(Protocol):
    """Does jobs one after the other, in the order in which they came."""

    def begin(self, work: NamedWork) -> None:
        """Say what is done for a name, and begin; called once, before anything is submitted."""

    def submit(self, name: str) -> None:
        """Have a job done some time after this call. A name that waits or runs already is not done twice at once."""

    @property
    def is_ready(self) -> bool:
        """Whether what is submitted is done, rather than kept until something is there again."""

    def close(self, *, seconds: float) -> bool:
        """Start nothing more, and wait for what runs; whether it was done in time."""


class ThreadQueue:
    """Jobs in a thread of this process. What waits is forgotten when the process ends."""

    def __init__(self, *, crashed: Callable[[str, Exception], object]) -> None:
        """Prepare it.

        Args:
            crashed: Told of a job that raised, with what it raised.
        """
        self._runner = ThreadRunner(waiting=ANY_NUMBER, crashed=crashed)
        self._work: NamedWork | None = None

    def begin(self, work: NamedWork) -> None:
        """Say what is done for a name."""
        self._work = work

    def submit(self, name: str) -> None:
        """Have a job done.

        Raises:
            QueueFull: The queue was closed.
            ValueError: It waits or runs already.
        """
        if self._work is None:
            raise LookupError("nobody has said what is done")
        self._runner.submit(name, partial(self._work, name))

    @property
    def is_ready(self) -> bool:
        """Whether it has begun."""
        return self._work is not None

    def close(self, *, seconds: float) -> bool:
        """Start nothing more, and wait for what runs."""
        return self._runner.close(seconds=seconds)


ANY_NUMBER = 1_000_000
"""How many may wait is bounded by whoever submits them."""
