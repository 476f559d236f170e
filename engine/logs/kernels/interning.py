"""Numbers for slices of text, equal ones the same: keys and values met before cost no object and no copy.

Hash tables with open addressing (Knuth, The Art of Computer Programming 3, section 6.4). A document made so that its
values collide is given up after ``_MOST_PROBES`` steps, for the reader whose tables cannot be predicted.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import tight, tight_inlined
from engine.logs.kernels.common import (
    COLUMNS,
    KEY_FROM,
    KEY_TO,
    KEYS,
    KIND_COUNT,
    LAST_KEY,
    STRINGS,
    WRONG,
    Bytes,
    Int32s,
    Int64s,
    Keys,
    Marks,
    Strings,
)

_MOST_PROBES = 1_000


@tight_inlined
def _mark(text: Bytes, at: int, end: int) -> np.uint32:
    """A hash of a slice (FNV-1a, Fowler, Noll and Vo 1991, its halves folded)."""
    mixed = np.uint64(0xCBF29CE484222325)
    for i in range(at, end):
        mixed = (mixed ^ np.uint64(text[i])) * np.uint64(0x100000001B3)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    return np.uint32(mixed >> np.uint64(32))


@tight_inlined
def _equal(text: Bytes, at: int, end: int, pool: Bytes, begin: int, stop: int) -> bool:
    if stop - begin != end - at + 1:
        return False
    for i in range(end - at):  # noqa: SIM110 - compiled code has no generators
        if text[at + i] != pool[begin + i]:
            return False
    return True


@tight_inlined
def _keep(text: Bytes, at: int, end: int, number: int, pool: Bytes, ends: Int64s) -> None:
    """Copy a slice behind the strings that are kept."""
    out = ends[number]
    for i in range(at, end):
        pool[out] = text[i]
        out += 1
    pool[out] = 0
    ends[number + 1] = out + 1


@tight_inlined
def string_number(text: Bytes, at: int, end: int, hint: int, strings: Strings, state: Int64s) -> int:
    """The number of a value, or WRONG; ``hint`` is looked at first, if it is a number."""
    if hint >= 0 and _equal(text, at, end, strings.pool, strings.ends[hint], strings.ends[hint + 1]):
        return hint
    mark, mask = _mark(text, at, end), strings.table.shape[0] - 1
    slot = np.int64(mark) & mask
    for _ in range(_MOST_PROBES):
        number = np.int64(strings.table[slot])
        if number < 0:
            number = state[STRINGS]
            _keep(text, at, end, number, strings.pool, strings.ends)
            strings.marks[number] = mark
            strings.table[slot] = number
            state[STRINGS] = number + 1
            return int(number)
        if strings.marks[number] == mark and _equal(
            text, at, end, strings.pool, strings.ends[number], strings.ends[number + 1]
        ):
            return int(number)
        slot = (slot + 1) & mask
    return WRONG


@tight_inlined
def _is_key(text: Bytes, at: int, end: int, scope: int, key: int, keys: Keys) -> bool:
    return keys.scope[key] == scope and _equal(text, at, end, keys.pool, keys.ends[key], keys.ends[key + 1])


@tight_inlined
def key_number(text: Bytes, scope: int, keys: Keys, state: Int64s) -> int:
    """The number of the key of the tag at hand in its scope, or WRONG when there are too many.

    Attributes follow each other in the same order nearly everywhere, so the last follower is tried first.
    """
    at, end, before = state[KEY_FROM], state[KEY_TO], state[LAST_KEY]
    guess = int(keys.follower[before])
    if guess >= 0 and _is_key(text, at, end, scope, guess, keys):
        state[LAST_KEY] = guess
        return guess
    mark, mask = _mark(text, at, end), keys.table.shape[0] - 1
    slot = np.int64(mark) & mask
    number = -1
    for _ in range(_MOST_PROBES):
        number = int(keys.table[slot])
        if number < 0 or (keys.marks[number] == mark and _is_key(text, at, end, scope, number, keys)):
            break
        slot = (slot + 1) & mask
    else:
        return WRONG
    if number < 0:
        number = int(state[KEYS])
        if number == keys.marks.shape[0]:
            return WRONG
        _keep(text, at, end, number, keys.pool, keys.ends)
        keys.marks[number] = mark
        keys.table[slot] = number
        keys.scope[number] = scope
        state[KEYS] = number + 1
    keys.follower[before] = number
    state[LAST_KEY] = number
    return number


@tight_inlined
def column_number(key: int, kind: int, keys: Keys, state: Int64s) -> int:
    """The column of a key in a kind; a new one if it has none."""
    column = int(keys.columns[key * KIND_COUNT + kind])
    if column < 0:
        column = int(state[COLUMNS])
        keys.columns[key * KIND_COUNT + kind] = column
        keys.column_key[column] = key
        keys.column_kind[column] = kind
        state[COLUMNS] = column + 1
    return column


@tight
def rehash(marks: Marks, count: int, table: Int32s) -> None:
    """Enter the first ``count`` marks into an empty table, whose length is a power of two."""
    mask = table.shape[0] - 1
    for number in range(count):
        slot = np.int64(marks[number]) & mask
        while table[slot] >= 0:
            slot = (slot + 1) & mask
        table[slot] = number
