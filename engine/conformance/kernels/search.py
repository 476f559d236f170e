"""The alignment search: A* over (position, state) with integer costs, and the choice among the optimal alignments.

How it searches. Nodes are pairs of a position in the trace and a state of the net. Costs are small integers, so the open
list is an array of buckets (Dial 1969). The bound is consistent (``docs/conformance.md``), so a node that is first
reached in bucket f has its final cost, g = f − h, and no cost is ever lowered. A node's successors are made only when the
bucket of their own f comes up (partial expansion: Yoshizumi, Miura and Ishida 2000); until then the node waits in that
bucket itself, and successors that an optimal alignment cannot use are never stored.

How it chooses. When the bucket of the optimum is drained, every node of every optimal alignment is stored. A sweep from
the last position to the first computes for each of them, in this order of priority,

1. ``rest``: the fewest log moves, then the fewest moves in all, to an end (two counts in one integer);
2. ``events``: which of the remaining events are synchronous, earlier ones first;
3. ``late``: how many model moves come before each remaining event, few before earlier ones.

The latter two compare sequences position by position; a sequence is kept as its first element and the rank of its tail
among the nodes of the next position. A walk from the start then follows nodes that keep all three, takes an event before
a silent transition, and otherwise the transition that comes first in the net. It depends on nothing else.

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
_DENSE_CELLS = 1 << 24  # a table with a cell for each node is faster than hashing while it fits a cache level or two
_ONE_LOG_MOVE = 1 << 32
_ONE_AHEAD = 1 << 32

Graph = tuple[Int64s, Int32s, Int32s, Int32s]
"""Edges in compressed rows: offsets, other state, transition, label (−1 when silent)."""
Bound = tuple[Int32s, Words, Words]
"""Label sets: the row of each state, ``poss`` rows, ``must`` rows."""
Nodes = tuple[Int32s, Int32s, Int32s, Int32s]
"""Nodes in the order found: position, state, cost g, and the next node in the same bucket."""


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
def _slot(table: Int32s, dense: bool, nodes: Nodes, position: int, state: int, states: int) -> np.int64:  # noqa: FBT001
    """Where a node stands in the table, or the free cell where it belongs.

    A dense table has a cell for each node; otherwise it hashes with open addressing and its size is a power of two.
    """
    key = np.uint64(position) * np.uint64(states) + np.uint64(state)
    if dense:
        return np.int64(key)
    mask = np.uint64(table.shape[0] - 1)
    cell = key * np.uint64(0x9E3779B97F4A7C15)
    cell = (cell ^ (cell >> np.uint64(32))) & mask
    while table[cell] >= 0 and (nodes[0][table[cell]] != position or nodes[1][table[cell]] != state):
        cell = (cell + np.uint64(1)) & mask
    return np.int64(cell)


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
    graph: Graph,
    final: Flags,
    bound: Bound,
    model_costs: Int32s,
    label_costs: Int32s,
    trace: Int32s,
    log_costs: Int32s,
    suffixes: tuple[Words, Int32s],
    table: Int32s,
    dense: bool,  # noqa: FBT001
    nodes: Nodes,
    max_nodes: int,
) -> tuple[int, int, int, Int32s, Nodes]:
    """Find every node with g + h up to the optimum.

    Returns:
        How it ended; the optimum (past the budget: a lower bound); the number of nodes; the table and the nodes, which
        may have grown.
    """
    edge_at, edge_target, edge_transition, edge_label = graph
    row, poss, must = bound
    ahead, ahead_costs = suffixes
    states, length = final.shape[0], trace.shape[0]
    positions, node_states, costs, links = nodes
    first = _bound(row[0], poss, must, ahead[0], ahead_costs[0], label_costs)
    heads = np.full(64, _NONE, dtype=np.int32)
    positions[0], node_states[0], costs[0], links[0] = 0, 0, 0, _NONE
    table[_slot(table, dense, nodes, 0, 0, states)] = 0
    heads[0] = 0
    count, bucket, found = 1, 0, False
    while True:
        while bucket < heads.shape[0] and heads[bucket] == _NONE:
            bucket += 1
        if bucket == heads.shape[0]:
            return UNREACHABLE, first + bucket, count, table, nodes
        level = first + bucket
        while heads[bucket] != _NONE:
            node = heads[bucket]
            heads[bucket] = links[node]
            i, s, g = positions[node], node_states[node], costs[node]
            if i == length and final[s]:
                found = True
            later = np.int64(1) << 62
            label_here = np.int32(-2)
            if i < length:
                label_here = trace[i]
            for e in range(edge_at[s] - 1, 2 * edge_at[s + 1] - edge_at[s]):
                # One loop over the log move, the model moves and the synchronous moves, so that a successor is handled once.
                if e < edge_at[s]:
                    if i == length:
                        continue
                    j, t, cost = i + 1, s, log_costs[i]
                elif e < edge_at[s + 1]:
                    cost = model_costs[edge_transition[e]]
                    if cost == FORBIDDEN:
                        continue
                    j, t = i, edge_target[e]
                else:
                    edge = e - (edge_at[s + 1] - edge_at[s])
                    if edge_label[edge] != label_here or label_here < 0:
                        continue
                    j, t, cost = i + 1, edge_target[edge], np.int32(0)
                reach = g + cost + _bound(row[t], poss, must, ahead[j], ahead_costs[j], label_costs)
                if reach > level:
                    later = min(later, reach)
                    continue
                if reach < level:
                    continue
                cell = _slot(table, dense, nodes, j, t, states)
                if table[cell] != _NONE:
                    continue
                if count >= max_nodes:
                    return BUDGET, level, count, table, nodes
                if count == positions.shape[0]:
                    positions, node_states = _grow(positions, 2 * count), _grow(node_states, 2 * count)
                    costs, links = _grow(costs, 2 * count), _grow(links, 2 * count)
                    nodes = (positions, node_states, costs, links)
                if not dense and 2 * count >= table.shape[0]:
                    table = np.full(2 * table.shape[0], _NONE, dtype=np.int32)
                    for n in range(count):
                        table[_slot(table, dense, nodes, positions[n], node_states[n], states)] = n
                    cell = _slot(table, dense, nodes, j, t, states)
                table[cell] = count
                positions[count], node_states[count], costs[count] = j, t, g + cost
                links[count] = heads[bucket]
                heads[bucket] = count
                count += 1
            if later < np.int64(1) << 62 and not found:
                ahead_bucket = later - first
                if ahead_bucket >= heads.shape[0]:
                    old = heads.shape[0]
                    heads = _grow(heads, max(2 * old, ahead_bucket + 1))
                    heads[old:] = _NONE
                links[node] = heads[ahead_bucket]
                heads[ahead_bucket] = node
        if found:
            return OPTIMAL, level, count, table, nodes


@compiled
def _ranks(keys: Int64s, members: Int32s, count: int, ranks: Int32s) -> None:
    """Write the rank of each member's key among the members, equal keys sharing one."""
    if count == 1:
        ranks[members[0]] = 0
        return
    order = np.argsort(keys[members[:count]])
    rank = 0
    for k in range(count):
        if k > 0 and keys[members[order[k]]] != keys[members[order[k - 1]]]:
            rank += 1
        ranks[members[order[k]]] = rank


@compiled
def _rests(
    back: Graph,
    final: Flags,
    model_costs: Int32s,
    trace: Int32s,
    log_costs: Int32s,
    optimum: int,
    table: Int32s,
    dense: bool,  # noqa: FBT001
    nodes: Nodes,
    count: int,
) -> tuple[Int64s, Int32s, Int64s]:
    """Fewest log moves, then fewest moves, from each node of an optimal alignment to an end.

    Returns:
        ``rest`` for each node, −1 for nodes of no optimal alignment; those nodes position by position, the last
        position first, within a position by rising ``rest``; and where each position's nodes begin among them.
    """
    back_at, back_source, back_transition, back_label = back
    positions, node_states, costs, _ = nodes
    states, length = final.shape[0], trace.shape[0]
    rest = np.full(count, np.int64(_NONE), dtype=np.int64)
    queued = np.zeros(count, dtype=np.bool_)
    layers = np.empty(count, dtype=np.int32)
    begins = np.zeros(length + 2, dtype=np.int64)
    here, before = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    queue = np.empty(count + 1, dtype=np.int32)
    ring = count + 1
    here_count, filled = 0, 0
    for n in range(count):
        if positions[n] == length and final[node_states[n]] and costs[n] == optimum:
            rest[n] = 0
            here[here_count] = n
            here_count += 1
    for i in range(length, -1, -1):
        head, tail, before_count = 0, 0, 0
        for k in range(here_count):
            queue[tail] = here[k]
            queued[here[k]] = True
            tail += 1
        tail %= ring
        while head != tail:
            node = queue[head]
            head = (head + 1) % ring
            queued[node] = False
            s, g = node_states[node], costs[node]
            for e in range(back_at[s] - 1, 2 * back_at[s + 1] - back_at[s]):
                if e < back_at[s]:
                    if i == 0:
                        continue
                    j, t, cost, weight = i - 1, s, log_costs[i - 1], _ONE_LOG_MOVE + 1
                elif e < back_at[s + 1]:
                    cost = model_costs[back_transition[e]]
                    if cost == FORBIDDEN:
                        continue
                    j, t, weight = i, back_source[e], 1
                else:
                    edge = e - (back_at[s + 1] - back_at[s])
                    if i == 0 or back_label[edge] < 0 or back_label[edge] != trace[i - 1]:
                        continue
                    j, t, cost, weight = i - 1, back_source[edge], np.int32(0), 1
                other = table[_slot(table, dense, nodes, j, t, states)]
                if other == _NONE or costs[other] + cost != g:
                    continue
                if rest[other] != _NONE and rest[other] <= rest[node] + weight:
                    continue
                if rest[other] == _NONE:
                    if j == i:
                        here[here_count] = other
                        here_count += 1
                    else:
                        before[before_count] = other
                        before_count += 1
                rest[other] = rest[node] + weight
                if j == i and not queued[other]:
                    queued[other] = True
                    queue[tail] = other
                    tail = (tail + 1) % ring
        order = np.argsort(rest[here[:here_count]])
        begins[length - i] = filled
        for k in range(here_count):
            layers[filled] = here[order[k]]
            filled += 1
        here, before = before, here
        here_count = before_count
    begins[length + 1] = filled
    return rest, layers, begins


@compiled
def _choose(
    graph: Graph,
    model_costs: Int32s,
    trace: Int32s,
    log_costs: Int32s,
    table: Int32s,
    dense: bool,  # noqa: FBT001
    nodes: Nodes,
    count: int,
    states: int,
    rests: tuple[Int64s, Int32s, Int64s],
    moves: tuple[Int8s, Int32s, Int32s],
) -> int:
    """Write the moves of the chosen alignment and return how many there are."""
    edge_at, edge_target, edge_transition, edge_label = graph
    positions, node_states, costs, _ = nodes
    rest, layers, begins = rests
    length = trace.shape[0]
    events, late = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    event_ranks, late_ranks = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
    unset = np.int64(1) << 62
    for layer in range(length + 1):
        i = length - layer
        for k in range(begins[layer], begins[layer + 1]):
            node = layers[k]
            if rest[node] == 0:
                continue
            s, best_events, best_late = node_states[node], unset, unset
            for e in range(edge_at[s] - 1, 2 * edge_at[s + 1] - edge_at[s]):
                kind, _, other = _follow(
                    e, node, i, s, graph, model_costs, trace, log_costs, table, dense, nodes, states, rest
                )
                if kind == _NONE:
                    continue
                if kind == SYNC or kind == LOG:
                    here_events = np.int64(kind) * _ONE_AHEAD + event_ranks[other]
                    here_late = np.int64(late_ranks[other])
                else:
                    here_events = events[other]
                    here_late = late[other] + (_ONE_AHEAD if kind == MODEL else 0)
                if here_events < best_events or (here_events == best_events and here_late < best_late):
                    best_events, best_late = here_events, here_late
            events[node], late[node] = best_events, best_late
        members = layers[begins[layer] : begins[layer + 1]]
        if members.shape[0] > 0:
            _ranks(events, members, members.shape[0], event_ranks)
            _ranks(late, members, members.shape[0], late_ranks)
    kinds, at, transitions = moves
    node, made = 0, 0
    while rest[node] != 0:
        i, s = positions[node], node_states[node]
        chosen, chosen_kind, chosen_transition = _NONE, _NONE, np.int32(_NONE)
        for e in range(edge_at[s] - 1, 2 * edge_at[s + 1] - edge_at[s]):
            kind, transition, other = _follow(
                e, node, i, s, graph, model_costs, trace, log_costs, table, dense, nodes, states, rest
            )
            if kind == _NONE:
                continue
            if kind == SYNC or kind == LOG:
                keeps = events[node] == np.int64(kind) * _ONE_AHEAD + event_ranks[other]
                keeps = keeps and late[node] == late_ranks[other]
            else:
                keeps = events[node] == events[other]
                keeps = keeps and late[node] == late[other] + (_ONE_AHEAD if kind == MODEL else 0)
            if not keeps:
                continue
            is_event, had_event = kind <= LOG, chosen_kind != _NONE and chosen_kind <= LOG
            if chosen == _NONE or (is_event and not had_event):
                better = True
            else:
                better = is_event == had_event and transition < chosen_transition
            if better:
                chosen, chosen_kind, chosen_transition = other, kind, transition
        kinds[made], transitions[made] = chosen_kind, chosen_transition
        at[made] = i if chosen_kind <= LOG else _NONE
        made += 1
        node = chosen
    return made


@compiled
def _follow(
    e: int,
    node: int,
    i: int,
    s: int,
    graph: Graph,
    model_costs: Int32s,
    trace: Int32s,
    log_costs: Int32s,
    table: Int32s,
    dense: bool,  # noqa: FBT001
    nodes: Nodes,
    states: int,
    rest: Int64s,
) -> tuple[int, np.int32, int]:
    """The kind, transition and target of the e-th move from a node, or kind −1 when no best alignment makes it."""
    edge_at, edge_target, edge_transition, edge_label = graph
    nothing = (_NONE, np.int32(_NONE), _NONE)
    if e < edge_at[s]:
        if i == trace.shape[0]:
            return nothing
        kind, transition, j, t, cost, weight = LOG, np.int32(_NONE), i + 1, s, log_costs[i], _ONE_LOG_MOVE + 1
    elif e < edge_at[s + 1]:
        transition = edge_transition[e]
        cost = model_costs[transition]
        if cost == FORBIDDEN:
            return nothing
        kind, j, t, weight = MODEL, i, edge_target[e], 1
        if edge_label[e] < 0:
            kind = SILENT
    else:
        edge = e - (edge_at[s + 1] - edge_at[s])
        if i == trace.shape[0] or edge_label[edge] < 0 or edge_label[edge] != trace[i]:
            return nothing
        kind, transition, j, t, cost, weight = SYNC, edge_transition[edge], i + 1, edge_target[edge], np.int32(0), 1
    other = table[_slot(table, dense, nodes, j, t, states)]
    if other == _NONE or rest[other] == _NONE:
        return nothing
    if nodes[2][node] + cost != nodes[2][other] or rest[node] != rest[other] + weight:
        return nothing
    return kind, transition, np.int64(other)


@compiled
def solve(
    graph: Graph,
    back: Graph,
    final: Flags,
    bound: Bound,
    model_costs: Int32s,
    label_costs: Int32s,
    offsets: Int64s,
    labels: Int32s,
    log_costs: Int32s,
    max_nodes: int,
) -> tuple[Int8s, Int64s, Int64s, Int64s, Int8s, Int32s, Int32s]:
    """Align many variants with one net.

    Args:
        graph: Outgoing edges of each state; state 0 is the initial one. Every state reaches a final one.
        back: Incoming edges of each state, in the same shape.
        final: Whether a state is final.
        bound: Label sets.
        model_costs: Cost of a model move for each transition, 0 for silent ones, or ``FORBIDDEN``.
        label_costs: The cheapest allowed model move of each label.
        offsets: Where each variant begins among the labels.
        labels: Label of each event, −1 for activities that the net does not know.
        log_costs: Cost of a log move for each event.
        max_nodes: Nodes after which one search gives up.

    Returns:
        For each variant: how its search ended, its cost or lower bound, the nodes visited, the end of its moves (one
        more value, the first 0); and for all moves: kind, position (−1 without an event), transition (−1 for log moves).
    """
    variants, states = offsets.shape[0] - 1, final.shape[0]
    longest = 0
    for v in range(variants):
        longest = max(longest, offsets[v + 1] - offsets[v])
    dense = (longest + 1) * states <= _DENSE_CELLS
    table = np.full((longest + 1) * states if dense else 1 << 16, _NONE, dtype=np.int32)
    nodes = (
        np.empty(4096, dtype=np.int32),
        np.empty(4096, dtype=np.int32),
        np.empty(4096, dtype=np.int32),
        np.empty(4096, dtype=np.int32),
    )
    statuses, optima = np.zeros(variants, dtype=np.int8), np.zeros(variants, dtype=np.int64)
    visited, ends = np.zeros(variants, dtype=np.int64), np.zeros(variants + 1, dtype=np.int64)
    capacity = 4096
    kinds, at = np.empty(capacity, dtype=np.int8), np.empty(capacity, dtype=np.int32)
    transitions = np.empty(capacity, dtype=np.int32)
    made = 0
    for v in range(variants):
        trace, costs = labels[offsets[v] : offsets[v + 1]], log_costs[offsets[v] : offsets[v + 1]]
        suffixes = _suffixes(trace, costs, label_costs.shape[0], bound[1].shape[1])
        status, optimum, count, table, nodes = _search(
            graph, final, bound, model_costs, label_costs, trace, costs, suffixes, table, dense, nodes, max_nodes
        )
        statuses[v], optima[v], visited[v] = status, optimum, count
        if status == OPTIMAL:
            rests = _rests(back, final, model_costs, trace, costs, optimum, table, dense, nodes, count)
            need = made + (rests[0][0] & (_ONE_LOG_MOVE - 1))
            if need > capacity:
                capacity = max(2 * capacity, need)
                kinds, at, transitions = _grow(kinds, capacity), _grow(at, capacity), _grow(transitions, capacity)
            made += _choose(
                graph,
                model_costs,
                trace,
                costs,
                table,
                dense,
                nodes,
                count,
                states,
                rests,
                (kinds[made:need], at[made:need], transitions[made:need]),
            )
        ends[v + 1] = made
        if dense:
            for n in range(count):
                table[np.int64(nodes[0][n]) * states + nodes[1][n]] = _NONE
        else:
            table[:] = _NONE
    return statuses, optima, visited, ends, kinds[:made].copy(), at[:made].copy(), transitions[:made].copy()
