"""Functions that travel: what one thread of a worker opens is nobody's loss in another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.jobs import packing
from engine.jobs.packing import opened, packed


class Interrupted(dict[str, Any]):
    """Functions that were opened, of which another thread opens one after every look at them."""

    def __init__(self, *turns: Callable[[], None]) -> None:
        self._turns = list(turns)

    def __contains__(self, name: object) -> bool:
        found = super().__contains__(name)
        self._interrupt()
        return found

    def get(self, name: str, default: Any = None) -> Any:
        found = super().get(name, default)
        self._interrupt()
        return found

    def _interrupt(self) -> None:
        if self._turns:
            self._turns.pop(0)()


def test_a_function_is_there_though_another_thread_opens_one_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    (first, data), (second, other) = packed(abs), packed(len)

    def another() -> None:
        thread = threading.Thread(target=opened, args=(second, lambda: other))
        thread.start()
        thread.join()

    monkeypatch.setattr(packing, "_opened", Interrupted(lambda: None, another))
    assert [opened(first, lambda: data)(-3) for _ in range(3)] == [3, 3, 3]
    assert opened(second, lambda: other)([1, 2]) == 2
