"""Parquet files as data frames, without trusting them.

A damaged page can make the decoder ask for more memory than there is, which ends the process: no exception can be
caught. So a child process decodes the file first; when it lives through it, the same bytes are decoded here. The child
does so with Polars' compiled code alone, which takes a tenth of a second for a million events; only where that fails,
for whatever reason, another child with all of Polars has to say whether the file is damaged.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import check_cells, numbered
from engine.logs.attributes import DateAudit
from engine.logs.children import run_child
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import Roles, likely_role
from engine.logs.instants import to_utc
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.table_times import Written, usual_times
from engine.logs.tables import Table, log_of_columns
from engine.logs.zones import placed

_MOST_ADDRESSES = 32 * 1024**3
"""Address space of the child: far above what any file within the limits needs, far below what a damaged page asks."""
_QUICK_CHILD = """
import importlib.util
import io
import types
sys.modules["polars"] = polars = types.ModuleType("polars")
polars._utils = types.ModuleType("polars._utils")
spec = importlib.util.spec_from_file_location("_polars_runtime", sys.argv[2])
runtime = importlib.util.module_from_spec(spec)
spec.loader.exec_module(runtime)
limit()
def run(plan):
    return runtime.PyLazyFrame.deserialize_binary(io.BytesIO(bytes.fromhex(plan))).collect("in-memory", None)
if run(sys.argv[4]).width() * run(sys.argv[5]).row_tuple(0)[0] <= int(sys.argv[3]):
    run(sys.argv[6])
sys.stdout.write("decodes")
"""
"""Decodes with the compiled part of Polars alone: its Python modules take three times as long as a million rows."""
_CHILD = """
import io
import polars as pl
limit()
lazy = pl.scan_parquet(io.BytesIO(sys.stdin.buffer.read()))
if len(lazy.collect_schema()) * lazy.select(pl.len()).collect().item() <= int(sys.argv[2]):
    lazy.collect()
"""
_STDIN, _YES = "/dev/stdin", b"decodes"
_CHILD_BY_SLICES = """
import polars as pl
limit()
lazy = pl.scan_parquet(sys.argv[2], glob=False)
for begin in range(0, lazy.select(pl.len()).collect().item(), int(sys.argv[3])):
    lazy.slice(begin, int(sys.argv[3])).collect()
"""


def read_parquet(data: bytes, problems: ProblemCollector, *, options: ReadOptions, limits: Limits) -> Log:
    """Read a Parquet file as text tables are read, except that its columns have their types already.

    Raises:
        InputRefused: It is damaged, or its columns or times have no one reading.
        LimitExceeded: It has too many rows or columns.
    """
    return read_columns(_decoded(data, problems, limits=limits), problems, options=options, limits=limits)


def read_columns(
    columns: Iterable[pl.Series],
    problems: ProblemCollector,
    *,
    options: ReadOptions,
    limits: Limits,
    roles: Roles | None = None,
    varying: Collection[str] = (),
) -> Log:
    """A log from the columns of a Parquet file, or from some of its rows and columns.

    Args:
        columns: The columns; each is brought to its type, and let go, before the next one is asked for.
        problems: Takes what is odd about them.
        options: As ``read_parquet``.
        limits: As ``read_parquet``.
        roles: As ``log_of_columns``.
        varying: As ``log_of_columns``.

    Raises:
        InputRefused: The columns or times have no one reading.
    """
    dates = DateAudit(options.timezone)
    kept: list[pl.Series] = []
    texts: dict[str, pl.Series] = {}
    written: dict[str, Written] = {}
    for column in columns:
        plain = plain_column(column, problems, dates)
        if plain is None:
            continue
        role, found = likely_role(plain.name, options), None
        if plain.dtype == pl.String and role == "time":
            found = usual_times(plain)
        if found is not None:
            plain, written[plain.name] = found
        elif plain.dtype == pl.String and role == "label" and plain.null_count() == 0:
            texts[column.name], numbers = numbered(plain)
            plain = numbers.alias(column.name)
        kept.append(plain)
    table = Table(pl.DataFrame(kept), None, problems, options, limits, texts, written)
    del kept
    return log_of_columns(table, dates, roles, varying)


def decodes(path: Path, rows: int) -> bool:
    """Whether a Parquet file can be decoded, so many rows at a time; tried in a child process.

    Args:
        path: The file.
        rows: How many rows are in memory at once.
    """
    return run_child(_CHILD_BY_SLICES, str(path), str(rows), addresses=_MOST_ADDRESSES) is not None


def _decoded(data: bytes, problems: ProblemCollector, *, limits: Limits) -> Iterator[pl.Series]:
    """Decode a Parquet file, one column after the other.

    Raises:
        InputRefused: It is damaged.
        LimitExceeded: It has more columns or more cells than are allowed.
    """
    cells = str(limits.log_cells)
    if not decodes_quickly(data, cells) and run_child(_CHILD, cells, addresses=_MOST_ADDRESSES, data=data) is None:
        raise problems.refusal("log.parquet-damaged")
    lazy = pl.scan_parquet(io.BytesIO(data))
    width, height = len(lazy.collect_schema()), lazy.select(pl.len()).collect().item()
    place = Place(problems.source)
    if width > limits.attribute_keys:
        raise LimitExceeded(limit="attribute_keys", allowed=limits.attribute_keys, found=width, place=place)
    check_cells(height, width, limits, problems.source)
    return (lazy.select(pl.nth(at)).collect().to_series() for at in range(width))


def decodes_quickly(data: bytes, cells: str) -> bool:
    """Whether a child decodes a file (or finds that it has more than so many cells) without Polars' Python modules.

    It stands on what Polars does not promise, the names of its compiled functions; so a no means nothing.
    """
    runtime = getattr(sys.modules.get("polars._plr"), "__file__", None)
    if runtime is None or not Path(_STDIN).exists():
        return False
    return run_child(_QUICK_CHILD, runtime, cells, *_plans(), addresses=_MOST_ADDRESSES, data=data, bare=True) == _YES


@cache
def _plans() -> tuple[str, ...]:
    """What the quick child runs: no rows of all columns, the number of rows, everything."""
    lazy = pl.scan_parquet(_STDIN, glob=False)
    return tuple(plan.serialize().hex() for plan in (lazy.head(0), lazy.select(pl.len()), lazy))


def plain_column(column: pl.Series, problems: ProblemCollector, dates: DateAudit) -> pl.Series | None:
    """A Parquet column in one of the types that attributes have; None, with a warning, when there is none."""
    kind = column.dtype
    if kind == pl.Date or isinstance(kind, pl.Datetime):
        return _instants(column, problems, dates)
    target: pl.DataType | None = None
    if kind in (pl.String, pl.Boolean):
        target = column.dtype
    elif kind == pl.UInt64 and (column > 2**63 - 1).any():
        target = pl.String()
    elif kind.is_integer() and kind not in (pl.Int128, pl.UInt128):
        target = pl.Int64()
    elif kind.is_float() or isinstance(kind, pl.Decimal):
        target = pl.Float64()
    elif isinstance(kind, pl.Categorical | pl.Enum) or kind in (pl.Time, pl.Null):
        target = pl.String()
    if target is None:
        problems.warn("log.column-not-kept", 1, None, column.name, column=column.name, kind=str(kind)[:80])
        return None
    return column.cast(target)


def _instants(column: pl.Series, problems: ProblemCollector, dates: DateAudit) -> pl.Series:
    """A column of dates or times in UTC microseconds; without a zone they are of ``dates.zone``, and counted."""
    kind = column.dtype
    zone = kind.time_zone if isinstance(kind, pl.Datetime) else None
    cut = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(column))
    if isinstance(kind, pl.Datetime) and kind.time_unit == "ns":
        cut = (column.cast(pl.Int64) % 1000 != 0).fill_null(value=False)
    moments = column.dt.replace_time_zone(None) if zone is None and kind != pl.Date else column
    local = (moments.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zone else moments).cast(
        pl.Datetime("us")
    )
    values = to_utc(local, pl.Series([0], dtype=pl.Int64).new_from_index(0, len(local))).alias(column.name)
    for _ in range(values.null_count() - column.null_count()):
        problems.error("log.time-unreadable", None, column.name, column=column.name, value="")
    stated = pl.Series(["+00:00" if zone else None], dtype=pl.String).new_from_index(0, len(column))
    dates.add(stated, cut, values.is_not_null(), None)
    return placed(values, stated.is_null(), None, problems, zone=dates.zone)
