"""Work that is committed together with that of other requests."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from api.http.problems import Refusal
from api.running import Running
from engine.storage.database import Session
from engine.storage.group_commit import NotCertain, WriterBusy

SOON = {"Retry-After": "1"}

Result = TypeVar("Result")


def committed(running: Running, work: Callable[[Session], Result]) -> Result:
    """Have work done by the one thread that writes, and wait until it is on the disk.

    Raises:
        Refusal: Too much waits, or the database failed in the middle of it. What the work raises is raised here.
    """
    try:
        return running.writer.submit(work).result()
    except WriterBusy:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "event.queue-full", headers=SOON) from None
    except NotCertain:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "event.not-certain", headers=SOON) from None
