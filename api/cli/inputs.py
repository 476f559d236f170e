"""Flows and logs as commands read them: with a bar while it takes long, and their warnings on standard error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.options import Columns
from api.cli.session import Session

if TYPE_CHECKING:
    from engine.logs.log import Log
    from engine.logs.parts import LogFacts, LogParts
    from engine.nets.process import Process

NAMES_SHOWN = 5
WARNINGS_SHOWN = 20
"""Warnings of one file that are shown by commands whose subject they are not."""


def process_from(path: Path, session: Session, *, lists: bool = False) -> Process:
    """Read a flow, and print the warnings about its file.

    Args:
        path: The file.
        session: Where they go.
        lists: Whether to print as well what the file holds and a flow does not; all of it.

    Raises:
        InputRefused: With everything that is wrong with it.
    """
    from api.composition import load_process
    from engine.errors import Severity

    process = load_process(path, process=session.process, limits=session.limits)
    notes = [note for note in process.notes if lists or note.severity is not Severity.INFO]
    session.problems(notes, limit=session.limits.problems if lists else WARNINGS_SHOWN)
    return process


def warn_of_strangers(process: Process, log: Log | LogFacts, session: Session) -> None:
    """Warn where no activity of a log is a step of the process: its scores would say nothing of the work."""
    from engine.errors import Place, Problem, Severity

    if not log.activities or not process.net.labels or set(log.activities) & set(process.net.label_of_activity):
        return
    values = {"activities": _some(log.activities), "steps": _some(process.net.labels)}
    session.problems([Problem("cli.nothing-matches", Place(log.name), values, Severity.WARNING)], limit=1)


def log_from(path: Path, columns: Columns, session: Session, *, warn: bool = True) -> Log:
    """Read a log.

    Args:
        path: The file.
        columns: How it is to be read.
        session: Where its warnings go.
        warn: Whether they go there at all.

    Raises:
        InputRefused: With everything that is wrong with it.
    """
    from api.composition import load_log

    with session.progress("cli.reading", file=path.name) as progress:
        log = load_log(path, options=columns, limits=session.limits, progress=progress)
    if warn:
        session.problems(log.warnings, limit=WARNINGS_SHOWN)
    return log


@contextmanager
def parts_from(path: Path, columns: Columns, session: Session) -> Iterator[LogParts]:
    """Read a log, part by part where it is large and a Parquet file; as ``log_from``."""
    from api.composition import opened_log

    with ExitStack() as stack:
        with session.progress("cli.reading", file=path.name) as progress:
            parts = stack.enter_context(opened_log(path, options=columns, limits=session.limits, progress=progress))
        session.problems(parts.facts.warnings, limit=WARNINGS_SHOWN)
        yield parts


def _some(names: Sequence[str]) -> str:
    more = ["…"] if len(names) > NAMES_SHOWN else []
    return ", ".join([*names[:NAMES_SHOWN], *more])
