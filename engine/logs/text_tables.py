"""Tables of text, as CSV files and workbooks hold them: cells in rows, and one row of headings above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import free_name
from engine.logs.collecting import ProblemCollector
from engine.logs.table_times import SHAPE_IS_SEEN_IN, Written, looks_like_times

_TITLE_WIDTH = 3
_SHOWN = 80


@dataclass(frozen=True, eq=False, slots=True)
class TextTable:
    """A table of text.

    Attributes:
        columns: Columns under distinct names; null for an empty cell. A column is String; or the numbers (UInt32) of
            its distinct texts, which then are in ``texts``; or ``INSTANT``, and ``written`` says how.
        lines: The line on which each row begins.
        texts: The distinct texts of columns that are numbers of them.
        written: How columns of moments are written.
    """

    columns: pl.DataFrame
    lines: pl.Series
    texts: Mapping[str, pl.Series] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict)

    def text(self, name: str) -> pl.Series:
        """A column as text, whatever it is here; moments that state that they are in UTC stay moments."""
        return as_text(self.columns[name], self.texts, self.written)

    def first_row(self) -> list[str]:
        """The cells of the first row that are not empty."""
        first = replace(self, columns=self.columns.head(1))
        return [str(cell) for name in self.columns.columns for cell in first.text(name) if cell is not None]

    def looks_like_times(self, name: str) -> bool:
        """Whether the first values of a column all have the shape of a time."""
        if name in self.written:
            return True
        first = self.columns.select(pl.col(name).drop_nulls().head(SHAPE_IS_SEEN_IN))
        return looks_like_times(replace(self, columns=first).text(name))

    def without_rows(self, empty: pl.Series) -> TextTable:
        """The other rows."""
        return replace(self, columns=self.columns.filter(~empty), lines=self.lines.filter(~empty))

    def unescaped(self, escape: str) -> TextTable:
        """The table with ``escape`` replaced by its first group in every text."""
        coded = {name for name, texts in self.texts.items() if texts.str.contains(escape).any()}
        plain = [name for name, kind in self.columns.schema.items() if kind == pl.String] + sorted(coded)
        return replace(
            self,
            columns=self.columns.with_columns(self.text(name).str.replace(escape, "${1}") for name in plain),
            texts={name: texts for name, texts in self.texts.items() if name not in coded},
        )


def as_text(column: pl.Series, texts: Mapping[str, pl.Series], written: Mapping[str, Written]) -> pl.Series:
    """A column as text, given what ``TextTable`` says of it."""
    if column.name in texts:
        return texts[column.name].gather(column).alias(column.name)
    how = written.get(column.name)
    return column if how is None else how.text(column)


def column_names(
    header: Sequence[str], line: int, problems: ProblemCollector, *, limits: Limits, widest: int = 0
) -> list[str]:
    """Distinct names for the columns: a heading without a name gets one, and of two alike the second a number.

    Args:
        header: The cells of the row of headings.
        line: Its line.
        problems: Counts what was renamed.
        limits: ``attribute_keys``.
        widest: The most cells that a row below it has, where that is known.

    Raises:
        InputRefused: The row holds a title, not headings: one cell above several columns.
        LimitExceeded: There are more columns than are allowed.
    """
    if len(header) > limits.attribute_keys:
        place = Place(problems.source, line)
        raise LimitExceeded(limit="attribute_keys", allowed=limits.attribute_keys, found=len(header), place=place)
    named = [name.strip() for name in header if name.strip()]
    if len(named) == 1 and max(len(header), widest) >= _TITLE_WIDTH:
        raise problems.refusal("log.header-is-title", line, value=named[0][:_SHOWN])
    names: list[str] = []
    for position, name in enumerate(header, start=1):
        wanted = name.strip() or f"column {position}"
        free = free_name(wanted, names)
        if free != name.strip():
            problems.warn("log.column-renamed", 1, line, free, name=name.strip(), new=free)
        names.append(free)
    return names
