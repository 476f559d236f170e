"""One event of a running case: from the cheapest cost of every state before it to that after it.

Costs are kept up to a threshold, and of those only the entries that do not follow from others by model moves; a closure
over model moves (Dial 1969: costs are small integers) brings the others back. ``docs/conformance.md`` proves that what
is kept stays exact. Silent moves are folded into the edges, so only model moves close.

A call works on scratch arrays as long as there are states and leaves them as it found them: an event costs what the
entries up to the threshold cost, whatever the size of the net.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled, tight, tight_inlined
from engine.conformance.kernels.common import FORBIDDEN, NONE, labelled
from engine.conformance.kernels.shapes import Flags, Int32s, Int64s, Words

LiveGraph = tuple[Int64s, Int32s, Int32s, Int32s, Int32s, Words, Words, Words, Flags]
"""Edges in compressed rows, sorted by label within a row: offsets, target, label, cost of the model move; the row of
each state's label sets, ``poss`` rows, ``must`` rows; the labels of a state's own edges; whether an end can be reached
from a state by silent moves alone."""
Scratch = tuple[Int32s, Int32s, Int32s, Int32s]
"""``VALUE``, ``MARK``, ``AFTER`` and ``BEFORE`` of each state; the states reached; the same for the next vector: the
value of each state (−1: none), the states reached."""
Row = NDArray[np.int64]

VALUE, MARK, AFTER, BEFORE = 0, 1, 2, 3
"""Columns of a state in the scratch: cheapest cost (−1: not reached), how it was reached, neighbours in a bucket."""
SETTLED, DERIVED = 1, 2
"""Marks: the value is final; it follows from another state by a model move."""
COST, BY_LOG, BY_SYNC, SIZE = 0, 1, 2, 3
"""What ``observe`` says of an event: the new prefix cost; the cheapest cost with the event as a log move, and as a
synchronous move (−1: none within the threshold); how many entries are kept."""
SUMMARY = 4
WAS_POSSIBLE, POSSIBLE, REQUIRED, EXPECTED, SETS = 0, 1, 2, 3, 4
"""Rows of the label sets of an event; ``WAS_POSSIBLE`` speaks of the moment before it."""


@tight_inlined
def kept_up_to(threshold: int, label: int, log_cost: int) -> int:
    """The threshold after an event. One that the net does not know shifts every cost alike, and the threshold too."""
    return threshold + log_cost if label < 0 else threshold


@tight_inlined
def room(threshold: int, log_cost: int) -> int:
    """By how much to raise the threshold when nothing was kept.

    There is room for two more such events, and for a share of what the case has cost, so that a case begins again a
    logarithmic number of times only.
    """
    return max(2 * log_cost, threshold // 4)


@tight_inlined
def _take_out(cells: Int32s, heads: Int32s, bucket: int, state: int) -> None:
    """Take a state out of its bucket."""
    after, before = cells[state, AFTER], cells[state, BEFORE]
    if before == NONE:
        heads[bucket] = after
    else:
        cells[before, AFTER] = after
    if after != NONE:
        cells[after, BEFORE] = before


@tight_inlined
def _put_in(cells: Int32s, heads: Int32s, bucket: int, state: int) -> None:
    """Put a state into a bucket."""
    first = heads[bucket]
    cells[state, AFTER], cells[state, BEFORE] = first, NONE
    if first != NONE:
        cells[first, BEFORE] = state
    heads[bucket] = state


@tight
def _close(graph: LiveGraph, scratch: Scratch, heads: Int32s, count: int, low: int) -> int:
    """Make model moves from the states reached, as long as they cost no more than the threshold.

    Args:
        graph: The net.
        scratch: The first ``count`` states reached have their values, none below ``low``; all are settled afterwards.
        heads: A bucket (−1) for each cost from ``low`` to the largest that is allowed.
        count: How many they are.
        low: The least value.

    Returns:
        How many states are reached. A state is marked ``DERIVED`` when a model move from a state settled earlier
        leads to it at its cost, so that leaving it out loses nothing.
    """
    edge_at, edge_target, edge_cost = graph[0], graph[1], graph[3]
    cells, order = scratch[0], scratch[1]
    for k in range(count):
        _put_in(cells, heads, cells[order[k], VALUE] - low, order[k])
    for bucket in range(heads.shape[0]):
        while heads[bucket] != NONE:
            s = heads[bucket]
            _take_out(cells, heads, bucket, s)
            cells[s, MARK] |= SETTLED
            for e in range(edge_at[s], edge_at[s + 1]):
                reach = bucket + low + edge_cost[e]
                if edge_cost[e] == FORBIDDEN or reach - low >= heads.shape[0]:
                    continue
                t = edge_target[e]
                if cells[t, MARK] & SETTLED:
                    continue
                value = cells[t, VALUE]
                if value >= 0 and reach > value:
                    continue
                if value < 0:
                    order[count] = t
                    count += 1
                elif reach < value:
                    _take_out(cells, heads, value - low, t)
                if value != reach:
                    cells[t, VALUE] = reach
                    _put_in(cells, heads, reach - low, t)
                cells[t, MARK] = DERIVED
    return count


@tight
def _enter(scratch: Scratch, entries: Int32s) -> int:
    """Give the states of the entries their values; return the least."""
    cells, order = scratch[0], scratch[1]
    low = entries[0, 1]
    for k in range(entries.shape[0]):
        order[k] = entries[k, 0]
        cells[entries[k, 0], VALUE] = entries[k, 1]
        low = min(low, entries[k, 1])
    return int(low)


@tight
def _clear(scratch: Scratch, count: int) -> None:
    """Forget the states reached."""
    cells, order = scratch[0], scratch[1]
    for k in range(count):
        cells[order[k], VALUE], cells[order[k], MARK] = NONE, 0


@tight_inlined
def _offer(scratch: Scratch, count: int, state: int, value: int) -> int:
    """Note a way to a state in the next vector; return how many states that has."""
    values, order = scratch[2], scratch[3]
    if values[state] == NONE:
        order[count] = state
        values[state] = value
        return count + 1
    values[state] = min(values[state], value)
    return count


@tight
def _spread(
    graph: LiveGraph, scratch: Scratch, heads: Int32s, begun: tuple[int, int, int, int, int], told: tuple[Row, Words]
) -> int:
    """Bring back every state that follows from the entries entered, and move on from them; return how many there are.

    ``begun`` are the number of entries and their least cost, the label and the cost of the event's log move, and the
    threshold after it; ``told`` gets the summary and what was possible before.
    """
    (count, low, label, log_cost, upto), (summary, was_possible) = begun, told
    edge_at, edge_target, edge_label, rows, poss = graph[0], graph[1], graph[2], graph[4], graph[5]
    cells, order = scratch[0], scratch[1]
    count = _close(graph, scratch, heads, count, low)
    summary[BY_LOG], summary[BY_SYNC] = low + log_cost, NONE
    for w in range(was_possible.shape[0]):
        was_possible[w] = np.uint64(0)
    size = 0
    for k in range(count):
        s = order[k]
        value = cells[s, VALUE]
        if value == low:
            for w in range(was_possible.shape[0]):
                was_possible[w] |= poss[rows[s], w]
        if not cells[s, MARK] & DERIVED and value + log_cost <= upto:
            size = _offer(scratch, size, s, value + log_cost)
        if label >= 0:
            begin, end = labelled(edge_label, edge_at[s], edge_at[s + 1], label)
            for e in range(begin, end):
                size = _offer(scratch, size, edge_target[e], value)
            if begin < end and (summary[BY_SYNC] == NONE or value < summary[BY_SYNC]):
                summary[BY_SYNC] = value
    _clear(scratch, count)
    by_sync = summary[BY_SYNC]
    summary[COST] = by_sync if by_sync != NONE and by_sync < summary[BY_LOG] else summary[BY_LOG]
    summary[SIZE] = size
    return size


@tight
def _take_kept(scratch: Scratch, kept: Int32s) -> None:
    """Take the next vector out of the scratch."""
    values, order = scratch[2], scratch[3]
    for k in range(kept.shape[0]):
        kept[k, 0], kept[k, 1] = order[k], values[order[k]]
        values[order[k]] = NONE


@compiled
def _advance(
    graph: LiveGraph, scratch: Scratch, entries: Int32s, event: tuple[int, int], threshold: int, was_possible: Words
) -> tuple[Int32s, Row]:
    """Take one event: its label (−1: unknown to the net) and the cost of its log move.

    Returns:
        The entries after it; none when every one of them lies past the threshold. The summary.
    """
    upto, low = kept_up_to(threshold, event[0], event[1]), _enter(scratch, entries)
    heads = np.full(threshold - low + 1, NONE, dtype=np.int32)
    summary = np.empty(SUMMARY, dtype=np.int64)
    begun = (entries.shape[0], low, event[0], event[1], upto)
    size = _spread(graph, scratch, heads, begun, (summary, was_possible))
    kept = np.empty((size, 2), dtype=np.int32)
    _take_kept(scratch, kept)
    return kept, summary


@tight
def _look(graph: LiveGraph, scratch: Scratch, entries: Int32s, heads: Int32s, sets: Words) -> bool:
    """What ``look_ahead`` says, with one bucket."""
    rows, poss, must, now, ends = graph[4], graph[5], graph[6], graph[7], graph[8]
    low = entries[0, 1]
    for k in range(entries.shape[0]):
        low = min(low, entries[k, 1])
    cells, order, count = scratch[0], scratch[1], 0
    for k in range(entries.shape[0]):
        if entries[k, 1] == low:
            order[count] = entries[k, 0]
            cells[entries[k, 0], VALUE] = low
            count += 1
    count = _close(graph, scratch, heads, count, low)
    for w in range(sets.shape[1]):
        sets[POSSIBLE, w], sets[REQUIRED, w], sets[EXPECTED, w] = np.uint64(0), ~np.uint64(0), np.uint64(0)
    may_end = False
    for k in range(count):
        s = order[k]
        for w in range(sets.shape[1]):
            sets[POSSIBLE, w] |= poss[rows[s], w]
            sets[REQUIRED, w] &= must[rows[s], w]
            sets[EXPECTED, w] |= now[s, w]
        may_end = may_end or ends[s]
    _clear(scratch, count)
    return bool(may_end)


@compiled
def look_ahead(graph: LiveGraph, scratch: Scratch, entries: Int32s, sets: Words) -> bool:
    """What the cheapest states say of the future.

    Args:
        graph: The net.
        scratch: As ``scratch_for`` made it.
        entries: State and cost of each entry kept, at least one.
        sets: Gets the rows ``POSSIBLE``, ``REQUIRED`` and ``EXPECTED``.

    Returns:
        Whether the case could end in one of them.
    """
    return _look(graph, scratch, entries.copy(), np.full(1, NONE, dtype=np.int32), sets)


@compiled
def scratch_for(states: int) -> Scratch:
    """Scratch arrays for a net with that many states."""
    cells = np.full((states, 4), NONE, dtype=np.int32)
    cells[:, MARK] = 0
    return (
        cells,
        np.empty(states, dtype=np.int32),
        np.full(states, NONE, dtype=np.int32),
        np.empty(states, dtype=np.int32),
    )


@compiled
def observe(
    graph: LiveGraph, scratch: Scratch, entries: Int32s, label: int, log_cost: int, threshold: int
) -> tuple[Int32s, Row, Words, bool]:
    """Take one event.

    Args:
        graph: The net.
        scratch: As ``scratch_for`` made it; no two calls may use the same at once.
        entries: int32, state and cost of each entry kept, at least one.
        label: Label of the event, −1 for activities that the net does not know.
        log_cost: Cost of its log move.
        threshold: Costs up to it are kept.

    Returns:
        The entries afterwards (none: all are past the threshold, and the case has to be replayed with a larger one);
        the summary; the label sets; whether the case could end here. Without entries the last two mean nothing.
    """
    sets = np.empty((SETS, graph[5].shape[1]), dtype=np.uint64)
    entries = entries.copy()  # what comes from bytes cannot be written to, which would be another type
    kept, summary = _advance(graph, scratch, entries, (label, log_cost), threshold, sets[WAS_POSSIBLE])
    may_end = look_ahead(graph, scratch, kept, sets) if kept.shape[0] > 0 else False
    return kept, summary, sets, may_end


@compiled
def replay(
    graph: LiveGraph, scratch: Scratch, labels: Int32s, log_costs: Int32s, threshold: int
) -> tuple[Int32s, Row, Words, bool, int]:
    """Take all events of a case but the last, then the last as ``observe`` does.

    Args:
        graph: The net; state 0 is the initial one.
        scratch: As ``scratch_for`` made it.
        labels: Label of each event, at least one.
        log_costs: Cost of each event's log move.
        threshold: Costs up to it are kept at the beginning. When nothing is left, the case begins again with more
            ``room``.

    Returns:
        What ``observe`` returns for the last event, and the threshold after it.
    """
    begin = np.zeros((1, 2), dtype=np.int32)
    was_possible = np.empty(graph[5].shape[1], dtype=np.uint64)
    entries, last, position, upto = begin, labels.shape[0] - 1, 0, threshold
    while True:
        label, log_cost = labels[position], log_costs[position]
        if position == last:
            kept, summary, sets, may_end = observe(graph, scratch, entries, label, log_cost, upto)
            if kept.shape[0] > 0:
                return kept, summary, sets, may_end, kept_up_to(upto, label, log_cost)
        else:
            kept, summary = _advance(graph, scratch, entries, (label, log_cost), upto, was_possible)
        if kept.shape[0] > 0:
            entries, position, upto = kept, position + 1, kept_up_to(upto, label, log_cost)
        else:
            threshold += room(upto, log_cost)
            entries, position, upto = begin, 0, threshold
