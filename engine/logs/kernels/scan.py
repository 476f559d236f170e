"""Scan the attributes and traces of an XES log: tags in, attribute values by column and row out.

Only what is plainly right is read: anything else (a mistake, a processing instruction, a namespace prefix, an element
of another standard) is WRONG here, whatever it is, and another reader has to say what comes of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compiled import tight, tight_inlined
from engine.logs.kernels.common import (
    AT,
    BOOLEAN,
    CASES,
    CONTAINER,
    CUT,
    DATE,
    DEPTH,
    EVENT,
    EVENTS,
    EVENTS_BEGAN,
    FLOAT,
    HARD,
    ID,
    INT,
    KEY_FROM,
    KEY_TO,
    KEYLESS,
    LAST_KEY,
    LINE,
    LIST,
    LOG,
    MOST_BYTES,
    MOST_DEPTH,
    NESTED,
    OWN,
    PIECE_CASES,
    PIECE_EVENTS,
    RECORDS,
    ROW,
    TRACE,
    TWICE,
    VALUE_FROM,
    VALUE_TO,
    VALUES,
    WRONG,
    Bytes,
    Found,
    Int64s,
    Keys,
    Strings,
)
from engine.logs.kernels.interning import column_number, key_number, string_number
from engine.logs.kernels.markup import (
    BANG,
    LESS,
    RETURN,
    SLASH,
    attributes,
    comment,
    element,
    end_tag,
    failure,
    size_of,
    skip_space,
)
from engine.logs.kernels.values import bare, decimal, instant, integer, truth


@tight_inlined
def _count(state: Int64s, number: int, line: int) -> None:
    """Count what is odd, and keep the line of the first."""
    if state[number] == 0:
        state[number + 1] = line
    state[number] += 1


@tight_inlined
def _dated(text: Bytes, at: int, end: int, column: int, line: int, state: Int64s, found: Found) -> bool:
    """Read a date; count its offset and what is cut of it, if it is kept."""
    offset, micros, cut = instant(text, at, end)
    if offset < 0:
        return False
    found.whole[state[RECORDS]] = micros
    if column >= 0:
        if found.offset_count[offset] == 0:
            found.offset_line[offset] = line
        found.offset_count[offset] += 1
        if cut:
            _count(state, CUT, line)
    return True


@tight_inlined
def _read(
    text: Bytes, kind: int, column: int, line: int, state: Int64s, strings: Strings, keys: Keys, found: Found
) -> bool:
    """Read the value of the tag at hand into the next record; column −1: it has only to be readable."""
    at, end, record = state[VALUE_FROM], state[VALUE_TO], state[RECORDS]
    if end - at > state[MOST_BYTES]:
        return False
    hint, status, value = -1, 1, 0.0
    if kind > ID:
        at, end = bare(text, at, end)
    elif column >= 0:
        hint = keys.last_value[column]
    if kind == DATE:
        return _dated(text, at, end, column, line, state, found)
    if kind == INT:
        good, found.whole[record] = integer(text, at, end)
        return good
    if kind == BOOLEAN:
        found.whole[record] = truth(text, at, end)
        return bool(found.whole[record] >= 0)
    if kind == FLOAT:
        status, value = decimal(text, at, end)
        found.real[record] = value
        if status != WRONG:
            return status != 0
    elif column < 0:
        return True
    number = string_number(text, at, end, hint, strings, state)
    if kind == FLOAT:
        hard = 3 * state[HARD]
        found.hard[hard], found.hard[hard + 1], found.hard[hard + 2] = column, state[ROW], number
        state[HARD] += 1
    else:
        keys.last_value[column] = number
        found.whole[record] = number
    return number >= 0


@tight_inlined
def _attribute(
    text: Bytes, kind: int, parent: int, line: int, state: Int64s, strings: Strings, keys: Keys, found: Found
) -> bool:
    """An attribute of a trace or an event, which is kept, or another, which is counted."""
    if (parent == TRACE and state[EVENTS_BEGAN]) or (kind < LIST and state[VALUE_FROM] < 0):
        return False
    if state[KEY_FROM] < 0:
        if state[CASES] > 0:
            return False
        _count(state, KEYLESS, line)
        state[KEY_FROM] = state[KEY_TO] = 0
    column = -1
    kept = kind < LIST and (parent == TRACE or parent == EVENT)
    if kept or parent == LOG:
        key = key_number(text, parent, keys, state)
        if key < 0 or (parent == LOG and state[CASES] > 0):
            return False
        row = state[ROW] if kept else 0
        if keys.last_row[key] == row:
            if kept:
                return False
            _count(state, TWICE, line)
        keys.last_row[key] = row
        if kept:
            column = column_number(key, kind, keys, state)
    if not kept:
        _count(state, OWN if parent == LOG else NESTED, line)
    if kind < LIST and not _read(text, kind, column, line, state, strings, keys, found):
        return False
    if kept:
        record = state[RECORDS]
        found.column[record], found.row[record] = column, state[ROW]
        state[RECORDS] = record + 1
    return True


@tight_inlined
def _opens(code: int, parent: int, line: int, state: Int64s, keys: Keys, found: Found) -> bool:
    """Begin a trace or an event, or the values of a list; whether it may stand here."""
    if state[KEY_FROM] >= 0 or state[VALUE_FROM] >= 0:
        return False
    if code == TRACE:
        state[ROW], state[LAST_KEY] = state[CASES], keys.marks.shape[0]
        state[EVENTS_BEGAN] = 0
        found.case_line[state[PIECE_CASES]] = line
        state[PIECE_CASES] += 1
        state[CASES] += 1
        return parent == LOG
    if code == EVENT:
        state[ROW], state[LAST_KEY] = state[EVENTS], keys.marks.shape[0] + 1
        state[EVENTS_BEGAN] = 1
        found.event_case[state[PIECE_EVENTS]] = state[CASES] - 1
        found.event_line[state[PIECE_EVENTS]] = line
        state[PIECE_EVENTS] += 1
        state[EVENTS] += 1
        return parent == TRACE
    return code == VALUES and LIST <= parent <= CONTAINER


@tight_inlined
def _start_tag(text: Bytes, at: int, state: Int64s, stack: Bytes, strings: Strings, keys: Keys, found: Found) -> int:
    """Take a start tag, whose ``<`` was read; the position after it."""
    code, line, depth = element(text, at), state[LINE], state[DEPTH]
    if code < 0:
        return code
    if depth == 0 or depth >= state[MOST_DEPTH]:
        return WRONG
    at = attributes(text, at + size_of(code), state)
    if at < 0:
        return at
    parent = int(stack[depth])
    if code <= CONTAINER:
        if not _attribute(text, code, parent, line, state, strings, keys, found):
            return WRONG
    elif not _opens(code, parent, line, state, keys, found):
        return WRONG
    if text[at - 2] != SLASH:
        stack[depth + 1] = code
        state[DEPTH] = depth + 1
    return at


@tight
def scan(text: Bytes, state: Int64s, stack: Bytes, strings: Strings, keys: Keys, found: Found) -> int:
    """Scan from ``state[AT]`` to the last tag that ends in the text; MORE, or WRONG.

    The arrays of ``found``, ``strings`` and ``keys`` have to have room for all that the text may hold.
    """
    at = state[AT]
    while True:
        at = skip_space(text, at, state)
        begin, line = at, state[LINE]
        if text[at] != LESS:
            if text[at] == 0 and at > state[AT] and text[at - 1] == RETURN:
                at -= 1  # a line feed may follow, which would be the same line's end
                state[LINE] -= 1
            state[AT] = at
            return failure(text[begin])
        if text[at + 1] == SLASH:
            at = end_tag(text, at + 2, state, stack)
        elif text[at + 1] == BANG:
            at = comment(text, at + 2, state)
        else:
            at = _start_tag(text, at + 1, state, stack, strings, keys, found)
        if at < 0:
            state[AT], state[LINE] = begin, line
            return at


@tight
def by_column(found: Found, count: int, starts: Int64s, rows: NDArray[np.uint32], wholes: Int64s) -> None:
    """Put the first ``count`` records into ``rows`` and ``wholes``, those of a column together and in order.

    Args:
        found: The records.
        count: How many there are.
        starts: One more than there are columns, zeros; then where each column begins.
        rows: Takes their rows.
        wholes: Takes their values.
    """
    for record in range(count):
        starts[found.column[record] + 1] += 1
    for column in range(1, starts.shape[0]):
        starts[column] += starts[column - 1]
    for record in range(count):
        place = starts[found.column[record]]
        rows[place], wholes[place] = found.row[record], found.whole[record]
        starts[found.column[record]] = place + 1
    for column in range(starts.shape[0] - 1, 0, -1):
        starts[column] = starts[column - 1]
    starts[0] = 0
