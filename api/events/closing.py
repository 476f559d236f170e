"""Closing a live log from beginning to end, with everybody else's work in between. Nothing here knows HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from api.events.service import seal_soon
from api.running import Running
from engine.jobs.runner import QueueFull
from engine.storage.closing import ClosedPart, close_log
from engine.storage.database import Session
from engine.storage.group_commit import NotCertain, WriterBusy
from engine.storage.repository import live_logs
from engine.storage.tables import LogRow

PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 20.0
"""How long a part that cannot be submitted is submitted again."""


def _no_condition(_row: LogRow) -> None:
    """Hold for every log."""


def close_whole(running: Running, log: int, *, hold: Callable[[LogRow], None] = _no_condition) -> tuple[LogRow, int]:
    """Close a live log, which is there, part by part.

    Args:
        running: The service.
        log: The log's number.
        hold: Raises where the log is not what it has to be for that, before anything of it is closed.

    Returns:
        Its row, and how many cases were closed here; somebody else may have closed some at the same time.

    Raises:
        WriterBusy: Too much waits, for long, or the service is about to end. What was closed is closed.
        NotCertain: The database failed. What was closed is closed.
    """
    cases = 0
    while True:
        part = _closed_part(running, log, hold)
        hold = _no_condition
        cases += part.cases
        if part.is_last:
            return part.log, cases


def close_soon(running: Running, log: int) -> None:
    """Go on closing a log in the background. If it cannot be done now, the next call or the next start does."""
    try:
        running.sealer.submit(f"close-{log}", partial(_close_and_seal, running, log))
    except (QueueFull, ValueError):
        return


def recover(running: Running) -> None:
    """Go on with the logs that were being closed when the service ended."""
    with running.database.reading() as session:
        closing = [row.id or 0 for row in live_logs(session) if row.closing]
    for log in closing:
        close_soon(running, log)


def _closed_part(running: Running, log: int, hold: Callable[[LogRow], None]) -> ClosedPart:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return running.writer.submit(partial(_close_part, running, log, hold)).result()
        except WriterBusy:
            if running.live.waking.ended or time.monotonic() > until:
                raise
            time.sleep(PAUSE_SECONDS)


def _close_part(running: Running, log: int, hold: Callable[[LogRow], None], session: Session) -> ClosedPart:
    if running.live.waking.ended:  # who waits for the end of the service shall not wait for this
        raise WriterBusy
    hold(session.get_one(LogRow, log))
    return close_log(session, log, now=running.clock(), listener=running.live.listener)


def _close_and_seal(running: Running, log: int) -> None:
    try:
        close_whole(running, log)
    except (WriterBusy, NotCertain):
        return
    seal_soon(running, log)
