"""Logs small enough to be read in a test."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from engine.logs.log import EVENT_COLUMNS, Log


def log_of(*traces: str | Iterable[str], name: str = "small.xes") -> Log:
    """A log of cases without timestamps; a string stands for one activity for each letter."""
    cases = [list(trace) for trace in traces]
    names = list(dict.fromkeys(activity for case in cases for activity in case))
    rows = [(number, names.index(activity)) for number, case in enumerate(cases) for activity in case]
    data = {"case": [case for case, _ in rows], "activity": [activity for _, activity in rows]}
    empty = {column: [None] * len(rows) for column in EVENT_COLUMNS if column not in data}
    return Log(
        name=name,
        activities=tuple(names),
        cases=pl.DataFrame({"case_id": [f"c{number}" for number in range(len(cases))]}, schema={"case_id": pl.String}),
        events=pl.DataFrame(data | empty, schema=EVENT_COLUMNS),
    )
