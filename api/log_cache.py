"""Logs that were read lately, kept for whoever looks at them next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from engine.logs.log import Log

MOST_CELLS = 40_000_000
"""Cells of all logs that are kept: about 0.3 to 0.6 GB."""


@dataclass(eq=False)
class LogCache:
    """The logs that were asked for last, as many as fit.

    A log is known by what it holds, so one that has changed is another one, and nothing has to be taken off by hand.

    Attributes:
        most_cells: Cells of all logs together.
    """

    most_cells: int = MOST_CELLS
    _kept: OrderedDict[str, Log] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def log(self, key: str, read: Callable[[], Log]) -> Log:
        """A log.

        Args:
            key: What tells it from every other one.
            read: Reads it where it is not kept. Two who ask at once may both read it.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = read()
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            # The newest stays, however large: whoever looks at it asks for it again with his next click.
            while len(self._kept) > 1 and sum(map(_cells, self._kept.values())) > self.most_cells:
                self._kept.popitem(last=False)
        return found


def _cells(log: Log) -> int:
    return log.events.width * log.events.height + log.cases.width * log.cases.height
