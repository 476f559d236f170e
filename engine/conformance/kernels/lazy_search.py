"""The alignment search on a net whose markings are made as they are met: A* over (position, phase, marking).

The order of buckets and the partial expansion are those of ``search.py``. Two things differ. Moves of the net are taken
one by one, silent ones too, and after a model or silent move comes another one or a synchronous event, never a log
move: whoever would make the log move can make it before. So a node has a *phase*, 1 after such a move, and the bound in
phase 1 knows that the next event is synchronous. And of the moves of the net only a stubborn set is tried
(``lazy_moves.py``), unless every best alignment is asked for.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.common import BUDGET, NONE, OPTIMAL, UNREACHABLE, grow
from engine.conformance.kernels.lazy_bound import NEVER, bound
from engine.conformance.kernels.lazy_ends import find_end
from engine.conformance.kernels.lazy_markings import ALIVE, DEAD, FINAL, UNSURE, bytes_of, enabled, fire, keep
from engine.conformance.kernels.lazy_moves import every_move, towards_end, towards_label
from engine.conformance.kernels.lazy_shapes import Finals, Firing, Found, Links, Options, Rows, Store
from engine.conformance.kernels.shapes import Flags, Int32s, Trace, Words

TOO_NARROW = 3
"""How a search ends that needs more bits for each place."""
LOG_MOVE = -1


@compiled
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
def _longer(found: Found) -> Found:
    """Room for twice the nodes."""
    size = 2 * found[0].shape[0]
    return grow(found[0], size), grow(found[1], size), grow(found[2], size), grow(found[3], size)


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
def search(  # noqa: PLR0911 - it ends in as many ways
    net: Firing,
    ends: Finals,
    start: tuple[Words, Int32s],
    table: Int32s,
    by_label: Rows,
    model_costs: Int32s,
    relevant: Flags,
    alive: Flags,
    trace: Trace,
    bounds: Int32s,
    store: Store,
    options: Options,
) -> tuple[int, int, int, int, int, Found, Links, Store]:
    """Find the cheapest alignment of one trace.

    Args:
        net: The net.
        ends: Its final markings.
        start: The initial marking, packed, and its state in each view.
        table: The state of a view after each transition, by state and transition.
        by_label: Transitions of each label.
        model_costs: Cost of a model move for each transition, or ``FORBIDDEN``.
        relevant: By label and transition, whether the transition can help an event with the label to occur at all.
        alive: Whether a view can reach its end from a state.
        trace: Labels and log costs.
        bounds: As ``lazy_bound.fill`` makes them.
        store: Markings, kept from search to search.
        options: What is asked for.

    Returns:
        How it ended; the optimum or the level reached; the goal, −1 without one; numbers of nodes and of moves; the
        nodes, node 0 being the start; the moves between them; the store.
    """
    most_nodes, most_bytes, weight, needed_only, keep_all, running, most = options
    labels, log_costs = trace
    length, transitions, never = labels.shape[0], model_costs.shape[0], np.int64(1) << 60
    found = (np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32))
    links = (np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32))
    into = np.full(1024, NONE, dtype=np.int32)
    linked = (links[0], links[1], links[2], links[3], into)
    cells = np.full(4096, NONE, dtype=np.int32)
    scratch = (np.zeros(transitions, dtype=np.int32), np.empty(transitions, dtype=np.int32))
    row, after = start[0].copy(), start[0].copy()
    seen, ahead = start[1].copy(), start[1].copy()
    first = bound(bounds[0, 0], start[1])
    if first >= NEVER:
        return UNREACHABLE, 0, NONE, 0, 0, found, linked, store
    first *= weight
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
            i, phase = where >> 1, where & 1
            if i == length and running:
                answer = find_end(net, ends, table, alive, store, marking)
                if answer == 0:
                    return TOO_NARROW, level, NONE, count, arcs, found, linked, store
                if answer == UNSURE:
                    unsure = min(unsure, level)
            if i == length and store[2][marking] & (ALIVE | FINAL if running else FINAL):
                goal = node
                if not keep_all:
                    return OPTIMAL, min(level, unsure), goal, count, arcs, found, linked, store
            if i == length and running:
                continue
            row[:], seen[:] = store[0][marking], store[1][marking]
            tries, synchronous = 0, 0
            calls += 1
            if i == length:
                tries = (
                    towards_end(net, ends, row, model_costs, scratch, calls)
                    if needed_only
                    else every_move(net, row, model_costs, scratch[1])
                )
            elif labels[i] >= 0:
                synchronous = by_label[0][labels[i] + 1] - by_label[0][labels[i]]
                tries = (
                    towards_label(net, row, model_costs, by_label, labels[i], scratch, calls)
                    if needed_only
                    else every_move(net, row, model_costs, scratch[1])
                )
            # First the log move, then the net's moves, then the synchronous moves.
            for move in range(0 if i < length and phase == 0 else 1, 1 + tries + synchronous):
                if move == 0:
                    place, t, cost = where + 2, LOG_MOVE, np.int64(log_costs[i])
                elif move <= tries:
                    place, t = (where | 1 if i < length else where), np.int64(scratch[1][move - 1])
                    cost = np.int64(model_costs[t])
                    if i < length and not needed_only and not relevant[labels[i], t]:
                        continue
                else:
                    place, t, cost = 2 * (i + 1), np.int64(by_label[1][by_label[0][labels[i]] + move - 1 - tries]), 0
                    if not enabled(net, row, t):
                        continue
                for v in range(seen.shape[0]):
                    ahead[v] = seen[v] if t == LOG_MOVE else table[seen[v], t]
                least = bound(bounds[place & 1, place >> 1], ahead)
                if least >= NEVER:
                    continue
                reach = g + cost + weight * least
                if weight == 1 and reach != level:
                    if reach > level:
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
                if count >= most_nodes or (count & 4095 == 0 and bytes_of(store) + 40 * count > most_bytes):
                    return BUDGET, min(level, unsure), NONE, count, arcs, found, linked, store
                if count == found[0].shape[0]:
                    found = _longer(found)
                    into = grow(linked[4], 2 * count)
                    into[count:] = NONE
                    linked = (linked[0], linked[1], linked[2], linked[3], into)
                    cells = np.full(8 * count, NONE, dtype=np.int32)
                    for n in range(count):
                        cells[node_cell(cells, found, found[0][n], found[1][n])] = n
                    cell = node_cell(cells, found, place, target)
                wait = reach - first
                if wait >= heads.shape[0]:
                    old = heads.shape[0]
                    heads = grow(heads, max(2 * old, wait + 1))
                    heads[old:] = NONE
                cells[cell] = count
                found[0][count], found[1][count], found[2][count] = place, target, g + cost
                found[3][count], heads[wait] = heads[wait], count
                linked = _linked(linked, arcs, node, t, count)
                arcs, count = arcs + 1, count + 1
            if later < never and goal == NONE:
                wait = later - first
                if wait >= heads.shape[0]:
                    old = heads.shape[0]
                    heads = grow(heads, max(2 * old, wait + 1))
                    heads[old:] = NONE
                found[3][node], heads[wait] = heads[wait], node
        if goal != NONE:
            return OPTIMAL, min(level, unsure), goal, count, arcs, found, linked, store
