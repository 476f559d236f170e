"""The label sets of every state: what can still occur, and what must. They make the bound of the search.

For each state, ``poss`` is the least set closed under "the label of an edge can occur, and so can all that can occur
behind it"; ``must`` the greatest set with ``must(s) ⊆ label(e) ∪ must(target(e))`` for every edge e of s, and empty at
every final state, even if work can go on from there. Sets are rows of 64-bit words, one bit for each label.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.shapes import Flags, Int32s, Int64s, Words


@compiled
def label_sets(
    edge_at: Int64s,
    edge_target: Int32s,
    edge_label: Int32s,
    final: Flags,
    back_at: Int64s,
    back_source: Int32s,
    words: int,
) -> tuple[Words, Words]:
    """Both sets of every state.

    Args:
        edge_at: Offsets of each state's outgoing edges.
        edge_target: State that an edge leads to.
        edge_label: Label of an edge, −1 when silent.
        final: Whether a state is final. Every state has to reach a final one.
        back_at: Offsets of each state's incoming edges.
        back_source: State that an incoming edge comes from.
        words: Words of a set; 64 × words is at least the number of labels.

    Returns:
        ``poss`` and ``must``, one row for each state.
    """
    states = final.shape[0]
    poss = np.zeros((states, words), dtype=np.uint64)
    must = np.full((states, words), np.uint64(0xFFFFFFFFFFFFFFFF), dtype=np.uint64)
    queue = np.empty(states + 1, dtype=np.int32)
    queued = np.ones(states, dtype=np.bool_)
    for s in range(states):
        queue[s] = states - 1 - s
        if final[s]:
            must[s, :] = np.uint64(0)
    head, tail = 0, states
    may = np.empty(words, dtype=np.uint64)
    has_to = np.empty(words, dtype=np.uint64)
    while head != tail:
        s = queue[head]
        head = head + 1 if head < states else 0
        queued[s] = False
        may[:] = np.uint64(0)
        has_to[:] = must[s]
        for e in range(edge_at[s], edge_at[s + 1]):
            t, label = edge_target[e], edge_label[e]
            for w in range(words):
                bit = np.uint64(0)
                if label >= 0 and label >> 6 == w:
                    bit = np.uint64(1) << np.uint64(label & 63)
                may[w] |= poss[t, w] | bit
                has_to[w] &= must[t, w] | bit
        changed = False
        for w in range(words):
            if may[w] != poss[s, w] or has_to[w] != must[s, w]:
                changed = True
                poss[s, w] = may[w]
                must[s, w] = has_to[w]
        if not changed:
            continue
        for e in range(back_at[s], back_at[s + 1]):
            p = back_source[e]
            if not queued[p]:
                queued[p] = True
                queue[tail] = p
                tail = tail + 1 if tail < states else 0
    return poss, must


@compiled
def own_labels(edge_at: Int64s, edge_label: Int32s, words: int) -> Words:
    """The labels of each state's own edges, one row for each state."""
    sets = np.zeros((edge_at.shape[0] - 1, words), dtype=np.uint64)
    for s in range(sets.shape[0]):
        for e in range(edge_at[s], edge_at[s + 1]):
            sets[s, edge_label[e] >> 6] |= np.uint64(1) << np.uint64(edge_label[e] & 63)
    return sets
