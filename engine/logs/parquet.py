"""Parquet files as data frames, without trusting them.

A damaged page can make the decoder ask for more memory than there is, which ends the process: no exception can be
caught. So a child process decodes the file first; when it lives through it, the same bytes are decoded here.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import check_cells
from engine.logs.attributes import DateAudit
from engine.logs.children import run_child
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import Roles
from engine.logs.instants import to_utc
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.tables import Table, log_of_columns
from engine.logs.zones import placed

_MOST_ADDRESSES = 32 * 1024**3
"""Address space of the child: far above what any file within the limits needs, far below what a damaged page asks."""
_CHILD = """
import io
import polars as pl
limit()
lazy = pl.scan_parquet(io.BytesIO(sys.stdin.buffer.read()))
if len(lazy.collect_schema()) * lazy.select(pl.len()).collect().item() <= int(sys.argv[2]):
    lazy.collect()
"""
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
    return read_frame(_decoded(data, problems, limits=limits), problems, options=options, limits=limits)


def read_frame(
    frame: pl.DataFrame,
    problems: ProblemCollector,
    *,
    options: ReadOptions,
    limits: Limits,
    roles: Roles | None = None,
    varying: Collection[str] = (),
) -> Log:
    """A log from the columns of a Parquet file, or from some of its rows and columns.

    Args:
        frame: The columns.
        problems: Takes what is odd about them.
        options: As ``read_parquet``.
        limits: As ``read_parquet``.
        roles: As ``log_of_columns``.
        varying: As ``log_of_columns``.

    Raises:
        InputRefused: The columns or times have no one reading.
    """
    dates = DateAudit(options.timezone)
    columns = [plain for column in frame.get_columns() if (plain := plain_column(column, problems, dates)) is not None]
    return log_of_columns(Table(pl.DataFrame(columns), None, problems, options, limits), dates, roles, varying)


def decodes(path: Path, rows: int) -> bool:
    """Whether a Parquet file can be decoded, so many rows at a time; tried in a child process.

    Args:
        path: The file.
        rows: How many rows are in memory at once.
    """
    return run_child(_CHILD_BY_SLICES, str(path), str(rows), addresses=_MOST_ADDRESSES) is not None


def _decoded(data: bytes, problems: ProblemCollector, *, limits: Limits) -> pl.DataFrame:
    """Decode a Parquet file.

    Raises:
        InputRefused: It is damaged.
        LimitExceeded: It has more columns or more cells than are allowed.
    """
    if run_child(_CHILD, str(limits.log_cells), addresses=_MOST_ADDRESSES, data=data) is None:
        raise problems.refusal("log.parquet-damaged")
    lazy = pl.scan_parquet(io.BytesIO(data))
    width, height = len(lazy.collect_schema()), lazy.select(pl.len()).collect().item()
    place = Place(problems.source)
    if width > limits.attribute_keys:
        raise LimitExceeded(limit="attribute_keys", allowed=limits.attribute_keys, found=width, place=place)
    check_cells(height, width, limits, problems.source)
    return lazy.collect()


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
