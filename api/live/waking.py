"""Who waits for news of a log is woken when some are committed. Nothing is passed on: the news is what is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

Wake = Callable[[int, Collection[str]], None]
"""Called with the number of a log and with cases of which there is news; with none of them when the service ends."""

NO_LOG = 0


@dataclass(eq=False)
class Waking:
    """Those who wait. Threads may share it.

    Attributes:
        ended: Whether the service is about to end, and nobody should wait any longer.
    """

    ended: bool = False
    _sleepers: set[Wake] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, sleeper: Wake) -> None:
        """Have somebody woken from now on. It is called by the thread that writes, and returns at once."""
        with self._lock:
            self._sleepers.add(sleeper)

    def remove(self, sleeper: Wake) -> None:
        """Let somebody sleep."""
        with self._lock:
            self._sleepers.discard(sleeper)

    def wake(self, log: int, cases: Collection[str]) -> None:
        """There is news of some cases of a log."""
        with self._lock:
            waiting = tuple(self._sleepers)
        for sleeper in waiting:
            sleeper(log, cases)

    def end(self) -> None:
        """The service is about to end."""
        self.ended = True
        self.wake(NO_LOG, ())
