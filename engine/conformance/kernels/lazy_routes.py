"""From the nodes and moves that a lazy search kept to what the choice among optimal alignments takes.

The search makes silent moves one by one; the choice knows them as what comes before a visible transition or the end.
Here each way of silent moves from a node to a visible move becomes one edge with its path: the shortest, and of these
the first in the order of transitions.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.choice import choose, length_of, write
from engine.conformance.kernels.common import LOG, MODEL, NONE, SILENT, SYNC, grow
from engine.conformance.kernels.lazy_markings import ALIVE, FINAL
from engine.conformance.kernels.lazy_shapes import Found, Links, Store
from engine.conformance.kernels.shapes import Arcs, Columns, Edges, Ends, Flags, Int32s, Int64s, Nodes, Paths

Outgoing = tuple[Int64s, Int32s]
"""The moves from each node on a best alignment, in the order of transitions: offsets, number of the move."""


@compiled
def _outgoing(links: Links, is_goal: Flags, count: int) -> Outgoing:
    """The moves that lead on to a goal, by the node that they come from."""
    tails, fired, _, nexts, into = links
    useful, stack, top = is_goal.copy(), np.flatnonzero(is_goal).astype(np.int32), 0
    stack = grow(stack, count)
    for n in range(count):
        top += is_goal[n]
    at = np.zeros(count + 1, dtype=np.int64)
    while top > 0:
        top -= 1
        move = into[stack[top]]
        while move != NONE:
            at[tails[move] + 1] += 1
            if not useful[tails[move]]:
                useful[tails[move]], stack[top] = True, tails[move]
                top += 1
            move = nexts[move]
    for n in range(count):
        at[n + 1] += at[n]
    moves, free = np.empty(at[count], dtype=np.int32), at[:count].copy()
    for n in range(count):
        move = into[n] if useful[n] else NONE
        while move != NONE:
            tail = tails[move]
            k = free[tail]
            free[tail] += 1
            while k > at[tail] and fired[moves[k - 1]] > fired[move]:
                moves[k] = moves[k - 1]
                k -= 1
            moves[k] = move
            move = nexts[move]
    return at, moves


@compiled
def _written(move: int, length: int, path: Int32s, begin: int, by: tuple[Int32s, Int32s, Int32s]) -> None:
    """Write the silent path that ends with a move, from its last transition back to its first."""
    tails, fired, first = by
    for step in range(length - 1, -1, -1):
        path[begin + step] = fired[move]
        move = first[tails[move]]


@compiled
def folded(
    found: Found, links: Links, transition_labels: Int32s, is_goal: Flags, count: int
) -> tuple[Nodes, Arcs, int, Edges, Paths, Ends]:
    """Fold the silent moves of all best alignments into the moves that they come before.

    Args:
        found: Nodes of the search.
        links: Every move between them that keeps the least cost.
        transition_labels: Label of each transition, −1 where silent.
        is_goal: Whether a best alignment can end in a node.
        count: How many nodes there are.

    Returns:
        Nodes and arcs as ``choice.choose`` takes them, each node being a state of its own; how many nodes; the edges;
        the silent path before each; and the silent path to the end from each state.
    """
    tails, fired, heads = links[0], links[1], links[2]
    at, moves = _outgoing(links, is_goal, count)
    number, order = np.full(count, NONE, dtype=np.int32), np.empty(count, dtype=np.int32)
    number[0], order[0], solid = 0, 0, 1
    for move in moves:
        visible = fired[move] == NONE or transition_labels[fired[move]] >= 0
        if visible and number[heads[move]] == NONE:
            number[heads[move]], order[solid] = solid, heads[move]
            solid += 1
    size, made = max(16, moves.shape[0]), 0
    arcs = (np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32))
    edges, kept = (np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)), 0
    path_at, path = np.zeros(size + 1, dtype=np.int64), np.empty(size, dtype=np.int32)
    end_skip, end_at = np.full(solid, NONE, dtype=np.int32), np.zeros(solid + 1, dtype=np.int64)
    end_path, into = np.empty(size, dtype=np.int32), np.full(solid, NONE, dtype=np.int32)
    queue, ahead = np.empty(count, dtype=np.int32), np.full(count, NONE, dtype=np.int32)
    first = np.full(count, NONE, dtype=np.int32)
    for k in range(solid):
        queue[0], ahead[order[k]], done, filled = order[k], 0, 0, 1
        end_at[k + 1] = end_at[k]
        while done < filled:
            y = queue[done]
            done += 1
            if is_goal[y] and end_skip[k] == NONE:
                end_skip[k], end_at[k + 1] = ahead[y], end_at[k] + ahead[y]
                if end_at[k + 1] > end_path.shape[0]:
                    end_path = grow(end_path, 2 * end_at[k + 1])
                _written(first[y], ahead[y], end_path, end_at[k], (tails, fired, first))
            for m in range(at[y], at[y + 1]):
                move, edge = moves[m], np.int32(NONE)
                head = heads[move]
                if fired[move] != NONE and transition_labels[fired[move]] < 0:
                    if ahead[head] == NONE:
                        ahead[head], first[head], queue[filled] = ahead[y] + 1, move, head
                        filled += 1
                    continue
                if made == arcs[0].shape[0]:
                    size = 2 * made
                    arcs = (grow(arcs[0], size), grow(arcs[1], size), grow(arcs[2], size), grow(arcs[3], size))
                    edges = (grow(edges[0], size), grow(edges[1], size), grow(edges[2], size))
                    path_at = grow(path_at, size + 1)
                if fired[move] != NONE:
                    edge = np.int32(kept)
                    edges[0][kept], edges[1][kept] = fired[move], transition_labels[fired[move]]
                    edges[2][kept], path_at[kept + 1] = ahead[y], path_at[kept] + ahead[y]
                    if path_at[kept + 1] > path.shape[0]:
                        path = grow(path, 2 * path_at[kept + 1])
                    _written(first[y], ahead[y], path, path_at[kept], (tails, fired, first))
                    kept += 1
                arcs[0][made], arcs[1][made], arcs[2][made] = k, edge, number[head]
                arcs[3][made], into[number[head]] = into[number[head]], made
                made += 1
        ahead[queue[:filled]] = NONE
    solids = order[:solid]
    nodes = (found[0][solids] >> 1, np.arange(solid).astype(np.int32), found[2][solids], solids, into)
    return (
        nodes,
        arcs,
        solid,
        (edges[0][:kept], edges[1][:kept], edges[2][:kept]),
        (path_at[: kept + 1], path[: path_at[kept]]),
        (end_skip, end_at, end_path[: end_at[solid]]),
    )


@compiled
def chosen_moves(
    found: Found,
    links: Links,
    store: Store,
    known: tuple[Int32s, Int32s],
    wanted: tuple[int, int, int, bool, int, int, int],
) -> tuple[Columns, int]:
    """The moves of the chosen one of all best alignments, and 1 where deviations were not counted, else 0.

    Args:
        found: Nodes of a search that kept every move.
        links: The moves.
        store: The markings.
        known: Labels of the events and of the transitions.
        wanted: How many nodes there are; the length of the trace; the optimum; whether the case still runs; the
            number of labels; split nodes after which the choice does without counting deviations; 1 where all log
            moves and visible model moves cost the same, else 0.
    """
    count, length, optimum, running, label_count, most_split, uniform = wanted
    goals = np.zeros(count, dtype=np.bool_)
    for n in range(count):
        ending = store[2][found[1][n]] & (ALIVE | FINAL if running else FINAL)
        goals[n] = found[0][n] >> 1 == length and found[2][n] == optimum and ending != 0
    nodes, arcs, solid, edges, paths, ends = folded(found, links, known[1], goals, count)
    route, local = choose(
        (edges, paths, ends[0]), known[0], nodes, arcs, (solid, optimum, label_count, most_split, uniform)
    )
    size = length_of(route, edges[2], ends[0])
    columns = (np.empty(size, np.int8), np.empty(size, np.int32), np.empty(size, np.int32))
    write(route, (edges[0], paths, ends), columns, 0)
    return columns, local


@compiled
def way_to(found: Found, links: Links, transition_labels: Int32s, goal: int) -> Columns:
    """The moves by which a search first came to a node."""
    tails, fired = links[0], links[1]
    count, node = 0, goal
    while node != 0:
        node, count = tails[_first_move(links, node)], count + 1
    columns = (np.empty(count, np.int8), np.empty(count, np.int32), np.empty(count, np.int32))
    node = goal
    for k in range(count - 1, -1, -1):
        move = _first_move(links, node)
        before, t = tails[move], fired[move]
        position = found[0][before] >> 1
        columns[1][k], columns[2][k] = NONE, t
        if t == NONE:
            columns[0][k], columns[1][k] = LOG, position
        elif transition_labels[t] < 0:
            columns[0][k] = SILENT
        elif found[0][node] >> 1 != position:
            columns[0][k], columns[1][k] = SYNC, position
        else:
            columns[0][k] = MODEL
        node = before
    return columns


@compiled
def _first_move(links: Links, node: int) -> int:
    """The move by which a node was made: the last of its list, as later ones come before it."""
    move = np.int64(links[4][node])
    while links[3][move] != NONE:
        move = np.int64(links[3][move])
    return move
