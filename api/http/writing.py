"""Work that is committed together with that of other requests."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from api.accounts.acting import current
from api.http.problems import SOON, Refusal
from api.running import Running
from engine.storage.database import Session
from engine.storage.group_commit import NotCertain, WriterBusy

Result = TypeVar("Result")


def committed(running: Running, work: Callable[[Session], Result]) -> Result:
    """Have work done by the one thread that writes, and wait until it is on the disk.

    What a request changes so is written down in the audit log with it.

    Raises:
        Refusal: Too much waits, or the database failed in the middle of it. What the work raises is raised here.
    """
    acting = current()

    def written_down(session: Session) -> Result:
        result = work(session)
        if acting is not None:
            acting.write(session, now=running.clock())
        return result

    try:
        return running.writer.submit(written_down).result()
    except WriterBusy:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "event.queue-full", headers=SOON) from None
    except NotCertain:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "event.not-certain", headers=SOON) from None
