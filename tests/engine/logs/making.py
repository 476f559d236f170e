"""Small log files, and what comes of reading them."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from engine.errors import InputRefused, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import EVENT_COLUMNS, Log
from engine.logs.options import ReadOptions
from engine.logs.reading import read_log

EVENT = '<event><string key="concept:name" value="a"/></event>'


def xes(*traces: str, head: str = "") -> str:
    """A document whose traces hold the given text, one on each line; the first trace is on line 3."""
    lines = "\n".join(f"<trace>{trace}</trace>" for trace in traces)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log>{head}\n{lines}\n</log>\n'


def event(name: str = "a", time: str | None = None, extra: str = "") -> str:
    date = "" if time is None else f'<date key="time:timestamp" value="{time}"/>'
    return f'<event><string key="concept:name" value="{name}"/>{date}{extra}</event>'


def read_bytes(
    content: bytes | str, folder: Path, *, options: ReadOptions | None = None, limits: Limits = DEFAULT_LIMITS
) -> Log:
    path = folder / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_log(path, options=options, limits=limits)


def refusal(
    content: bytes | str, folder: Path, *, options: ReadOptions | None = None, limits: Limits = DEFAULT_LIMITS
) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as caught:
        read_bytes(content, folder, options=options, limits=limits)
    return caught.value.problems


def codes(problems: tuple[Problem, ...]) -> list[tuple[str, int | None]]:
    """Codes without their domain, and lines."""
    return [(problem.code.removeprefix("log."), problem.place.line) for problem in problems]


def counts(log: Log) -> dict[str, int]:
    """The warnings of a log: code without its domain → count."""
    return {problem.code.removeprefix("log."): problem.count for problem in log.warnings}


def sequences(log: Log) -> list[list[str]]:
    """The activities of each case."""
    cases: list[list[str]] = [[] for _ in range(log.cases.height)]
    for case, activity in log.events.select("case", "activity").iter_rows():
        cases[case].append(log.activities[activity])
    return cases


def packed(content: str | bytes) -> bytes:
    return gzip.compress(content.encode() if isinstance(content, str) else content, mtime=0)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def log_of(*cases: str, **columns: Sequence[object]) -> Log:
    """A log from cases like ``"a b/start a"``; further columns hold one value for each event."""
    rows = [(case, *part.partition("/")[::2]) for case, text in enumerate(cases) for part in text.split()]
    names = list(dict.fromkeys(name for _, name, _ in rows))
    data: dict[str, Sequence[object]] = {
        "case": [case for case, _, _ in rows],
        "activity": [names.index(name) for _, name, _ in rows],
        "start": [None] * len(rows),
        "time": [None] * len(rows),
        "resource": [None] * len(rows),
        "lifecycle": [transition or None for _, _, transition in rows],
    }
    more = {name: values for name, values in columns.items() if name not in EVENT_COLUMNS}
    data |= {name: values for name, values in columns.items() if name in EVENT_COLUMNS}
    events = pl.DataFrame({**data, **more}, schema_overrides=EVENT_COLUMNS, strict=False)
    ids = pl.DataFrame({"case_id": pl.Series([f"c{case}" for case in range(len(cases))], dtype=pl.String)})
    return Log("log", tuple(names), ids, events)
