"""The alignment search: A* over (position, state) with integer costs.

Nodes are pairs of a position in the trace and a state of the reduced graph (``reduction.py``). Costs
are small integers, so the open list is an array of buckets (Dial 1969). The bound is consistent
(``docs/conformance.md``), so a node that is first reached in bucket f has its final cost, g = f − h, and no cost is
ever lowered. A node's successors are made only when the bucket of their own f comes up (partial expansion: Yoshizumi,
Miura and Ishida 2000); until then the node waits in that bucket itself, and successors that no optimal alignment can
use are never stored.

When the bucket of the optimum is drained, every node and every move of every optimal alignment is known; ``choice.py``
takes one alignment from them.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.choice import choose, length_of, write
from engine.conformance.kernels.common import (
    BUDGET,
    DENSE_CELLS,
    FORBIDDEN,
    NONE,
    OPTIMAL,
    UNREACHABLE,
    grow,
    labelled,
    ones,
    slot,
)
from engine.conformance.kernels.shapes import (
    Arcs,
    Costs,
    Guides,
    Int8s,
    Int32s,
    Int64s,
    Nodes,
    Space,
    Stores,
    Table,
    Trace,
    Words,
)


@compiled
def _suffixes(trace: Trace, sets: Words, costs: Int32s) -> None:
    """For each position, the set of the labels still to come, and the log cost of each label's events still to come.

    The last column adds up the events whose activity the net does not know.
    """
    labels, log_costs = trace
    length, unknown = labels.shape[0], costs.shape[1] - 1
    sets[length], costs[length] = np.uint64(0), np.int32(0)
    for i in range(length - 1, -1, -1):
        sets[i] = sets[i + 1]
        costs[i] = costs[i + 1]
        label = labels[i]
        if label >= 0:
            sets[i, label >> 6] |= np.uint64(1) << np.uint64(label & 63)
            costs[i, label] += log_costs[i]
        else:
            costs[i, unknown] += log_costs[i]


@compiled
def _bound(
    i: int,
    s: int,
    known: tuple[Int32s, Words, Words, Words, Int32s],
    trace: Trace,
    ahead: Words,
    sums: Int32s,
    costs: Guides,
) -> np.int64:
    """What the rest of the trace from position i costs at least from state s.

    Label sets come first. Where they find that every move from here leads no nearer, the cheapest of them is added.
    """
    row, poss, must, now, end_skip = known
    label_costs, cheapest = costs
    r, length, words = row[s], trace[0].shape[0], ahead.shape[1]
    total, complete = np.int64(sums[i, label_costs.shape[0]]), True
    for w in range(words):
        lost = ahead[i, w] & ~poss[r, w]
        while lost != np.uint64(0):
            bit = lost & (~lost + np.uint64(1))
            total += sums[i, (w << 6) + ones(bit - np.uint64(1))]
            lost ^= bit
        absent = must[r, w] & ~ahead[i, w]
        complete = complete and absent == np.uint64(0)
        while absent != np.uint64(0):
            bit = absent & (~absent + np.uint64(1))
            total += label_costs[(w << 6) + ones(bit - np.uint64(1))]
            absent ^= bit
    if not complete:
        return total
    if i == length:
        return total if end_skip[s] >= 0 else total + cheapest
    label = trace[0][i]
    if label < 0:
        return total
    word, bit = label >> 6, np.uint64(1) << np.uint64(label & 63)
    if now[s, word] & bit != np.uint64(0) or poss[r, word] & bit == np.uint64(0):
        return total
    return total + min(np.int64(cheapest), np.int64(trace[1][i]))


@compiled
def _cannot_come(row: int, poss: Words, label: int) -> bool:
    """Whether an event of this label can only be a log move."""
    return label < 0 or (poss[row, label >> 6] >> np.uint64(label & 63)) & np.uint64(1) == np.uint64(0)


@compiled
def _with_room(table: Table, nodes: Nodes, arcs: Arcs, need: tuple[int, int, int]) -> Stores:
    """The same with room; ``need`` are the nodes there are, the arcs there are, and how many more of each may come."""
    count, made, room = need
    if count + room > nodes[0].shape[0]:
        size = 2 * (count + room)
        positions, states, spent = grow(nodes[0], size), grow(nodes[1], size), grow(nodes[2], size)
        nodes = (positions, states, spent, grow(nodes[3], size), grow(nodes[4], size))
    if made + room > arcs[0].shape[0]:
        size = 2 * (made + room)
        arcs = (grow(arcs[0], size), grow(arcs[1], size), grow(arcs[2], size), grow(arcs[3], size))
    if not table[1] and 2 * (count + room) > table[0].shape[0]:
        size = table[0].shape[0]
        while 2 * (count + room) > size:
            size *= 2
        table = (np.full(size, NONE, dtype=np.int32), table[1], table[2])
        for n in range(count):
            table[0][slot(table, nodes, nodes[0][n], nodes[1][n])] = n
    return table, nodes, arcs


@compiled
def _search(
    space: Space,
    costs: Guides,
    model_costs: Int32s,
    trace: Trace,
    suffixes: tuple[Words, Int32s],
    stores: Stores,
    max_nodes: int,
) -> tuple[int, int, int, int, Stores]:
    """Find every node and move with g + h up to the optimum.

    Args:
        space: The compiled net.
        costs: Of the cheapest model move by label, and of the cheapest of all.
        model_costs: Of model moves by transition.
        trace: The variant.
        suffixes: What ``_suffixes`` found.
        stores: Empty table; room for nodes and arcs.
        max_nodes: Budget.

    Returns:
        How it ended; the optimum (past the budget: a lower bound); the number of nodes and of arcs; the stores, which
        may have grown.
    """
    (edge_at, edge_target, edge_transition, edge_label, _), _, (end_skip, _, _), (row, poss, must, now) = space
    (labels, log_costs), (ahead, sums), (table, nodes, arcs) = trace, suffixes, stores
    cells, dense, every = table
    positions, states, spent, links, into = nodes
    tails, edges, targets, nexts = arcs
    known = (row, poss, must, now, end_skip)
    length, never, cheapest = labels.shape[0], np.int64(1) << 62, costs[1]
    first = _bound(0, 0, known, trace, ahead, sums, costs)
    heads = np.full(64, NONE, dtype=np.int32)
    positions[0], states[0], spent[0], links[0], into[0] = 0, 0, 0, NONE, NONE
    heads[0] = cells[slot(table, nodes, 0, 0)] = 0
    count, made, bucket, found = 1, 0, 0, False
    while True:
        while bucket < heads.shape[0] and heads[bucket] == NONE:
            bucket += 1
        level = first + bucket
        if bucket == heads.shape[0] or count >= max_nodes:
            stores = ((cells, dense, every), (positions, states, spent, links, into), (tails, edges, targets, nexts))
            return UNREACHABLE if bucket == heads.shape[0] else BUDGET, level, count, made, stores
        while heads[bucket] != NONE and count < max_nodes:
            node = heads[bucket]
            heads[bucket] = links[node]
            i, s, g, later = positions[node], states[node], spent[node], never
            found = found or (i == length and end_skip[s] >= 0)
            begin, end = edge_at[s], edge_at[s + 1]
            room = 1 + 2 * (end - begin)
            if count + room > positions.shape[0] or made + room > tails.shape[0] or (
                not dense and 2 * (count + room) > cells.shape[0]
            ):
                stores = _with_room(
                    (cells, dense, every),
                    (positions, states, spent, links, into),
                    (tails, edges, targets, nexts),
                    (count, made, room),
                )
                (cells, _, _), (positions, states, spent, links, into), (tails, edges, targets, nexts) = stores
            low, high, begins = 0, 0, 0 if i < length else 1
            if i < length and labels[i] >= 0:
                low, high = labelled(edge_label, begin, end, labels[i])
            if g + _bound(i, s, known, trace, ahead, sums, costs) == level:
                # At its first visit most moves of a node are known to lead past the bucket without a look at them: a
                # log move of an event that can still come, and a model move of a label that does not have to come.
                if low < high and log_costs[i] > 0:
                    later, begins = min(later, level + log_costs[i]), 1
                settled = cheapest > 0 and end > begin
                if i == length:
                    settled = settled and end_skip[s] >= 0
                elif low == high:
                    settled = settled and _cannot_come(row[s], poss, labels[i])
                for w in range(ahead.shape[1]):
                    settled = settled and must[row[s], w] & ~ahead[i, w] == np.uint64(0)
                if settled:
                    later, begin = min(later, level + cheapest), end
            # First the log move, then the model moves, then the synchronous moves.
            for move in range(begins, 1 + end - begin + high - low):
                if move == 0:
                    edge, j, t, cost = np.int64(NONE), i + 1, s, log_costs[i]
                elif move <= end - begin:
                    edge, j = begin + move - 1, i
                    t, cost = edge_target[edge], model_costs[edge_transition[edge]]
                    if cost == FORBIDDEN:
                        continue
                else:
                    edge, j, cost = low + move - 1 - end + begin, i + 1, np.int32(0)
                    t = edge_target[edge]
                reach = g + cost + _bound(j, t, known, trace, ahead, sums, costs)
                if reach != level:
                    if reach > level:
                        later = min(later, reach)
                    continue
                if dense:
                    cell = np.int64(j) * every + t
                else:
                    cell = slot((cells, dense, every), (positions, states, spent, links, into), j, t)
                other = cells[cell]
                if other == NONE:
                    other = cells[cell] = count
                    positions[count], states[count], spent[count] = j, t, g + cost
                    links[count], into[count], heads[bucket] = heads[bucket], NONE, count
                    count += 1
                elif spent[other] != g + cost:
                    continue
                tails[made], edges[made], targets[made], nexts[made] = node, edge, other, into[other]
                into[other] = made
                made += 1
            if later < never and not found:
                wait = later - first
                if wait >= heads.shape[0]:
                    old = heads.shape[0]
                    heads = grow(heads, max(2 * old, wait + 1))
                    heads[old:] = NONE
                links[node] = heads[wait]
                heads[wait] = node
        if found and heads[bucket] == NONE:
            stores = ((cells, dense, every), (positions, states, spent, links, into), (tails, edges, targets, nexts))
            return OPTIMAL, level, count, made, stores


@compiled
def _cheapest(edge_transition: Int32s, model_costs: Int32s) -> int:
    """The least cost of a model move; 1 where none may be made."""
    cheapest = -1
    for transition in edge_transition:
        cost = model_costs[transition]
        if cost != FORBIDDEN and (cheapest < 0 or cost < cheapest):
            cheapest = cost
    return cheapest if cheapest >= 0 else 1


@compiled
def solve(
    space: Space,
    costs: Costs,
    offsets: Int64s,
    labels: Int32s,
    log_costs: Int32s,
    limits: tuple[int, int],
) -> tuple[Int8s, Int64s, Int64s, Int8s, Int64s, Int8s, Int32s, Int32s]:
    """Align many variants with one net.

    Args:
        space: The compiled net; state 0 is the initial one, and every state reaches an end.
        costs: Cost of a model move for each transition, or ``FORBIDDEN``; the cheapest allowed one of each label.
        offsets: Where each variant begins among the labels.
        labels: Label of each event, −1 for activities that the net does not know.
        log_costs: Cost of a log move for each event.
        limits: Nodes after which one search with events gives up; split nodes after which the choice does without counting deviations.

    Returns:
        For each variant: how its search ended, its cost or lower bound, the nodes visited, whether the choice did without
        counting deviations, the end of its moves (one more value, the first 0); and of all moves: kind, position (−1: no
        event), transition (−1 for log moves).
    """
    (_, _, edge_transition, edge_label, edge_skip), paths, ends, (_, poss, _, _) = space
    variants, states, longest = offsets.shape[0] - 1, ends[0].shape[0], 0
    for v in range(variants):
        longest = max(longest, offsets[v + 1] - offsets[v])
    dense = (longest + 1) * states <= DENSE_CELLS
    size, cheapest = 4096, _cheapest(edge_transition, costs[0])
    table = (np.full((longest + 1) * states if dense else 1 << 16, NONE, dtype=np.int32), dense, states)
    nodes = (
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
    )
    arcs = (np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32))
    stores = (table, nodes, arcs)
    suffixes = (
        np.empty((longest + 1, poss.shape[1]), np.uint64),
        np.empty((longest + 1, costs[1].shape[0] + 1), np.int32),
    )
    statuses, optima, local = np.zeros(variants, np.int8), np.zeros(variants, np.int64), np.zeros(variants, np.int8)
    visited, stops = np.zeros(variants, dtype=np.int64), np.zeros(variants + 1, dtype=np.int64)
    columns = (np.empty(size, np.int8), np.empty(size, np.int32), np.empty(size, np.int32))
    moves = np.int64(0)
    for v in range(variants):
        trace = (labels[offsets[v] : offsets[v + 1]], log_costs[offsets[v] : offsets[v + 1]])
        here = (suffixes[0][: trace[0].shape[0] + 1], suffixes[1][: trace[0].shape[0] + 1])
        _suffixes(trace, here[0], here[1])
        # The cheapest run without events visits each state once at most; it is the yardstick, whatever the budget.
        most = limits[0] if trace[0].shape[0] > 0 else max(limits[0], states + 1)
        status, optimum, count, made, stores = _search(
            space, (costs[1], cheapest), costs[0], trace, here, stores, most
        )
        table, nodes, arcs = stores
        statuses[v], optima[v], visited[v] = status, optimum, count
        if status == OPTIMAL:
            edges = (edge_transition, edge_label, edge_skip)
            found = (count, optimum, costs[1].shape[0], limits[1])
            route, local[v] = choose((edges, paths, ends[0]), trace[0], nodes, arcs, found)
            need = moves + length_of(route, edge_skip, ends[0])
            if need > columns[0].shape[0]:
                size = 2 * need
                columns = (grow(columns[0], size), grow(columns[1], size), grow(columns[2], size))
            moves = write(route, (edge_transition, paths, ends), columns, moves)
        stops[v + 1] = moves
        if dense:
            for n in range(count):
                table[0][np.int64(nodes[0][n]) * states + nodes[1][n]] = NONE
        else:
            table[0][:] = NONE
    return statuses, optima, visited, local, stops, columns[0][:moves], columns[1][:moves], columns[2][:moves]
