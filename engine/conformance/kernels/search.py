"""The alignment search: A* over (position, state) with integer costs.

Nodes are pairs of a position in the trace and a state of the reduced graph (``reduction.py``). Costs
are small integers, so the open list is an array of buckets (Dial 1969). The bound is consistent
(``docs/conformance.md``), so a node that is first reached in bucket f has its final cost, g = f − h, and no cost is
ever lowered. A node's successors are made only when the bucket of their own f comes up (partial expansion: Yoshizumi,
Miura and Ishida 2000); until then the node waits in that bucket itself, and successors that no optimal alignment can
use are never stored.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.choice import choose, rests_of
from engine.conformance.kernels.common import (
    BUDGET,
    DENSE_CELLS,
    FORBIDDEN,
    NONE,
    ONE_LOG_MOVE,
    OPTIMAL,
    UNREACHABLE,
    grow,
    labelled,
    slot,
)
from engine.conformance.kernels.shapes import Costs, Int8s, Int32s, Int64s, Nodes, Space, Table, Trace, Words


@compiled
def _ones(word: np.uint64) -> int:
    """How many bits are set."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


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
def _bound(
    row: int,
    poss: Words,
    must: Words,
    ahead: Words,
    costs: Int32s,
    label_costs: Int32s,
) -> np.int64:
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
    space: Space,
    costs: Costs,
    trace: Trace,
    table: Table,
    nodes: Nodes,
    max_nodes: int,
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
    heads = np.full(64, NONE, dtype=np.int32)
    positions[0], states[0], spent[0], links[0], heads[0] = 0, 0, 0, NONE, 0
    table[0][slot(table, nodes, 0, 0)] = 0
    count, bucket, found = 1, 0, False
    while True:
        while bucket < heads.shape[0] and heads[bucket] == NONE:
            bucket += 1
        level = first + bucket
        if bucket == heads.shape[0]:
            return UNREACHABLE, level, count, table, nodes
        while heads[bucket] != NONE:
            node = heads[bucket]
            heads[bucket] = links[node]
            i, s, g, later = positions[node], states[node], spent[node], never
            found = found or (i == length and end_skip[s] >= 0)
            begin, end, low, high = edge_at[s], edge_at[s + 1], 0, 0
            if i < length and labels[i] >= 0:
                low, high = labelled(edge_label, begin, end, labels[i])
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
                cell = slot(table, nodes, j, t)
                if reach < level or table[0][cell] != NONE:
                    continue
                if count >= max_nodes:
                    return BUDGET, level, count, table, nodes
                if count == positions.shape[0]:
                    positions, states = grow(positions, 2 * count), grow(states, 2 * count)
                    spent, links = grow(spent, 2 * count), grow(links, 2 * count)
                    nodes = (positions, states, spent, links)
                if not table[1] and 2 * count >= table[0].shape[0]:
                    table = (np.full(2 * table[0].shape[0], NONE, dtype=np.int32), table[1], table[2])
                    for n in range(count):
                        table[0][slot(table, nodes, positions[n], states[n])] = n
                    cell = slot(table, nodes, j, t)
                table[0][cell] = count
                positions[count], states[count], spent[count], links[count] = j, t, g + cost, heads[bucket]
                heads[bucket] = count
                count += 1
            if later < never and not found:
                wait = later - first
                if wait >= heads.shape[0]:
                    old = heads.shape[0]
                    heads = grow(heads, max(2 * old, wait + 1))
                    heads[old:] = NONE
                links[node] = heads[wait]
                heads[wait] = node
        if found:
            return OPTIMAL, level, count, table, nodes


@compiled
def solve(
    space: Space,
    costs: Costs,
    offsets: Int64s,
    labels: Int32s,
    log_costs: Int32s,
    max_nodes: int,
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
        more value, the first 0); and of all moves: kind, position (−1: no event), transition (−1 for log moves).
    """
    variants, states, longest = offsets.shape[0] - 1, space[3][0].shape[0], 0
    for v in range(variants):
        longest = max(longest, offsets[v + 1] - offsets[v])
    dense = (longest + 1) * states <= DENSE_CELLS
    table = (np.full((longest + 1) * states if dense else 1 << 16, NONE, dtype=np.int32), dense, states)
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
            rests = rests_of(space, costs[0], trace, optimum, table, nodes, count)
            need = made + (rests[0][0] & (ONE_LOG_MOVE - 1))
            if need > kinds.shape[0]:
                size = max(2 * kinds.shape[0], need)
                kinds, at, transitions = grow(kinds, size), grow(at, size), grow(transitions, size)
            columns = (kinds[made:need], at[made:need], transitions[made:need])
            made += choose(space, costs[0], trace, nodes, rests, columns)
        stops[v + 1] = made
        if dense:
            for n in range(count):
                table[0][slot(table, nodes, nodes[0][n], nodes[1][n])] = NONE
        else:
            table[0][:] = NONE
    return statuses, optima, visited, stops, kinds[:made].copy(), at[:made].copy(), transitions[:made].copy()
