"""What the kernels share: codes, the table of nodes, and small helpers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled, tight_inlined
from engine.conformance.kernels.shapes import Int32s, Nodes, Table

OPTIMAL, BUDGET, UNREACHABLE = 0, 1, 2
SYNC, LOG, MODEL, SILENT = 0, 1, 2, 3
FORBIDDEN = -1
"""The cost of a model move that may not be made."""

NONE = -1
DENSE_CELLS = 1 << 24  # 64 MB; a table with a cell for each node is faster than hashing


@compiled
def grow(values: NDArray[Any], size: int) -> NDArray[Any]:
    """A longer copy of an array; what is new is not set."""
    grown = np.empty(size, dtype=values.dtype)
    grown[: values.shape[0]] = values
    return grown


@tight_inlined
def ones(word: np.uint64) -> int:
    """How many bits are set."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@tight_inlined
def slot(table: Table, nodes: Nodes, position: int, state: int) -> np.int64:
    """Where a node stands in the table, or the free cell where it belongs.

    Where not every node has a cell, hashing with open addressing finds one; the table's size is then a power of two.
    """
    cells, dense, states = table
    key = np.uint64(position) * np.uint64(states) + np.uint64(state)
    if dense:
        return np.int64(key)
    mask = np.uint64(cells.shape[0] - 1)
    cell = key * np.uint64(0x9E3779B97F4A7C15)
    cell = (cell ^ (cell >> np.uint64(32))) & mask
    while cells[cell] >= 0 and (nodes[0][cells[cell]] != position or nodes[1][cells[cell]] != state):
        cell = (cell + np.uint64(1)) & mask
    return np.int64(cell)


@tight_inlined
def labelled(labels: Int32s, begin: int, end: int, label: int) -> tuple[int, int]:
    """The range of a row's edges that carry a label; the row is sorted by label."""
    stop = end
    while end - begin > 8:
        middle = (begin + end) // 2
        if labels[middle] < label:
            begin = middle + 1
        else:
            end = middle
    while begin < stop and labels[begin] < label:
        begin += 1
    end = begin
    while end < stop and labels[end] == label:
        end += 1
    return begin, end
