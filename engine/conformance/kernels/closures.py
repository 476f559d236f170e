"""Silent closures: what silent moves reach from a state, how far away it is, and by which way."""

from __future__ import annotations

import numpy as np

from engine.compiled import tight, tight_inlined
from engine.conformance.kernels.shapes import Int32s, Int64s, Words
from engine.nets.kernels.bits import lowest

Closures = tuple[Int64s, Int32s, Int32s]
"""Silent closures of some states in compressed rows, sorted by state: offsets, states, distances."""


@tight_inlined
def close(
    start: int,
    silent_at: Int64s,
    silent_target: Int32s,
    silent_transition: Int32s,
    waiting: Words,
    order: Int32s,
    distance: Int32s,
    parent: Int32s,
    by: Int32s,
    candidates: Words,
) -> int:
    """Find every state that silent moves reach, nearest first, into ``order``; return how many.

    ``distance`` is −1 everywhere before the call; the caller sets it back. ``parent`` and ``by`` get the state and the
    transition by which a state was first found: edges are tried in the order of transitions, so that this path is the
    first among the shortest. ``candidates`` gets the visible edges that have to wait on every way to their state; that
    of ``start`` is the caller's.
    """
    order[0], distance[start] = start, 0
    head, tail = 0, 1
    while head < tail:
        s = order[head]
        head += 1
        ahead = distance[s] + 1
        for e in range(silent_at[s], silent_at[s + 1]):
            t = silent_target[e]
            if distance[t] < 0:
                order[tail], distance[t], parent[t], by[t] = t, ahead, s, silent_transition[e]
                candidates[t] = waiting[e]
                tail += 1
            elif distance[t] == ahead:
                candidates[t] &= waiting[e]
    return tail


@tight_inlined
def _sort_far(states: Int32s, many: int) -> None:
    """Sort states that lie far apart, in place (Shell 1959, with the gaps of Knuth)."""
    gap = 1
    while 3 * gap + 1 < many:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, many):
            state, m = states[k], k
            while m >= gap and states[m - gap] > state:
                states[m] = states[m - gap]
                m -= gap
            states[m] = state
        gap //= 3


@tight_inlined
def _sort(states: Int32s, many: int, marks: Words) -> None:
    """Sort distinct states: by a bit for each one where they lie close together. ``marks`` is 0 before and after."""
    low, high = states[0], states[0]
    for k in range(many):
        low, high = min(low, states[k]), max(high, states[k])
    first, last = low >> 6, high >> 6
    if last - first > 4 * many:
        _sort_far(states, many)
        return
    for k in range(many):
        marks[states[k] >> 6] |= np.uint64(1) << np.uint64(states[k] & 63)
    count = 0
    for word in range(first, last + 1):
        while marks[word] != np.uint64(0):
            states[count] = 64 * word + np.int64(lowest(marks[word]))
            marks[word] &= marks[word] - np.uint64(1)
            count += 1


@tight
def remember(
    start: int,
    row: int,
    silent_at: Int64s,
    silent_target: Int32s,
    scratch: tuple[Int32s, Int32s, Words],
    closures: Closures,
) -> np.int64:
    """Append the silent closure of a state as a row sorted by state, if there is room; return how much it takes.

    The scratch is for order, distance (−1 before and after) and bits to sort by (0 before and after).
    """
    order, distance, marks = scratch
    closure_at, closure_state, closure_distance = closures
    order[0], distance[start] = start, 0
    head, tail, begin = 0, 1, closure_at[row]
    while head < tail:
        s = order[head]
        head += 1
        for e in range(silent_at[s], silent_at[s + 1]):
            if distance[silent_target[e]] < 0:
                order[tail], distance[silent_target[e]] = silent_target[e], distance[s] + 1
                tail += 1
    closure_at[row + 1] = begin + tail
    fits = begin + tail <= closure_state.shape[0]
    if fits:
        _sort(order, tail, marks)
    for k in range(tail):
        if fits:
            closure_state[begin + k], closure_distance[begin + k] = order[k], distance[order[k]]
        distance[order[k]] = -1
    return np.int64(begin + tail)


@tight_inlined
def silent_distance(closure_state: Int32s, closure_distance: Int32s, low: int, stop: int, state: int) -> np.int64:
    """How many silent moves a state is from the one whose closure this is, or −1 when none lead there."""
    high = stop
    while low < high:
        middle = (low + high) // 2
        if closure_state[middle] < state:
            low = middle + 1
        else:
            high = middle
    distance = np.int64(-1)
    if low < stop and closure_state[low] == state:
        distance = np.int64(closure_distance[low])
    return distance


@tight_inlined
def write_path(state: int, length: int, parent: Int32s, by: Int32s, path: Int32s, begin: int) -> None:
    """Write the transitions of the silent path to a state of the closure at hand."""
    for step in range(begin + length - 1, begin - 1, -1):
        path[step] = by[state]
        state = parent[state]
