"""The choice among the optimal alignments of one variant.

When the bucket of the optimum is drained, every node of every optimal alignment is stored. A sweep
from the last position to the first computes for each of them, in this order of priority,

1. ``rest``: the fewest log moves, then the fewest moves in all, to an end (two counts in one integer);
2. ``events``: which of the remaining events are synchronous, earlier ones first;
3. ``late``: how many model moves come before each remaining event, few before earlier ones.

The latter two compare sequences position by position; a sequence is kept as its first element and the rank of its
tail among the nodes of the next position. Every path along edges that keep all three is equally good so far. Among
these, a walk from the start takes silent moves as late as possible, and then the transitions that come first in the
net. It depends on nothing else.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.common import (
    FORBIDDEN,
    LOG,
    MODEL,
    NONE,
    ONE_AHEAD,
    ONE_LOG_MOVE,
    SILENT,
    SYNC,
    grow,
    labelled,
    slot,
)
from engine.conformance.kernels.shapes import (
    Flags,
    Graph,
    Int8s,
    Int32s,
    Int64s,
    Moves,
    Nodes,
    Paths,
    Rests,
    Space,
    Table,
    Trace,
)


@compiled
def rests_of(
    space: Space,
    model_costs: Int32s,
    trace: Trace,
    optimum: int,
    table: Table,
    nodes: Nodes,
    count: int,
) -> Rests:
    """Fewest log moves, then fewest moves, from each node of an optimal alignment to an end.

    Returns:
        ``rest`` for each node, −1 for nodes of no optimal alignment; those nodes position by position, the last
        position first, within a position by rising ``rest``; and where each position's nodes begin among them.
    """
    (back_at, back_source, back_transition, back_label, back_skip), end_skip = space[1], space[3][0]
    positions, states, spent, _ = nodes
    labels, log_costs = trace
    length, ring = labels.shape[0], count + 1
    rest, queued = np.full(count, np.int64(NONE), dtype=np.int64), np.zeros(count, dtype=np.bool_)
    layers, begins = np.empty(count, dtype=np.int32), np.zeros(length + 2, dtype=np.int64)
    here, before = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    queue = np.empty(ring, dtype=np.int32)
    here_count, filled = 0, 0
    for n in range(count):
        if positions[n] == length and end_skip[states[n]] >= 0 and spent[n] == optimum:
            rest[n], here[here_count] = end_skip[states[n]], n
            here_count += 1
    for i in range(length, -1, -1):
        head, tail, before_count = 0, here_count % ring, 0
        for k in range(here_count):
            queue[k], queued[here[k]] = here[k], True
        while head != tail:
            node = queue[head]
            head = (head + 1) % ring
            queued[node] = False
            s, g = states[node], spent[node]
            begin, end, low, high = back_at[s], back_at[s + 1], 0, 0
            if i > 0 and labels[i - 1] >= 0:
                low, high = labelled(back_label, begin, end, labels[i - 1])
            for move in range(0 if i > 0 else 1, 1 + end - begin + high - low):
                if move == 0:
                    j, t, cost, weight = i - 1, s, log_costs[i - 1], ONE_LOG_MOVE + 1
                elif move <= end - begin:
                    edge = begin + move - 1
                    j, t, cost = i, back_source[edge], model_costs[back_transition[edge]]
                    weight = 1 + np.int64(back_skip[edge])
                    if cost == FORBIDDEN:
                        continue
                else:
                    edge = low + move - 1 - end + begin
                    j, t, cost, weight = i - 1, back_source[edge], np.int32(0), 1 + np.int64(back_skip[edge])
                other = table[0][slot(table, nodes, j, t)]
                if other == NONE or spent[other] + cost != g:
                    continue
                if rest[other] != NONE and rest[other] <= rest[node] + weight:
                    continue
                if rest[other] == NONE and j == i:
                    here[here_count] = other
                    here_count += 1
                elif rest[other] == NONE:
                    before[before_count] = other
                    before_count += 1
                rest[other] = rest[node] + weight
                if j == i and not queued[other]:
                    queued[other], queue[tail] = True, other
                    tail = (tail + 1) % ring
        begins[length - i] = filled
        _sort_by(here, here_count, rest)
        layers[filled : filled + here_count] = here[:here_count]
        filled += here_count
        here, before, here_count = before, here, before_count
    begins[length + 1] = filled
    return rest, layers, begins


@compiled
def _sort_by(members: Int32s, count: int, keys: Int64s) -> None:
    """Sort members by their keys, in place. Layers are short, mostly of one node."""
    if count > 32:
        members[:count] = members[:count][np.argsort(keys[members[:count]])]
        return
    for k in range(1, count):
        member, m = members[k], k
        while m > 0 and keys[members[m - 1]] > keys[member]:
            members[m] = members[m - 1]
            m -= 1
        members[m] = member


@compiled
def _rank(keys: Int64s, members: Int32s, ranks: Int32s) -> None:
    """Write the rank of each member's key among the members, equal keys sharing one."""
    ordered = members.copy()
    _sort_by(ordered, ordered.shape[0], keys)
    rank = 0
    for k in range(ordered.shape[0]):
        if k > 0 and keys[ordered[k]] != keys[ordered[k - 1]]:
            rank += 1
        ranks[ordered[k]] = rank


@compiled
def _best_moves(space: Space, model_costs: Int32s, trace: Trace, nodes: Nodes, rests: Rests) -> Moves:
    """The moves of the optimal alignments that are best by ``rest``, ``events`` and ``late``, from each node."""
    (edge_at, edge_target, edge_transition, edge_label, edge_skip), end_skip = space[0], space[3][0]
    labels, log_costs = trace
    rest, layers, begins = rests
    states, spent = nodes[1], nodes[2]
    count, length, widest = rest.shape[0], labels.shape[0], np.int64(0)
    for s in range(edge_at.shape[0] - 1):
        widest = max(widest, edge_at[s + 1] - edge_at[s])
    events, late = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    event_ranks, late_ranks = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
    tried = np.empty((2 * widest + 1, 5), dtype=np.int64)  # kind, edge, other node, events and late of each move
    at, stop, made = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64), 0
    kinds, edges, others = np.empty(count, np.int8), np.empty(count, np.int32), np.empty(count, np.int32)
    here, ahead = np.full(end_skip.shape[0], NONE, np.int32), np.full(end_skip.shape[0], NONE, np.int32)
    for layer in range(length + 1):
        i, members = length - layer, layers[begins[layer] : begins[layer + 1]]
        here[states[members]] = members
        for node in members:
            s, tries, best_events, best_late = states[node], 0, np.int64(1) << 62, np.int64(1) << 62
            if i == length and rest[node] == end_skip[s]:
                best_events, best_late = np.int64(0), np.int64(0)
            begin, end, low, high = edge_at[s], edge_at[s + 1], 0, 0
            if i < length and labels[i] >= 0:
                low, high = labelled(edge_label, begin, end, labels[i])
            if members.shape[0] == 1:
                begin = end  # no model move leads from the only node of a position to another
            for move in range(0 if i < length else 1, 1 + end - begin + high - low):
                if move == 0:
                    kind, edge, other, weight, cost = LOG, np.int64(NONE), ahead[s], ONE_LOG_MOVE + 1, log_costs[i]
                else:
                    kind, edge = MODEL, begin + move - 1
                    if move > end - begin:
                        kind, edge, cost = SYNC, low + move - 1 - end + begin, np.int32(0)
                    else:
                        cost = model_costs[edge_transition[edge]]
                    other = ahead[edge_target[edge]] if kind == SYNC else here[edge_target[edge]]
                    weight = 1 + np.int64(edge_skip[edge])
                if other == NONE or cost == FORBIDDEN or spent[node] + cost != spent[other]:
                    continue
                if rest[node] != rest[other] + weight:
                    continue
                if kind == MODEL:
                    next_events, next_late = events[other], late[other] + ONE_AHEAD
                else:
                    next_events = np.int64(kind) * ONE_AHEAD + event_ranks[other]
                    next_late = np.int64(late_ranks[other])
                tried[tries, 0], tried[tries, 1], tried[tries, 2] = kind, edge, other
                tried[tries, 3], tried[tries, 4] = next_events, next_late
                tries += 1
                if next_events < best_events or (next_events == best_events and next_late < best_late):
                    best_events, best_late = next_events, next_late
            events[node], late[node], at[node] = best_events, best_late, made
            for k in range(tries):
                if tried[k, 3] == best_events and tried[k, 4] == best_late:
                    if made == kinds.shape[0]:
                        kinds, edges, others = grow(kinds, 2 * made), grow(edges, 2 * made), grow(others, 2 * made)
                    kinds[made], edges[made], others[made] = tried[k, 0], tried[k, 1], tried[k, 2]
                    made += 1
            stop[node] = made
        if members.shape[0] > 1:
            _rank(events, members, event_ranks)
            _rank(late, members, late_ranks)
        if layer > 0:
            gone = layers[begins[layer - 1] : begins[layer]]
            ahead[states[gone]] = NONE
        here, ahead = ahead, here
    return at, stop, kinds, edges, others


@compiled
def _skip(move: int, moves: Moves, edge_skip: Int32s) -> np.int32:
    """The silent moves before a move."""
    return np.int32(0) if moves[2][move] == LOG else edge_skip[moves[3][move]]


@compiled
def _levels(space: Space, nodes: Nodes, moves: Moves) -> tuple[Int32s, Flags]:
    """The fewest silent moves before each move from the start on, and the nodes on a way that has these numbers."""
    at, stop, _, _, others = moves
    edge_skip, end_skip, count = space[0][4], space[3][0], at.shape[0]
    skips, level_at = np.empty(count + 1, dtype=np.int32), np.zeros(count + 2, dtype=np.int64)
    reached, seen, good = np.empty(count, np.int32), np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    reached[0], seen[0], filled, level, over, level_at[1] = 0, True, 1, 0, False, 1
    while not over:
        least = np.int32(0x7FFFFFFF)
        for k in range(level_at[level], level_at[level + 1]):
            node = reached[k]
            if at[node] == stop[node]:  # nothing but the end is left
                least, over = min(least, end_skip[nodes[1][node]]), True
            for move in range(at[node], stop[node]):
                least = min(least, _skip(move, moves, edge_skip))
        for k in range(level_at[level], level_at[level + 1]):
            for move in range(at[reached[k]], stop[reached[k]]):
                if not seen[others[move]] and _skip(move, moves, edge_skip) == least:
                    seen[others[move]], reached[filled] = True, others[move]
                    filled += 1
        skips[level] = least
        level += 1
        level_at[level + 1] = filled
    for k in range(level_at[level - 1], level_at[level]):
        good[reached[k]] = end_skip[nodes[1][reached[k]]] == skips[level - 1]
    for step in range(level - 2, -1, -1):
        for k in range(level_at[step], level_at[step + 1]):
            for move in range(at[reached[k]], stop[reached[k]]):
                if good[others[move]] and _skip(move, moves, edge_skip) == skips[step]:
                    good[reached[k]] = True
    return skips[:level], good


@compiled
def _comes_first(edge: int, other: int, graph: Graph, paths: Paths) -> bool:
    """Whether the silent path and transition of an edge come before those of another one of the same length."""
    for k in range(graph[4][edge]):
        mine, theirs = paths[1][paths[0][edge] + k], paths[1][paths[0][other] + k]
        if mine != theirs:
            return bool(mine < theirs)
    return bool(graph[2][edge] < graph[2][other])


@compiled
def _walk(
    space: Space,
    nodes: Nodes,
    moves: Moves,
    out: tuple[Int8s, Int32s, Int32s],
) -> int:
    """Write the kind, position and transition of each move of the chosen alignment; return how many there are."""
    (graph, _, paths, ends, _), (at, stop, kinds, edges, others) = space, moves
    skips, good = _levels(space, nodes, moves)
    node, made = np.int64(0), 0
    for level in range(skips.shape[0] - 1):
        chosen = np.int64(NONE)
        for move in range(at[node], stop[node]):
            if not good[others[move]] or _skip(move, moves, graph[4]) != skips[level]:
                continue
            if chosen == NONE or _comes_first(edges[move], edges[chosen], graph, paths):
                chosen = np.int64(move)
        kind, edge = kinds[chosen], edges[chosen]
        if kind != LOG:
            for k in range(paths[0][edge], paths[0][edge + 1]):
                out[0][made], out[1][made], out[2][made] = SILENT, NONE, paths[1][k]
                made += 1
        out[0][made] = kind
        out[1][made] = NONE if kind == MODEL else nodes[0][node]
        out[2][made] = NONE if kind == LOG else graph[2][edge]
        made += 1
        node = np.int64(others[chosen])
    for k in range(ends[1][nodes[1][node]], ends[1][nodes[1][node] + 1]):
        out[0][made], out[1][made], out[2][made] = SILENT, NONE, ends[2][k]
        made += 1
    return made


@compiled
def choose(
    space: Space, model_costs: Int32s, trace: Trace, nodes: Nodes, rests: Rests, out: tuple[Int8s, Int32s, Int32s]
) -> int:
    """Write the moves of the chosen alignment into columns of the right length; return how many there are."""
    return _walk(space, nodes, _best_moves(space, model_costs, trace, nodes, rests), out)
