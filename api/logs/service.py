"""What can be done with event logs. Nothing here knows HTTP, and nothing commits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from api.composition import load_log
from api.logs.schemas import report_to_json
from api.reading import options_from_json, options_to_json
from api.running import Running
from api.shelf import Shelf
from engine.errors import InputRefused, Problem
from engine.limits import Limits
from engine.logs.lifecycle import Lifecycle
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.quality import describe
from engine.storage.database import Session
from engine.storage.files import FileStore, Incoming
from engine.storage.repository import add, remember_file
from engine.storage.stored_log import read_stored_log
from engine.storage.tables import LogRow


def read_uploaded(incoming: Incoming, columns: ReadOptions, *, name: str, limits: Limits) -> Log:
    """Read an uploaded log under the name that its user gave it.

    Raises:
        InputRefused: It cannot be read.
    """
    try:
        log = load_log(incoming.path, options=columns, limits=limits)
    except InputRefused as refusal:
        raise InputRefused(renamed(refusal.problems, name)) from None
    return replace(log, name=name, warnings=renamed(log.warnings, name))


def add_log(
    session: Session,
    files: FileStore,
    incoming: Incoming,
    *,
    log: Log,
    columns: ReadOptions,
    now: datetime,
    by: int | None = None,
) -> LogRow:
    """Keep a log that was read from an upload."""
    stored = files.keep(incoming)
    return add(
        session,
        LogRow(
            name=log.name,
            columns=options_to_json(columns),
            cases=log.cases.height,
            events=log.events.height,
            report=report_to_json(describe(log)),
            file=remember_file(session, stored, now=now),
            created=now,
            created_by=by,
        ),
    )


def add_live_log(
    session: Session,
    *,
    name: str,
    flow: int | None,
    now: datetime,
    lifecycle: Lifecycle | None = None,
    by: int | None = None,
) -> LogRow:
    """Make a live log, which has no events yet."""
    row = LogRow(
        name=name,
        columns=options_to_json(ReadOptions()),
        flow=flow,
        lifecycle="" if lifecycle is None else lifecycle.value,
        created=now,
        created_by=by,
    )
    return add(session, row)


def stored_report(row: LogRow) -> str:
    """What is in a log that was uploaded, as it was found then."""
    return row.report


def live_report(session: Session, running: Running, row: LogRow) -> str:
    """What is in a live log now.

    Raises:
        LimitExceeded: It has too many cells.
    """
    return report_to_json(describe(read_stored_log(session, running.files, row.id or 0, limits=running.limits)))


def stored_log(shelf: Shelf, row: LogRow) -> Log:
    """A log as it is now, under the name that its user gave it.

    Raises:
        InputRefused: A limit was lowered since it was stored, or a live log has too many cells.
    """
    if row.file is None:
        with shelf.database.reading() as session:
            return read_stored_log(session, shelf.files, row.id or 0, limits=shelf.limits)
    columns = options_from_json(row.columns)
    return replace(load_log(shelf.files.checked(row.file), options=columns, limits=shelf.limits), name=row.name)


def renamed(problems: tuple[Problem, ...], name: str) -> tuple[Problem, ...]:
    """Problems of a file under the name that its user gave it, instead of the one it has in the data folder."""
    return tuple(replace(problem, place=replace(problem.place, source=name)) for problem in problems)
