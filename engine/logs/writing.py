"""Writing logs: XES (IEEE 1849), CSV and Parquet, so that reading gives the same log back.

The same log gives the same bytes. XES holds everything. Tables hold one row for each event, so cases without events
and equal case ids have no place in them, and their order is the order of time: what was lost is returned, counted.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import polars as pl

from engine.errors import InputRefused, Place, Problem, Severity, Value
from engine.logs.assembly import free_name
from engine.logs.columns import CASE_PREFIX, OWN_LAYOUT
from engine.logs.log import EVENT_COLUMNS, Log
from engine.logs.xes_columns import CASE_KEY, STANDARD_KEYS
from engine.logs.xes_text import ENDING, NOT_XML, attribute, heading

_EVENTS_AT_ONCE = 50_000
GUARDED = r"^('*[=+\-@\t\r])"
"""Cells that a spreadsheet would run as a formula, and cells that already look guarded against that."""
_GZIP_LEVEL = 6


def write_xes(log: Log, path: Path) -> tuple[Problem, ...]:
    """Write a log as XES, gzipped if the name ends in ``.gz``.

    Returns:
        Warnings: attributes whose names XES needs for itself are renamed.

    Raises:
        InputRefused: A text holds a character that XML cannot hold, such as NUL.
    """
    warnings: list[Problem] = []
    event_keys = _keys(log.events.columns[len(EVENT_COLUMNS) :], set(STANDARD_KEYS.values()), path, warnings)
    case_keys = _keys(log.cases.columns[1:], {CASE_KEY}, path, warnings)
    _refuse_not_xml(log, path)
    cases = log.cases.select(
        (pl.lit("\t<trace>\n") + attribute("case_id", CASE_KEY, log.cases, depth=2)).alias("head"),
        pl.concat_str(pl.lit(""), *(attribute(name, key, log.cases, depth=2) for name, key in case_keys.items())).alias(
            "attributes"
        ),
    )
    with _opened(path) as file:
        file.write(heading().encode())
        for start, sizes in _batches(log):
            part = cases.slice(start, len(sizes)).with_columns(events=_event_text(log, start, sizes, event_keys))
            for row in part.iter_rows():
                file.write("".join(row).encode())
                file.write(b"\t</trace>\n")
        file.write(ENDING.encode())
    return tuple(warnings)


def write_csv(log: Log, path: Path) -> tuple[Problem, ...]:
    """Write a log as CSV, gzipped if the name ends in ``.gz``.

    Text that begins with = + - @ or a tab gets an apostrophe in front, which reading takes away again. The file is
    UTF-8 with a byte order mark, so that a spreadsheet shows Chinese as it is.

    Returns:
        Warnings: what a table cannot hold.
    """
    frame, warnings = _flat(log, path)
    text = [name for name in frame.columns if frame[name].dtype == pl.String]
    guarded = frame.with_columns(pl.col(text).str.replace(GUARDED, "'${1}"))
    instants = [name for name in frame.columns if isinstance(frame[name].dtype, pl.Datetime)]
    guarded = guarded.with_columns(pl.col(instants).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"))
    names = pl.Series(guarded.columns).str.replace(GUARDED, "'${1}").to_list()
    guarded.columns = names
    with _opened(path) as file:
        file.write(guarded.write_csv(include_bom=True).encode())
    return warnings


def write_parquet(log: Log, path: Path) -> tuple[Problem, ...]:
    """Write a log as Parquet, with the columns of ``write_csv`` in their own types.

    Returns:
        Warnings: what a table cannot hold.
    """
    frame, warnings = _flat(log, path)
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    path.write_bytes(buffer.getvalue())
    return warnings


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file to write to; a gzip header says neither name nor time, so that equal logs are equal bytes."""
    with path.open("wb") as file:
        if path.suffix.lower() != ".gz":
            yield file
            return
        with gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as packed:
            yield packed  # type: ignore[misc]  # a GzipFile writes bytes, which is all that is asked of it


def _warning(code: str, path: Path, count: int, element: str = "", **values: Value) -> Problem:
    return Problem(code, Place(path.name, None, element), values, Severity.WARNING, count)


def _keys(names: list[str], taken: set[str], path: Path, warnings: list[Problem]) -> dict[str, str]:
    """The attribute key of each column."""
    keys: dict[str, str] = {}
    for name in names:
        key = free_name(name, taken | set(keys.values()))
        if key != name:
            warnings.append(_warning("log.column-renamed", path, 1, name, name=name, new=key))
        keys[name] = key
    return keys


def _refuse_not_xml(log: Log, path: Path) -> None:
    problems = []
    columns = [*log.events.get_columns(), *log.cases.get_columns()]
    texts = [column for column in columns if column.dtype == pl.String]
    texts += [pl.Series("activity", log.activities, dtype=pl.String), pl.Series("", [c.name for c in columns])]
    for column in texts:
        wrong = column.str.contains(NOT_XML).fill_null(value=False)
        if wrong.any():
            value = column.filter(wrong)[0]
            place = Place(path.name, None, column.name)
            problems.append(Problem("log.text-not-xml", place, {"value": ascii(value)[:80]}, count=int(wrong.sum())))
    if problems:
        raise InputRefused(problems)


def _batches(log: Log) -> Iterator[tuple[int, pl.Series]]:
    """The cases in runs of bounded size: the first case of a run, and how many events each of its cases has."""
    sizes = pl.DataFrame({"case": pl.int_range(log.cases.height, dtype=pl.UInt32, eager=True)}).join(
        log.events.group_by("case").len(), on="case", how="left", maintain_order="left"
    )["len"]
    sizes = sizes.fill_null(0).cast(pl.Int64)
    run = (sizes.cum_sum() + pl.int_range(len(sizes), eager=True)) // _EVENTS_AT_ONCE
    start = 0
    for part in pl.DataFrame({"run": run, "size": sizes}).partition_by("run", maintain_order=True):
        yield start, part["size"]
        start += len(part)


def _event_text(log: Log, first: int, sizes: pl.Series, keys: dict[str, str]) -> pl.Series:
    """The events of a run of cases as text, one string for each case."""
    cases = pl.DataFrame({"case": pl.int_range(first, first + len(sizes), dtype=pl.UInt32, eager=True)})
    events = log.events.filter(pl.col("case").is_between(first, first + len(sizes) - 1))
    names = pl.Series(log.activities, dtype=pl.String)
    named = events.with_columns(names.gather(events["activity"]).alias("activity"))
    lines = [
        *(attribute(name, key, named, depth=3) for name, key in STANDARD_KEYS.items()),
        *(attribute(name, key, named, depth=3) for name, key in keys.items()),
    ]
    text = pl.concat_str(pl.lit("\t\t<event>\n"), *lines, pl.lit("\t\t</event>\n"))
    joined = named.select("case", text=text).group_by("case").agg(pl.col("text").str.join())
    return cases.join(joined, on="case", how="left", maintain_order="left")["text"].fill_null("")


def _flat(log: Log, path: Path) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """One row for each event: the six columns of Trueline's own tables, event attributes, case attributes."""
    warnings: list[Problem] = []
    ids = _distinct_ids(log, path, warnings)
    events = log.events
    filled = events["case"].n_unique()
    if filled < log.cases.height:
        warnings.append(_warning("log.empty-cases-not-written", path, log.cases.height - filled))
    late = pl.col("time") < pl.col("time").forward_fill().cum_max().over("case")
    moved = int(events.select(late.fill_null(value=False).sum()).item())
    if moved:
        warnings.append(_warning("log.order-not-kept", path, moved))
    names = pl.Series(log.activities, dtype=pl.String)
    columns = [
        ids.gather(events["case"]).alias("case_id"),
        names.gather(events["activity"]).alias("activity"),
        *(events[name] for name in OWN_LAYOUT[2:]),
    ]
    used = [*OWN_LAYOUT]
    for name in events.columns[len(EVENT_COLUMNS) :]:
        free = free_name(f"event:{name}" if name.startswith(CASE_PREFIX) else name, used)
        if free != name:
            warnings.append(_warning("log.column-renamed", path, 1, name, name=name, new=free))
        used.append(free)
        columns.append(events[name].alias(free))
    columns += [log.cases[name].gather(events["case"]).alias(f"{CASE_PREFIX}{name}") for name in log.cases.columns[1:]]
    return pl.DataFrame(columns), tuple(warnings)


def _distinct_ids(log: Log, path: Path, warnings: list[Problem]) -> pl.Series:
    """Case ids, of which equal ones get numbers, because a table knows cases by nothing else."""
    ids = log.cases["case_id"]
    twice = (~ids.is_first_distinct()).arg_true().to_list()
    if not twice:
        return ids
    warnings.append(_warning("log.case-ids-made-distinct", path, len(twice)))
    known = set(ids.to_list())
    new: list[str] = []
    for row in twice:
        new.append(free_name(ids[row], known))
        known.add(new[-1])
    return ids.scatter(twice, new)
