"""The choice among the optimal alignments of one variant.

After the fewest deviations (``fewest_deviations.py``), a sweep from the last position to the first computes for each
node of the optimal alignments, in this order of priority,

1. ``rest``: the fewest log moves, then the fewest moves in all, to an end (two counts in one integer);
2. ``events``: which of the remaining events are synchronous, earlier ones first;
3. ``late``: how many model moves come before each remaining event, few before earlier ones.

The latter two compare sequences position by position; a sequence is kept as its first element and the rank of its
tail among the nodes of the next position. Every path along moves that keep all three is equally good so far. Among
these, a walk from the start takes silent moves as late as possible, and then the transitions that come first in the
net. It depends on nothing else.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.common import LOG, MODEL, NONE, SILENT, SYNC
from engine.conformance.kernels.fewest_deviations import with_fewest_deviations
from engine.conformance.kernels.optima import collect, goals_of, only_route, sort_by
from engine.conformance.kernels.shapes import (
    Arcs,
    Columns,
    Edges,
    Ends,
    Flags,
    Int32s,
    Int64s,
    Nodes,
    Optima,
    Paths,
    Route,
)

_ONE_LOG_MOVE = 1 << 32
_ONE_AHEAD = 1 << 32
_FAR = 1 << 62

Moves = tuple[Int64s, Int64s, Int32s]
"""Where each node's best moves begin and stop; the arc of each."""


@compiled
def _weight(edge: int, edge_skip: Int32s) -> np.int64:
    """Log moves and moves of one arc, in one integer."""
    return np.int64(_ONE_LOG_MOVE + 1) if edge == NONE else np.int64(1) + edge_skip[edge]


@compiled
def _rests(optima: Optima, edge_skip: Int32s, end_skip: Int32s, is_goal: Flags) -> Int64s:
    """Fewest log moves, then fewest moves, from each node to an end."""
    _, states, _, at, edges, heads = optima
    count, again, back = states.shape[0], True, False
    rest = np.full(count, _FAR, dtype=np.int64)
    while again:
        changed = False
        for n in range(count - 1, -1, -1):
            least = np.int64(end_skip[states[n]]) if is_goal[n] else np.int64(_FAR)
            for k in range(at[n], at[n + 1]):
                back = back or heads[k] <= n
                least = min(least, rest[heads[k]] + _weight(edges[k], edge_skip))
            if least < rest[n]:
                rest[n], changed = least, True
        again = changed and back
    return rest


@compiled
def _rank(keys: Int64s, members: Int32s, ranks: Int32s) -> None:
    """Write the rank of each member's key among the members, equal keys sharing one."""
    ordered = members.copy()
    sort_by(ordered, keys)
    rank = 0
    for k in range(ordered.shape[0]):
        if k > 0 and keys[ordered[k]] != keys[ordered[k - 1]]:
            rank += 1
        ranks[ordered[k]] = rank


@compiled
def _best_moves(optima: Optima, edge_skip: Int32s, end_skip: Int32s, is_goal: Flags, rest: Int64s) -> Moves:
    """The moves of the alignments that are best by ``rest``, ``events`` and ``late``, from each node."""
    positions, states, _, at, edges, heads = optima
    count = states.shape[0]
    events, late = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    event_ranks, late_ranks = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
    begins, stops, best = np.zeros(count, np.int64), np.zeros(count, np.int64), np.empty(edges.shape[0], np.int32)
    members, made, upper = np.arange(count).astype(np.int32), 0, count
    while upper > 0:
        lower = upper - 1
        while lower > 0 and positions[lower - 1] == positions[upper - 1]:
            lower -= 1
        layer = members[lower:upper]
        sort_by(layer, rest)
        for node in layer:
            best_events, best_late = np.int64(_FAR), np.int64(_FAR)
            begins[node] = made
            if is_goal[node] and rest[node] == end_skip[states[node]]:
                best_events, best_late = np.int64(0), np.int64(0)
            for k in range(at[node], at[node + 1]):
                head = heads[k]
                if rest[head] + _weight(edges[k], edge_skip) != rest[node]:
                    continue
                if positions[head] == positions[node]:
                    next_events, next_late = events[head], late[head] + _ONE_AHEAD
                else:
                    next_events = (_ONE_AHEAD if edges[k] == NONE else 0) + np.int64(event_ranks[head])
                    next_late = np.int64(late_ranks[head])
                if next_events > best_events or (next_events == best_events and next_late > best_late):
                    continue
                if next_events < best_events or next_late < best_late:
                    made = begins[node]
                    best_events, best_late = next_events, next_late
                best[made] = k
                made += 1
            events[node], late[node], stops[node] = best_events, best_late, made
        if upper - lower > 1:
            _rank(events, layer, event_ranks)
            _rank(late, layer, late_ranks)
        upper = lower
    return begins, stops, best


@compiled
def _skip(edge: int, edge_skip: Int32s) -> np.int32:
    """The silent moves before a move."""
    return np.int32(0) if edge == NONE else edge_skip[edge]


@compiled
def _levels(optima: Optima, moves: Moves, edge_skip: Int32s, end_skip: Int32s) -> tuple[Int32s, Flags]:
    """The fewest silent moves before each move from the start on, and the nodes on a way that has these numbers."""
    _, states, _, _, edges, heads = optima
    begins, stops, best = moves
    count = states.shape[0]
    skips, level_at = np.empty(count + 1, dtype=np.int32), np.zeros(count + 2, dtype=np.int64)
    reached, seen, good = np.empty(count, np.int32), np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    reached[0], seen[0], filled, level, over, level_at[1] = 0, True, 1, 0, False, 1
    while not over:
        least = np.int32(0x7FFFFFFF)
        for k in range(level_at[level], level_at[level + 1]):
            node = reached[k]
            if begins[node] == stops[node]:  # nothing but the end is left
                least, over = min(least, end_skip[states[node]]), True
            for move in range(begins[node], stops[node]):
                least = min(least, _skip(edges[best[move]], edge_skip))
        for k in range(level_at[level], level_at[level + 1]):
            for move in range(begins[reached[k]], stops[reached[k]]):
                head = heads[best[move]]
                if not seen[head] and _skip(edges[best[move]], edge_skip) == least:
                    seen[head], reached[filled] = True, head
                    filled += 1
        skips[level] = least
        level += 1
        level_at[level + 1] = filled
    for k in range(level_at[level - 1], level_at[level]):
        good[reached[k]] = end_skip[states[reached[k]]] == skips[level - 1]
    for step in range(level - 2, -1, -1):
        for k in range(level_at[step], level_at[step + 1]):
            for move in range(begins[reached[k]], stops[reached[k]]):
                if good[heads[best[move]]] and _skip(edges[best[move]], edge_skip) == skips[step]:
                    good[reached[k]] = True
    return skips[:level], good


@compiled
def _comes_first(edge: int, other: int, edge_transition: Int32s, edge_skip: Int32s, paths: Paths) -> bool:
    """Whether the silent path and transition of an edge come before those of another one of the same length."""
    for k in range(edge_skip[edge]):
        mine, theirs = paths[1][paths[0][edge] + k], paths[1][paths[0][other] + k]
        if mine != theirs:
            return bool(mine < theirs)
    return bool(edge_transition[edge] < edge_transition[other])


@compiled
def _walk(optima: Optima, moves: Moves, edges_known: Edges, paths: Paths, end_skip: Int32s) -> Route:
    """The chosen alignment: silent moves late, then the transitions that come first."""
    positions, states, _, _, edges, heads = optima
    begins, stops, best = moves
    skips, good = _levels(optima, moves, edges_known[2], end_skip)
    steps, node = skips.shape[0] - 1, np.int64(0)
    route, takes = np.empty(steps, dtype=np.int32), np.empty(steps, dtype=np.bool_)
    for step in range(steps):
        chosen = np.int64(NONE)
        for move in range(begins[node], stops[node]):
            arc = np.int64(best[move])
            if not good[heads[arc]] or _skip(edges[arc], edges_known[2]) != skips[step]:
                continue
            if chosen == NONE or _comes_first(edges[arc], edges[chosen], edges_known[0], edges_known[2], paths):
                chosen = arc
        head = np.int64(heads[chosen])
        route[step], takes[step] = edges[chosen], positions[head] != positions[node]
        node = head
    return route, takes, np.int64(states[node])


@compiled
def choose(
    known: tuple[Edges, Paths, Int32s],
    labels: Int32s,
    nodes: Nodes,
    arcs: Arcs,
    found: tuple[int, int, int, int, int],
) -> tuple[Route, int]:
    """Take one of the optimal alignments.

    Args:
        known: The edges, the silent path before each, and the silent moves from each state to a final one (or −1).
        labels: Label of each event, −1 for activities that the net does not know.
        nodes: Every node with g + h up to the optimum; the first is the start.
        arcs: Every move between them that keeps the least cost.
        found: How many nodes there are; the optimum; the number of labels; split nodes after which the choice does
            without counting deviations; 1 where all log moves and visible model moves cost the same, else 0.

    Returns:
        The alignment, and 1 where deviations were not counted, else 0.
    """
    (edges, paths, end_skip), (count, optimum, label_count, most, uniform) = known, found
    length = labels.shape[0]
    goals = goals_of(nodes, end_skip, length, (count, optimum))
    alone, route = only_route(nodes, arcs, goals)
    if alone:
        return route, 0
    optima = collect(nodes, arcs, goals, count, length)
    is_goal = (optima[0] == length) & (optima[2] == optimum) & (end_skip[optima[1]] >= 0)
    optima, local = with_fewest_deviations(optima, labels, edges[1], is_goal, (label_count, most, uniform))
    is_goal = (optima[0] == length) & (optima[2] == optimum) & (end_skip[optima[1]] >= 0)
    rest = _rests(optima, edges[2], end_skip, is_goal)
    moves = _best_moves(optima, edges[2], end_skip, is_goal, rest)
    return _walk(optima, moves, edges, paths, end_skip), local


@compiled
def length_of(route: Route, edge_skip: Int32s, end_skip: Int32s) -> np.int64:
    """How many moves an alignment has with its silent ones."""
    length = np.int64(route[0].shape[0] + end_skip[route[2]])
    for edge in route[0]:
        length += np.int64(_skip(edge, edge_skip))
    return length


@compiled
def write(route: Route, known: tuple[Int32s, Paths, Ends], columns: Columns, made: int) -> int:
    """Append the moves of an alignment to columns that have room; return how many there are then."""
    edge_transition, paths, ends = known
    kinds, positions, transitions = columns
    position = np.int32(0)
    for step in range(route[0].shape[0]):
        edge, takes = route[0][step], route[1][step]
        if edge == NONE:
            kinds[made], positions[made], transitions[made] = LOG, position, NONE
        else:
            for k in range(paths[0][edge], paths[0][edge + 1]):
                kinds[made], positions[made], transitions[made] = SILENT, NONE, paths[1][k]
                made += 1
            kinds[made], transitions[made] = SYNC if takes else MODEL, edge_transition[edge]
            positions[made] = position if takes else NONE
        made += 1
        position += np.int32(takes)
    for k in range(ends[1][route[2]], ends[1][route[2] + 1]):
        kinds[made], positions[made], transitions[made] = SILENT, NONE, ends[2][k]
        made += 1
    return made
