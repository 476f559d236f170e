"""The alignment search on a net whose markings are made as they are met: A* over (position, phase, marking).

The order of buckets and the partial expansion are those of ``search.py``. Two things differ. Moves of the net are taken
one by one, silent ones too, and after a model or silent move comes another one or a synchronous event, never a log
move: whoever would make the log move can make it before. So a node has a *phase*, 1 after such a move, and the bound in
phase 1 knows that the next event is synchronous. And of the moves of the net only a stubborn set is tried
(``lazy_moves.py``), unless every best alignment is asked for.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled, tight
from engine.conformance.kernels.common import BUDGET, NONE, OPTIMAL, UNREACHABLE, grow
from engine.conformance.kernels.lazy_bound import NEVER, bound
from engine.conformance.kernels.lazy_ends import find_end
from engine.conformance.kernels.lazy_markings import ALIVE, DEAD, FINAL, UNSURE, bytes_of, enabled, fire, keep
from engine.conformance.kernels.lazy_moves import every_move, towards_end, towards_label
from engine.conformance.kernels.lazy_shapes import Finals, Firing, Found, LazySpace, Links, Options, Rows, Store
from engine.conformance.kernels.shapes import Flags, Int32s, Trace, Words

TOO_NARROW = 3
"""How a search ends that needs more bits for each place."""
LOG_MOVE = -1
UNKNOWN, TO_END = -1, -2
"""What stands for a label: of an event that the net does not know, and after the last event."""


@tight
def node_cell(table: Int32s, found: Found, where: int, marking: int) -> np.int64:
    """Where a node stands in the table, or the free cell where it belongs."""
    mask = np.uint64(table.shape[0] - 1)
    value = (np.uint64(where) << np.uint64(32)) ^ np.uint64(marking)
    value *= np.uint64(0x9E3779B97F4A7C15)
    value ^= value >> np.uint64(32)
    value *= np.uint64(0xD6E8FEB86659FD93)
    cell = (value ^ (value >> np.uint64(32))) & mask
    while table[cell] != NONE and (found[0][table[cell]] != where or found[1][table[cell]] != marking):
        cell = (cell + np.uint64(1)) & mask
    return np.int64(cell)


@compiled
def _empty(size: int) -> tuple[Found, Links, Int32s]:
    """Room for nodes and moves, and an empty table."""
    found = (np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32))
    tails, fired = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    heads, nexts = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    return found, (tails, fired, heads, nexts, np.full(size, NONE, np.int32)), np.full(4 * size, NONE, np.int32)


@compiled
def _longer(found: Found, links: Links, count: int) -> tuple[Found, Links, Int32s]:
    """Room for twice the nodes, and a table of them."""
    size = 2 * count
    found = (grow(found[0], size), grow(found[1], size), grow(found[2], size), grow(found[3], size))
    into = grow(links[4], size)
    into[count:] = NONE
    cells = np.full(4 * size, NONE, dtype=np.int32)
    for n in range(count):
        cells[node_cell(cells, found, found[0][n], found[1][n])] = n
    return found, (links[0], links[1], links[2], links[3], into), cells


@compiled
def _reaching(heads: Int32s, bucket: int) -> Int32s:
    """The buckets, at least so many."""
    if bucket < heads.shape[0]:
        return heads
    longer = np.full(max(2 * heads.shape[0], bucket + 1), NONE, dtype=np.int32)
    longer[: heads.shape[0]] = heads
    return longer


@tight
def _put(links: Int32s, heads: Int32s, bucket: int, node: int) -> None:
    """Put a node into a bucket."""
    links[node], heads[bucket] = heads[bucket], node


@tight
def _of_net(
    move: int, tries: int, where: int, label: int, by_label: Rows, tried: Int32s, model_costs: Int32s
) -> tuple[int, int, int]:
    """Where a move of the net leads to, its transition and its cost; the first ``tries`` are no synchronous ones."""
    if move < tries:
        t = np.int64(tried[move])
        return (where | 1 if label >= 0 else where), t, np.int64(model_costs[t])
    return 2 * ((where >> 1) + 1), np.int64(by_label[1][by_label[0][label] + move - tries]), np.int64(0)


@tight
def _tried(
    net: Firing,
    ends: Finals,
    row: Words,
    model_costs: Int32s,
    by_label: Rows,
    relevant: Flags,
    label: int,
    scratch: tuple[Int32s, Int32s],
    call: int,
) -> int:
    """Write the model and silent moves to try before an event with a label, or ``TO_END``; in call 0 all of them."""
    if label == UNKNOWN:
        return 0
    if call == 0:
        kept = 0
        for k in range(every_move(net, row, model_costs, scratch[1])):
            if label == TO_END or relevant[label, scratch[1][k]]:
                scratch[1][kept] = scratch[1][k]
                kept += 1
        return kept
    if label == TO_END:
        return towards_end(net, ends, row, model_costs, scratch, call)
    return towards_label(net, row, model_costs, by_label, label, scratch, call)


@compiled
def _linked(links: Links, count: int, tail: int, transition: int, head: int) -> Links:
    """Remember a move between two nodes; the arrays may have grown."""
    tails, fired, heads, nexts, into = links
    if count == tails.shape[0]:
        size = 2 * count
        tails, fired, heads, nexts = grow(tails, size), grow(fired, size), grow(heads, size), grow(nexts, size)
    tails[count], fired[count], heads[count], nexts[count] = tail, transition, head, into[head]
    into[head] = count
    return tails, fired, heads, nexts, into


@compiled
def search(
    space: LazySpace, start: tuple[Words, Int32s], trace: Trace, bounds: Int32s, store: Store, options: Options
) -> tuple[int, int, int, int, int, Found, Links, Store]:
    """Find the cheapest alignment of one trace.

    Args:
        space: The net and its views.
        start: The initial marking, packed, and its state in each view.
        trace: Labels and log costs.
        bounds: As ``lazy_bound.fill`` makes them.
        store: Markings, kept from search to search.
        options: What is asked for.

    Returns:
        How it ended; the optimum or the level reached; the goal, −1 without one; numbers of nodes and of moves; the
        nodes, node 0 being the start; the moves between them; the store.
    """
    net, ends, (_, table, _, _, _), by_label, (model_costs, _, relevant, alive) = space
    most_nodes, most_bytes, weight, needed_only, keep_all, running, most = options
    labels, log_costs = trace
    length, transitions, never = labels.shape[0], model_costs.shape[0], np.int64(1) << 60
    found, linked, cells = _empty(1024)
    scratch = (np.zeros(transitions, dtype=np.int32), np.empty(transitions, dtype=np.int32))
    row, after = start[0].copy(), start[0].copy()
    seen, ahead = start[1].copy(), start[1].copy()
    first = bound(bounds[0, 0], start[1])
    if first >= NEVER:
        return UNREACHABLE, 0, NONE, 0, 0, found, linked, store
    pull = np.int64(weight > 1)
    first = weight * first + pull * length
    marking, store = keep(net, ends, store, row, seen)
    heads = np.full(64, NONE, dtype=np.int32)
    found[0][0], found[1][0], found[2][0], found[3][0], heads[0] = 0, marking, 0, NONE, 0
    cells[node_cell(cells, found, 0, marking)] = 0
    count, arcs, bucket, goal, calls, unsure = 1, 0, 0, NONE, np.int32(0), never
    while True:
        while bucket < heads.shape[0] and heads[bucket] == NONE:
            bucket += 1
        level = first + bucket
        if bucket == heads.shape[0] or (weight == 1 and level > most):
            how = UNREACHABLE if unsure == never else BUDGET
            return how, min(level, unsure), NONE, count, arcs, found, linked, store
        while heads[bucket] != NONE:
            node = heads[bucket]
            heads[bucket] = found[3][node]
            where, marking, g, later = found[0][node], found[1][node], found[2][node], never
            i = where >> 1
            if i == length:
                ending = store[2][marking] & FINAL
                if running:
                    ending = find_end(net, ends, table, alive, store, marking)
                    if ending == 0:
                        return TOO_NARROW, level, NONE, count, arcs, found, linked, store
                    unsure = min(unsure, level) if ending == UNSURE else unsure
                if ending & (ALIVE | FINAL):
                    goal = node
                    if not keep_all:
                        return OPTIMAL, min(level, unsure), goal, count, arcs, found, linked, store
                if running:
                    continue
            row[:], seen[:] = store[0][marking], store[1][marking]
            calls += np.int32(needed_only)
            label, synchronous = np.int64(labels[i]) if i < length else np.int64(TO_END), 0
            if label >= 0:
                synchronous = by_label[0][label + 1] - by_label[0][label]
            tries = _tried(net, ends, row, model_costs, by_label, relevant, label, scratch, calls)
            # First the log move, then the net's moves, then the synchronous moves.
            for move in range(0 if i < length and where & 1 == 0 else 1, 1 + tries + synchronous):
                if move == 0:
                    place, t, cost = where + 2, LOG_MOVE, np.int64(log_costs[i])
                else:
                    place, t, cost = _of_net(move - 1, tries, where, label, by_label, scratch[1], model_costs)
                    if place >> 1 > i and not enabled(net, row, t):
                        continue
                for v in range(seen.shape[0]):
                    ahead[v] = seen[v] if t == LOG_MOVE else table[seen[v], t]
                least = bound(bounds[place & 1, place >> 1], ahead)
                reach = g + cost + weight * least + pull * (length - (place >> 1))
                if least >= NEVER or (weight == 1 and reach != level):
                    if least < NEVER and reach > level:
                        later = min(later, reach)
                    continue
                reach = max(reach, level)
                target = np.int64(marking)
                if t != LOG_MOVE:
                    if not fire(net, row, t, after):
                        return TOO_NARROW, level, NONE, count, arcs, found, linked, store
                    target, store = keep(net, ends, store, after, ahead)
                    if store[2][target] & DEAD:
                        continue
                cell = node_cell(cells, found, place, target)
                if cells[cell] != NONE:
                    if keep_all and found[2][cells[cell]] == g + cost:
                        linked = _linked(linked, arcs, node, t, cells[cell])
                        arcs += 1
                    continue
                memory = bytes_of(store) + 40 * count + 16 * arcs + 8 * (reach - first)
                if count >= most_nodes or memory > most_bytes:
                    return BUDGET, min(level, unsure), NONE, count, arcs, found, linked, store
                if count == found[0].shape[0]:
                    found, linked, cells = _longer(found, linked, count)
                    cell = node_cell(cells, found, place, target)
                heads = _reaching(heads, reach - first)
                cells[cell] = count
                found[0][count], found[1][count], found[2][count] = place, target, g + cost
                _put(found[3], heads, reach - first, count)
                linked = _linked(linked, arcs, node, t, count)
                arcs, count = arcs + 1, count + 1
            if later < never and goal == NONE:
                heads = _reaching(heads, later - first)
                _put(found[3], heads, later - first, node)
        if goal != NONE:
            return OPTIMAL, min(level, unsure), goal, count, arcs, found, linked, store
