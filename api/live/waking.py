"""Who waits for news of a log is woken when some are committed. Nothing is passed on: the news is what is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Wake = Callable[[int], None]


@dataclass(eq=False)
class Waking:
    """Those who wait. Threads may share it.

    Attributes:
        sleepers: Called with the number of each log of which there is news; each returns at once.
    """

    sleepers: set[Wake] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, sleeper: Wake) -> None:
        """Have somebody woken from now on."""
        with self._lock:
            self.sleepers.add(sleeper)

    def remove(self, sleeper: Wake) -> None:
        """Let somebody sleep."""
        with self._lock:
            self.sleepers.discard(sleeper)

    def wake(self, log: int) -> None:
        """There is news of a log."""
        with self._lock:
            waiting = tuple(self.sleepers)
        for sleeper in waiting:
            sleeper(log)
