"""Rows of different lengths laid end to end in one array, with an offset for each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def gather(offsets: NDArray[np.int64], members: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets of the chosen rows laid end to end, and the index of each of their values."""
    lengths = offsets[members + 1] - offsets[members]
    gathered = np.zeros(len(members) + 1, dtype=np.int64)
    np.cumsum(lengths, out=gathered[1:])
    rows = np.arange(gathered[-1]) + np.repeat(offsets[members] - gathered[:-1], lengths)
    return gathered, rows


def row_sums(values: NDArray[np.int32] | NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64 sum of the values of each row."""
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    found: NDArray[np.int64] = sums[offsets[1:]] - sums[offsets[:-1]]
    return found
