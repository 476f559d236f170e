"""Turns: heavy work that a request asks for is done by few at once, so that memory and processors last for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from api.http.problems import Refusal
from api.running import Running

PATIENCE_SECONDS = 20.0
"""How long a request waits for its turn."""


@contextmanager
def turn(running: Running) -> Iterator[None]:
    """Wait for a turn and hold it.

    Raises:
        Refusal: None came within 20 seconds, or too many wait already.
    """
    if not running.readers.acquire(blocking=False):
        _wait(running)
    try:
        yield
    finally:
        running.readers.release()


def _wait(running: Running) -> None:
    if not running.waiters.acquire(blocking=False):
        raise too_busy()
    try:
        if not running.readers.acquire(timeout=PATIENCE_SECONDS):
            raise too_busy()
    finally:
        running.waiters.release()


def too_busy() -> Refusal:
    """Too much work is waiting; whoever asks again later may be luckier."""
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "service.too-busy", headers={"Retry-After": "30"})
