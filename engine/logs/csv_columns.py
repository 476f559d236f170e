"""Regular CSV at the speed of columns: a file all of whose rows have the same width and quote as RFC 4180 says.

A kernel walks through the bytes once (see ``kernels.rows``). Each column becomes the numbers of its distinct texts, of
which nearly all columns have few; so whatever is done with texts is done with the distinct ones. The column of the time
becomes moments at once, if all its cells have the shape of the first one. A column with too many texts is split off by
Polars once every byte has been checked. Any other file is left to the reader that takes one row after the other and
says what is wrong where.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.kernels.common import MORE, WRONG, Bytes
from engine.logs.kernels.rows import (
    CODED,
    DOUBLED,
    EMPTY,
    LEFT,
    MOMENT,
    NAIVE_SHAPE,
    NO_MOMENT,
    QUOTE,
    ROW,
    ROW_AT,
    ROW_LINE,
    ROWS_STATE_SIZE,
    Cells,
    Columns,
    put_texts,
    rehash_column,
    walk_rows,
)
from engine.logs.table_times import Written
from engine.logs.text_tables import TextTable

_LF, _CR = b"\n\r"
_ROOM = 1 << 10  # distinct texts of a column at first
_MANY, _SHARE = 1 << 16, 0.75
"""A column with more distinct texts than this, in more than this share of its rows, is not worth their numbers."""


def regular_columns(
    data: bytes, separator: str, names: Sequence[str], *, moments: Collection[str] = (), most_rows: int
) -> TextTable | None:
    """The rows below the header, and the line of each.

    Args:
        data: The whole file in UTF-8, perhaps behind a byte order mark, its header on the first line.
        separator: One character of ASCII.
        names: Of the columns, distinct, as many as the header has cells.
        moments: Those that may be read as times.
        most_rows: When more have been read, the rest is left out.

    Returns:
        None when some row has another width, or could be read in two ways.
    """
    body, end = data.find(b"\n") + 1, len(data)
    while end > body and data[end - 1] in (_LF, _CR):
        end -= 1
    if len(names) < 2 or not body or body == end or b"\r" in data[:body].removesuffix(b"\r\n") or b"\0" in data[:body]:
        return None
    height = min(data.count(b"\n", body, end), most_rows) + 1
    walk = _Walk(data, body, height, [MOMENT if name in moments else CODED for name in names])
    if not walk.go(end, separator):
        return None
    left = [at for at in range(len(names)) if walk.columns.mode[at] == LEFT]
    try:
        rest = _read(data if data[end:] in (b"", b"\n", b"\r\n") else data[:end], separator, left, walk.rows)
    except pl.exceptions.PolarsError:
        return None
    if rest.height not in (0, walk.rows):
        return None
    return walk.table(names, dict(zip(left, rest.get_columns(), strict=True)))


class _Walk:
    """A walk through the rows of one file."""

    __slots__ = ("_cells", "_state", "_text", "columns")

    def __init__(self, data: bytes, body: int, height: int, modes: Sequence[int]) -> None:
        width = len(modes)
        self._text: Bytes = np.frombuffer(data, dtype=np.uint8)
        self._state = np.zeros(ROWS_STATE_SIZE, dtype=np.int64)
        self._state[ROW_AT], self._state[ROW_LINE] = body, 2
        mode = np.array(modes, dtype=np.uint8)
        coded = mode == CODED
        room = np.where(coded, _ROOM, 1).astype(np.int64)
        self.columns = Columns(
            mode=mode,
            known=np.zeros(width, dtype=np.int64),
            base=np.cumsum(room) - room,
            room=room,
            slot=np.where(coded, np.cumsum(coded), np.cumsum(~coded)).astype(np.int64) - 1,
            last=np.full(width, -1, dtype=np.int64),
            empty=np.zeros(width, dtype=np.int64),
            shape=np.zeros(4 * width, dtype=np.uint8),
            begin=np.empty(room.sum(), dtype=np.int64),
            stop=np.empty(room.sum(), dtype=np.int64),
            mark=np.empty(room.sum(), dtype=np.uint32),
            table=np.full(2 * room.sum(), -1, dtype=np.int32),
        )
        self._cells = Cells(  # memory that is not written to is not taken
            codes=np.empty((int(coded.sum()), height), dtype=np.uint32),
            moments=np.empty((int((~coded).sum()), height), dtype=np.int64),
            line=np.empty(height, dtype=np.uint32),
        )

    @property
    def rows(self) -> int:
        """How many rows have been read."""
        return int(self._state[ROW])

    def go(self, end: int, separator: str) -> bool:
        """Walk to the end, or as far as there is room for rows; whether the rows are regular."""
        marks = np.zeros(257, dtype=np.uint8)
        marks[[ord(separator), QUOTE, _LF, _CR, 0]] = 1
        while True:
            came = walk_rows(self._text, end, ord(separator), marks, self._state, self.columns, self._cells)
            if came != MORE or self.rows == len(self._cells.line):
                return came != WRONG
            self._make_room()

    def _make_room(self) -> None:
        """Twice the room for every column that is full, or none where nearly every row has a text of its own."""
        old = self.columns
        room = old.room.copy()
        for at in np.flatnonzero((old.known == old.room) & (old.mode == CODED)):
            if old.known[at] > max(_MANY, _SHARE * self.rows):
                old.mode[at] = LEFT
            room[at] *= 2
        room[old.mode == LEFT] = 1
        self.columns = old._replace(
            base=np.cumsum(room) - room,
            room=room,
            begin=np.empty(room.sum(), dtype=np.int64),
            stop=np.empty(room.sum(), dtype=np.int64),
            mark=np.empty(room.sum(), dtype=np.uint32),
            table=np.full(2 * room.sum(), -1, dtype=np.int32),
        )
        new = self.columns
        for at in np.flatnonzero(old.mode == CODED):
            known, to, source = int(old.known[at]), int(new.base[at]), int(old.base[at])
            for name in ("begin", "stop", "mark"):
                getattr(new, name)[to : to + known] = getattr(old, name)[source : source + known]
            rehash_column(to, int(room[at]), known, new.mark, new.table)

    def table(self, names: Sequence[str], left: dict[int, pl.Series]) -> TextTable:
        """What has been read, with the columns that were left."""
        rows = self.rows
        columns: list[pl.Series] = []
        texts: dict[str, pl.Series] = {}
        clocks: dict[str, Written] = {}
        for at, name in enumerate(names):
            if at in left:
                columns.append(left[at].alias(name))
            elif self.columns.empty[at] == rows:
                columns.append(pl.Series(name, [], dtype=pl.String).extend_constant(None, rows))
            elif self.columns.mode[at] == CODED:
                texts[name] = self._texts(at)
                codes = self._cells.codes[self.columns.slot[at], :rows]
                columns.append(_column(name, codes, int(EMPTY), self.columns.empty[at]))
            else:
                shape, dash, between, seconds = self.columns.shape[4 * at : 4 * at + 4].tolist()
                clocks[name] = Written(chr(dash), chr(between), seconds == 1) if shape == NAIVE_SHAPE else Written()
                moments = self._cells.moments[self.columns.slot[at], :rows]
                found = _column(name, moments, NO_MOMENT, self.columns.empty[at]).cast(pl.Datetime("us"))
                columns.append(found.dt.replace_time_zone("UTC"))
        return TextTable(pl.DataFrame(columns), pl.Series(self._cells.line[:rows]), texts, clocks)

    def _texts(self, at: int) -> pl.Series:
        """The distinct texts of a column in the order of their numbers."""
        base, known = int(self.columns.base[at]), int(self.columns.known[at])
        begin, stop = (array[base : base + known] for array in (self.columns.begin, self.columns.stop))
        out = np.empty(int((stop - begin).sum()) + known - 1, dtype=np.uint8)
        put_texts(self._text, begin, stop, out)
        texts = pl.Series([out.tobytes().decode()]).str.split("\0").explode(empty_as_null=True, keep_nulls=True)
        return texts.str.replace_all('""', '"', literal=True) if self._state[DOUBLED] else texts


def _column(name: str, values: NDArray[np.uint32] | NDArray[np.int64], missing: int, empty: int) -> pl.Series:
    column = pl.Series(name, values)
    return column.set(column == missing, None) if empty else column


def _read(data: bytes, separator: str, columns: list[int], rows: int) -> pl.DataFrame:
    """Columns of text, null for an empty cell."""
    if not columns:
        return pl.DataFrame()
    found = pl.read_csv(
        data,
        has_header=False,
        skip_lines=1,
        separator=separator,
        infer_schema=False,
        low_memory=True,
        columns=columns,
        n_rows=rows,
    )
    return found.with_columns(pl.when(pl.all() != "").then(pl.all())) if b'""' in data else found
