"""The mapper over processes of this machine.

Workers are spawned, so they share nothing with this process, whatever threads it runs; each loads what aligns and
judges before its first item, and the kernels it needs from the cache. What an item raises is raised here. A worker that
dies, as one does that the system ends for want of memory, costs what it was working on: the rest is given to new
workers, a few times.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from engine.errors import Unavailable
from engine.jobs.packing import opened, packed

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

ATTEMPTS = 3
"""How many times all workers may have to be replaced in one call."""


class ProcessPool:
    """Processes of this machine as a mapper; they live as long as the context is open.

    Attributes:
        workers: How many items run at once.
    """

    def __init__(self, workers: int, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Start nothing yet: workers come with the first call that has several items.

        Args:
            workers: How many processes.
            progress: Told how many items of a call are done.
        """
        self.workers = workers
        self._progress = progress
        self._pool: ProcessPoolExecutor | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="trueline-workers-")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers: at once after an error, else when they are done."""
        self._stop(kill=error is not None)
        self._folder.cleanup()

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterable[_Result]:
        """Apply ``function`` to every item; a single one in this process, which saves starting others.

        Raises:
            Unavailable: ``jobs.workers-died``: workers died again and again.
        """
        if len(items) == 1:
            return [function(items[0])]
        name, data = packed(function)
        file = Path(self._folder.name) / name
        file.write_bytes(data)
        results: dict[int, Any] = {}
        try:
            for _ in range(ATTEMPTS):
                self._try(str(file), items, results)
                if len(results) == len(items):
                    return [results[number] for number in range(len(items))]
        except BaseException:
            self._stop(kill=True)
            raise
        finally:
            file.unlink()
        raise Unavailable("jobs.workers-died", attempts=ATTEMPTS)

    def _try(self, file: str, items: Sequence[_Item], results: dict[int, Any]) -> None:
        """Work on what has no result yet, until all is done or a worker dies."""
        pool = self._pool = self._pool or ProcessPoolExecutor(
            self.workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(self.workers,)
        )
        waiting: dict[int, Future[Any]] = {}
        try:
            for number, item in enumerate(items):
                if number not in results:
                    waiting[number] = pool.submit(_apply, file, item)
            for number, future in waiting.items():
                results[number] = future.result()
                if self._progress is not None:
                    self._progress(len(results), len(items))
        except BrokenProcessPool:
            for number, future in waiting.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    results[number] = future.result()
            self._stop(kill=True)

    def _stop(self, *, kill: bool) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        # Python 3.11 has no public way to end a worker that is busy.
        processes = list((pool._processes or {}).values())  # noqa: SLF001
        if kill:
            for process in processes:
                process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(workers: int) -> None:
    """Make a worker ready; the interrupt key is for the process that waits for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Read when Polars is first imported, below.
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))
    import engine.assessment.assess  # noqa: F401, PLC0415 - loaded before the first item comes


def _apply(file: str, item: Any) -> Any:
    path = Path(file)
    return opened(path.name, path.read_bytes)(item)
