"""Attribute values as they stream in: text first, typed in bulk, kept as sparse columns.

A reader appends row, value and line of every attribute to the column of its key and kind; every so often all columns
are packed, which types and checks the text that has gathered. So a log of a million events costs columns, not objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from engine.logs.collecting import ProblemCollector
from engine.logs.instants import INSTANT, read_instants
from engine.logs.zones import placed

Appends = tuple[Callable[[int], None], Callable[[str], None], Callable[[int], None]]

KINDS: dict[str, pl.DataType] = {
    "string": pl.String(),
    "id": pl.String(),
    "date": INSTANT,
    "int": pl.Int64(),
    "float": pl.Float64(),
    "boolean": pl.Boolean(),
}
"""The elementary attribute types of IEEE 1849 and the columns they become."""

_INT = r"^[+-]?[0-9]+$"  # xs:long
_FLOAT = r"^(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|NaN|[+-]?INF)$"  # xs:double
_TRUTH = {"true": True, "1": True, "false": False, "0": False}  # xs:boolean; the case of letters is forgiven


class DateAudit:
    """What is odd about the dates of a file, counted over all its date attributes.

    Attributes:
        zone: Where clocks stood that wrote times without an offset; None: they are read as UTC.
    """

    __slots__ = ("cut", "first_cut", "offsets", "offsets_line", "zone")

    def __init__(self, zone: str | None = None) -> None:
        self.zone = zone
        self.offsets: Counter[str | None] = Counter()
        self.offsets_line: dict[str | None, int | None] = {}
        self.cut = 0
        self.first_cut: int | None = None

    def add(self, offsets: pl.Series, cut: pl.Series, read: pl.Series, lines: pl.Series | None) -> None:
        """Count one batch: what each row's offset is, whether digits were cut, whether it was read at all."""
        counts = pl.DataFrame({"offset": offsets, "row": pl.int_range(len(offsets), eager=True)}).filter(read)
        found = counts.group_by("offset").agg(pl.len(), pl.col("row").min())
        for offset, count, row in found.iter_rows():
            self.note(offset, count, None if lines is None else lines[row])
        if cut.any():
            self.note_cut(int(cut.sum()), None if lines is None else lines.filter(cut)[0])

    def note(self, offset: str | None, count: int, line: int | None) -> None:
        """Count dates with one offset, the first of them on this line; of several batches the earliest line counts."""
        self.offsets[offset] += count
        self.offsets_line[offset] = _earlier(self.offsets_line.get(offset), line)

    def note_cut(self, count: int, line: int | None) -> None:
        """Count dates that lost digits."""
        self.cut += count
        self.first_cut = _earlier(self.first_cut, line)

    def report(self, problems: ProblemCollector) -> None:
        """Warn of dates without an offset, of several offsets, and of digits that were cut off."""
        naive, line = self.offsets[None], self.offsets_line.get(None)
        if self.zone is None:
            problems.warn("log.naive-times", naive, line)
        else:
            problems.warn("log.times-of-zone", naive, line, zone=self.zone)
        stated = Counter({offset: count for offset, count in self.offsets.items() if offset is not None})
        if len(stated) > 1:
            ranked = sorted(stated, key=lambda offset: (-stated[offset], offset))
            others = stated.total() - stated[ranked[0]]
            line = min((self.offsets_line[o] or 0 for o in ranked[1:]), default=0) or None
            problems.warn("log.mixed-offsets", others, line, offsets=", ".join(sorted(ranked)[:10]))
        problems.warn("log.fraction-cut", self.cut, self.first_cut)


class AttributeColumn:
    """One key in one kind: what has gathered since the last packing, and what is packed."""

    __slots__ = ("_lines", "_packed_rows", "_packed_values", "_rows", "_values", "appends", "key", "kind")

    def __init__(self, key: str, kind: str) -> None:
        self.key = key
        self.kind = kind
        self._rows: list[int] = []
        self._values: list[str] = []
        self._lines: list[int] = []
        self._packed_rows: list[pl.Series] = []
        self._packed_values: list[pl.Series] = []
        self.appends: Appends = (self._rows.append, self._values.append, self._lines.append)

    def __len__(self) -> int:
        """How many values have gathered since the last packing."""
        return len(self._values)

    def pack(self, problems: ProblemCollector, dates: DateAudit, *, most_bytes: int, keep: bool = True) -> None:
        """Type what has gathered, report what does not read or stands twice in one row, and forget the text."""
        if not self._values:
            return
        text = pl.Series("value", self._values, dtype=pl.String)
        rows = pl.Series("row", self._rows, dtype=pl.UInt32)
        lines = pl.Series("line", self._lines, dtype=pl.UInt32)
        values = self._typed(text, lines, problems, dates)
        for line, value in _where(text.str.len_bytes() > most_bytes, lines, text):
            problems.error("log.value-too-long", line, self.key, allowed=most_bytes, found=len(value.encode()))
        if keep:
            # A row's values come one after the other, so the same key twice in one row stands side by side here.
            twice = (rows == rows.shift(1)).fill_null(value=rows[0] == self._last_row())
            if twice.any():
                for line, _ in _where(twice, lines, text):
                    problems.error("log.attribute-twice", line, self.key, key=self.key)
            self._packed_rows.append(rows)
            self._packed_values.append(values)
        self._rows.clear()
        self._values.clear()
        self._lines.clear()

    def spread(self, height: int) -> tuple[pl.Series, pl.Series]:
        """The packed values as a full column, null where a row has none, and the rows that have one."""
        rows = pl.concat(self._packed_rows) if self._packed_rows else pl.Series([], dtype=pl.UInt32)
        if not self._packed_values:
            return pl.Series(self.key, [], dtype=KINDS[self.kind]).extend_constant(None, height), rows
        values = pl.concat(self._packed_values).alias(self.key)
        if len(values) == height:
            return values, rows
        where = np.full(height, -1, dtype=np.int64)
        where[rows.to_numpy()] = np.arange(len(rows))
        index = pl.Series(where)
        return values.gather(index.set(index < 0, None)), rows

    def _last_row(self) -> int | None:
        return self._packed_rows[-1][-1] if self._packed_rows else None

    def _typed(self, text: pl.Series, lines: pl.Series, problems: ProblemCollector, dates: DateAudit) -> pl.Series:
        instants = read_instants(text) if self.kind == "date" else None
        values = read_values(text, self.kind) if instants is None else instants.values.alias(self.key)
        for line, value in _where(values.is_null(), lines, text):
            problems.error("log.value-unreadable", line, self.key, kind=self.kind, value=value[:80])
        if instants is None:
            return values
        dates.add(instants.offsets, instants.cut, values.is_not_null(), lines)
        return placed(values, instants.offsets.is_null(), lines, problems, zone=dates.zone)


def read_values(text: pl.Series, kind: str) -> pl.Series:
    """Text as values of an elementary kind other than ``date``; null where it is none.

    Whitespace around a number or truth value does not count, as XML Schema says.
    """
    if kind in ("string", "id"):
        return text
    bare = text.str.strip_chars()
    if kind == "boolean":
        return bare.str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)
    shape = _INT if kind == "int" else _FLOAT
    shaped = bare.set(~bare.str.contains(shape).fill_null(value=False), None)
    return shaped.cast(pl.Int64 if kind == "int" else pl.Float64, strict=False)


def _earlier(one: int | None, other: int | None) -> int | None:
    """The smaller of two lines; None where neither is known."""
    known = [line for line in (one, other) if line is not None]
    return min(known, default=None)


def _where(mask: pl.Series, lines: pl.Series, text: pl.Series) -> Iterator[tuple[int, str]]:
    if mask.any():
        yield from zip(lines.filter(mask).to_list(), text.filter(mask).to_list(), strict=True)
