"""What the kernels share: codes, the table of nodes, and small helpers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled
from engine.conformance.kernels.shapes import Int32s, Nodes, Table

OPTIMAL, BUDGET, UNREACHABLE = 0, 1, 2
SYNC, LOG, MODEL, SILENT = 0, 1, 2, 3
FORBIDDEN = -1
"""The cost of a model move that may not be made."""

NONE = -1
DENSE_CELLS = 1 << 24  # 64 MB; a table with a cell for each node is faster than hashing
ONE_LOG_MOVE = 1 << 32
ONE_AHEAD = 1 << 32


@compiled
def grow(values: NDArray[Any], size: int) -> NDArray[Any]:
    """A longer copy of an array; what is new is not set."""
    grown = np.empty(size, dtype=values.dtype)
    grown[: values.shape[0]] = values
    return grown


@compiled
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


@compiled
def labelled(labels: Int32s, begin: int, end: int, label: int) -> tuple[int, int]:
    """The range of a row's edges that carry a label."""
    while begin < end and labels[begin] < label:
        begin += 1
    stop = begin
    while stop < end and labels[stop] == label:
        stop += 1
    return begin, stop
