"""What the scanner of XES has found, kept small: a million events have several million values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import InputRefused
from engine.logs.attributes import KINDS
from engine.logs.collecting import ProblemCollector
from engine.logs.instants import INSTANT
from engine.logs.kernels.common import Int64s
from engine.logs.zones import placed

Rows = NDArray[np.uint32]
Part = tuple[slice | Rows, NDArray[np.uint32] | Int64s]
"""Rows, ascending, and the value of each."""


class Left(Exception):  # noqa: N818 - no error: another reader takes over
    """The scanner leaves this document."""


@dataclass(frozen=True, eq=False, slots=True)
class PieceRecords:
    """The attribute values of one piece, column by column.

    Attributes:
        counts: How many values each column has, and below it the same of the values that ``rows`` and ``codes`` keep.
        first: The first row of each column.
        rows: The rows of columns that have not one value in each row from the first one on.
        codes: The numbers of strings.
        wholes: All other values.
    """

    counts: Int64s
    first: Rows
    rows: Rows
    codes: NDArray[np.uint32]
    wholes: Int64s

    @classmethod
    def of(cls, starts: Int64s, rows: Rows, wholes: Int64s, is_text: NDArray[np.bool_]) -> PieceRecords:
        """Keep what is needed of values that stand column by column, those of column c from ``starts[c]`` on."""
        count, begin = np.diff(starts), np.minimum(starts[:-1], max(len(rows) - 1, 0))
        if not len(rows):
            empty = np.empty(0, dtype=np.uint32)
            return cls(np.zeros((3, len(count)), dtype=np.int64), np.zeros(len(count), np.uint32), empty, empty, wholes)
        first, last = rows[begin], rows[np.maximum(starts[1:] - 1, 0)]
        scattered = last.astype(np.int64) - first + 1 != count
        text = np.repeat(is_text, count)
        return cls(
            counts=np.stack([count, count * scattered, count * is_text]),
            first=first,
            rows=rows[np.repeat(scattered, count)],
            codes=wholes[text].astype(np.uint32),
            wholes=wholes[~text],
        )

    def column(self, column: int) -> Part | None:
        """The values of a column; None where there are none."""
        if column >= self.counts.shape[1] or not self.counts[0, column]:
            return None
        count, scattered, text = self.counts[:, column].tolist()
        before, rows_before, text_before = self.counts[:, :column].sum(axis=1).tolist()
        first = int(self.first[column])
        rows = self.rows[rows_before : rows_before + count] if scattered else slice(first, first + count)
        begin = text_before if text else before - text_before
        return rows, (self.codes if text else self.wholes)[begin : begin + count]


@dataclass(frozen=True, eq=False, slots=True)
class ScannedColumn:
    """One key in one kind.

    Attributes:
        key: The key.
        kind: The elementary kind.
        parts: Its values, piece by piece, as ``Found.whole`` holds them.
        zone: Where the clocks of its dates stood; None where they state their offsets, or in UTC.
        strings: All strings of the document by number; null behind the last.
        hard: Rows of floats that stand as zero in ``parts``, and these floats.
    """

    key: str
    kind: str
    parts: tuple[Part, ...]
    zone: str | None
    strings: pl.Series
    hard: tuple[Int64s, NDArray[np.float64]]

    def spread(self, height: int) -> tuple[pl.Series, pl.Series]:
        """The values as a full column, null where a row has none, and the rows that have one.

        Raises:
            Left: A clock time has no one place in the zone that is named.
        """
        has = np.zeros(height, dtype=np.bool_)
        for rows, _ in self.parts:
            has[rows] = True
        where = pl.Series(np.flatnonzero(has).astype(np.uint32))
        if KINDS[self.kind] == pl.String():
            index = np.full(height, len(self.strings) - 1, dtype=np.uint32)
            self._put(index)
            return self.strings.gather(pl.Series(index)).alias(self.key), where
        wholes = np.zeros(height, dtype=np.int64)
        self._put(wholes)
        if self.kind == "float":
            floats = wholes.view(np.float64)
            floats[self.hard[0]] = self.hard[1]
            values = pl.Series(self.key, floats)
        elif self.kind == "date":
            values = pl.Series(self.key, wholes).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(INSTANT)
        else:
            values = pl.Series(self.key, wholes).cast(KINDS[self.kind])
        if len(where) < height:
            values = values.set(pl.Series(~has), None)
        return (values if self.zone is None else _placed(values, self.zone)), where

    def _put(self, out: NDArray[np.uint32] | Int64s) -> None:
        for rows, values in self.parts:
            out[rows] = values


def _placed(clocks: pl.Series, zone: str) -> pl.Series:
    """Clock times of a zone as instants.

    Raises:
        Left: One fell into an hour that clocks had twice or never: the parser knows its line.
    """
    problems = ProblemCollector("", limit=1)
    try:
        instants = placed(clocks, clocks.is_not_null(), None, problems, zone=zone)
    except InputRefused as refused:
        raise Left from refused
    if problems.warnings():
        raise Left
    return instants
