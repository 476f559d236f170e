"""Regular CSV at the speed of columns: a file in which every line is a row of the same width.

Polars would fill up a row that is too short and read past a quote that stands alone. So every line is checked first: it
has as many separators as the header, or, where it has quotes, matches what a quoted line is (RFC 4180). A file with a
line that does not is left to the reader that takes one row after the other and says what is wrong where.
"""

from __future__ import annotations

import io

import polars as pl

_LONGEST = 100_000  # bytes; the other reader has an opinion of its own on cells longer than 131,072 characters
_MOST_QUOTED = 64  # columns up to which the pattern of a quoted line is worth compiling
_NOWHERE = b"\x01"
_FIELD = '(?:[^"{0}]*|"(?:[^"]|"")*")'


def regular_columns(data: bytes, separator: str, width: int) -> pl.DataFrame | None:
    """The rows below the header as String columns in their order; null or "" for an empty cell.

    Args:
        data: The whole file in UTF-8, without a byte order mark, its header on the first line.
        separator: One character of ASCII.
        width: How many cells the header has.

    Returns:
        None when some line is no row of that width, is empty, or could be read in two ways.
    """
    plain = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    if b"\r" in plain or b"\0" in plain or _NOWHERE in plain or width < 2:
        return None
    body = plain.find(b"\n") + 1
    if not body or body == len(plain):
        return None
    if not _is_regular(plain, separator, width):
        return None
    try:
        found = _read(plain, separator, quote='"')
    except pl.exceptions.PolarsError:
        return None
    empty = found.select(pl.all_horizontal((pl.all() == "") | pl.all().is_null()).any()).item() if len(found) else False
    return None if empty or found.width != width else found


def _is_regular(plain: bytes, separator: str, width: int) -> bool:
    try:
        lines = _read(plain, _NOWHERE.decode(), quote=None).to_series()
    except pl.exceptions.PolarsError:
        return False
    expected = plain.count(b"\n") - plain.endswith(b"\n")
    if len(lines) != expected or lines.null_count() or (lines.str.len_bytes().max() or 0) > _LONGEST:  # type: ignore[operator]  # a length is a number
        return False
    if b'"' not in plain:
        return bool((lines.str.count_matches(separator, literal=True) == width - 1).all())
    if width > _MOST_QUOTED:
        return False
    cell = _FIELD.format("\\" + separator)
    return bool(lines.str.contains(f"^{cell}(?:\\{separator}{cell}){{{width - 1}}}$").all())


def _read(data: bytes, separator: str, *, quote: str | None) -> pl.DataFrame:
    return pl.read_csv(
        io.BytesIO(data),
        has_header=False,
        skip_lines=1,
        separator=separator,
        quote_char=quote,
        infer_schema=False,
        low_memory=True,
    )
