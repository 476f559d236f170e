"""Regular CSV at the speed of columns: a file all of whose rows have the same width and quote as RFC 4180 says.

Polars reads such a file, quoted line breaks included, but it would fill up a row that is too short, drop an empty cell
too many, and guess what a quote in the middle of a cell means. So the bytes are walked through first: every quote opens
a cell, closes one or is doubled inside of one; and of the marks outside of quotes, separators and line ends, every
``width``-th is a line end and no other. Any other file is left to the reader that takes one row after the other and
says what is wrong where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.text_tables import TextTable

_LONGEST = 100_000  # bytes; the other reader has an opinion of its own on cells longer than 131,072 characters
_CHUNK = 1 << 18  # bytes that stay in a processor's cache while they are looked at several times
_QUOTE, _LF, _CR = b'"\n\r'
_NOWHERE = np.empty(0, dtype=np.intp)
_BREAK = r"\r\n|\r|\n"

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]


def regular_columns(data: bytes, separator: str, width: int) -> TextTable | None:
    """The rows below the header as String columns in their order, null for an empty cell, and the line of each.

    Args:
        data: The whole file in UTF-8, perhaps behind a byte order mark, its header on the first line.
        separator: One character of ASCII.
        width: How many cells the header has.

    Returns:
        None when some row has another width, or could be read in two ways.
    """
    body, end = data.find(b"\n") + 1, len(data)
    while end > body and data[end - 1] in (_LF, _CR):
        end -= 1
    if width < 2 or not body or body == end or b"\0" in data or b"\r" in data[:body].removesuffix(b"\r\n"):
        return None
    found = _walked(data, (body, end), ord(separator), width)
    if found is None:
        return None
    try:
        columns = _read(data if data[end:] in (b"", b"\n", b"\r\n") else data[:end], separator)
    except pl.exceptions.PolarsError:
        return None
    longest = columns.select(pl.max_horizontal(pl.all().str.len_bytes().max().fill_null(0))).item()
    if columns.shape != (found.rows, width) or longest > _LONGEST:
        return None
    if b'""' in data:
        columns = columns.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return TextTable(columns, _lines(columns, breaks=found.breaks))


@dataclass(frozen=True, slots=True)
class _Regular:
    """What a regular file holds.

    Attributes:
        rows: How many rows.
        breaks: Whether line breaks stand inside of quotes.
    """

    rows: int
    breaks: bool


def _walked(data: bytes, bounds: tuple[int, int], separator: int, width: int) -> _Regular | None:
    """Walk through the rows, which begin and end at ``bounds``; None where they are not regular."""
    body, end = bounds
    text = np.frombuffer(data, dtype=np.uint8)
    others = bytes(set(range(256)) - {separator, _QUOTE, _LF, _CR})
    rows, marks, breaks, opened = 0, 0, False, False
    for start in range(body, end, _CHUNK):
        stop = min(start + _CHUNK, end)
        found = np.frombuffer(data[start:stop].translate(None, others), dtype=np.uint8)
        quotes, returns = found == _QUOTE, _NOWHERE
        if (found == _CR).any():
            returns = np.flatnonzero(text[start:stop] == _CR) + start
        if len(found) and (opened or quotes.any()):
            inside = np.bitwise_xor.accumulate(quotes)  # an opening quote is, a closing one is not
            if opened:
                inside = ~inside
            opened = bool(inside[-1])
            at, opens = np.flatnonzero(text[start:stop] == _QUOTE) + start, inside[quotes]
            if not _quotes_are_regular(text, at[opens], at[~opens], bounds, separator):
                return None
            breaks = breaks or bool((inside & ~quotes & (found != separator)).any())
            outside = ~(inside | quotes)
            returns = returns[outside[found == _CR]]
            found = found[outside]
        if (text[returns + 1] != _LF).any():
            return None
        if len(returns):
            found = found[found != _CR]
        line_ends = np.flatnonzero(found == _LF) + marks
        if not np.array_equal(line_ends, np.arange(rows, rows + len(line_ends)) * width + (width - 1)):
            return None
        rows += len(line_ends)
        marks += len(found)
    return None if opened or marks != rows * width + width - 1 else _Regular(rows + 1, breaks)


def _quotes_are_regular(text: Bytes, opening: Places, closing: Places, bounds: tuple[int, int], separator: int) -> bool:
    """Whether quotes open cells and close them, or are doubled: one that closes, and one that opens again."""
    body, end = bounds
    before = text[opening[opening > body] - 1]
    if not ((before == separator) | (before == _LF) | (before == _QUOTE)).all():
        return False
    closing = closing[closing < end - 1]
    after = text[closing + 1]
    rest = closing[~((after == separator) | (after == _LF) | (after == _QUOTE))]
    return bool((text[rest + 1] == _CR).all() and (text[np.minimum(rest + 2, end - 1)] == _LF).all())


def _lines(columns: pl.DataFrame, *, breaks: bool) -> pl.Series:
    """The line on which each row begins; a row goes on over the lines that its cells break into."""
    lines = pl.int_range(2, len(columns) + 2, dtype=pl.UInt32, eager=True)
    if not breaks:
        return lines
    more = columns.select(pl.sum_horizontal(pl.all().str.count_matches(_BREAK).fill_null(0))).to_series()
    return lines + (more.cum_sum() - more).cast(pl.UInt32)


def _read(data: bytes, separator: str) -> pl.DataFrame:
    return pl.read_csv(data, has_header=False, skip_lines=1, separator=separator, infer_schema=False, low_memory=True)
