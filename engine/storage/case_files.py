"""The files of a case book, and of the events that it was made from: Parquet, the same bytes for the same content.

Rows lie in the order of their cases, in row groups with statistics, so that a page of cases, or the events of one, are
found without reading the rest. The events are kept as they were judged: a live log grows on, and pairing starts with
completions takes all of them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from engine.assessment.case_book import TABLES, BookTables, CaseBook
from engine.logs.lifecycle import Lifecycle
from engine.logs.log import Log
from engine.logs.parts import CountedParts

_ROWS = 50_000
"""Rows of one row group: what has to be read for a single case."""
_EVENTS, _CASES, _FACTS = "judged.events.parquet", "judged.cases.parquet", "judged.json"

PathOf = Callable[[str], Path | None]
"""Where the file of a name lies; None where there is none."""


@dataclass(frozen=True, eq=False, slots=True)
class JudgedCase:
    """One case as it was judged.

    Attributes:
        log: The case alone, with the events that counted.
        completes: Names of the activities that have completions somewhere in the log.
        now: The moment of judging, or None.
        paired: Whether starts and completions were paired.
    """

    log: Log
    completes: frozenset[str]
    now: datetime | None
    paired: bool


def book_files(book: CaseBook) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of a case book."""
    for name, table in book.tables():
        yield book_name(name), _parquet(table)


def judged_files(counted: CountedParts, *, now: datetime | None) -> Iterator[tuple[str, bytes]]:
    """Name and content of the files that keep the events of a log as they were judged.

    Args:
        counted: The events that counted.
        now: The moment of judging.
    """
    events, cases = [], []
    for part, first in enumerate(counted.starts[:-1].tolist()):
        log, _ = counted.read(part)
        names = pl.Series(log.activities, dtype=pl.String)
        events.append(
            log.events.with_columns(
                pl.col("case") + pl.lit(first, dtype=pl.UInt32), names.gather(log.events["activity"]).alias("activity")
            )
        )
        cases.append(log.cases)
    yield _EVENTS, _parquet(pl.concat(events, how="diagonal_relaxed"))
    yield _CASES, _parquet(pl.concat(cases, how="diagonal_relaxed"))
    facts = {
        "name": counted.facts.name,
        "completes": sorted(counted.facts.transitions.completes),
        "now": None if now is None else now.isoformat(),
        "lifecycle": counted.mode.value,
    }
    yield _FACTS, json.dumps(facts).encode()


def scan_book(path_of: PathOf) -> BookTables | None:
    """The tables of a case book, read as far as a question needs; None where a file is not there."""
    paths = {name: path_of(book_name(name)) for name in TABLES}
    found = {name: pl.scan_parquet(path, glob=False) for name, path in paths.items() if path is not None}
    return BookTables(**found) if len(found) == len(TABLES) else None


def read_judged_case(path_of: PathOf, case: int) -> JudgedCase | None:
    """One case as it was judged, by its number from 0; None where a file is not there.

    Raises:
        IndexError: There is no such case.
    """
    paths = [path_of(name) for name in (_EVENTS, _CASES, _FACTS)]
    known = [path for path in paths if path is not None]
    if len(known) < len(paths):
        return None
    events = pl.scan_parquet(known[0], glob=False).filter(pl.col("case") == case).collect()
    cases = pl.scan_parquet(known[1], glob=False).slice(case, 1).collect()
    if not cases.height:
        raise IndexError(case)
    facts = json.loads(known[2].read_bytes())
    return JudgedCase(
        log=_log(facts["name"], cases, events.with_columns(pl.lit(0, dtype=pl.UInt32).alias("case"))),
        completes=frozenset(facts["completes"]),
        now=None if facts["now"] is None else datetime.fromisoformat(facts["now"]),
        paired=Lifecycle(facts["lifecycle"]) is Lifecycle.PAIR,
    )


def read_judged_log(path_of: PathOf) -> Log | None:
    """All cases as they were judged, with the events that counted; None where a file is not there.

    The log does not say which of its cases are closed; the case book does.
    """
    events, cases, facts = (path_of(name) for name in (_EVENTS, _CASES, _FACTS))
    if events is None or cases is None or facts is None:
        return None
    name = json.loads(facts.read_bytes())["name"]
    return _log(name, pl.read_parquet(cases, glob=False), pl.read_parquet(events, glob=False))


def _log(name: str, cases: pl.DataFrame, events: pl.DataFrame) -> Log:
    """A log of events whose activities stand there by name."""
    activities = events["activity"].unique(maintain_order=True)
    codes = events["activity"].cast(pl.Enum(activities)).to_physical().cast(pl.UInt32)
    return Log(name, tuple(activities.to_list()), cases, events.with_columns(codes.alias("activity")))


def book_name(table: str) -> str:
    """Under which name a table of a case book is kept."""
    return f"book.{table}.parquet"


def _parquet(table: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    table.write_parquet(file, row_group_size=_ROWS, statistics=True)
    return file.getvalue()
