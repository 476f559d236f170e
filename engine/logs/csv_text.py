"""Comma-separated text as columns of text: encoding, separator, rows, each row with its line.

A large regular file is split by a kernel (see ``csv_columns``); any other by the standard library's reader in its
strict mode, which can name the line of an error. "007", "NA" and "null" are values; only an empty cell is null.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import polars as pl

from engine.limits import MEBIBYTE, Limits
from engine.logs.assembly import check_cells
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import likely_role
from engine.logs.options import ReadOptions
from engine.logs.text_tables import TextTable, column_names

SEPARATORS = (",", ";", "\t", "|")
_BATCH = 5_000  # rows held as Python lists at once: many more, and collecting garbage costs more than reading
_LOOK_AT = 50
_GB2312_SHARE = 0.9
_PIECE = 1 << 18
_UTF8 = "utf-8-sig"
_SMALL = MEBIBYTE
"""A file up to this size is read row by row before the kernel of regular files is loaded."""


def read_text_table(data: bytes, problems: ProblemCollector, *, options: ReadOptions, limits: Limits) -> TextTable:
    """Split a CSV file into columns; moments are made of those alone that may be the time or the start.

    Raises:
        InputRefused: Its encoding is unknown, or a row has more or fewer cells than the header.
        LimitExceeded: It has more columns than are allowed.
    """
    encoding = _encoding(data, problems)
    separator, width = _separator(data, encoding)
    header, line, rows = _rows(data, encoding, separator, problems)
    names = column_names(header, line, problems, limits=limits, widest=width)
    if line == 1 and len(data) > _SMALL:
        from engine.logs.csv_columns import regular_columns  # noqa: PLC0415 - Numba takes as long as a small file

        whole = _as_utf8(data, encoding)
        most = limits.log_cells // max(len(names), 1)
        moments = [name for name in names if likely_role(name, options) == "time"]
        regular = regular_columns(whole, separator, names, moments=moments, most_rows=most)
        if regular is not None:
            check_cells(len(regular.lines), len(names), limits, problems.source)
            return _without_empty_rows(regular, problems)
    return _row_by_row(rows, names, problems, limits)


def _as_utf8(data: bytes, encoding: str) -> bytes:
    return data if encoding == _UTF8 else data.decode(encoding).encode()


def _without_empty_rows(table: TextTable, problems: ProblemCollector) -> TextTable:
    if any(column.null_count() == 0 for column in table.columns.get_columns()):
        return table
    empty = table.columns.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if empty.any():
        problems.warn("log.empty-rows", int(empty.sum()), table.lines.filter(empty)[0])
    return table.without_rows(empty)


def _row_by_row(
    rows: Iterator[tuple[int, list[str]]], names: list[str], problems: ProblemCollector, limits: Limits
) -> TextTable:
    """The table of any file, each row taken by itself; what is wrong with one is reported with its line."""
    columns: list[list[pl.Series]] = [[] for _ in names]
    lines: list[pl.Series] = []
    while batch := list(islice(rows, _BATCH)):
        check_cells(len(lines) * _BATCH + len(batch), len(names), limits, problems.source)
        lines.append(pl.Series([line for line, _ in batch], dtype=pl.UInt32))
        for column, cells in zip(columns, zip(*(row for _, row in batch), strict=True), strict=True):
            column.append(pl.Series(cells, dtype=pl.String))
    empty = pl.Series([], dtype=pl.String)
    frame = pl.DataFrame(
        [pl.concat(parts or [empty]).alias(name) for name, parts in zip(names, columns, strict=True)]
    ).with_columns(pl.when(pl.all() != "").then(pl.all()))
    return TextTable(frame, pl.concat(lines or [pl.Series([], dtype=pl.UInt32)]))


def _rows(
    data: bytes, encoding: str, separator: str, problems: ProblemCollector
) -> tuple[list[str], int, Iterator[tuple[int, list[str]]]]:
    """The header's cells and its last line, and every row that has as many cells, with its line."""
    reader = _reader(data, encoding, separator)
    header: list[str] = []
    try:
        while not header:
            header = next(reader)
    except StopIteration:
        raise problems.refusal("log.file-empty") from None
    except csv.Error as error:
        raise problems.refusal("log.csv-quotes", reader.line_num) from error

    def rows() -> Iterator[tuple[int, list[str]]]:
        line = reader.line_num + 1
        try:
            for row in reader:
                if len(row) == len(header) and any(row):
                    yield line, row
                elif row and not any(row):
                    problems.warn("log.empty-rows", 1, line)
                elif row:
                    problems.error("log.row-ragged", line, expected=len(header), found=len(row))
                line = reader.line_num + 1
        except csv.Error as error:
            raise problems.refusal("log.csv-quotes", line) from error

    return header, reader.line_num, rows()


def _reader(data: bytes, encoding: str, separator: str) -> csv.Reader:  # type: ignore[name-defined]  # typeshed's name
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    return csv.reader(text, delimiter=separator, strict=True)


def _encoding(data: bytes, problems: ProblemCollector) -> str:
    """UTF-8, or what a byte order mark says, or GB18030 where every byte and the choice of characters speak for it.

    Raises:
        InputRefused: None of them fits.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(data, "utf-16", problems)
    wrong = _not_utf8(data)
    if wrong is None:
        return _UTF8
    if data.startswith(codecs.BOM_UTF8) or not _is_chinese(data):
        line = data.count(b"\n", 0, wrong) + 1
        raise problems.refusal("log.encoding-wrong", line, encoding="UTF-8")
    problems.warn("log.read-as-gb18030")
    return "gb18030"


def _not_utf8(data: bytes) -> int | None:
    """Where the first bytes stand that are not UTF-8, or None; a piece at a time, as Polars checks them fastest."""
    start = 0
    while start < len(data):
        end = min(start + _PIECE, len(data))
        while end < len(data) and end > start + 1 and data[end] & 0xC0 == 0x80:  # in the middle of a character
            end -= 1
        piece = data[start:end]
        try:
            pl.Series([piece], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            return _first_wrong(data)
        start = end
    return None


def _first_wrong(data: bytes) -> int | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _strict(data: bytes, encoding: str, problems: ProblemCollector) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        raise problems.refusal("log.encoding-wrong", 1, encoding=encoding.upper()) from error
    return encoding


def _is_chinese(data: bytes) -> bool:
    """Whether bytes are GB18030.

    Western text in Latin-1 can also be decoded as GB18030, into rare characters. What people write is nearly all in
    its oldest part, GB 2312, both of whose bytes lie above 0xA0; so that share decides.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    foreign = "".join(character for character in text if ord(character) > 0x7F)
    common = foreign.encode("gb2312", errors="ignore").decode("gb2312")
    return len(common) >= _GB2312_SHARE * len(foreign)


def _separator(data: bytes, encoding: str) -> tuple[str, int]:
    """The separator that cuts the first rows into the same number of cells, and into most; and how many most have."""
    best, best_width = SEPARATORS[0], (False, 1)
    for separator in SEPARATORS:
        try:
            rows = [row for row in islice(_reader(data, encoding, separator), _LOOK_AT) if row]
        except csv.Error:
            continue
        ((width, count),) = Counter(map(len, rows)).most_common(1) or [(1, 0)]
        if width > 1 and (count * 2 > len(rows), width) > best_width:
            best, best_width = separator, (count * 2 > len(rows), width)
    return best, best_width[1]
