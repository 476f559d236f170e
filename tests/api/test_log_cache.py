"""What was read lately is read once; what does not fit is let go, the oldest first."""

from __future__ import annotations

from collections.abc import Callable

from api.log_cache import LogCache
from engine.logs.log import Log
from tests.engine.logs.making import log_of


def reader(name: str, told: list[str]) -> Callable[[], Log]:
    def read() -> Log:
        told.append(name)
        return log_of("ab")

    return read


def test_a_log_is_read_once_and_another_state_of_it_again() -> None:
    cache, told = LogCache(), list[str]()
    first = cache.log("1", reader("1", told))
    assert cache.log("1", reader("1", told)) is first
    cache.log("2", reader("2", told))
    assert told == ["1", "2"]


def test_the_log_that_was_asked_for_longest_ago_is_let_go_first() -> None:
    one = log_of("ab")
    cells = one.events.width * one.events.height + one.cases.width * one.cases.height
    cache, told = LogCache(most_cells=2 * cells), list[str]()
    for key in ("1", "2", "1", "3", "1", "2"):
        cache.log(key, reader(key, told))
    assert told == ["1", "2", "3", "2"]


def test_one_that_is_larger_than_all_room_is_kept_until_the_next() -> None:
    cache, told = LogCache(most_cells=1), list[str]()
    for key in ("1", "1", "2", "1"):
        cache.log(key, reader(key, told))
    assert told == ["1", "2", "1"]
