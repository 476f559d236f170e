"""The pieces of an XES document that the kernels have scanned, and the columns that they become."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.limits import MEBIBYTE, Limits
from engine.logs.attributes import KINDS, DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.kernels import common as at
from engine.logs.kernels.characters import checked
from engine.logs.kernels.common import Bytes, Found, Int64s, Keys, Strings
from engine.logs.kernels.interning import rehash
from engine.logs.kernels.scan import by_column, scan
from engine.logs.options import ReadOptions
from engine.logs.xes_columns import CASE, EVENT, XesColumns
from engine.logs.xes_records import Left, PieceRecords, ScannedColumn

PIECE = MEBIBYTE
FRONT = MEBIBYTE
"""Room before a piece for the unfinished tag of the one before; a longer tag is left."""
_PAD = 64
_SMALLEST_ATTRIBUTE = len('<id key="" value=""/>')
_SMALLEST_ROW = len("<event/>")
_RECORDS = (FRONT + PIECE) // _SMALLEST_ATTRIBUTE + 2
_ROWS = (FRONT + PIECE) // _SMALLEST_ROW + 2
_SEGMENT = 8 * MEBIBYTE
_KINDS = tuple(KINDS)
_SCOPES = {at.EVENT: EVENT, at.TRACE: CASE, at.LOG: "log"}
_COUNTED = {
    "log.xes-nested": at.NESTED,
    "log.xes-log-attributes": at.OWN,
    "log.xes-declared-twice": at.TWICE,
    "log.xes-without-key": at.KEYLESS,
}
_Array = TypeVar("_Array", Bytes, Int64s, NDArray[np.uint32])


def new_piece() -> Bytes:
    """A text for the kernels: room in front, a piece, zeros, and room for a decoded key and a decoded value."""
    return np.zeros(3 * (FRONT + PIECE) + _PAD, dtype=np.uint8)


class PieceScanner:
    """Everything that is known of a document so far. Its methods are called by one thread at a time."""

    def __init__(self, line: int, limits: Limits) -> None:
        """Stand before the first attribute or trace of the log, on this line."""
        self._limits = limits
        self._state = np.zeros(at.STATE_SIZE, dtype=np.int64)
        self._state[[at.LINE, at.DEPTH, at.SCRATCH]] = line, 1, FRONT + PIECE + _PAD
        self._state[[at.MOST_BYTES, at.MOST_DEPTH]] = limits.attribute_bytes, limits.nesting
        self._stack = np.zeros(limits.nesting + 2, dtype=np.uint8)
        self._stack[1] = at.LOG
        self._strings = _no_strings()
        self._keys = _no_keys(3 * limits.attribute_keys)
        self._found = _room()
        self._names: list[tuple[str, str]] = []
        self._carry = np.empty(0, dtype=np.uint8)
        self._unchecked = 0
        self._records: list[PieceRecords] = []
        self._hard: list[Int64s] = []
        self._event_case: list[NDArray[np.uint32]] = []
        self._event_line: list[NDArray[np.uint32]] = []
        self._case_line: list[NDArray[np.uint32]] = []

    def take(self, text: Bytes, end: int) -> None:
        """Scan a piece that stands from ``FRONT`` to ``end``.

        Raises:
            Left: It holds something that is wrong or rare.
        """
        begin = FRONT - len(self._carry)
        if begin < 0:
            raise Left
        text[begin:FRONT] = self._carry
        text[end : end + _PAD] = 0
        good = checked(text, text.view(np.uint64), FRONT - self._unchecked, end)
        if good == at.WRONG:
            raise Left
        self._unchecked = end - good
        self._make_room(end - begin)
        state = self._state
        state[[at.AT, at.RECORDS, at.PIECE_EVENTS, at.PIECE_CASES, at.HARD]] = begin, 0, 0, 0, 0
        if scan(text, state, self._stack, self._strings, self._keys, self._found) != at.MORE:
            raise Left
        self._carry = text[state[at.AT] : end].copy()
        self._store()
        self._check_limits()

    def finish(self) -> None:
        """Take the end.

        Raises:
            Left: The document is not complete.
        """
        if self._state[at.DEPTH] or bytes(self._carry).strip(b"\r"):
            raise Left

    def report(self, problems: ProblemCollector, zone: str | None) -> None:
        """Count what is odd and not kept, and what is odd about the dates; ``zone`` is of those without an offset."""
        state, found, dates = self._state, self._found, DateAudit(zone)
        for code, number in _COUNTED.items():
            problems.warn(code, int(state[number]), int(state[number + 1]))
        for index in np.flatnonzero(found.offset_count).tolist():
            dates.note(_offset(index), int(found.offset_count[index]), int(found.offset_line[index]))
        if state[at.CUT]:
            dates.note_cut(int(state[at.CUT]), int(state[at.CUT_LINE]))
        dates.report(problems)

    def columns(self, options: ReadOptions, problems: ProblemCollector) -> XesColumns:
        """What was found, which the scanner then no longer holds.

        Raises:
            Left: A float does not read.
        """
        zone = self._zone_of_all(options.timezone)
        strings = _series(self._strings, int(self._state[at.STRINGS]))
        hard = np.concatenate([np.empty((0, 3), dtype=np.int64), *self._hard])
        floats = strings.gather(pl.Series(hard[:, 2], dtype=pl.UInt32)).cast(pl.Float64, strict=False)
        if floats.null_count():
            raise Left
        columns: dict[tuple[str, str], dict[str, ScannedColumn]] = {}
        for column in range(int(self._state[at.COLUMNS])):
            name = self._names[self._keys.column_key[column]]
            kind = _KINDS[self._keys.column_kind[column]]
            mine = hard[:, 0] == column
            columns.setdefault(name, {})[kind] = ScannedColumn(
                key=name[1],
                kind=kind,
                parts=tuple(part for records in self._records if (part := records.column(column)) is not None),
                zone=zone if kind == "date" else None,
                strings=strings,
                hard=(hard[mine, 1], floats.to_numpy()[mine]),
            )
        self._records = []
        return XesColumns(
            columns=columns,
            case=_joined(self._event_case),
            event_lines=_joined(self._event_line),
            case_lines=_joined(self._case_line),
            options=options,
            problems=problems,
        )

    def _zone_of_all(self, zone: str | None) -> str | None:
        """The zone of all dates; None where they state their offsets.

        Raises:
            Left: Some state one and some do not: which of them is not known here.
        """
        naive = self._found.offset_count[at.NAIVE]
        if zone is not None and 0 < naive < self._found.offset_count.sum():
            raise Left
        return zone if naive else None

    def _make_room(self, span: int) -> None:
        """Longer arrays for all the strings and keys that so many bytes may hold."""
        strings, keys = self._strings, self._keys
        more, count, known = span // _SMALLEST_ATTRIBUTE + 2, int(self._state[at.STRINGS]), int(self._state[at.KEYS])
        table = strings.table
        if len(table) < 2 * (count + more):
            table = np.full(1 << (4 * (count + more) - 1).bit_length(), -1, dtype=np.int32)
            rehash(strings.marks, count, table)
        self._strings = Strings(
            pool=_longer(strings.pool, int(strings.ends[count]) + span + more),
            ends=_longer(strings.ends, count + more + 1),
            marks=_longer(strings.marks, count + more),
            table=table,
        )
        self._keys = keys._replace(pool=_longer(keys.pool, int(keys.ends[known]) + span + more))

    def _store(self) -> None:
        """Keep what the piece has given."""
        state, found = self._state, self._found
        count, events, cases = (int(state[number]) for number in (at.RECORDS, at.PIECE_EVENTS, at.PIECE_CASES))
        columns = int(state[at.COLUMNS])
        starts, rows = np.zeros(columns + 1, dtype=np.int64), np.empty(count, dtype=np.uint32)
        wholes = np.empty(count, dtype=np.int64)
        by_column(found, count, starts, rows, wholes)
        is_text = np.isin(self._keys.column_kind[:columns], (at.STRING, at.ID))
        self._records.append(PieceRecords.of(starts, rows, wholes, is_text))
        self._hard.append(found.hard[: 3 * int(state[at.HARD])].copy().reshape(-1, 3))
        self._event_case.append(found.event_case[:events].copy())
        self._event_line.append(found.event_line[:events].copy())
        self._case_line.append(found.case_line[:cases].copy())

    def _check_limits(self) -> None:
        """Leave a document with blank keys, too many keys, or too many cells."""
        state, keys = self._state, self._keys
        for key in range(len(self._names), int(state[at.KEYS])):
            name = keys.pool[keys.ends[key] : keys.ends[key + 1] - 1].tobytes().decode()
            scope = _SCOPES[int(keys.scope[key])]
            if scope in (EVENT, CASE) and not name.strip():
                raise Left
            self._names.append((scope, name))
        count = Counter(scope for scope, _ in self._names)
        cells = max(int(state[at.EVENTS]) * count[EVENT], int(state[at.CASES]) * count[CASE])
        kept = {name for scope, name in self._names if scope in (EVENT, CASE)}
        if cells > self._limits.log_cells or len(kept) > self._limits.attribute_keys:
            raise Left


def _no_strings() -> Strings:
    return Strings(
        np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.uint32), np.empty(0, np.int32)
    )


def _no_keys(most: int) -> Keys:
    """Room for so many keys of the log, its traces and events."""
    columns = most * at.KIND_COUNT
    return Keys(
        pool=np.empty(0, dtype=np.uint8),
        ends=np.zeros(most + 1, dtype=np.int64),
        marks=np.empty(most, dtype=np.uint32),
        table=np.full(1 << (2 * most).bit_length(), -1, dtype=np.int32),
        scope=np.zeros(most, dtype=np.uint8),
        follower=np.full(most + 2, -1, dtype=np.int32),
        last_row=np.full(most, -1, dtype=np.int64),
        columns=np.full(columns, -1, dtype=np.int32),
        column_key=np.empty(columns, dtype=np.int32),
        column_kind=np.empty(columns, dtype=np.int32),
        last_value=np.full(columns, -1, dtype=np.int32),
    )


def _room() -> Found:
    """Room for all that a piece can give."""
    whole = np.empty(_RECORDS, dtype=np.int64)
    return Found(
        column=np.empty(_RECORDS, dtype=np.int32),
        row=np.empty(_RECORDS, dtype=np.uint32),
        whole=whole,
        real=whole.view(np.float64),
        event_case=np.empty(_ROWS, dtype=np.uint32),
        event_line=np.empty(_ROWS, dtype=np.uint32),
        case_line=np.empty(_ROWS, dtype=np.uint32),
        offset_count=np.zeros(at.NAIVE + 1, dtype=np.int64),
        offset_line=np.zeros(at.NAIVE + 1, dtype=np.int64),
        hard=np.empty(3 * _RECORDS, dtype=np.int64),
    )


def _longer(array: _Array, size: int) -> _Array:
    """The array, moved to twice the room that is needed when it has less."""
    if len(array) >= size:
        return array
    moved = np.empty(2 * size, dtype=array.dtype)
    moved[: len(array)] = array
    return moved


def _joined(parts: list[NDArray[np.uint32]]) -> pl.Series:
    return pl.Series(np.concatenate(parts), dtype=pl.UInt32)


def _series(strings: Strings, count: int) -> pl.Series:
    """The strings by number, and a null behind them. No XML document holds the zeros that stand between them."""
    parts, first = [], 0
    while first < count:
        begin = int(strings.ends[first])
        last = max(first + 1, int(np.searchsorted(strings.ends[: count + 1], begin + _SEGMENT, side="right")) - 1)
        text = strings.pool[begin : int(strings.ends[last]) - 1].tobytes().decode()
        parts.append(pl.Series([text], dtype=pl.String).str.split("\0").explode())
        first = last
    return pl.concat([*parts, pl.Series([None], dtype=pl.String)])


def _offset(index: int) -> str | None:
    """An offset as ``DateAudit`` counts it."""
    if index == at.NAIVE:
        return None
    hours, minutes = divmod(abs(index - 840), 60)
    return f"{'-' if index < 840 else '+'}{hours:02}:{minutes:02}"
