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

from engine.compiled import compiled, tight, tight_inlined
from engine.conformance.kernels.bounds import has, is_complete, label_bound, suffixes
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
    slot,
)
from engine.conformance.kernels.shapes import (
    Arcs,
    Costs,
    Guide,
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

_DONE, _MORE_NODES, _MORE_BUCKETS = 0, 1, 2
_NODES, _ARCS, _BUCKET, _FOUND, _WAITING, _WHERE = 0, 1, 2, 3, 4, 5
"""What ``_visit`` leaves for its next call: how many nodes and arcs there are, the bucket, whether an end was found;
how much room is missing, or the node that waits for a bucket and which."""


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
def _with_buckets(heads: Int32s, last: int) -> Int32s:
    """The same with a bucket of this number."""
    grown = grow(heads, max(2 * heads.shape[0], last + 1))
    grown[heads.shape[0] :] = NONE
    return grown


@tight_inlined
def _one_move_on(i: int, s: int, sets: tuple[Words, Words, Int32s], trace: Trace, known: tuple[int, int]) -> int:
    """What the next move costs at least where the rest of the trace has every label that has to come.

    Without an edge that takes the event, or without an end, it is the cheaper of a model move and the log move.
    ``known`` are the silent moves to an end (−1: there is none) and the cost of the cheapest model move.
    """
    (poss, now, rows), (labels, log_costs) = sets, trace
    if i == labels.shape[0]:
        return 0 if known[0] >= 0 else known[1]
    if labels[i] >= 0 and has(poss, rows[s], labels[i]) and not has(now, s, labels[i]):
        return int(min(known[1], log_costs[i]))
    return 0


@tight
def _visit(
    space: Space,
    costs: Costs,
    known: tuple[Trace, Guide],
    room: tuple[Stores, Int32s, Int64s],
    limits: tuple[int, int],
) -> int:
    """Visit nodes until the bucket of the optimum is drained, or there is no room.

    Args:
        space: The compiled net.
        costs: Of model moves by transition, and of the cheapest by label.
        known: The variant, and what the bound needs of it.
        room: The stores; the first node of each bucket; and how far the search has come (``_NODES`` to ``_WAITING``).
        limits: The budget of nodes, and the cost of the cheapest model move of all.

    Returns:
        ``_DONE``, or what there is too little of: ``_MORE_NODES`` or ``_MORE_BUCKETS``. In the latter case one node
        waits for its bucket.
    """
    (edge_at, edge_target, edge_transition, edge_label, _), _, (end_skip, _, _), (rows, poss, must, now) = space
    ((labels, log_costs), guide), (model_costs, label_costs), (max_nodes, cheapest) = known, costs, limits
    (table, nodes, (tails, edges, targets, nexts)), heads, progress = room
    (cells, dense, every), (positions, states, spent, links, into) = table, nodes
    ahead, length, never, sets = guide[0], labels.shape[0], np.int64(1) << 62, (rows, poss, must)
    first = label_bound(0, 0, sets, guide, label_costs)
    count, made, bucket, found = progress[_NODES], progress[_ARCS], progress[_BUCKET], progress[_FOUND] != 0
    missing = _DONE
    while missing == _DONE and count < max_nodes:
        while bucket < heads.shape[0] and heads[bucket] == NONE and not found:
            bucket += 1
        if bucket == heads.shape[0] or heads[bucket] == NONE:
            break
        level, node = first + bucket, np.int64(heads[bucket])
        i, s, g, later = positions[node], states[node], spent[node], never
        begin, end = edge_at[s], edge_at[s + 1]
        most = 1 + 2 * (end - begin)
        full = count + most > positions.shape[0] or made + most > tails.shape[0]
        if full or (not dense and 2 * (count + most) > cells.shape[0]):
            missing, progress[_WAITING] = _MORE_NODES, most
            break
        heads[bucket] = links[node]
        found = found or (i == length and end_skip[s] >= 0)
        low, high, begins = 0, 0, 0 if i < length else 1
        if i < length and labels[i] >= 0:
            low, high = labelled(edge_label, begin, end, labels[i])
        if g + label_bound(i, s, sets, guide, label_costs) == level:
            # At its first visit most moves of a node are known to lead past the bucket without a look at them: a
            # log move of an event that can still come, and a model move of a label that does not have to come.
            if i < length and labels[i] >= 0 and log_costs[i] > 0 and has(poss, rows[s], labels[i]):
                later, begins = min(later, level + log_costs[i]), 1
            if cheapest > 0 and end > begin and is_complete(i, rows[s], must, ahead):
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
            reach = g + cost + label_bound(j, t, sets, guide, label_costs)
            if reach <= level and is_complete(j, rows[t], must, ahead):
                reach += _one_move_on(j, t, (poss, now, rows), (labels, log_costs), (end_skip[t], cheapest))
            if reach != level:
                if reach > level:
                    later = min(later, reach)
                continue
            cell = slot((cells, dense, every), nodes, j, t)
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
            if later - first >= heads.shape[0]:
                missing, progress[_WAITING], progress[_WHERE] = _MORE_BUCKETS, node, later - first
            else:
                links[node] = heads[later - first]
                heads[later - first] = node
    progress[_NODES], progress[_ARCS], progress[_BUCKET], progress[_FOUND] = count, made, bucket, 1 if found else 0
    return missing


@compiled
def _search(
    space: Space,
    costs: Costs,
    known: tuple[Trace, Guide],
    stores: Stores,
    limits: tuple[int, int],
) -> tuple[int, int, int, int, Stores]:
    """Find every node and move with g + h up to the optimum.

    Args:
        space: The compiled net.
        costs: Of model moves by transition, and of the cheapest by label.
        known: The variant, and what the bound needs of it.
        stores: Empty table; room for nodes and arcs.
        limits: The budget of nodes, and the cost of the cheapest model move of all.

    Returns:
        How it ended; the optimum (past the budget: a lower bound); the number of nodes and of arcs; the stores, which
        may have grown.
    """
    first = label_bound(0, 0, (space[3][0], space[3][1], space[3][2]), known[1], costs[1])
    heads, progress = np.full(64, NONE, dtype=np.int32), np.zeros(6, dtype=np.int64)
    table, nodes, arcs = stores
    nodes[0][0], nodes[1][0], nodes[2][0], nodes[3][0], nodes[4][0] = 0, 0, 0, NONE, NONE
    table[0][slot(table, nodes, 0, 0)] = 0
    heads[0], progress[_NODES], missing = 0, 1, _MORE_NODES
    while missing != _DONE:
        missing = _visit(space, costs, known, ((table, nodes, arcs), heads, progress), limits)
        if missing == _MORE_NODES:
            need = (progress[_NODES], progress[_ARCS], progress[_WAITING])
            table, nodes, arcs = _with_room(table, nodes, arcs, need)
        elif missing == _MORE_BUCKETS:
            heads = _with_buckets(heads, progress[_WHERE])
            nodes[3][progress[_WAITING]] = heads[progress[_WHERE]]
            heads[progress[_WHERE]] = progress[_WAITING]
    count, found = progress[_NODES], progress[_FOUND] != 0
    status = BUDGET if count >= limits[0] else (OPTIMAL if found else UNREACHABLE)
    return status, first + progress[_BUCKET], count, progress[_ARCS], (table, nodes, arcs)


@tight
def _clear(table: Table, nodes: Nodes, count: int) -> None:
    """Take the nodes there are out of the table."""
    cells, dense, states = table
    if dense:
        for n in range(count):
            cells[np.int64(nodes[0][n]) * states + nodes[1][n]] = NONE
    else:
        for cell in range(cells.shape[0]):
            cells[cell] = NONE


@tight
def _cheapest(edge_transition: Int32s, model_costs: Int32s) -> int:
    """The least cost of a model move; 1 where none may be made."""
    cheapest = -1
    for transition in edge_transition:
        cost = model_costs[transition]
        if cost != FORBIDDEN and (cheapest < 0 or cost < cheapest):
            cheapest = cost
    return cheapest if cheapest >= 0 else 1


@compiled
def _empty_stores(every: int, states: int) -> Stores:
    """Stores for searches over so many cells and states."""
    size = 4096
    dense = every <= DENSE_CELLS
    table = (np.full(every if dense else 1 << 16, NONE, dtype=np.int32), dense, states)
    positions, found, spent = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    nodes = (positions, found, spent, np.empty(size, np.int32), np.empty(size, np.int32))
    tails, edges, heads = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    arcs = (tails, edges, heads, np.empty(size, np.int32))
    return table, nodes, arcs


@tight
def _all_cost(cost: int, edge_transition: Int32s, model_costs: Int32s, log_costs: Int32s) -> int:
    """1 where every log move and every model move that may be made costs this much, else 0."""
    for transition in edge_transition:
        if model_costs[transition] != FORBIDDEN and model_costs[transition] != cost:
            return 0
    for log_cost in log_costs:
        if log_cost != cost:
            return 0
    return 1 if cost > 0 else 0


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
        limits: Nodes after which a search with events gives up; split nodes after which a choice does without
            counting deviations.

    Returns:
        For each variant: how its search ended, its cost or lower bound, the nodes visited, whether the choice did
        without counting deviations, the end of its moves (one more value, the first 0); and of all moves: kind,
        position (−1: no event), transition (−1 for log moves).
    """
    (_, _, edge_transition, edge_label, edge_skip), paths, ends, (_, poss, _, _) = space
    variants, states, longest = offsets.shape[0] - 1, ends[0].shape[0], 0
    for v in range(variants):
        longest = max(longest, offsets[v + 1] - offsets[v])
    stores = _empty_stores((longest + 1) * states, states)
    sets, sums = (
        np.empty((longest + 1, poss.shape[1]), np.uint64),
        np.empty((longest + 1, costs[1].shape[0] + 1), np.int32),
    )
    guide, cheapest = (sets, sums), _cheapest(edge_transition, costs[0])
    uniform = _all_cost(cheapest, edge_transition, costs[0], log_costs)
    statuses, optima, local = np.zeros(variants, np.int8), np.zeros(variants, np.int64), np.zeros(variants, np.int8)
    visited, stops = np.zeros(variants, dtype=np.int64), np.zeros(variants + 1, dtype=np.int64)
    size, moves = 4096, np.int64(0)
    columns = (np.empty(size, np.int8), np.empty(size, np.int32), np.empty(size, np.int32))
    for v in range(variants):
        trace = (labels[offsets[v] : offsets[v + 1]], log_costs[offsets[v] : offsets[v + 1]])
        suffixes(trace, sets[: trace[0].shape[0] + 1], sums[: trace[0].shape[0] + 1])
        # The cheapest run without events visits each state once at most; it is the yardstick, whatever the budget.
        most = limits[0] if trace[0].shape[0] > 0 else max(limits[0], states + 2)
        status, optimum, count, _, stores = _search(space, costs, (trace, guide), stores, (most, cheapest))
        _, nodes, arcs = stores
        statuses[v], optima[v], visited[v] = status, optimum, count
        if status == OPTIMAL:
            edges = (edge_transition, edge_label, edge_skip)
            found = (count, optimum, costs[1].shape[0], limits[1], uniform)
            route, local[v] = choose((edges, paths, ends[0]), trace[0], nodes, arcs, found)
            need = moves + length_of(route, edge_skip, ends[0])
            if need > columns[0].shape[0]:
                size = 2 * need
                columns = (grow(columns[0], size), grow(columns[1], size), grow(columns[2], size))
            moves = write(route, (edge_transition, paths, ends), columns, moves)
        stops[v + 1] = moves
        _clear(stores[0], stores[1], count)
    return statuses, optima, visited, local, stops, columns[0][:moves], columns[1][:moves], columns[2][:moves]
