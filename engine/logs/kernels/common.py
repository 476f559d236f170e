"""What the kernels of the XES scanner share: the codes of elements, the numbers of its state, and its arrays.

A document is scanned in pieces. Slices of text are two positions in the array ``text``, which ends in zeros (no XML
document holds one), so that a look ahead needs no bound: a zero that does not fit says that the piece ends there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Marks = NDArray[np.uint32]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]

STRING, ID, DATE, INT, FLOAT, BOOLEAN, LIST, CONTAINER, VALUES, EVENT, TRACE, LOG = range(12)
"""The elements of a trace and what holds it. The first six are the elementary kinds, in the order of
``engine.logs.attributes.KINDS``; those up to ``CONTAINER`` are attributes."""
ELEMENTS = ("string", "id", "date", "int", "float", "boolean", "list", "container", "values", "event", "trace", "log")
KIND_COUNT = 6

WRONG, MORE = -1, -2
"""Instead of a position: this is not for the scanner to read, or the piece ends before the tag does."""

(
    AT,
    LINE,
    DEPTH,
    CASES,
    EVENTS,
    EVENTS_BEGAN,
    ROW,
    LAST_KEY,
    KEYS,
    COLUMNS,
    STRINGS,
    RECORDS,
    PIECE_EVENTS,
    PIECE_CASES,
    HARD,
    NESTED,
    NESTED_LINE,
    OWN,
    OWN_LINE,
    TWICE,
    TWICE_LINE,
    KEYLESS,
    KEYLESS_LINE,
    CUT,
    CUT_LINE,
    KEY_FROM,
    KEY_TO,
    VALUE_FROM,
    VALUE_TO,
    SCRATCH,
    MOST_BYTES,
    MOST_DEPTH,
    STATE_SIZE,
) = range(33)
"""The numbers of ``state``: where the scanner stands in the text and on which line; how many elements are open; traces
and events so far, and whether the open trace has any; the row and the key of the last attribute; how many keys, columns
and strings are known; what the piece has given; how many attributes of attributes, attributes of the log, keys that it
declares twice, attributes without a key and dates cut short there were, each followed by the line of the first; the
slices of the tag at hand; where decoded values are put; and two limits."""

NAIVE = 2 * 840 + 1
"""The index of dates without an offset; the others stand at their minutes east of UTC, plus 840."""


class Strings(NamedTuple):
    """Distinct values: their bytes one after the other, each ended by a zero, and a hash table of their numbers."""

    pool: Bytes
    ends: Int64s  # string n is pool[ends[n]:ends[n + 1] - 1]
    marks: Marks
    table: Int32s


class Keys(NamedTuple):
    """The keys of events, traces and the log, and the columns that each has in the elementary kinds (−1: none yet)."""

    pool: Bytes
    ends: Int64s
    marks: Marks
    table: Int32s
    scope: Bytes  # EVENT, TRACE or LOG
    follower: Int32s  # the key that came after this one the last time; the last two stand for the start of a row
    last_row: Int64s
    columns: Int32s
    column_key: Int32s
    column_kind: Int32s
    last_value: Int32s


class Found(NamedTuple):
    """What a piece has given: attribute values by column and row, events, and traces."""

    column: Int32s
    row: NDArray[np.uint32]
    whole: Int64s  # the value: a string's number, microseconds, an integer, a truth value
    real: Floats  # the same memory, for floats
    event_case: NDArray[np.uint32]
    event_line: NDArray[np.uint32]
    case_line: NDArray[np.uint32]
    offset_count: Int64s
    offset_line: Int64s
    hard: Int64s  # floats for a better reader, three numbers each: column (−1: only checked), row, string
