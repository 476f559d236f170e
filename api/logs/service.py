"""What can be done with event logs. Nothing here knows HTTP, and nothing commits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from api.composition import load_log
from api.logs.columns import Columns
from api.logs.schemas import report_to_json
from engine.errors import InputRefused, Problem
from engine.limits import Limits
from engine.logs.log import Log
from engine.logs.quality import describe
from engine.storage.database import Session
from engine.storage.files import FileStore, Incoming
from engine.storage.repository import add, remember_file
from engine.storage.tables import LogRow


def read_uploaded(incoming: Incoming, columns: Columns, *, name: str, limits: Limits) -> Log:
    """Read an uploaded log under the name that its user gave it.

    Raises:
        InputRefused: It cannot be read.
    """
    try:
        log = load_log(incoming.path, options=columns.options, limits=limits)
    except InputRefused as refusal:
        raise InputRefused(renamed(refusal.problems, name)) from None
    return replace(log, name=name, warnings=renamed(log.warnings, name))


def add_log(
    session: Session, files: FileStore, incoming: Incoming, *, log: Log, columns: Columns, now: datetime
) -> LogRow:
    """Keep a log that was read from an upload."""
    stored = files.keep(incoming)
    return add(
        session,
        LogRow(
            name=log.name,
            columns=columns.to_json(),
            cases=log.cases.height,
            events=log.events.height,
            report=report_to_json(describe(log)),
            file=remember_file(session, stored, now=now),
            created=now,
        ),
    )


def renamed(problems: tuple[Problem, ...], name: str) -> tuple[Problem, ...]:
    """Problems of a file under the name that its user gave it, instead of the one it has in the data folder."""
    return tuple(replace(problem, place=replace(problem.place, source=name)) for problem in problems)
