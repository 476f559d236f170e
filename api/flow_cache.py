"""Flows that were read lately, kept for whoever looks at them next: most pages of a flow and of its assessments do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from engine.nets.process import Process

MOST_BYTES = 4 * 1024 * 1024
"""Bytes of the files of all flows that are kept; what was read takes up to ten times as much."""


@dataclass(eq=False)
class FlowCache:
    """The flows that were asked for last, as many as fit. Threads may share it.

    A flow is known by what its file holds, which never changes.

    Attributes:
        most_bytes: Bytes of the files of all flows together.
    """

    most_bytes: int = MOST_BYTES
    _kept: OrderedDict[str, tuple[Process, int]] = field(default_factory=OrderedDict, repr=False)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def process(self, key: str, size: int, read: Callable[[], Process]) -> Process:
        """A flow with its net.

        Args:
            key: What tells it from every other one.
            size: Bytes of its file; a larger one than all room is not kept.
            read: Reads it where it is not kept. Two who ask at once may both read it.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found[0]
        process = read()
        with self._lock:
            self._size += size - self._kept.pop(key, (process, 0))[1]
            self._kept[key] = (process, size)
            while self._size > self.most_bytes:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= dropped
        return process
