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

from engine.compiled import compiled, tight, tight_inlined
from engine.conformance.kernels.common import LOG, MODEL, NONE, SILENT, SYNC
from engine.conformance.kernels.fewest_deviations import with_fewest_deviations
from engine.conformance.kernels.optima import collect, is_goal, only_goal, only_route, sort_by
from engine.conformance.kernels.shapes import (
    Arcs,
    Columns,
    Edges,
    Ends,
    Flags,
    Goal,
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
Sweep = tuple[Int64s, Int64s, Int64s, Int32s, Int32s]
"""For each node ``rest``, ``events`` and ``late``, and the ranks of the latter two among the nodes of its position."""
Levels = tuple[Int32s, Flags, Int64s, Int32s, Flags]
"""The fewest silent moves before each move, and the nodes on a way that has these numbers; and, to find them: where the
nodes of each move begin, the nodes, and which have been seen."""


@tight_inlined
def _weight(edge: int, edge_skip: Int32s) -> np.int64:
    """Log moves and moves of one arc, in one integer."""
    return np.int64(_ONE_LOG_MOVE + 1) if edge == NONE else np.int64(1) + edge_skip[edge]


@tight_inlined
def _skip(edge: int, edge_skip: Int32s) -> np.int32:
    """The silent moves before a move."""
    return np.int32(0) if edge == NONE else edge_skip[edge]


@tight
def _write_rests(optima: Optima, edge_skip: Int32s, goal: Goal, rest: Int64s) -> None:
    """Write the fewest log moves, then the fewest moves, from each node to an end."""
    positions, states, spent, at, edges, heads = optima
    again, back = True, False
    for n in range(rest.shape[0]):
        rest[n] = _FAR
    while again:
        changed = False
        for n in range(rest.shape[0] - 1, -1, -1):
            ends = is_goal(n, positions, states, spent, goal)
            least = np.int64(goal[2][states[n]]) if ends else np.int64(_FAR)
            for k in range(at[n], at[n + 1]):
                back = back or heads[k] <= n
                least = min(least, rest[heads[k]] + _weight(edges[k], edge_skip))
            if least < rest[n]:
                rest[n], changed = least, True
        again = changed and back


@tight
def _write_best(
    optima: Optima, edge_skip: Int32s, goal: Goal, sweep: Sweep, work: tuple[Moves, Int32s, Int32s]
) -> None:
    """Write the moves of the alignments that are best by ``rest``, ``events`` and ``late``, from each node.

    ``sweep`` has ``rest`` before; ``work`` is what is written, and room to sort nodes.
    """
    (positions, states, spent, at, edges, heads), (rest, events, late, event_ranks, late_ranks) = optima, sweep
    (begins, stops, best), members, spare = work
    made, upper, end_skip = 0, positions.shape[0], goal[2]
    for n in range(positions.shape[0]):
        members[n], event_ranks[n], late_ranks[n] = n, 0, 0
    while upper > 0:
        lower = upper - 1
        while lower > 0 and positions[lower - 1] == positions[upper - 1]:
            lower -= 1
        if upper - lower > 1:
            sort_by(members, lower, upper, rest, spare)
        for member in range(lower, upper):
            node = members[member]
            best_events, best_late = np.int64(_FAR), np.int64(_FAR)
            begins[node] = made
            if is_goal(node, positions, states, spent, goal) and rest[node] == end_skip[states[node]]:
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
            _rank(events, members, (lower, upper), event_ranks, spare)
            _rank(late, members, (lower, upper), late_ranks, spare)
        upper = lower


@tight
def _rank(keys: Int64s, members: Int32s, part: tuple[int, int], ranks: Int32s, spare: Int32s) -> None:
    """Write the rank of each key among those of a part of the members, equal keys sharing one. Sorts that part."""
    low, high = part
    sort_by(members, low, high, keys, spare)
    rank = 0
    for k in range(low, high):
        if k > low and keys[members[k]] != keys[members[k - 1]]:
            rank += 1
        ranks[members[k]] = rank


@compiled
def _best_moves(optima: Optima, edge_skip: Int32s, goal: Goal) -> Moves:
    """The moves of the alignments that are best by ``rest``, ``events`` and ``late``, from each node."""
    count = optima[0].shape[0]
    rest, events, late = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    _write_rests(optima, edge_skip, goal, rest)
    moves = (np.empty(count, np.int64), np.empty(count, np.int64), np.empty(optima[4].shape[0], np.int32))
    sweep = (rest, events, late, np.empty(count, np.int32), np.empty(count, np.int32))
    _write_best(optima, edge_skip, goal, sweep, (moves, np.empty(count, np.int32), np.empty(count, np.int32)))
    return moves


@tight
def _find_levels(optima: Optima, moves: Moves, edge_skip: Int32s, end_skip: Int32s, levels: Levels) -> int:
    """Find the fewest silent moves before each move from the start on; return how many moves there are, the end one."""
    (_, states, _, _, edges, heads), (begins, stops, best) = optima, moves
    skips, good, level_at, reached, seen = levels
    for n in range(states.shape[0]):
        seen[n], good[n] = False, False
    reached[0], seen[0], filled, level, over, level_at[0], level_at[1] = 0, True, 1, 0, False, 0, 1
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
    return level


@tight_inlined
def _comes_first(edge: int, other: int, edge_transition: Int32s, edge_skip: Int32s, paths: Paths) -> bool:
    """Whether the silent path and transition of an edge come before those of another one of the same length."""
    for k in range(edge_skip[edge]):
        mine, theirs = paths[1][paths[0][edge] + k], paths[1][paths[0][other] + k]
        if mine != theirs:
            return bool(mine < theirs)
    return bool(edge_transition[edge] < edge_transition[other])


@tight
def _follow(
    optima: Optima, moves: Moves, known: tuple[Edges, Paths], levels: Levels, route: tuple[Int32s, Flags]
) -> int:
    """Write the chosen alignment: silent moves late, then the transitions that come first. Return its last node."""
    (positions, _, _, _, edges, heads), (begins, stops, best) = optima, moves
    ((edge_transition, _, edge_skip), paths), (taken, takes), (skips, good) = known, route, (levels[0], levels[1])
    node = np.int64(0)
    for step in range(taken.shape[0]):
        chosen = np.int64(NONE)
        for move in range(begins[node], stops[node]):
            arc = np.int64(best[move])
            if not good[heads[arc]] or _skip(edges[arc], edge_skip) != skips[step]:
                continue
            if chosen == NONE or _comes_first(edges[arc], edges[chosen], edge_transition, edge_skip, paths):
                chosen = arc
        head = np.int64(heads[chosen])
        taken[step], takes[step] = edges[chosen], positions[head] != positions[node]
        node = head
    return node


@compiled
def _walk(optima: Optima, moves: Moves, edges_known: Edges, paths: Paths, end_skip: Int32s) -> Route:
    """The chosen alignment: silent moves late, then the transitions that come first."""
    count = optima[0].shape[0]
    skips, good, seen = np.empty(count + 1, np.int32), np.empty(count, np.bool_), np.empty(count, np.bool_)
    levels = (skips, good, np.empty(count + 2, np.int64), np.empty(count, np.int32), seen)
    steps = _find_levels(optima, moves, edges_known[2], end_skip, levels) - 1
    route, takes = np.empty(steps, dtype=np.int32), np.empty(steps, dtype=np.bool_)
    node = _follow(optima, moves, (edges_known, paths), levels, (route, takes))
    return route, takes, np.int64(optima[1][node])


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
    goal = (labels.shape[0], optimum, end_skip)
    end, steps = only_goal(nodes, arcs, count, goal)
    if end != NONE:
        return only_route(nodes, arcs, end, steps), 0
    optima = collect(nodes, arcs, count, goal)
    optima, local = with_fewest_deviations(optima, labels, edges[1], goal, (label_count, most, uniform))
    moves = _best_moves(optima, edges[2], goal)
    return _walk(optima, moves, edges, paths, end_skip), local


@tight
def length_of(route: Route, edge_skip: Int32s, end_skip: Int32s) -> np.int64:
    """How many moves an alignment has with its silent ones."""
    edges, _, last = route
    length = np.int64(edges.shape[0] + end_skip[last])
    for step in range(edges.shape[0]):
        length += np.int64(_skip(edges[step], edge_skip))
    return length


@tight
def write(route: Route, known: tuple[Int32s, Paths, Ends], columns: Columns, made: int) -> int:
    """Append the moves of an alignment to columns that have room; return how many there are then."""
    (edges, takes_event, last), (edge_transition, paths, ends) = route, known
    kinds, positions, transitions = columns
    position = np.int32(0)
    for step in range(edges.shape[0]):
        edge, takes = edges[step], takes_event[step]
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
    for k in range(ends[1][last], ends[1][last + 1]):
        kinds[made], positions[made], transitions[made] = SILENT, NONE, ends[2][k]
        made += 1
    return made
