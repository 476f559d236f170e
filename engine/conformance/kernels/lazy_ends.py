"""Whether a final marking can still be reached from a marking, however much it costs.

A run of a case that has not ended may stop only where an end is still possible. The answer is looked for depth first
among the moves that can matter for an end, and kept with the marking.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.common import grow
from engine.conformance.kernels.lazy_markings import ALIVE, DEAD, FINAL, UNSURE, empty_store, fire, keep
from engine.conformance.kernels.lazy_moves import towards_end
from engine.conformance.kernels.lazy_shapes import Finals, Firing, Store
from engine.conformance.kernels.shapes import Flags, Int32s

MOST_MARKINGS = 20_000
"""Markings looked at before the answer is left open."""


@compiled
def find_end(net: Firing, ends: Finals, table: Int32s, alive: Flags, store: Store, marking: int) -> np.int8:
    """``ALIVE``, ``DEAD`` or ``UNSURE``, kept in the marking's flags; 0 when a count does not fit the width.

    Args:
        net: The net.
        ends: Its final markings.
        table: The state of a view after each transition, by state and transition.
        alive: Whether a view can reach its end from a state.
        store: The markings of the search.
        marking: Which of them.
    """
    known = store[2][marking] & (ALIVE | DEAD | UNSURE)
    if store[2][marking] & FINAL:
        known = np.int8(ALIVE)
    if known != 0:
        return np.int8(known)
    free = np.zeros(table.shape[1], dtype=np.int32)
    scratch = (np.zeros(table.shape[1], dtype=np.int32), np.empty(table.shape[1], dtype=np.int32))
    row, seen = store[0][marking].copy(), store[1][marking].copy()
    after, ahead = row.copy(), seen.copy()
    local = empty_store(row.shape[0], seen.shape[0])
    here, local = keep(net, ends, local, row, seen)
    stack, top, answer, calls = np.empty(64, dtype=np.int32), 1, np.int8(DEAD), np.int32(0)
    stack[0] = here
    while top > 0 and answer == DEAD:
        top -= 1
        row[:], seen[:] = local[0][stack[top]], local[1][stack[top]]
        if local[2][stack[top]] & FINAL:
            answer = np.int8(ALIVE)
            break
        calls += 1
        for k in range(towards_end(net, ends, row, free, scratch, calls)):
            t, possible = scratch[1][k], True
            for v in range(seen.shape[0]):
                ahead[v] = table[seen[v], t]
                possible = possible and alive[ahead[v]]
            if not possible:
                continue
            if not fire(net, row, t, after):
                return np.int8(0)
            before = local[4][0]
            there, local = keep(net, ends, local, after, ahead)
            if there < before or local[2][there] & DEAD:
                continue
            if top == stack.shape[0]:
                stack = grow(stack, 2 * top)
            stack[top] = there
            top += 1
        if local[4][0] > MOST_MARKINGS:
            answer = np.int8(UNSURE)
    store[2][marking] |= answer
    return answer
