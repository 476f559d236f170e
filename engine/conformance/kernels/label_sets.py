"""The label sets of every state: what can still occur, and what must. They make the bound of the search.

For each state, ``poss`` is the least set closed under "the label of an edge can occur, and so can all that can occur
behind it"; ``must`` the greatest set with ``must(s) ⊆ label(e) ∪ must(target(e))`` for every edge e of s, and empty at
every final state, even if work can go on from there. Sets are rows of 64-bit words, one bit for each label.

They are computed on the reduced graph, where a state counts as final if silent moves lead to an end. That changes no
set: what can and what must occur depends only on the visible labels of the runs, and the reduction keeps those.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.shapes import Int32s, Int64s, Words


@compiled
def _sources(edge_at: Int64s, edge_target: Int32s) -> tuple[Int64s, Int32s]:
    """The states that edges into each state come from, in compressed rows."""
    states = edge_at.shape[0] - 1
    back_at = np.zeros(states + 2, dtype=np.int64)
    for target in edge_target:
        back_at[target + 2] += 1
    for s in range(states):
        back_at[s + 2] += back_at[s + 1]
    sources = np.empty(edge_target.shape[0], dtype=np.int32)
    for s in range(states):
        for e in range(edge_at[s], edge_at[s + 1]):
            sources[back_at[edge_target[e] + 1]] = s
            back_at[edge_target[e] + 1] += 1
    return back_at, sources


@compiled
def _distinct(poss: Words, must: Words) -> tuple[Int32s, Words, Words]:
    """The distinct pairs of rows in the order of the states, and which of them each state has."""
    states, words = poss.shape
    rows, size = np.empty(states, dtype=np.int32), 16
    while size < 2 * states:
        size *= 2
    table, count = np.full(size, -1, dtype=np.int32), 0
    for s in range(states):
        mixed = np.uint64(0)
        for w in range(words):
            mixed = (mixed ^ poss[s, w]) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
            mixed = (mixed ^ must[s, w]) * np.uint64(0xC4CEB9FE1A85EC53)
            mixed ^= mixed >> np.uint64(32)
        slot = np.int64(mixed & np.uint64(size - 1))
        while table[slot] >= 0:
            same = True
            for w in range(words):
                same &= poss[table[slot], w] == poss[s, w] and must[table[slot], w] == must[s, w]
            if same:
                break
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = count
            for w in range(words):  # never past s: what is overwritten has been read
                poss[count, w], must[count, w] = poss[s, w], must[s, w]
            count += 1
        rows[s] = table[slot]
    return rows, poss[:count].copy(), must[:count].copy()


@compiled
def label_sets(
    edge_at: Int64s, edge_target: Int32s, edge_label: Int32s, end_skip: Int32s, words: int
) -> tuple[Int32s, Words, Words]:
    """Both sets of every state.

    Args:
        edge_at: Offsets of each state's outgoing edges.
        edge_target: State that an edge leads to.
        edge_label: Label of an edge.
        end_skip: −1 for states that no final one is silent moves away from. Every state has to reach an end.
        words: Words of a set; 64 × words is at least the number of labels.

    Returns:
        The distinct pairs of sets are few, so that they stay in the cache: for each state the row of its pair; ``poss``
        and ``must`` of each pair.
    """
    back_at, back_source = _sources(edge_at, edge_target)
    states = end_skip.shape[0]
    poss = np.zeros((states, words), dtype=np.uint64)
    must = np.full((states, words), np.uint64(0xFFFFFFFFFFFFFFFF), dtype=np.uint64)
    queue = np.empty(states + 1, dtype=np.int32)
    queued = np.ones(states, dtype=np.bool_)
    for s in range(states):
        queue[s] = states - 1 - s
        if end_skip[s] >= 0:
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
                bit = np.uint64(label >> 6 == w) << np.uint64(label & 63)
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
    return _distinct(poss, must)


@compiled
def own_labels(edge_at: Int64s, edge_label: Int32s, words: int) -> Words:
    """The labels of each state's own edges, one row for each state."""
    sets = np.zeros((edge_at.shape[0] - 1, words), dtype=np.uint64)
    for s in range(sets.shape[0]):
        for e in range(edge_at[s], edge_at[s + 1]):
            sets[s, edge_label[e] >> 6] |= np.uint64(1) << np.uint64(edge_label[e] & 63)
    return sets
