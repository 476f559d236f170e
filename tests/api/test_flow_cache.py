"""What was read lately is read once; what does not fit is let go, the oldest first."""

from __future__ import annotations

from collections.abc import Callable

from api.flow_cache import FlowCache
from engine.nets.process import Process, process_of_flow
from tests.making import make_flow


def reader(name: str, told: list[str]) -> Callable[[], Process]:
    def read() -> Process:
        told.append(name)
        return process_of_flow(make_flow("start -> a -> end"))

    return read


def test_a_flow_is_read_once_and_another_one_again() -> None:
    cache, told = FlowCache(), list[str]()
    first = cache.process("1", 100, reader("1", told))
    assert cache.process("1", 100, reader("1", told)) is first
    cache.process("2", 100, reader("2", told))
    assert told == ["1", "2"]


def test_the_flow_that_was_asked_for_longest_ago_is_let_go_first() -> None:
    cache, told = FlowCache(most_bytes=200), list[str]()
    for key in ("1", "2", "1", "3", "1", "2"):
        cache.process(key, 100, reader(key, told))
    assert told == ["1", "2", "3", "2"]


def test_one_that_is_larger_than_all_room_is_not_kept() -> None:
    cache, told = FlowCache(most_bytes=200), list[str]()
    for key, size in (("1", 100), ("2", 201), ("2", 201), ("1", 100)):
        cache.process(key, size, reader(key, told))
    assert told == ["1", "2", "2", "1"]
