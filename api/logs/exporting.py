"""A log as a file: those of its cases that a filter means, written whole before the first byte of it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from api.logs.service import renamed
from engine.errors import InputRefused, Problem
from engine.logs.filtering import LogFilter, cases_meant, unknown_names
from engine.logs.lifecycle import Lifecycle, apply_lifecycle
from engine.logs.log import Log
from engine.logs.selecting import select_cases
from engine.logs.writing import write_csv, write_parquet, write_xes
from engine.storage.files import FileStore

LARGEST_FILE = 2**63


class LogFormat(StrEnum):
    """What a log can be written as. XES holds everything; tables hold one row for each event."""

    CSV = "csv"
    XES = "xes"
    PARQUET = "parquet"


@dataclass(frozen=True, eq=False, slots=True)
class WrittenLog:
    """A log that was written.

    Attributes:
        file: Its content. It has no name any more, so nothing of it is left once it is closed.
        size: Bytes.
        warnings: What the format cannot hold.
    """

    file: BinaryIO
    size: int
    warnings: tuple[Problem, ...]


_WRITERS: dict[LogFormat, Callable[[Log, Path], tuple[Problem, ...]]] = {
    LogFormat.CSV: write_csv,
    LogFormat.XES: write_xes,
    LogFormat.PARQUET: write_parquet,
}


def chosen_cases(log: Log, chosen: LogFilter, *, lifecycle: str) -> Log:
    """The cases of a log that a filter means, with all their events.

    Args:
        log: The log.
        chosen: Which cases: what it asks of events is asked of those that count.
        lifecycle: Which events count, "" for the usual ones.

    Raises:
        InputRefused: The filter names what the log does not have.
    """
    counted = apply_lifecycle(log, Lifecycle(lifecycle) if lifecycle else None)
    problems = unknown_names(counted, chosen)
    if problems:
        raise InputRefused(problems)
    return log if chosen.is_empty else select_cases(log, cases_meant(counted, chosen))


def write_log(log: Log, form: LogFormat, files: FileStore, *, name: str) -> WrittenLog:
    """Write a log as a file of that name.

    Raises:
        InputRefused: The format cannot hold it.
        OSError: There is no room for it.
    """
    with files.incoming(limit=LARGEST_FILE) as incoming:
        try:
            warnings = _WRITERS[form](log, incoming.path)
        except InputRefused as refusal:
            raise InputRefused(renamed(refusal.problems, name)) from None
        file = incoming.path.open("rb")
        return WrittenLog(file, incoming.path.stat().st_size, renamed(warnings, name))


def warning_header(warnings: Sequence[Problem]) -> str:
    """What a format could not hold, in one header: codes, and how often."""
    return ", ".join(f"{warning.code};count={warning.count}" for warning in warnings)
