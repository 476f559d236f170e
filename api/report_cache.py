"""Reports that were made lately, kept for whoever asks for them next."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

MOST_BYTES = 64 * 1024 * 1024


@dataclass(eq=False)
class ReportCache:
    """The reports that were asked for last, as many as fit. One that has changed has another key.

    Attributes:
        most_bytes: Bytes of all of them together; a larger one is not kept.
    """

    most_bytes: int = MOST_BYTES
    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict, repr=False)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: str) -> bytes | None:
        """A report that is kept, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: str, content: bytes) -> None:
        """Keep a report, and no longer those that were asked for longest ago."""
        with self._lock:
            self._size -= len(self._kept.pop(key, b""))
            self._kept[key] = content
            self._size += len(content)
            while self._size > self.most_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._size -= len(dropped)
