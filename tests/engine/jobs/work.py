"""Work for mappers: what workers import must be a module."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputRefused, LimitExceeded, Place, Problem


@dataclass(frozen=True, slots=True)
class Doubling:
    """Doubles a number; with the number of the process that did it."""

    factor: int = 2

    def __call__(self, number: int) -> tuple[int, int]:
        return self.factor * number, os.getpid()


@dataclass(frozen=True, slots=True)
class DyingOnce:
    """Doubles a number; whoever is given number 3 first dies of it."""

    marker: Path

    def __call__(self, number: int) -> int:
        if number == 3:
            try:
                self.marker.touch(exist_ok=False)
            except FileExistsError:
                return 6
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)
        return 2 * number


def dying(number: int) -> int:
    """Dies of every number."""
    del number
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def refusing(number: int) -> int:
    """Refuses number 2."""
    if number == 2:
        raise InputRefused([Problem("log.file-empty", Place("x", 7), {"n": number}), Problem("log.binary")])
    return number


def limited(number: int) -> int:
    """Exceeds a limit."""
    raise LimitExceeded(limit="nesting", allowed=number, found=number + 1)


def sleeping(seconds: int) -> int:
    """Takes long."""
    time.sleep(seconds)
    return seconds


def nothing_to_load() -> None:
    """Load nothing."""


def told_square(number: int, tell: Callable[[int], None]) -> tuple[int, int]:
    """The square of a number, which is told, and the number of the process."""
    tell(number)
    return number * number, os.getpid()


def refuse(name: str, tell: Callable[[object], None]) -> None:
    """Refuse a name."""
    del tell
    raise InputRefused([Problem("service.bad-name", Place(name))])


def divide(number: int, tell: Callable[[object], None]) -> float:
    """Divide by a number."""
    del tell
    return 1 / number


def die(number: int, tell: Callable[[object], None]) -> None:
    """Die by a signal."""
    del tell
    os.kill(os.getpid(), number)


def tell_and_sleep(seconds: int, tell: Callable[[int], None]) -> None:
    """Tell the number of the process, and take long."""
    tell(os.getpid())
    time.sleep(seconds)
