"""What the rest of a trace costs at least: the bounds of the search. ``docs/conformance.md`` has the proofs."""

from __future__ import annotations

import numpy as np

from engine.compiled import tight, tight_inlined
from engine.conformance.kernels.common import ones
from engine.conformance.kernels.shapes import Guide, Int32s, Trace, Words

LabelSets = tuple[Int32s, Words, Words]
"""The row of each state, ``poss`` rows, ``must`` rows."""


@tight
def suffixes(trace: Trace, sets: Words, sums: Int32s) -> None:
    """For each position, the set of the labels still to come, and the log cost of each label's events still to come.

    The last column adds up the events whose activity the net does not know.
    """
    labels, log_costs = trace
    length, unknown = labels.shape[0], sums.shape[1] - 1
    for w in range(sets.shape[1]):
        sets[length, w] = np.uint64(0)
    for column in range(unknown + 1):
        sums[length, column] = 0
    for i in range(length - 1, -1, -1):
        for w in range(sets.shape[1]):
            sets[i, w] = sets[i + 1, w]
        for column in range(unknown + 1):
            sums[i, column] = sums[i + 1, column]
        label = labels[i]
        if label >= 0:
            sets[i, label >> 6] |= np.uint64(1) << np.uint64(label & 63)
            sums[i, label] += log_costs[i]
        else:
            sums[i, unknown] += log_costs[i]


@tight_inlined
def label_bound(i: int, s: int, sets: LabelSets, guide: Guide, label_costs: Int32s) -> np.int64:
    """What the rest from position i costs at least from state s, by label sets."""
    (rows, poss, must), (ahead, sums) = sets, guide
    row = rows[s]
    total = np.int64(sums[i, label_costs.shape[0]])
    for w in range(ahead.shape[1]):
        lost = ahead[i, w] & ~poss[row, w]
        while lost != np.uint64(0):
            bit = lost & (~lost + np.uint64(1))
            total += sums[i, (w << 6) + ones(bit - np.uint64(1))]
            lost ^= bit
        absent = must[row, w] & ~ahead[i, w]
        while absent != np.uint64(0):
            bit = absent & (~absent + np.uint64(1))
            total += label_costs[(w << 6) + ones(bit - np.uint64(1))]
            absent ^= bit
    return total


@tight_inlined
def is_complete(i: int, row: int, must: Words, ahead: Words) -> bool:
    """Whether the rest of the trace has every label that has to come."""
    absent = np.uint64(0)
    for w in range(ahead.shape[1]):
        absent |= must[row, w] & ~ahead[i, w]
    return bool(absent == np.uint64(0))


@tight_inlined
def has(sets: Words, row: int, label: int) -> bool:
    """Whether a row of label sets has a label."""
    return bool((sets[row, label >> 6] >> np.uint64(label & 63)) & np.uint64(1) != np.uint64(0))
