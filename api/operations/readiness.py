"""Whether a service can do its work now. A thread of its own looks, so that who asks is answered at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from api.running import Running

LOOK_SECONDS = 5.0
PATIENCE_SECONDS = 10.0
"""How long a check may take, and a commit, before it counts as failed."""

LOGGER = logging.getLogger("trueline.service")

Checks = Mapping[str, Callable[[], bool]]


class Readiness:
    """Looks at everything every few seconds, and remembers what it found."""

    def __init__(self, checks: Checks, *, seconds: float = LOOK_SECONDS, patience: float = PATIENCE_SECONDS) -> None:
        """Prepare it; ``start`` begins. Until all was looked at once, nothing is ready.

        Args:
            checks: Name → whether it can be used; what it raises means that it cannot.
            seconds: How often it looks.
            patience: How long a check may take before it counts as failed.
        """
        self._checks, self._seconds, self._patience = checks, seconds, patience
        self._failing = set(checks)
        self._under_way: tuple[str, float] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trueline-readiness", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; a check that hangs is left alone."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def failing(self) -> list[str]:
        """The checks that fail, in their order: those that did, and one that does not come to an end."""
        failing, under_way = set(self._failing), self._under_way
        if under_way is not None and time.monotonic() - under_way[1] > self._patience:
            failing.add(under_way[0])
        return [name for name in self._checks if name in failing]

    def _run(self) -> None:
        while not self._ended.is_set():
            for name, check in self._checks.items():
                self._look(name, check)
            self._ended.wait(self._seconds)

    def _look(self, name: str, check: Callable[[], bool]) -> None:
        self._under_way = (name, time.monotonic())
        try:
            good = check()
        except Exception as error:  # noqa: BLE001 - whatever a broken part raises
            good = False
            if name not in self._failing:
                LOGGER.warning("%s is not ready: %s", name, type(error).__name__)
        self._under_way = None
        self._failing = self._failing - {name} if good else self._failing | {name}


def checks_of(running: Running) -> Checks:
    """What a service needs to do its work."""

    def folder() -> bool:
        with running.files.incoming(limit=1) as incoming:
            incoming.write(b"?")
            return incoming.finish().size == 1

    return {
        "database": running.database.answers,
        "folder": folder,
        "writer": lambda: running.writer.is_alive and running.writer.busy_seconds < PATIENCE_SECONDS,
        "queue": lambda: running.work.queue.is_ready,
    }
