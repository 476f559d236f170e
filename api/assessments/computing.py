"""Who computes an assessment, and how that is broken off: a child process of the service, or this one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.assessments.progress import TellStage
from api.operations.logs import log_to
from api.settings import load_settings
from api.shelf import OpenShelf, Shelf
from engine.jobs.child import Child, ChildDied
from engine.limits import Limits
from engine.storage.database import Database
from engine.storage.files import Files

Made = dict[str, bytes]
"""Name → content of everything that is kept."""

Compute = Callable[[Shelf, int, TellStage], Made]
"""Makes everything that is kept of an assessment, given its number."""


class Stopped(Exception):  # noqa: N818 - the name says what happened
    """The work was broken off because somebody asked for it."""


class Died(Exception):  # noqa: N818
    """Whoever worked on it ended before it was done, and nobody had asked for it."""


class Computer(Protocol):
    """Computes one assessment at a time. Where ``tell`` raises ``Stopped``, that breaks it off as well."""

    def compute(self, number: int, tell: TellStage) -> Made:
        """Compute an assessment.

        Raises:
            Stopped: It was stopped.
            Died: Whoever worked on it died.
            TruelineError: It cannot be computed.
        """

    def stop(self, number: int) -> None:
        """Break off an assessment, if it is the one that is computed now."""

    def close(self) -> None:
        """Break off whatever is computed, now and later."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a child process needs to know.

    Attributes:
        number: The assessment's number.
        folder: The data folder.
        database: The database's URL.
        limits: What is refused for its size.
    """

    number: int
    folder: Path
    database: str
    limits: Limits


class InChild:
    """In a process of its own: the end of the process breaks it off at any moment, and what it took is given back."""

    def __init__(self, settings: Order, compute: Callable[[Order, TellStage], Made]) -> None:
        """Start nothing yet.

        Args:
            settings: An order without its number.
            compute: Function of a module.
        """
        self._settings = settings
        self._compute = compute
        self._child = Child(_load)
        self._lock = threading.Lock()
        self._present: int | None = None
        self._stopped = False
        self._closed = False

    def start(self) -> None:
        """Have the process ready for the first assessment."""
        self._child.start()

    def compute(self, number: int, tell: TellStage) -> Made:
        """Compute an assessment there."""
        with self._lock:
            if self._closed:
                raise Stopped
            self._present, self._stopped = number, False
        order = Order(number, self._settings.folder, self._settings.database, self._settings.limits)
        try:
            return self._child.call(self._compute, order, tell=tell)
        except ChildDied as error:
            if self._stopped or self._closed:
                raise Stopped from error
            raise Died from error
        finally:
            with self._lock:
                self._present = None

    def stop(self, number: int) -> None:
        """Break off an assessment."""
        with self._lock:
            if self._present == number:
                self._stopped = True
                self._child.end()

    def close(self) -> None:
        """Break off whatever is computed."""
        with self._lock:
            self._closed = True
        self._child.close()


def opened_for(order: Order) -> OpenShelf:
    """The shelf of an order, in a child process."""
    return OpenShelf(Database(order.database, up_to_date=True), Files(order.folder), order.limits)


class InThisProcess:
    """In the thread that asks. It is broken off by what ``tell`` raises: between two pieces of work only."""

    def __init__(self, shelf: Shelf, compute: Compute) -> None:
        """Prepare it."""
        self._shelf = shelf
        self._compute = compute

    def compute(self, number: int, tell: TellStage) -> Made:
        """Compute an assessment here."""
        return self._compute(self._shelf, number, tell)

    def stop(self, number: int) -> None:
        """Leave it to ``tell``."""

    def close(self) -> None:
        """Leave it to ``tell``."""


def _load() -> None:
    """Load what computes, and compile or load its kernels, before the first order comes."""
    settings = load_settings()
    log_to(sys.stderr, form=settings.log_format, level=settings.log_level)
    import engine.assessment.assess  # noqa: PLC0415
    import engine.rendering.report  # noqa: F401, PLC0415
