"""A thread that looks every few seconds whether a schedule is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

TICK_SECONDS = 5.0

LOGGER = logging.getLogger("trueline.service")


class Ticker:
    """Does something at once and then every few seconds, in a thread of its own."""

    def __init__(self, *, seconds: float = TICK_SECONDS) -> None:
        """Prepare it; ``start`` begins."""
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, tick: Callable[[], object]) -> None:
        """Begin.

        Args:
            tick: What is done. What it raises is logged, and it is done again.
        """
        self._thread = threading.Thread(target=self._run, args=(tick,), name="trueline-schedules", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, once what is under way is done."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, tick: Callable[[], object]) -> None:
        while not self._ended.is_set():
            try:
                tick()
            except Exception:
                LOGGER.exception("schedules")
            self._ended.wait(self._seconds)
