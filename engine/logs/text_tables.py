"""Tables of text, as CSV files and workbooks hold them: cells in rows, and one row of headings above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import free_name
from engine.logs.collecting import ProblemCollector

_TITLE_WIDTH = 3
_SHOWN = 80


@dataclass(frozen=True, eq=False, slots=True)
class TextTable:
    """A table of text.

    Attributes:
        columns: String columns under distinct names; null for an empty cell.
        lines: The line on which each row begins.
    """

    columns: pl.DataFrame
    lines: pl.Series


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
