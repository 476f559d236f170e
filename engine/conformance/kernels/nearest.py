"""The nearest marking, over silent transitions, at which something that is asked for can be had."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled
from engine.conformance.kernels.shapes import Int32s, Int64s

ArcRows = tuple[Int64s, Int32s, Int32s]
"""Arcs of all transitions in compressed rows: offsets, places, weights."""


@compiled
def _cell(cells: Int32s, markings: NDArray[np.int64], row: int) -> int:
    """Where a marking stands in the table, or the free cell where it belongs (open addressing)."""
    key = np.uint64(1469598103934665603)
    for place in range(markings.shape[1]):
        key = (key ^ np.uint64(markings[row, place])) * np.uint64(1099511628211)
    mask = np.uint64(cells.shape[0] - 1)
    cell = (key ^ (key >> np.uint64(32))) & mask
    while cells[cell] >= 0:
        other, equal = cells[cell], True
        for place in range(markings.shape[1]):
            if markings[other, place] != markings[row, place]:
                equal = False
                break
        if equal:
            break
        cell = (cell + np.uint64(1)) & mask
    return np.int64(cell)


@compiled
def _lack(need: Int64s, marking: Int64s, over_costs: int) -> int:
    """Tokens that a marking lacks of a need, and those that it has too many, times what they cost."""
    lack = 0
    for place in range(need.shape[0]):
        if need[place] > marking[place]:
            lack += need[place] - marking[place]
        else:
            lack += over_costs * (marking[place] - need[place])
    return lack


@compiled
def _fire(before: ArcRows, after: ArcRows, t: int, marking: Int64s) -> bool:
    """Fire a transition in place; False, and nothing done, when it is not enabled."""
    for arc in range(before[0][t], before[0][t + 1]):
        if marking[before[1][arc]] < before[2][arc]:
            return False
    for arc in range(before[0][t], before[0][t + 1]):
        marking[before[1][arc]] -= before[2][arc]
    for arc in range(after[0][t], after[0][t + 1]):
        marking[after[1][arc]] += after[2][arc]
    return True


@compiled
def nearest(
    before: ArcRows,
    after: ArcRows,
    silent: Int32s,
    start: Int64s,
    needs: NDArray[np.int64],
    over_costs: int,
    most: int,
) -> tuple[int, int, Int32s, bool]:
    """Search the markings that silent transitions reach, breadth first, for the one that lacks the fewest tokens.

    Args:
        before: Arcs from places to transitions.
        after: Arcs from transitions to places.
        silent: The transitions that may fire, in the order in which they are tried.
        start: int64 token count for each place.
        needs: int64, one row of token counts for each thing that would do; at least one.
        over_costs: What each token counts that a need does not ask for: 1, or 0 where more than enough will do.
        most: Markings after which no further one is taken up.

    Returns:
        The row of ``needs``; the tokens lacking, the fewest of all markings and needs; the transitions to the first
        such marking, which are the fewest; and whether nothing that was left out could change the answer.
    """
    markings = np.empty((16, start.shape[0]), dtype=np.int64)
    parents, by = np.full(16, -1, dtype=np.int32), np.full(16, -1, dtype=np.int32)
    cells = np.full(64, -1, dtype=np.int32)
    markings[0] = start
    cells[_cell(cells, markings, 0)] = 0
    head, found, complete = 0, 1, True
    best, best_need, best_at = np.int64(-1), 0, 0
    while head < found:
        for need in range(needs.shape[0]):
            lack = _lack(needs[need], markings[head], over_costs)
            if best < 0 or lack < best:
                best, best_need, best_at = lack, need, head
        if best == 0:
            break
        for t in silent:
            if found == markings.shape[0]:
                grown = np.empty((2 * found, start.shape[0]), dtype=np.int64)
                grown[:found] = markings
                more_parents, more_by = np.empty(2 * found, dtype=np.int32), np.empty(2 * found, dtype=np.int32)
                more_parents[:found], more_by[:found] = parents, by
                markings, parents, by = grown, more_parents, more_by
                cells = np.full(8 * found, -1, dtype=np.int32)
                for row in range(found):
                    cells[_cell(cells, markings, row)] = row
            markings[found] = markings[head]
            if not _fire(before, after, t, markings[found]):
                continue
            cell = _cell(cells, markings, found)
            if cells[cell] >= 0:
                continue
            if found >= most:
                complete = False
                continue
            cells[cell], parents[found], by[found] = found, head, t
            found += 1
        head += 1
    length, state = 0, best_at
    while parents[state] >= 0:
        length, state = length + 1, parents[state]
    path = np.empty(length, dtype=np.int32)
    state = best_at
    for step in range(length - 1, -1, -1):
        path[step], state = by[state], parents[state]
    return best_need, best, path, complete or best == 0
