"""The kernels that explore a net's markings. ``state_space.py`` says what they find; here is only how.

A marking is a row of 64-bit words with ``width`` bits for each place. Markings stand in rows of ``states``; a hash
table with open addressing holds their row numbers. Knuth, The Art of Computer Programming 3, section 6.4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled

COMPLETE, UNBOUNDED, BUDGET, TOO_NARROW = 0, 1, 2, 3
"""How an exploration ends; ``TOO_NARROW`` asks for more bits for each place."""

Words = NDArray[np.uint64]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled
def _hash(words: Words, count: int) -> np.uint64:
    value = np.uint64(0x9E3779B97F4A7C15)
    for i in range(count):
        value ^= words[i]
        value ^= value >> np.uint64(33)
        value *= np.uint64(0xFF51AFD7ED558CCD)
        value ^= value >> np.uint64(33)
        value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@compiled
def _grow_rows(rows: Words, size: int) -> Words:
    grown = np.empty((size, rows.shape[1]), dtype=rows.dtype)
    grown[: rows.shape[0]] = rows
    return grown


@compiled
def _grow(values: NDArray[Any], size: int) -> NDArray[Any]:
    grown = np.empty(size, dtype=values.dtype)
    grown[: values.shape[0]] = values
    return grown


@compiled
def _find(table: Int32s, states: Words, row: Words, words: int) -> np.uint64:
    """The slot where a row stands in the table, or the free slot where it belongs."""
    mask = np.uint64(table.shape[0] - 1)
    slot = _hash(row, words) & mask
    while table[slot] >= 0:
        other = states[table[slot]]
        same = True
        for i in range(words):
            if other[i] != row[i]:
                same = False
                break
        if same:
            break
        slot = (slot + np.uint64(1)) & mask
    return slot


@compiled
def _rehash(table: Int32s, states: Words, count: int, words: int) -> Int32s:
    """A table of twice the size with the same rows."""
    larger = np.full(2 * table.shape[0], -1, dtype=np.int32)
    for state in range(count):
        larger[_find(larger, states, states[state], words)] = state
    return larger


@compiled
def _bytes(count: int, words: int, edges: int) -> int:
    """Memory that the arrays of an exploration take."""
    return count * (words * 8 + 32) + edges * 8


@compiled
def _covered_ancestor(
    states: Words, parents: Int32s, state: int, width: int, places: int, steps: int
) -> tuple[int, int]:
    """The nearest ancestor that a state strictly covers, or −1; and the comparisons left."""
    per_word = 64 // width
    mask = np.uint64((1 << width) - 1)
    ancestor = parents[state]
    while ancestor >= 0 and steps > 0:
        covers = True
        for place in range(places):
            steps -= 1
            word, shift = place // per_word, np.uint64(place % per_word * width)
            if (states[state, word] >> shift) & mask < (states[ancestor, word] >> shift) & mask:
                covers = False
                break
        if covers:
            return ancestor, steps
        ancestor = parents[ancestor]
    return -1, steps


@compiled
def _fire(
    row: Words,
    pre: tuple[Int64s, Int32s, Int32s],
    post: tuple[Int64s, Int32s, Int32s],
    t: int,
    width: int,
    target: Words,
) -> int:
    """Fire transition t: 0 if it is not enabled, 1 if done, 2 if a count does not fit the width."""
    pre_at, pre_place, pre_weight = pre
    post_at, post_place, post_weight = post
    per_word = 64 // width
    mask = np.uint64((1 << width) - 1)
    for a in range(pre_at[t], pre_at[t + 1]):
        shift = np.uint64(pre_place[a] % per_word * width)
        if (row[pre_place[a] // per_word] >> shift) & mask < np.uint64(pre_weight[a]):
            return 0
    target[:] = row
    for a in range(pre_at[t], pre_at[t + 1]):
        shift = np.uint64(pre_place[a] % per_word * width)
        target[pre_place[a] // per_word] -= np.uint64(pre_weight[a]) << shift
    for a in range(post_at[t], post_at[t + 1]):
        word, shift = post_place[a] // per_word, np.uint64(post_place[a] % per_word * width)
        if ((target[word] >> shift) & mask) + np.uint64(post_weight[a]) > mask:
            return 2
        target[word] += np.uint64(post_weight[a]) << shift
    return 1


@compiled
def _any_above_one(row: Words, places: int, width: int) -> bool:
    per_word = 64 // width
    mask = np.uint64((1 << width) - 1)
    for place in range(places):
        if (row[place // per_word] >> np.uint64(place % per_word * width)) & mask > np.uint64(1):
            return True
    return False


@compiled
def explore(
    pre: tuple[Int64s, Int32s, Int32s],
    post: tuple[Int64s, Int32s, Int32s],
    initial: Words,
    width: int,
    max_markings: int,
    max_bytes: int,
    cover_steps: int,
) -> tuple[int, Words, Int64s, Int32s, Int32s, Int32s, Int32s, int, int]:
    """Explore breadth first.

    Args:
        pre: Offsets, places and weights of the arcs into each transition.
        post: The same of the arcs out of it.
        initial: The packed initial marking.
        width: Bits for each place.
        max_markings: Budget of markings.
        max_bytes: Budget of memory.
        cover_steps: Budget of place comparisons for recognising an unbounded net.

    Returns:
        How it ended; markings; offsets, targets and transitions of the edges; parents and the transitions from them;
        and, when unbounded, the covered and the covering state (else −1).
    """
    words = initial.shape[0]
    places = words * (64 // width)
    states = np.empty((1024, words), dtype=np.uint64)
    parents, by = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    offsets = np.zeros(1025, dtype=np.int64)
    targets, transitions = np.empty(4096, dtype=np.int32), np.empty(4096, dtype=np.int32)
    table = np.full(4096, -1, dtype=np.int32)
    states[0], parents[0], by[0] = initial, -1, -1
    table[_find(table, states, initial, words)] = 0
    count, edges, done, code, covered, covering = 1, 0, 0, 0, -1, -1
    target = np.empty(words, dtype=np.uint64)
    while done < count and code == 0:
        for t in range(pre[0].shape[0] - 1):
            fired = _fire(states[done], pre, post, t, width, target)
            if fired == 0:
                continue
            if fired == 2:
                code = TOO_NARROW
                break
            slot = _find(table, states, target, words)
            if table[slot] < 0:
                if count >= max_markings:
                    code = BUDGET
                    break
                if count == states.shape[0]:
                    if 2 * _bytes(count, words, edges) > max_bytes:
                        code = BUDGET
                        break
                    states, parents, by = _grow_rows(states, 2 * count), _grow(parents, 2 * count), _grow(by, 2 * count)
                    offsets = _grow(offsets, 2 * count + 1)
                    table = _rehash(table, states, count, words)
                    slot = _find(table, states, target, words)
                states[count], parents[count], by[count] = target, done, t
                table[slot] = count
                count += 1
                if width > 1 and cover_steps > 0 and _any_above_one(target, places, width):
                    covered, cover_steps = _covered_ancestor(states, parents, count - 1, width, places, cover_steps)
                    if covered >= 0:
                        code, covering = UNBOUNDED, count - 1
                        break
            if edges == targets.shape[0]:
                if 2 * _bytes(count, words, edges) > max_bytes:
                    code = BUDGET
                    break
                targets, transitions = _grow(targets, 2 * edges), _grow(transitions, 2 * edges)
            targets[edges], transitions[edges] = table[slot], t
            edges += 1
        done += 1
        offsets[done] = edges
    offsets = offsets[: count + 1].copy()
    offsets[done:] = edges
    return (
        code,
        states[:count].copy(),
        offsets,
        targets[:edges].copy(),
        transitions[:edges].copy(),
        parents[:count].copy(),
        by[:count].copy(),
        covered,
        covering,
    )


@compiled
def reaches(offsets: Int64s, targets: Int32s, goals: Flags) -> Flags:
    """Whether, for each state, a goal can be reached along the edges."""
    states = offsets.shape[0] - 1
    back_at = np.zeros(states + 2, dtype=np.int64)
    for target in targets:
        back_at[target + 2] += 1
    for s in range(states):
        back_at[s + 2] += back_at[s + 1]
    sources = np.empty(targets.shape[0], dtype=np.int32)
    for s in range(states):
        for e in range(offsets[s], offsets[s + 1]):
            sources[back_at[targets[e] + 1]] = s
            back_at[targets[e] + 1] += 1
    reached = goals.copy()
    stack = np.flatnonzero(goals).astype(np.int64)
    stack = _grow(stack, states + 1)
    top = 0
    for s in range(states):
        if goals[s]:
            top += 1
    while top > 0:
        top -= 1
        s = stack[top]
        for e in range(back_at[s], back_at[s + 1]):
            if not reached[sources[e]]:
                reached[sources[e]] = True
                stack[top] = sources[e]
                top += 1
    return reached
