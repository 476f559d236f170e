"""The kernels that explore a net's markings. ``state_space.py`` says what they find; here is only how.

A marking is a row of 64-bit words with a field of ``width`` bits for each place. The fields of a word are compared,
added and checked for room all at once (Lamport 1975, "Multiple byte processing with full-word instructions"), by the
same formulas for every width. The row numbers of the markings stand in a hash table with open addressing (Knuth, The
Art of Computer Programming 3, section 6.4). The hash of a marking is a sum over its tokens (Zobrist 1970), so that a
firing changes it by a constant of the transition.

Large tables do not fit the processor's cache. So the firings of some neighbouring states are computed first and what
they need of the tables is fetched for all of them, in loops without branches, in which fetches overlap; then they are
looked up one by one.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled, inlined
from engine.nets.kernels.arcs import Int8s, Int32s, Int64s, Words, asked_of, pack, rules_of
from engine.nets.kernels.bits import lowest, ones

COMPLETE, UNBOUNDED, BUDGET, TOO_NARROW, NO_ROOM = 0, 1, 2, 3, 4
"""How an exploration ends. ``TOO_NARROW`` asks for more bits for each place, ``NO_ROOM`` for longer arrays."""

DONE, COUNT, EDGES, COVER_STEPS, COVERED, COVERING, WANTED = range(7)
"""The numbers of ``progress``: states whose edges are known, states found, edges found, place comparisons left for
recognising an unbounded net, the covered state and the one that covers it (−1: none), and how many more states and
edges the next step may need."""

_TOGETHER = 64  # states, and firings, whose fetches overlap


@inlined
def _mixed(value: np.uint64) -> np.uint64:
    """A number whose every bit depends on every bit of the given one (the finalizer of MurmurHash3)."""
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@inlined
def _mark(total: np.uint64) -> np.uint64:
    """The 32 bits by which the table knows a marking, of the sum over its tokens."""
    return ((total ^ (total >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)


@inlined
def _tops(width: int) -> np.uint64:
    """The top bit of every field."""
    top = np.uint64(1) << np.uint64(width - 1)
    word = np.uint64(0)
    for shift in range(0, 64, width):
        word |= top << np.uint64(shift)
    return word


@inlined
def _lacks(have: np.uint64, need: np.uint64, tops: np.uint64) -> bool:
    """Whether some field of one word is less than that of the other."""
    enough = (have & ~need) | (~(have ^ need) & ((have | tops) - (need & ~tops)))
    return bool(enough & tops != tops)


@inlined
def _overflows(have: np.uint64, more: np.uint64, tops: np.uint64) -> bool:
    """Whether the sum of two fields does not fit."""
    total = ((have & ~tops) + (more & ~tops)) ^ ((have ^ more) & tops)
    return bool(((have & more) | ((have | more) & ~total)) & tops != np.uint64(0))


@inlined
def _enabled(markings: Words, base: int, t: int, at: Int64s, word: Int64s, take: Words, tops: np.uint64) -> bool:
    for k in range(at[t], at[t + 1]):  # noqa: SIM110 - compiled code has no generators
        if _lacks(markings[base + word[k]], take[k], tops):
            return False
    return True


@inlined
def _candidates(
    markings: Words,
    base: int,
    words: int,
    width: int,
    at: Int64s,
    word_of: Int64s,
    take: Words,
    asked_at: Int64s,
    asked: Int32s,
    keys: Words,
    enabled: Words,
) -> np.uint64:
    """Set the bit of every transition that a marking enables; return the sum over its tokens."""
    tops, total = _tops(width), np.uint64(0)
    field = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    for a in range(asked_at[asked_at.shape[0] - 2], asked_at[asked_at.shape[0] - 1]):
        enabled[asked[a] >> 6] |= np.uint64(1) << np.uint64(asked[a] & 63)
    for i in range(words):
        word = markings[base + i]
        while word != np.uint64(0):
            index = lowest(word) // np.uint64(width)
            shift, place = index * np.uint64(width), i * (64 // width) + np.int64(index)
            total += ((word >> shift) & field) * keys[place]
            word &= ~(field << shift)
            for a in range(asked_at[place], asked_at[place + 1]):
                t = asked[a]
                if _enabled(markings, base, t, at, word_of, take, tops):
                    enabled[t >> 6] |= np.uint64(1) << np.uint64(t & 63)
    return total


@inlined
def _fire(
    markings: Words,
    base: int,
    words: int,
    t: int,
    at: Int64s,
    word: Int64s,
    take: Words,
    put: Words,
    tops: np.uint64,
    to: Words,
    begin: int,
) -> bool:
    """Write the marking after an enabled transition; False when a count does not fit the width."""
    for i in range(words):
        to[begin + i] = markings[base + i]
    for k in range(at[t], at[t + 1]):
        left = to[begin + word[k]] - take[k]
        if _overflows(left, put[k], tops):
            return False
        to[begin + word[k]] = left + put[k]
    return True


@inlined
def _find(table: Words, markings: Words, words: int, mark: np.uint64, row: Words, begin: int) -> np.uint64:
    """The slot where a marking stands in the table, or the free slot where it belongs."""
    last = np.uint64(table.shape[0] - 1)
    slot = mark & last
    while table[slot] != np.uint64(0):
        if table[slot] >> np.uint64(32) == mark:
            base, same = (np.int64(table[slot] & np.uint64(0xFFFFFFFF)) - 1) * words, True
            for i in range(words):
                same &= markings[base + i] == row[begin + i]
            if same:
                break
        slot = (slot + np.uint64(1)) & last
    return slot


@compiled
def rehash(table: Words, larger: Words) -> None:
    """Put what stands in one table into another, empty one. An entry is a mark and a row number plus one."""
    last = np.uint64(larger.shape[0] - 1)
    for entry in table:
        if entry != np.uint64(0):
            slot = (entry >> np.uint64(32)) & last
            while larger[slot] != np.uint64(0):
                slot = (slot + np.uint64(1)) & last
            larger[slot] = entry


@compiled
def _fetch(table: Words, markings: Words, words: int, marks: Words, to: Words, many: int, known: Int64s) -> None:
    """For each firing, the state it leads to where the first look into the table finds it, else −1."""
    last = np.uint64(table.shape[0] - 1)
    for n in range(many):
        known[n] = np.int64(table[marks[n] & last])
    for n in range(many):
        entry = np.uint64(known[n])
        state = np.int64(entry & np.uint64(0xFFFFFFFF)) - 1
        base, same = np.int64(max(0, state)) * words, entry >> np.uint64(32) == marks[n]
        for i in range(words):
            same &= markings[base + i] == to[n * words + i]
        known[n] = state if same else -1


@compiled
def _covered_ancestor(
    markings: Words, parents: Int32s, words: int, state: int, width: int, steps: int
) -> tuple[int, int]:
    """The nearest ancestor that a state strictly covers, or −1; and the comparisons left."""
    tops = _tops(width)
    ancestor = parents[state]
    while ancestor >= 0 and steps > 0:
        covers = True
        for i in range(words):
            steps -= 64 // width
            if _lacks(markings[state * words + i], markings[ancestor * words + i], tops):
                covers = False
                break
        if covers:
            return ancestor, steps
        ancestor = parents[ancestor]
    return -1, steps


@inlined
def _any_above_one(markings: Words, base: int, words: int, width: int) -> bool:
    tops = _tops(width)
    above = np.uint64(0)
    for i in range(words):
        above |= markings[base + i] & ~(tops >> np.uint64(width - 1))
    return bool(above != np.uint64(0))


@compiled
def _expand(
    markings: Words,
    words: int,
    width: int,
    first: int,
    count: int,
    at: Int64s,
    word: Int64s,
    take: Words,
    put: Words,
    change: Words,
    special: Int8s,
    asked_at: Int64s,
    asked: Int32s,
    keys: Words,
    enabled: Words,
    to: Words,
    marks: Words,
    fired: Int32s,
    ends: Int64s,
) -> tuple[int, int, bool]:
    """Fire what some states from ``first`` on enable, in the order of transitions.

    Returns:
        How many states, none if there is no room for the first one's firings; how many firings, or how many there
        would be; and whether one of the last state's did not fit the width.
    """
    states, many, tops = 0, 0, _tops(width)
    while first + states < count and states < _TOGETHER and many < _TOGETHER:
        base, more = (first + states) * words, np.int64(0)
        total = _candidates(markings, base, words, width, at, word, take, asked_at, asked, keys, enabled)
        for i in range(enabled.shape[0]):
            more += np.int64(ones(enabled[i]))
        if many + more > marks.shape[0]:
            enabled[:] = np.uint64(0)
            return states, many if states > 0 else more, False
        states += 1
        for i in range(enabled.shape[0]):
            while enabled[i] != np.uint64(0):
                t = np.int64(lowest(enabled[i])) + 64 * i
                enabled[i] &= enabled[i] - np.uint64(1)
                if special[t] != 0 or not _fire(markings, base, words, t, at, word, take, put, tops, to, many * words):
                    enabled[:] = np.uint64(0)
                    ends[states - 1] = many
                    return states, many, True
                marks[many], fired[many] = _mark(total + change[t]), t
                many += 1
        ends[states - 1] = many
    return states, many, False


@compiled
def advance(
    pre_at: Int64s,
    pre_place: Int32s,
    pre_weight: Int32s,
    post_at: Int64s,
    post_place: Int32s,
    post_weight: Int32s,
    initial: Int32s,
    width: int,
    markings: Words,
    parents: Int32s,
    by: Int32s,
    offsets: Int64s,
    targets: Int32s,
    transitions: Int32s,
    table: Words,
    to: Words,
    progress: Int64s,
    max_markings: int,
) -> int:
    """Explore breadth first, from where the last call stopped for want of room.

    Args:
        pre_at: Offsets of the arcs into each transition.
        pre_place: Their places.
        pre_weight: Their weights.
        post_at: The same of the arcs out of it.
        post_place: Their places.
        post_weight: Their weights.
        initial: The initial marking, each count of which fits the width.
        width: Bits for each place.
        markings: Packed markings, one after the other.
        parents: State from which each one was first found.
        by: Transition by which it was.
        offsets: Where the edges of each state begin.
        targets: State that an edge leads to.
        transitions: Transition that it fires.
        table: Where the markings stand; its length is a power of two.
        to: Room for packed markings that firings lead to.
        progress: The numbers named above; all that one call has to know of the last.
        max_markings: Budget of markings.

    Returns:
        How it ended.
    """
    words = max(1, -(-initial.shape[0] // (64 // width)))
    keys = np.empty(words * (64 // width), dtype=np.uint64)
    for place in range(keys.shape[0]):
        keys[place] = _mixed(np.uint64(place + 1)) | np.uint64(1)
    at, word, take, put, change, special = rules_of(
        pre_at, pre_place, pre_weight, post_at, post_place, post_weight, keys, width
    )
    asked_at, asked = asked_of(pre_at, pre_place, special, keys.shape[0])
    enabled = np.zeros(1 + pre_at.shape[0] // 64, dtype=np.uint64)
    most = to.shape[0] // words
    marks, fired, known = np.empty(most, np.uint64), np.empty(most, np.int32), np.empty(most, np.int64)
    ends = np.empty(_TOGETHER, np.int64)
    done, count, edges = progress[DONE], progress[COUNT], progress[EDGES]
    room, links, code = parents.shape[0], targets.shape[0], COMPLETE
    if count == 0:
        markings[:words], parents[0], by[0], offsets[0], count = pack(initial, width), -1, -1, 0, 1
        total = np.uint64(0)
        for place in range(initial.shape[0]):
            total += np.uint64(initial[place]) * keys[place]
        table[_mark(total) & np.uint64(table.shape[0] - 1)] = (_mark(total) << np.uint64(32)) | np.uint64(1)
    while done < count and code == COMPLETE:
        states, many, narrow = _expand(
            markings,
            words,
            width,
            done,
            count,
            at,
            word,
            take,
            put,
            change,
            special,
            asked_at,
            asked,
            keys,
            enabled,
            to,
            marks,
            fired,
            ends,
        )
        if states == 0 or count + many > room or edges + many > links or 2 * (count + many) > table.shape[0]:
            code, progress[WANTED] = NO_ROOM, many
            break
        _fetch(table, markings, words, marks, to, many, known)
        n, first = 0, done
        for state in range(first, first + states):
            while n < ends[state - first] and code == COMPLETE:
                target = known[n]
                if target < 0:
                    slot = _find(table, markings, words, marks[n], to, n * words)
                    target = np.int64(table[slot] & np.uint64(0xFFFFFFFF)) - 1
                if target < 0:
                    if count >= max_markings:
                        code = BUDGET
                        break
                    target = count
                    markings[target * words : (target + 1) * words] = to[n * words : (n + 1) * words]
                    parents[target], by[target] = state, fired[n]
                    table[slot] = (marks[n] << np.uint64(32)) | np.uint64(target + 1)
                    count += 1
                    if width > 1 and progress[COVER_STEPS] > 0 and _any_above_one(to, n * words, words, width):
                        progress[COVERED], progress[COVER_STEPS] = _covered_ancestor(
                            markings, parents, words, target, width, progress[COVER_STEPS]
                        )
                        if progress[COVERED] >= 0:
                            code, progress[COVERING] = UNBOUNDED, target
                            break
                targets[edges], transitions[edges] = target, fired[n]
                edges, n = edges + 1, n + 1
            offsets[state + 1] = edges
            if code != COMPLETE:
                break
            done += 1
        if narrow and code == COMPLETE:
            code = TOO_NARROW
    progress[DONE], progress[COUNT], progress[EDGES] = done, count, edges
    return code
