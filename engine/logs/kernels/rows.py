"""Walk through the rows of a CSV file once: cells in, numbers of their texts and moments out.

Only what can be read in one way is: a quote that neither opens a cell nor closes one, a row of another width, a line
that ends in a lone carriage return and a zero byte are WRONG here, and another reader has to say what comes of them.
Rows may have any width, so cells go to arrays by column and row. Each column has its own stretch of the arrays of
distinct texts, and its own hash table (open addressing, Knuth, The Art of Computer Programming 3, section 6.4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compiled import tight, tight_inlined
from engine.logs.instants import FIRST_MICROSECOND
from engine.logs.kernels.common import MORE, WRONG, Bytes, Int32s, Int64s, Marks
from engine.logs.kernels.values import clock, instant

QUOTE, LINE_FEED, RETURN = 34, 10, 13
ROW_AT, ROW, ROW_LINE, DOUBLED, ROWS_STATE_SIZE = range(5)
"""The numbers of ``state``: where the next row begins, which it is, its line, and whether any quote was doubled."""
CODED, MOMENT, LEFT = range(3)
"""What becomes of a column: numbers of its distinct texts, moments, or nothing, because it was given up."""
NO_SHAPE, NAIVE_SHAPE, ZULU_SHAPE, OTHER_SHAPE = range(4)
EMPTY = np.uint32(0xFFFFFFFF)
"""Instead of a number: the cell is empty."""
NO_MOMENT = np.iinfo(np.int64).min
LONGEST = 100_000
"""Bytes of a cell; the other reader has an opinion of its own on cells longer than 131,072 characters."""

_MOST_PROBES = 1_000
_LONGEST_ZULU = len("2024-01-01T00:00:00.123456Z")
_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a, Fowler, Noll and Vo 1991
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Columns(NamedTuple):
    """What is known of the columns; the texts of column k have ``room[k]`` places from ``base[k]`` on."""

    mode: Bytes
    known: Int64s  # distinct texts
    base: Int64s
    room: Int64s  # powers of two
    slot: Int64s  # the row of ``Cells.codes`` or ``Cells.moments`` that is the column's
    last: Int64s  # the number of the cell above
    empty: Int64s  # empty cells
    shape: Bytes  # of moments, four bytes each: what shape, the mark in the date, the one behind it, whether seconds
    begin: Int64s  # where each text stands in the file
    stop: Int64s
    mark: Marks
    table: Int32s  # twice as long as the arrays of texts


class Cells(NamedTuple):
    """What the rows hold, by column and row."""

    codes: NDArray[np.uint32]
    moments: NDArray[np.int64]
    line: NDArray[np.uint32]


@tight_inlined
def _same(text: Bytes, at: int, other: int, size: int) -> bool:
    for i in range(size):  # noqa: SIM110 - compiled code has no generators
        if text[at + i] != text[other + i]:
            return False
    return True


@tight_inlined
def _number(text: Bytes, at: int, end: int, mixed: np.uint64, k: int, columns: Columns) -> int:
    """The number of a text in its column, a new one if need be; WRONG after too many steps."""
    folded = (mixed ^ (mixed >> np.uint64(32))) * _GOLDEN
    mark, base, size = np.uint32(folded >> np.uint64(32)), columns.base[k], end - at
    last = columns.last[k]
    if last >= 0 and columns.mark[base + last] == mark:
        begin = columns.begin[base + last]
        if columns.stop[base + last] - begin == size and _same(text, at, begin, size):
            return int(last)
    mask = 2 * columns.room[k] - 1
    place = np.int64(mark) & mask
    for _ in range(_MOST_PROBES):
        number = np.int64(columns.table[2 * base + place])
        if number < 0:
            number = columns.known[k]
            columns.begin[base + number], columns.stop[base + number] = at, end
            columns.mark[base + number] = mark
            columns.table[2 * base + place] = number
            columns.known[k] = number + 1
            return int(number)
        if columns.mark[base + number] == mark:
            begin = columns.begin[base + number]
            if columns.stop[base + number] - begin == size and _same(text, at, begin, size):
                return int(number)
        place = (place + 1) & mask
    return WRONG


@tight_inlined
def _shape(text: Bytes, at: int, end: int, k: int, shape: Bytes) -> None:
    """What the first moment of a column looks like, which all others then have to look like."""
    size = end - at
    shape[4 * k] = OTHER_SHAPE
    if size < 16:
        return
    dash, between = text[at + 4], text[at + 10]
    if text[end - 1] == 90 and dash == 45 and between == 84:
        shape[4 * k] = ZULU_SHAPE
    elif (size == 16 or size == 19) and (dash == 45 or dash == 47) and (between == 32 or between == 84):
        shape[4 * k], shape[4 * k + 1], shape[4 * k + 2], shape[4 * k + 3] = NAIVE_SHAPE, dash, between, size == 19


@tight_inlined
def _moment(text: Bytes, at: int, end: int, k: int, shape: Bytes) -> int:
    """Microseconds since 1970, or NO_MOMENT where a cell does not look like the first one or is no moment."""
    if shape[4 * k] == NO_SHAPE:
        _shape(text, at, end, k, shape)
    if shape[4 * k] == NAIVE_SHAPE:
        seconds = shape[4 * k + 3] == 1
        if end - at != (19 if seconds else 16):
            return NO_MOMENT
        fits, moment = clock(text, at, shape[4 * k + 1], shape[4 * k + 2], seconds)
        return moment if fits and moment >= FIRST_MICROSECOND else NO_MOMENT
    if shape[4 * k] == ZULU_SHAPE and end - at <= _LONGEST_ZULU and text[end - 1] == 90:
        offset, moment, _ = instant(text, at, end)
        return moment if offset >= 0 else NO_MOMENT
    return NO_MOMENT


@tight_inlined
def _keep(text: Bytes, at: int, end: int, mixed: np.uint64, k: int, row: int, columns: Columns, cells: Cells) -> bool:
    """Note a cell; whether its column has no more room for another text."""
    mode, slot = columns.mode[k], columns.slot[k]
    if at == end:
        columns.empty[k] += 1
        if mode == CODED:
            cells.codes[slot, row] = EMPTY
        elif mode == MOMENT:
            cells.moments[slot, row] = NO_MOMENT
    elif mode == CODED:
        number = _number(text, at, end, mixed, k, columns)
        if number < 0:
            columns.mode[k] = LEFT
            return False
        columns.last[k] = number
        cells.codes[slot, row] = number
        return bool(columns.known[k] == columns.room[k])
    elif mode == MOMENT:
        moment = _moment(text, at, end, k, columns.shape)
        if moment == NO_MOMENT:
            columns.mode[k] = LEFT
        cells.moments[slot, row] = moment
    return False


@tight
def walk_rows(
    text: Bytes, end: int, separator: int, marks: Bytes, state: Int64s, columns: Columns, cells: Cells
) -> int:
    """Walk on from the row at hand.

    Args:
        text: The file.
        end: Where its last row ends.
        separator: What stands between cells.
        marks: For each byte whether it ends a cell or has no place in one: separator, quote, line ends, zero.
        state: Where to go on; after MORE, where it stopped.
        columns: What is known of the columns.
        cells: Room for rows.

    Returns:
        0 at the end; MORE where a column needs room for more texts, or there is no room for more rows; WRONG where the
        rows are not regular.
    """
    at, row, line, width, full = state[ROW_AT], state[ROW], state[ROW_LINE], len(columns.mode), False
    while at < end and row < len(cells.line):
        cells.line[row] = line
        for k in range(width):
            mixed = _BASIS
            if at < end and text[at] == QUOTE:
                at += 1
                begin = at
                while True:
                    if at >= end:
                        return WRONG
                    byte = text[at]
                    if byte == QUOTE:
                        if at + 1 >= end or text[at + 1] != QUOTE:
                            break
                        state[DOUBLED] = 1
                        at += 1
                    elif byte == RETURN or (byte == LINE_FEED and (at == begin or text[at - 1] != RETURN)):
                        line += 1
                    elif byte == 0:
                        return WRONG
                    mixed = (mixed ^ np.uint64(byte)) * _PRIME
                    at += 1
                stop = at
                at += 1
            else:
                begin = at
                while at < end:
                    byte = text[at]
                    if marks[byte]:
                        break
                    mixed = (mixed ^ np.uint64(byte)) * _PRIME
                    at += 1
                stop = at
            if stop - begin > LONGEST:
                return WRONG
            full |= _keep(text, begin, stop, mixed, k, row, columns, cells)
            if k < width - 1:
                if at >= end or text[at] != separator:
                    return WRONG
                at += 1
        if at < end and text[at] == RETURN:
            at += 1
            if at >= end or text[at] != LINE_FEED:
                return WRONG
        if at < end:
            if text[at] != LINE_FEED:
                return WRONG
            at += 1
        row += 1
        line += 1
        if full:
            break
    state[ROW_AT], state[ROW], state[ROW_LINE] = at, row, line
    return MORE if at < end else 0


@tight
def rehash_column(base: int, room: int, known: int, mark: Marks, table: Int32s) -> None:
    """Enter the texts of one column into its empty table."""
    mask = 2 * room - 1
    for number in range(known):
        place = np.int64(mark[base + number]) & mask
        while table[2 * base + place] >= 0:
            place = (place + 1) & mask
        table[2 * base + place] = number


@tight
def put_texts(text: Bytes, begin: Int64s, stop: Int64s, out: Bytes) -> None:
    """Slices of a text one after the other, a zero between them."""
    to = 0
    for number in range(len(begin)):
        if number > 0:
            out[to] = 0
            to += 1
        for i in range(begin[number], stop[number]):
            out[to] = text[i]
            to += 1
