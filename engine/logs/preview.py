"""The first rows of a table, for whoever has to say which column is what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import guessed_roles
from engine.logs.csv_text import read_text_table
from engine.logs.options import ReadOptions
from engine.logs.sources import ByteSource
from engine.logs.workbooks import ZIP_MAGIC, read_workbook

LOOKED_AT = 1 << 18
"""Bytes of a CSV file whose whole lines are looked at."""
ROWS = 8
CELL_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a table.

    Attributes:
        columns: Its columns, in order.
        rows: Cells of its first rows, cut at 120 characters; "" for an empty one.
        guesses: Role (``case``, ``activity``, ``time``, ``start``, ``resource``) → the column whose name says so.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guesses: Mapping[str, str]


def preview_table(
    path: Path, *, sheet: str | None = None, rows: int = ROWS, limits: Limits = DEFAULT_LIMITS
) -> Preview | None:
    """Look at the first rows of a CSV file or a workbook, also gzipped.

    Args:
        path: The file.
        sheet: The sheet of a workbook.
        rows: How many rows at most.
        limits: Sizes past which there is nothing to be seen.

    Returns:
        The rows, or None where the file is no table, or one whose first rows cannot be told.
    """
    source = ByteSource(path, limits=limits)
    problems = ProblemCollector(source.name, limit=limits.problems)
    try:
        head, chunks = source.open()
        if head.startswith(ZIP_MAGIC):
            table = read_workbook(b"".join(chunks), problems, sheet=sheet, limits=limits)
        elif head.lstrip().startswith((b"<", b"{", b"[")):
            return None
        else:
            options = ReadOptions(sheet=sheet)
            table = read_text_table(_first_lines(chunks), problems, options=options, limits=limits)
    except (InputRefused, UnicodeDecodeError):
        return None
    names = table.columns.columns
    shown = [table.text(name).head(rows).cast(pl.String).fill_null("").str.head(CELL_CHARACTERS) for name in names]
    return Preview(
        columns=tuple(names),
        rows=tuple(zip(*(column.to_list() for column in shown), strict=True)),
        guesses=guessed_roles(names),
    )


def _first_lines(chunks: Iterator[bytes]) -> bytes:
    """The whole file where it is short, else its first whole lines."""
    found = b""
    for chunk in chunks:
        found += chunk
        if len(found) > LOOKED_AT:
            break
    else:
        return found
    cut = max(found.rfind(b"\n"), found.rfind(b"\r"))
    return found[: cut + 1] or found
