"""What can be said of the states of a state space: which are wanted ones, and which can reach those."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled
from engine.nets.kernels.arcs import Int32s, Int64s, Words, pack

Flags = NDArray[np.bool_]

_SWEEPS = 4  # over all states, before their edges are turned round


@compiled
def holding(markings: Words, wanted: Int32s, width: int) -> Flags:
    """Whether, for each row of packed words, it is one of the given markings."""
    states, words = markings.shape
    found = np.zeros(states, dtype=np.bool_)
    for k in range(wanted.shape[0]):
        fits = True
        for tokens in wanted[k]:
            fits &= width >= 32 or tokens >> width == 0
        if not fits:
            continue
        row = pack(wanted[k], width)
        for s in range(states):
            same = True
            for i in range(words):
                same &= markings[s, i] == row[i]
            found[s] |= same
    return found


@compiled
def reaches(offsets: Int64s, targets: Int32s, goals: Flags) -> Flags:
    """Whether, for each state, a goal can be reached along the edges.

    Most edges lead to a state that was found later, so going from the last state to the first settles most states.
    Only where some stay open are the edges turned round.
    """
    states, reached = offsets.shape[0] - 1, goals.copy()
    for _ in range(_SWEEPS):
        news, left = 0, 0
        for s in range(states - 1, -1, -1):
            if reached[s]:
                continue
            for e in range(offsets[s], offsets[s + 1]):
                if reached[targets[e]]:
                    reached[s] = True
                    news += 1
                    break
            left += not reached[s]
        if left == 0 or news == 0:
            return reached
    back_at = np.zeros(states + 2, dtype=np.int64)
    for s in range(states):
        if not reached[s]:
            for e in range(offsets[s], offsets[s + 1]):
                back_at[targets[e] + 2] += 1
    for s in range(states):
        back_at[s + 2] += back_at[s + 1]
    sources = np.empty(back_at[states + 1], dtype=np.int32)
    for s in range(states):
        if not reached[s]:
            for e in range(offsets[s], offsets[s + 1]):
                sources[back_at[targets[e] + 1]] = s
                back_at[targets[e] + 1] += 1
    stack, top = np.flatnonzero(reached).astype(np.int32), 0
    stack, top = np.append(stack, np.empty(states - stack.shape[0], np.int32)), stack.shape[0]
    while top > 0:
        top -= 1
        s = stack[top]
        for e in range(back_at[s], back_at[s + 1]):
            if not reached[sources[e]]:
                reached[sources[e]] = True
                stack[top] = sources[e]
                top += 1
    return reached
