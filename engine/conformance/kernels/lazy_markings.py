"""Markings that a search comes across, each kept once: packed words, what the views say of it, and a hash table.

A marking is a row of 64-bit words with ``width`` bits for each place, as in ``engine.nets.kernels.exploration``.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled, tight, tight_inlined
from engine.conformance.kernels.common import NONE, grow
from engine.conformance.kernels.lazy_shapes import Finals, Firing, Store
from engine.conformance.kernels.shapes import Int32s, Words

FINAL, DEAD, ALIVE, UNSURE = 1, 2, 4, 8
"""Flags of a marking: it is a final one; no final marking can be reached; one can; it could not be found out."""


@tight_inlined
def tokens(row: Words, place: int, width: int) -> np.int64:
    """Tokens on a place."""
    per_word = 64 // width
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    return np.int64((row[place // per_word] >> np.uint64(place % per_word * width)) & mask)


@tight
def enabled(net: Firing, row: Words, t: int) -> bool:
    """Whether a transition may fire."""
    (at, places, weights), width = net[0], net[4]
    for a in range(at[t], at[t + 1]):  # noqa: SIM110 - compiled code knows no generators
        if tokens(row, places[a], width) < weights[a]:
            return False
    return True


@tight
def fire(net: Firing, row: Words, t: int, after: Words) -> bool:
    """Write the marking after an enabled transition; False when a count does not fit the width."""
    (pre_at, pre_place, pre_weight), (post_at, post_place, post_weight), _, _, width = net
    per_word = 64 // width
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    for w in range(row.shape[0]):
        after[w] = row[w]
    for a in range(pre_at[t], pre_at[t + 1]):
        shift = np.uint64(pre_place[a] % per_word * width)
        after[pre_place[a] // per_word] -= np.uint64(pre_weight[a]) << shift
    for a in range(post_at[t], post_at[t + 1]):
        word, shift = post_place[a] // per_word, np.uint64(post_place[a] % per_word * width)
        if ((after[word] >> shift) & mask) + np.uint64(post_weight[a]) > mask:
            return False
        after[word] += np.uint64(post_weight[a]) << shift
    return True


@tight
def _flags(net: Firing, ends: Finals, row: Words) -> np.int8:
    """What a marking is for the ends."""
    finals, packed, kept = ends
    lost = 0
    for f in range(finals.shape[0]):
        same = True
        for w in range(row.shape[0]):
            same = same and row[w] == packed[f, w]
        if same:
            return np.int8(FINAL)
        for p in range(kept.shape[0]):
            if kept[p] and tokens(row, p, net[4]) > finals[f, p]:
                lost += 1
                break
    return np.int8(DEAD if lost == finals.shape[0] else 0)


@tight
def _cell(table: Int32s, rows: Words, row: Words) -> np.int64:
    """Where a marking stands in the table, or the free cell where it belongs."""
    value = np.uint64(0x9E3779B97F4A7C15)
    for w in range(row.shape[0]):
        value ^= row[w]
        value ^= value >> np.uint64(33)
        value *= np.uint64(0xFF51AFD7ED558CCD)
        value ^= value >> np.uint64(33)
        value *= np.uint64(0xC4CEB9FE1A85EC53)
    mask = np.uint64(table.shape[0] - 1)
    cell = (value ^ (value >> np.uint64(29))) & mask
    while table[cell] != NONE:
        same = True
        for w in range(row.shape[0]):
            if rows[table[cell], w] != row[w]:
                same = False
                break
        if same:
            break
        cell = (cell + np.uint64(1)) & mask
    return np.int64(cell)


@compiled
def empty_store(words: int, views: int) -> Store:
    """A store without markings."""
    return (
        np.empty((1024, words), dtype=np.uint64),
        np.empty((1024, views), dtype=np.int32),
        np.empty(1024, dtype=np.int8),
        np.full(4096, NONE, dtype=np.int32),
        np.zeros(1, dtype=np.int64),
    )


@tight
def bytes_of(store: Store) -> np.int64:
    """Memory of a store."""
    return np.int64(store[0].shape[0] * (8 * store[0].shape[1] + 4 * store[1].shape[1] + 1) + 4 * store[3].shape[0])


@compiled
def keep(net: Firing, ends: Finals, store: Store, row: Words, seen: Int32s) -> tuple[np.int64, Store]:
    """The number of a marking, kept now unless it was before; the store may have grown."""
    rows, views, flags, table, number = store
    cell = _cell(table, rows, row)
    if table[cell] != NONE:
        return np.int64(table[cell]), store
    count = number[0]
    if count == rows.shape[0]:
        old = rows
        rows = np.empty((2 * count, old.shape[1]), dtype=np.uint64)
        rows[:count] = old
        before = views
        views = np.empty((2 * count, before.shape[1]), dtype=np.int32)
        views[:count] = before
        flags = grow(flags, 2 * count)
        table = np.full(8 * count, NONE, dtype=np.int32)
        for m in range(count):
            table[_cell(table, rows, rows[m])] = m
        cell = _cell(table, rows, row)
    rows[count], views[count], flags[count] = row, seen, _flags(net, ends, row)
    table[cell] = count
    number[0] = count + 1
    return count, (rows, views, flags, table, number)
