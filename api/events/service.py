"""What can be done with live logs. Nothing here knows HTTP."""

from __future__ import annotations

from functools import partial

from api.running import Running
from engine.jobs.runner import QueueFull
from engine.storage.repository import find, live_logs
from engine.storage.sealing import remove_orphans, seal
from engine.storage.tables import LogRow


def recover(running: Running) -> None:
    """Put right what the last end of the service left: orphans go, and what was due to be sealed is sealed."""
    with running.database.writing() as session:
        remove_orphans(session, running.files)
    with running.database.reading() as session:
        due = [row.id or 0 for row in live_logs(session) if _due(running, row)]
    for log in due:
        seal_soon(running, log)


def seal_soon(running: Running, log: int) -> None:
    """Seal what is due of a log, in the background. If it cannot be done now, the next batch asks again."""
    try:
        running.sealer.submit(f"seal-{log}", partial(_seal_all, running, log))
    except (QueueFull, ValueError):
        return


def _seal_all(running: Running, log: int) -> None:
    while _seal_once(running, log):
        pass


def _seal_once(running: Running, log: int) -> bool:
    """Seal one file's worth; whether there was that much, or the log is closed and there was anything."""
    with running.database.reading() as session:
        row = find(session, LogRow, log)
        if row is None or not _due(running, row):
            return False
        made = seal(session, running.writer, running.files, log, most=running.seal_events, now=running.clock())
    return made is not None


def _due(running: Running, row: LogRow) -> bool:
    """Whether events of a log are to be sealed: enough of them, or the last ones of a log that is closed."""
    unsealed = row.events - row.sealed
    return unsealed >= (running.seal_events if row.closed is None else 1)
