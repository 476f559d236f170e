"""How work is spread: conformance says what can run side by side, its caller says where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Mapper(Protocol):
    """Applies a function to items, in any place and order, and returns the results in the items' order.

    What it is given may have to travel to another process: functions are frozen values with a ``__call__``. An item may
    be worked on more than once where a worker was lost, so functions change nothing.
    """

    @property
    def workers(self) -> int:
        """How many items run at once; work is cut into a few pieces for each."""
        ...

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterable[_Result]:
        """Apply ``function`` to every item."""
        ...


@dataclass(frozen=True, slots=True)
class Serial:
    """One after the other, in the calling thread."""

    workers: int = 1

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterable[_Result]:
        """Apply ``function`` to every item."""
        return [function(item) for item in items]


@dataclass(frozen=True, slots=True)
class Threads:
    """On threads of this process. The kernels run without the interpreter lock, so they use that many cores."""

    workers: int

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterable[_Result]:
        """Apply ``function`` to every item; a single one in the calling thread, which saves starting others."""
        if len(items) == 1:
            return [function(items[0])]
        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(function, items))


SERIAL = Serial()
