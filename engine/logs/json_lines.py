"""JSON Lines as a table: one object a line, one line an event.

Objects inside an object become columns of their own, named by the way to them (``customer.tier``); lists are kept as
their JSON text, and counted. A column whose values are of several types is kept as text, and counted; text stays text:
``"12"`` is no number. A key that a line lacks, and ``null``, are empty cells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import check_cells
from engine.logs.attributes import DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.json_text import NotJson, strict_json
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.tables import Table, log_of_columns

OCEL_MARKS = (b'"objectTypes"', b'"eventTypes"', b'"ocel:', b'"relationships"')
_BATCH = 5_000
_LARGEST = 2**63
_WHOLE_OF_DOUBLE = 2**53
_SPELLED = (pl.Boolean, pl.Float64)
"""Columns whose JSON texts are not what Polars writes."""
_KIND: dict[type, pl.DataType] = {str: pl.String(), bool: pl.Boolean(), int: pl.Int64(), float: pl.Float64()}
_NAMES: dict[type, str] = {str: "string", bool: "boolean", int: "int", float: "float"}

Cell = str | bool | int | float


def is_json_lines(head: bytes) -> bool:
    """Whether a file that begins with ``{`` holds one object a line, as far as its first bytes tell."""
    first, newline, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if any(mark in head for mark in OCEL_MARKS):
        if not newline:
            return False
        try:
            found = strict_json(first.decode())
        except (NotJson, UnicodeDecodeError):
            return False
        return not {"objectTypes", "eventTypes"} & set(found)
    return first.strip() != b"{"


def read_json_lines(data: bytes, problems: ProblemCollector, *, options: ReadOptions, limits: Limits) -> Log:
    """Read a JSON Lines file as ``log_of_columns`` reads a table.

    Raises:
        InputRefused: A line is no object of JSON, or columns, labels or times have no one reading.
        LimitExceeded: A line is too long, nested too deeply, or there are too many keys or cells.
    """
    columns = _Columns(problems, limits)
    for line, found in _objects(data, problems, limits):
        columns.add(line, found)
    problems.refuse_if_wrong()
    frame, lines = columns.frame()
    return log_of_columns(Table(frame, lines, problems, options, limits), DateAudit(options.timezone))


def _objects(data: bytes, problems: ProblemCollector, limits: Limits) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's object with its line; what is none is reported, empty lines are counted."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    start = line = 0
    while start < len(text):
        line += 1
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        if end - start > limits.event_bytes:
            place = Place(problems.source, line)
            raise LimitExceeded(limit="event_bytes", allowed=limits.event_bytes, found=end - start, place=place)
        raw = text[start:end]
        start = end + 1
        if not raw.strip():
            problems.warn("log.empty-rows", 1, line)
            continue
        try:
            found = strict_json(raw.decode())
        except UnicodeDecodeError:
            problems.error("log.encoding-wrong", line, encoding="UTF-8")
            continue
        except NotJson as error:
            problems.error("log.json-malformed", line, reason=error.reason)
            continue
        if isinstance(found, dict):
            yield line, found
        else:
            problems.error("log.json-no-object", line)


class _Columns:
    """The columns that gather while lines are read."""

    def __init__(self, problems: ProblemCollector, limits: Limits) -> None:
        self._problems = problems
        self._limits = limits
        self._height = 0
        self._kinds: dict[str, set[type]] = {}
        self._gathered: dict[str, list[Cell | None]] = {}
        self._packed: dict[str, list[pl.Series]] = {}
        self._lines: list[int] = []
        self._packed_lines: list[pl.Series] = []

    def add(self, line: int, found: dict[str, Any]) -> None:
        """Take one line.

        Raises:
            LimitExceeded: It is nested too deeply, or brings one key or cell too many.
        """
        row = len(self._lines)
        for name, value in self._cells("", found, line, 1):
            column = self._gathered.get(name)
            if column is None:
                column = self._new_column(name, line)
            if len(column) > row:
                self._problems.error("log.attribute-twice", line, name, key=name)
                continue
            column.extend([None] * (row - len(column)))
            column.append(value)
        self._lines.append(line)
        if len(self._lines) >= _BATCH:
            self._pack()

    def frame(self) -> tuple[pl.DataFrame, pl.Series]:
        """Every column in one type, and the lines of the rows."""
        self._pack()
        columns = []
        for name, parts in self._packed.items():
            kinds = self._kinds[name]
            whole = _joined(parts, kinds)
            if whole.dtype == pl.String and kinds - {str}:
                listed = ", ".join(sorted(_NAMES[kind] for kind in kinds))
                self._problems.warn("log.kinds-mixed", 1, None, name, key=name, kinds=listed)
            columns.append(whole.set(whole == "", None).alias(name) if whole.dtype == pl.String else whole.alias(name))
        return pl.DataFrame(columns), pl.concat([pl.Series([], dtype=pl.UInt32), *self._packed_lines])

    def _new_column(self, name: str, line: int) -> list[Cell | None]:
        place = Place(self._problems.source, line, name[:80])
        if len(self._gathered) >= self._limits.attribute_keys:
            found = len(self._gathered) + 1
            raise LimitExceeded(limit="attribute_keys", allowed=self._limits.attribute_keys, found=found, place=place)
        self._packed[name] = [pl.Series([None], dtype=pl.Null).new_from_index(0, self._height)] if self._height else []
        self._kinds[name] = set()
        self._gathered[name] = []
        return self._gathered[name]

    def _cells(self, way: str, found: dict[str, Any], line: int, depth: int) -> Iterator[tuple[str, Cell | None]]:
        if depth > self._limits.nesting:
            place = Place(self._problems.source, line, way[:80])
            raise LimitExceeded(limit="nesting", allowed=self._limits.nesting, found=depth, place=place)
        for key, value in found.items():
            name = f"{way}.{key}" if way else key or "column"
            if isinstance(value, dict):
                yield from self._cells(name, value, line, depth + 1)
            elif isinstance(value, list):
                self._problems.warn("log.json-list", 1, line, name, column=name)
                yield name, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            else:
                yield name, value

    def _pack(self) -> None:
        height = len(self._lines)
        if not height:
            return
        check_cells(self._height + height, len(self._gathered), self._limits, self._problems.source)
        for name, cells in self._gathered.items():
            cells.extend([None] * (height - len(cells)))
            self._packed[name].append(_series(cells, self._kinds[name]))
            cells.clear()
        self._packed_lines.append(pl.Series(self._lines, dtype=pl.UInt32))
        self._height += height
        self._lines.clear()


def _series(cells: Sequence[Cell | None], kinds: set[type]) -> pl.Series:
    """Cells of one type in its column, of several as their JSON texts; adds what they are to ``kinds``."""
    found = {type(cell) for cell in cells} - {type(None)}
    most = _WHOLE_OF_DOUBLE if float in kinds | found else _LARGEST
    if int in found and any(type(cell) is int and not -most <= cell < most for cell in cells):
        found.add(str)
    kinds |= found
    if len(found) == 1:
        return pl.Series(cells, dtype=_KIND[next(iter(found))])
    return pl.Series([None if cell is None else _text(cell) for cell in cells], dtype=pl.String)


def _joined(parts: Sequence[pl.Series], kinds: set[type]) -> pl.Series:
    """The batches of one column in one type: whole numbers beside others are numbers if a double holds them all."""
    whole = [part for part in parts if part.dtype == pl.Int64]
    if len(kinds) == 1:
        kind = _KIND[next(iter(kinds))]
    elif kinds == {int, float} and all(part.drop_nulls().abs().le(_WHOLE_OF_DOUBLE).all() for part in whole):
        kind = pl.Float64()
    else:
        kind = pl.String()
        parts = [part.map_elements(_text, pl.String) if part.dtype in _SPELLED else part for part in parts]
    return pl.concat([pl.Series([], dtype=kind), *(part.cast(kind) for part in parts)])


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell)
