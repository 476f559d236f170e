"""The alignment search: A* over (position, state) with integer costs, and the choice among the optimal alignments.

How it searches. Nodes are pairs of a position in the trace and a state of the reduced graph (``reduction.py``). Costs are
small integers, so the open list is an array of buckets (Dial 1969). The bound is consistent (``docs/conformance.md``), so a
node that is first reached in bucket f has its final cost, g = f − h, and no cost is ever lowered. A node's successors are
made only when the bucket of their own f comes up (partial expansion: Yoshizumi, Miura and Ishida 2000); until then the
node waits in that bucket itself, and successors that no optimal alignment can use are never stored.

How it chooses. When the bucket of the optimum is drained, every node of every optimal alignment is stored. A sweep from
the last position to the first computes for each of them, in this order of priority,

1. ``rest``: the fewest log moves, then the fewest moves in all, to an end (two counts in one integer);
2. ``events``: which of the remaining events are synchronous, earlier ones first;
3. ``late``: how many model moves come before each remaining event, few before earlier ones.

The latter two compare sequences position by position; a sequence is kept as its first element and the rank of its tail
among the nodes of the next position. Every path along edges that keep all three is equally good so far. Among these, a
walk from the start takes silent moves as late as possible, and then the transitions that come first in the net. It
depends on nothing else.

All kernels stand in this file, because a cached kernel does not see an edit in another file's helper.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled

Words = NDArray[np.uint64]
Int8s = NDArray[np.int8]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Flags = NDArray[np.bool_]

OPTIMAL, BUDGET, UNREACHABLE = 0, 1, 2
SYNC, LOG, MODEL, SILENT = 0, 1, 2, 3
FORBIDDEN = -1
"""The cost of a model move that may not be made."""

_NONE = -1
_DENSE_CELLS = 1 << 24  # 64 MB; a table with a cell for each node is faster than hashing
_ONE_LOG_MOVE = 1 << 32
_ONE_AHEAD = 1 << 32

Graph = tuple[Int64s, Int32s, Int32s, Int32s, Int32s]
"""Edges in compressed rows, sorted by label within a row: offsets, target, transition, label, skip."""
Back = tuple[Int64s, Int32s, Int32s, Int32s, Int32s]
"""The same edges by target: offsets, source, transition, label, skip."""
Paths = tuple[Int64s, Int32s]
"""Silent paths in compressed rows: offsets, transitions."""
Ends = tuple[Int32s, Int64s, Int32s]
"""Silent moves from each state to the nearest final one (−1: there is none), and the path there."""
Bound = tuple[Int32s, Words, Words]
"""Label sets: the row of each state, ``poss`` rows, ``must`` rows."""
Nodes = tuple[Int32s, Int32s, Int32s, Int32s]
"""Nodes in the order found: position, state, cost g, and the next node in the same bucket."""
Table = tuple[Int32s, bool, int]
"""The number of each node: cells (−1: free), whether there is a cell for each node, and the number of states."""
Costs = tuple[Int32s, Int32s]
"""Cost of a model move for each transition, and of the cheapest one for each label."""
Rests = tuple[Int64s, Int32s, Int64s]
"""What ``_rests`` returns."""
Moves = tuple[Int64s, Int64s, Int8s, Int32s, Int32s]
"""Where each node's moves begin and stop; kind, edge (−1 for log moves) and target node of each move."""
Space = tuple[Graph, Back, Paths, Ends, Bound]
"""The reduced graph in both directions, its silent paths, its ends and its label sets."""
Trace = tuple[Int32s, Int32s]
"""Label of each event (−1: unknown to the net), and the cost of its log move."""


@compiled
def _grow(values: NDArray[Any], size: int) -> NDArray[Any]:
    grown = np.empty(size, dtype=values.dtype)
    grown[: values.shape[0]] = values
    return grown


@compiled
def _ones(word: np.uint64) -> int:
    """How many bits are set."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def _slot(table: Table, nodes: Nodes, position: int, state: int) -> np.int64:
    """Where a node stands in the table, or the free cell where it belongs.

    Where not every node has a cell, hashing with open addressing finds one; the table's size is then a power of two.
    """
    cells, dense, states = table
    key = np.uint64(position) * np.uint64(states) + np.uint64(state)
    if dense:
        return np.int64(key)
    mask = np.uint64(cells.shape[0] - 1)
    cell = key * np.uint64(0x9E3779B97F4A7C15)
    cell = (cell ^ (cell >> np.uint64(32))) & mask
    while cells[cell] >= 0 and (nodes[0][cells[cell]] != position or nodes[1][cells[cell]] != state):
        cell = (cell + np.uint64(1)) & mask
    return np.int64(cell)


@compiled
def _labelled(labels: Int32s, begin: int, end: int, label: int) -> tuple[int, int]:
    """The range of a row's edges that carry a label."""
    while begin < end and labels[begin] < label:
        begin += 1
    stop = begin
    while stop < end and labels[stop] == label:
        stop += 1
    return begin, stop


@compiled
def _suffixes(trace: Int32s, log_costs: Int32s, labels: int, words: int) -> tuple[Words, Int32s]:
    """For each position, the set of the labels still to come, and the log cost of each label's events still to come.

    The last column adds up the events whose activity the net does not know.
    """
    length = trace.shape[0]
    sets = np.zeros((length + 1, words), dtype=np.uint64)
    costs = np.zeros((length + 1, labels + 1), dtype=np.int32)
    for i in range(length - 1, -1, -1):
        sets[i] = sets[i + 1]
        costs[i] = costs[i + 1]
        label = trace[i]
        if label >= 0:
            sets[i, label >> 6] |= np.uint64(1) << np.uint64(label & 63)
            costs[i, label] += log_costs[i]
        else:
            costs[i, labels] += log_costs[i]
    return sets, costs


@compiled
def _bound(row: int, poss: Words, must: Words, ahead: Words, costs: Int32s, label_costs: Int32s) -> np.int64:
    """What a rest of the trace costs at least from a state with the given label sets."""
    total = np.int64(costs[label_costs.shape[0]])
    for w in range(ahead.shape[0]):
        lost = ahead[w] & ~poss[row, w]
        while lost != np.uint64(0):
            bit = lost & (~lost + np.uint64(1))
            total += costs[(w << 6) + _ones(bit - np.uint64(1))]
            lost ^= bit
        absent = must[row, w] & ~ahead[w]
        while absent != np.uint64(0):
            bit = absent & (~absent + np.uint64(1))
            total += label_costs[(w << 6) + _ones(bit - np.uint64(1))]
            absent ^= bit
    return total


@compiled
def _search(
    space: Space, costs: Costs, trace: Trace, table: Table, nodes: Nodes, max_nodes: int
) -> tuple[int, int, int, Table, Nodes]:
    """Find every node with g + h up to the optimum.

    Returns:
        How it ended; the optimum (past the budget: a lower bound); the number of nodes; the table and the nodes, which
        may have grown.
    """
    (edge_at, edge_target, edge_transition, edge_label, _), _, _, (end_skip, _, _), (row, poss, must) = space
    model_costs, label_costs = costs
    labels, log_costs = trace
    length, never = labels.shape[0], np.int64(1) << 62
    ahead, ahead_costs = _suffixes(labels, log_costs, label_costs.shape[0], poss.shape[1])
    positions, states, spent, links = nodes
    first = _bound(row[0], poss, must, ahead[0], ahead_costs[0], label_costs)
    heads = np.full(64, _NONE, dtype=np.int32)
    positions[0], states[0], spent[0], links[0], heads[0] = 0, 0, 0, _NONE, 0
    table[0][_slot(table, nodes, 0, 0)] = 0
    count, bucket, found = 1, 0, False
    while True:
        while bucket < heads.shape[0] and heads[bucket] == _NONE:
            bucket += 1
        level = first + bucket
        if bucket == heads.shape[0]:
            return UNREACHABLE, level, count, table, nodes
        while heads[bucket] != _NONE:
            node = heads[bucket]
            heads[bucket] = links[node]
            i, s, g, later = positions[node], states[node], spent[node], never
            found = found or (i == length and end_skip[s] >= 0)
            begin, end, low, high = edge_at[s], edge_at[s + 1], 0, 0
            if i < length and labels[i] >= 0:
                low, high = _labelled(edge_label, begin, end, labels[i])
            # First the log move, then the model moves, then the synchronous moves.
            for move in range(0 if i < length else 1, 1 + end - begin + high - low):
                if move == 0:
                    j, t, cost = i + 1, s, log_costs[i]
                elif move <= end - begin:
                    j, t, cost = i, edge_target[begin + move - 1], model_costs[edge_transition[begin + move - 1]]
                    if cost == FORBIDDEN:
                        continue
                else:
                    j, t, cost = i + 1, edge_target[low + move - 1 - end + begin], np.int32(0)
                reach = g + cost + _bound(row[t], poss, must, ahead[j], ahead_costs[j], label_costs)
                if reach > level:
                    later = min(later, reach)
                    continue
                cell = _slot(table, nodes, j, t)
                if reach < level or table[0][cell] != _NONE:
                    continue
                if count >= max_nodes:
                    return BUDGET, level, count, table, nodes
                if count == positions.shape[0]:
                    positions, states = _grow(positions, 2 * count), _grow(states, 2 * count)
                    spent, links = _grow(spent, 2 * count), _grow(links, 2 * count)
                    nodes = (positions, states, spent, links)
                if not table[1] and 2 * count >= table[0].shape[0]:
                    table = (np.full(2 * table[0].shape[0], _NONE, dtype=np.int32), table[1], table[2])
                    for n in range(count):
                        table[0][_slot(table, nodes, positions[n], states[n])] = n
                    cell = _slot(table, nodes, j, t)
                table[0][cell] = count
                positions[count], states[count], spent[count], links[count] = j, t, g + cost, heads[bucket]
                heads[bucket] = count
                count += 1
            if later < never and not found:
                wait = later - first
                if wait >= heads.shape[0]:
                    old = heads.shape[0]
                    heads = _grow(heads, max(2 * old, wait + 1))
                    heads[old:] = _NONE
                links[node] = heads[wait]
                heads[wait] = node
        if found:
            return OPTIMAL, level, count, table, nodes


@compiled
def _rests(
    space: Space, model_costs: Int32s, trace: Trace, optimum: int, table: Table, nodes: Nodes, count: int
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
    rest, queued = np.full(count, np.int64(_NONE), dtype=np.int64), np.zeros(count, dtype=np.bool_)
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
                low, high = _labelled(back_label, begin, end, labels[i - 1])
            for move in range(0 if i > 0 else 1, 1 + end - begin + high - low):
                if move == 0:
                    j, t, cost, weight = i - 1, s, log_costs[i - 1], _ONE_LOG_MOVE + 1
                elif move <= end - begin:
                    edge = begin + move - 1
                    j, t, cost = i, back_source[edge], model_costs[back_transition[edge]]
                    weight = 1 + np.int64(back_skip[edge])
                    if cost == FORBIDDEN:
                        continue
                else:
                    edge = low + move - 1 - end + begin
                    j, t, cost, weight = i - 1, back_source[edge], np.int32(0), 1 + np.int64(back_skip[edge])
                other = table[0][_slot(table, nodes, j, t)]
                if other == _NONE or spent[other] + cost != g:
                    continue
                if rest[other] != _NONE and rest[other] <= rest[node] + weight:
                    continue
                if rest[other] == _NONE and j == i:
                    here[here_count] = other
                    here_count += 1
                elif rest[other] == _NONE:
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
    here, ahead = np.full(end_skip.shape[0], _NONE, np.int32), np.full(end_skip.shape[0], _NONE, np.int32)
    for layer in range(length + 1):
        i, members = length - layer, layers[begins[layer] : begins[layer + 1]]
        here[states[members]] = members
        for node in members:
            s, tries, best_events, best_late = states[node], 0, np.int64(1) << 62, np.int64(1) << 62
            if i == length and rest[node] == end_skip[s]:
                best_events, best_late = np.int64(0), np.int64(0)
            begin, end, low, high = edge_at[s], edge_at[s + 1], 0, 0
            if i < length and labels[i] >= 0:
                low, high = _labelled(edge_label, begin, end, labels[i])
            if members.shape[0] == 1:
                begin = end  # no model move leads from the only node of a position to another
            for move in range(0 if i < length else 1, 1 + end - begin + high - low):
                if move == 0:
                    kind, edge, other, weight, cost = LOG, np.int64(_NONE), ahead[s], _ONE_LOG_MOVE + 1, log_costs[i]
                else:
                    kind, edge = MODEL, begin + move - 1
                    if move > end - begin:
                        kind, edge, cost = SYNC, low + move - 1 - end + begin, np.int32(0)
                    else:
                        cost = model_costs[edge_transition[edge]]
                    other = ahead[edge_target[edge]] if kind == SYNC else here[edge_target[edge]]
                    weight = 1 + np.int64(edge_skip[edge])
                if other == _NONE or cost == FORBIDDEN or spent[node] + cost != spent[other]:
                    continue
                if rest[node] != rest[other] + weight:
                    continue
                if kind == MODEL:
                    next_events, next_late = events[other], late[other] + _ONE_AHEAD
                else:
                    next_events = np.int64(kind) * _ONE_AHEAD + event_ranks[other]
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
                        kinds, edges, others = _grow(kinds, 2 * made), _grow(edges, 2 * made), _grow(others, 2 * made)
                    kinds[made], edges[made], others[made] = tried[k, 0], tried[k, 1], tried[k, 2]
                    made += 1
            stop[node] = made
        if members.shape[0] > 1:
            _rank(events, members, event_ranks)
            _rank(late, members, late_ranks)
        if layer > 0:
            gone = layers[begins[layer - 1] : begins[layer]]
            ahead[states[gone]] = _NONE
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
def _walk(space: Space, nodes: Nodes, moves: Moves, out: tuple[Int8s, Int32s, Int32s]) -> int:
    """Write the kind, position and transition of each move of the chosen alignment; return how many there are."""
    (graph, _, paths, ends, _), (at, stop, kinds, edges, others) = space, moves
    skips, good = _levels(space, nodes, moves)
    node, made = np.int64(0), 0
    for level in range(skips.shape[0] - 1):
        chosen = np.int64(_NONE)
        for move in range(at[node], stop[node]):
            if not good[others[move]] or _skip(move, moves, graph[4]) != skips[level]:
                continue
            if chosen == _NONE or _comes_first(edges[move], edges[chosen], graph, paths):
                chosen = np.int64(move)
        kind, edge = kinds[chosen], edges[chosen]
        if kind != LOG:
            for k in range(paths[0][edge], paths[0][edge + 1]):
                out[0][made], out[1][made], out[2][made] = SILENT, _NONE, paths[1][k]
                made += 1
        out[0][made] = kind
        out[1][made] = _NONE if kind == MODEL else nodes[0][node]
        out[2][made] = _NONE if kind == LOG else graph[2][edge]
        made += 1
        node = np.int64(others[chosen])
    for k in range(ends[1][nodes[1][node]], ends[1][nodes[1][node] + 1]):
        out[0][made], out[1][made], out[2][made] = SILENT, _NONE, ends[2][k]
        made += 1
    return made


@compiled
def solve(
    space: Space, costs: Costs, offsets: Int64s, labels: Int32s, log_costs: Int32s, max_nodes: int
) -> tuple[Int8s, Int64s, Int64s, Int64s, Int8s, Int32s, Int32s]:
    """Align many variants with one net.

    Args:
        space: The compiled net; state 0 is the initial one, and every state reaches an end.
        costs: Cost of a model move for each transition, or ``FORBIDDEN``; the cheapest allowed one of each label.
        offsets: Where each variant begins among the labels.
        labels: Label of each event, −1 for activities that the net does not know.
        log_costs: Cost of a log move for each event.
        max_nodes: Nodes after which one search gives up.

    Returns:
        For each variant: how its search ended, its cost or lower bound, the nodes visited, the end of its moves (one
        more value, the first 0); and for all moves: kind, position (−1 without an event), transition (−1 for log moves).
    """
    variants, states, longest = offsets.shape[0] - 1, space[3][0].shape[0], 0
    for v in range(variants):
        longest = max(longest, offsets[v + 1] - offsets[v])
    dense = (longest + 1) * states <= _DENSE_CELLS
    table = (np.full((longest + 1) * states if dense else 1 << 16, _NONE, dtype=np.int32), dense, states)
    nodes = (np.empty(4096, np.int32), np.empty(4096, np.int32), np.empty(4096, np.int32), np.empty(4096, np.int32))
    statuses, optima = np.zeros(variants, dtype=np.int8), np.zeros(variants, dtype=np.int64)
    visited, stops = np.zeros(variants, dtype=np.int64), np.zeros(variants + 1, dtype=np.int64)
    kinds, at, transitions = np.empty(4096, np.int8), np.empty(4096, np.int32), np.empty(4096, np.int32)
    made = np.int64(0)
    for v in range(variants):
        trace = (labels[offsets[v] : offsets[v + 1]], log_costs[offsets[v] : offsets[v + 1]])
        status, optimum, count, table, nodes = _search(space, costs, trace, table, nodes, max_nodes)
        statuses[v], optima[v], visited[v] = status, optimum, count
        if status == OPTIMAL:
            rests = _rests(space, costs[0], trace, optimum, table, nodes, count)
            need = made + (rests[0][0] & (_ONE_LOG_MOVE - 1))
            if need > kinds.shape[0]:
                size = max(2 * kinds.shape[0], need)
                kinds, at, transitions = _grow(kinds, size), _grow(at, size), _grow(transitions, size)
            moves = _best_moves(space, costs[0], trace, nodes, rests)
            made += _walk(space, nodes, moves, (kinds[made:need], at[made:need], transitions[made:need]))
        stops[v + 1] = made
        if dense:
            for n in range(count):
                table[0][_slot(table, nodes, nodes[0][n], nodes[1][n])] = _NONE
        else:
            table[0][:] = _NONE
    return statuses, optima, visited, stops, kinds[:made].copy(), at[:made].copy(), transitions[:made].copy()
