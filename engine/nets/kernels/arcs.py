"""Markings and arcs as the exploration takes them: in 64-bit words with a field of ``width`` bits for each place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled

Words = NDArray[np.uint64]
Int8s = NDArray[np.int8]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]

Rules = tuple[Int64s, Int64s, Words, Words, Words, Int8s]
"""Arcs by word: offsets for each transition; word, tokens taken and put; change of the hash; what it comes to."""
Asked = tuple[Int64s, Int32s]
"""Offsets for each place, and the transitions to look at when it is marked."""

_NEVER, _OVERFLOWS = 1, 2  # what firing a transition comes to when one of its weights does not fit the width


@compiled
def pack(marking: Int32s, width: int) -> Words:
    """A marking as packed words. Every count has to fit."""
    per_word = 64 // width
    words = np.zeros(max(1, -(-marking.shape[0] // per_word)), dtype=np.uint64)
    for place in range(marking.shape[0]):
        words[place // per_word] |= np.uint64(marking[place]) << np.uint64(place % per_word * width)
    return words


@compiled
def rules_of(
    pre_at: Int64s,
    pre_place: Int32s,
    pre_weight: Int32s,
    post_at: Int64s,
    post_place: Int32s,
    post_weight: Int32s,
    keys: Words,
    width: int,
) -> Rules:
    """The arcs of every transition, the places of one word together."""
    transitions, per_word, most = pre_at.shape[0] - 1, 64 // width, (1 << width) - 1
    at = np.zeros(transitions + 1, dtype=np.int64)
    word = np.empty(pre_place.shape[0] + post_place.shape[0], dtype=np.int64)
    take, put = np.zeros(word.shape[0], dtype=np.uint64), np.zeros(word.shape[0], dtype=np.uint64)
    change, special = np.zeros(transitions, dtype=np.uint64), np.zeros(transitions, dtype=np.int8)
    count = 0
    for t in range(transitions):
        a, b = pre_at[t], post_at[t]
        while a < pre_at[t + 1] or b < post_at[t + 1]:
            takes = b == post_at[t + 1] or (a < pre_at[t + 1] and pre_place[a] <= post_place[b])
            place = pre_place[a] if takes else post_place[b]
            if count == at[t] or word[count - 1] != place // per_word:
                word[count] = place // per_word
                count += 1
            shift = np.uint64(place % per_word * width)
            if takes:
                take[count - 1] |= np.uint64(pre_weight[a]) << shift
                change[t] -= np.uint64(pre_weight[a]) * keys[place]
                if pre_weight[a] > most:
                    special[t] = _NEVER
                a += 1
            else:
                put[count - 1] |= np.uint64(post_weight[b]) << shift
                change[t] += np.uint64(post_weight[b]) * keys[place]
                if post_weight[b] > most and special[t] == 0:
                    special[t] = _OVERFLOWS
                b += 1
        at[t + 1] = count
    return at, word, take, put, change, special


@compiled
def asked_of(pre_at: Int64s, pre_place: Int32s, special: Int8s, places: int) -> Asked:
    """Give each transition to the one of its input places that fewest transitions share.

    Only transitions of marked places have to be looked at. Those without input places come last, as those of one more
    place, which always counts as marked.
    """
    shared = np.zeros(places, dtype=np.int64)
    for place in pre_place:
        shared[place] += 1
    chosen = np.empty(pre_at.shape[0] - 1, dtype=np.int64)
    at = np.zeros(places + 2, dtype=np.int64)
    for t in range(chosen.shape[0]):
        chosen[t] = places
        for a in range(pre_at[t], pre_at[t + 1]):
            if chosen[t] == places or shared[pre_place[a]] < shared[chosen[t]]:
                chosen[t] = pre_place[a]
        if special[t] != _NEVER:
            at[chosen[t] + 1] += 1
    for place in range(places + 1):
        at[place + 1] += at[place]
    asked, free = np.empty(at[places + 1], dtype=np.int32), at.copy()
    for t in range(chosen.shape[0]):
        if special[t] != _NEVER:
            asked[free[chosen[t]]] = t
            free[chosen[t]] += 1
    return at, asked
