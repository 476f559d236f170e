"""All optimal alignments of one variant as one graph, made from what the search found."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled, tight, tight_inlined
from engine.conformance.kernels.common import NONE
from engine.conformance.kernels.shapes import Arcs, Flags, Goal, Int32s, Int64s, Nodes, Optima, Route

_RUN = 16  # members that are sorted by insertion; most groups have fewer, often one


@tight_inlined
def is_goal(n: int, positions: Int32s, states: Int32s, spent: Int32s, goal: Goal) -> bool:
    """Whether an optimal alignment can end in a node."""
    return bool(positions[n] == goal[0] and spent[n] == goal[1] and goal[2][states[n]] >= 0)


@tight
def sort_by(members: Int32s, low: int, high: int, keys: NDArray[Any], spare: Int32s) -> None:
    """Sort the members from ``low`` to ``high`` by their keys, in place; equal keys keep their order."""
    for begin in range(low, high, _RUN):
        for k in range(begin + 1, min(begin + _RUN, high)):
            member, m = members[k], k
            while m > begin and keys[members[m - 1]] > keys[member]:
                members[m] = members[m - 1]
                m -= 1
            members[m] = member
    width = _RUN
    while width < high - low:
        for begin in range(low, high, 2 * width):
            middle, end = min(begin + width, high), min(begin + 2 * width, high)
            one, other = begin, middle
            for k in range(begin, end):
                if other == end or (one < middle and keys[members[one]] <= keys[members[other]]):
                    spare[k] = members[one]
                    one += 1
                else:
                    spare[k] = members[other]
                    other += 1
        for k in range(low, high):
            members[k] = spare[k]
        width *= 2


@tight
def only_goal(nodes: Nodes, arcs: Arcs, count: int, goal: Goal) -> tuple[int, int]:
    """Where there is just one optimal alignment, the node in which it ends, and its moves; else −1 and 0.

    Nearly every fitting variant has just one.
    """
    positions, states, spent, _, into = nodes
    tails, _, _, nexts = arcs
    end, steps = NONE, 0
    for n in range(count):
        if is_goal(n, positions, states, spent, goal):
            if end != NONE:
                return NONE, 0
            end = n
    if end == NONE or into[0] != NONE:
        return NONE, 0
    node = end
    while node != 0:
        if nexts[into[node]] != NONE:
            return NONE, 0
        node = tails[into[node]]
        steps += 1
    return end, steps


@tight
def write_only(nodes: Nodes, arcs: Arcs, end: int, edges: Int32s, takes: Flags) -> None:
    """Write the moves of the one optimal alignment: their edges, and whether they take an event."""
    positions, into, tails, moves = nodes[0], nodes[4], arcs[0], arcs[1]
    node = np.int64(end)
    for step in range(edges.shape[0] - 1, -1, -1):
        arc = into[node]
        tail = np.int64(tails[arc])
        edges[step], takes[step] = moves[arc], positions[tail] != positions[node]
        node = tail


@tight
def _mark(nodes: Nodes, arcs: Arcs, goal: Goal, marked: Flags, stack: Int32s) -> tuple[int, int]:
    """Mark the nodes from which a goal is reached; return how many they are, and how many arcs lead to them."""
    positions, states, spent, _, into = nodes
    tails, _, _, nexts = arcs
    filled, done, made = 0, 0, 0
    for n in range(marked.shape[0]):
        marked[n] = is_goal(n, positions, states, spent, goal)
        if marked[n]:
            stack[filled] = n
            filled += 1
    while done < filled:
        arc = into[stack[done]]
        done += 1
        while arc != NONE:
            tail = tails[arc]
            made += 1
            if not marked[tail]:
                marked[tail], stack[filled] = True, tail
                filled += 1
            arc = nexts[arc]
    return filled, made


@tight
def _arrange(
    nodes: Nodes, arcs: Arcs, marked: Flags, work: tuple[Int32s, Int32s, Int32s, Int64s], optima: Optima
) -> None:
    """Write the graph of the marked nodes: by position, then by cost, then as they were found.

    Args:
        nodes: Every node with g + h up to the optimum.
        arcs: Every move between them that keeps the least cost.
        marked: Which of the nodes to take.
        work: Room for the number of each node, for two members of each marked one; zeros, one more than positions.
        optima: What is written; its offsets are zeros.
    """
    (found, states, spent, _, into), (tails, moves, _, nexts) = nodes, arcs
    (number, ordered, spare, stops), (positions, states_of, spent_of, at, edges, heads) = work, optima
    for n in range(marked.shape[0]):
        if marked[n]:
            stops[found[n] + 1] += 1
    for i in range(stops.shape[0] - 1):
        stops[i + 1] += stops[i]
    for n in range(marked.shape[0]):
        if marked[n]:
            ordered[stops[found[n]]] = n
            stops[found[n]] += 1
    low = np.int64(0)
    for i in range(stops.shape[0] - 1):
        if stops[i] - low > 1:
            sort_by(ordered, low, stops[i], spent, spare)
        low = stops[i]
    for k in range(ordered.shape[0]):
        n = ordered[k]
        number[n], positions[k], states_of[k], spent_of[k] = k, found[n], states[n], spent[n]
    for k in range(ordered.shape[0]):
        arc = into[ordered[k]]
        while arc != NONE:
            at[number[tails[arc]] + 1] += 1
            arc = nexts[arc]
    for k in range(ordered.shape[0]):
        at[k + 1] += at[k]
    for k in range(ordered.shape[0]):
        arc = into[ordered[k]]
        while arc != NONE:
            tail = number[tails[arc]]
            edges[at[tail]], heads[at[tail]] = moves[arc], k
            at[tail] += 1
            arc = nexts[arc]
    for k in range(ordered.shape[0], 0, -1):  # each offset has moved on to where its row stops
        at[k] = at[k - 1]
    at[0] = 0


@compiled
def collect(nodes: Nodes, arcs: Arcs, count: int, goal: Goal) -> Optima:
    """The graph of all optimal alignments.

    Args:
        nodes: Every node with g + h up to the optimum.
        arcs: Every move between them that keeps the least cost.
        count: How many nodes there are.
        goal: In which of them an optimal alignment can end.

    Returns:
        The graph. Only where model moves cost nothing can an arc lead back in the order of its nodes.
    """
    marked, number = np.empty(count, dtype=np.bool_), np.empty(count, dtype=np.int32)
    size, made = _mark(nodes, arcs, goal, marked, number)
    positions, states, spent = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    at, edges, heads = np.zeros(size + 1, dtype=np.int64), np.empty(made, np.int32), np.empty(made, np.int32)
    work = (number, np.empty(size, np.int32), np.empty(size, np.int32), np.zeros(goal[0] + 2, dtype=np.int64))
    optima = (positions, states, spent, at, edges, heads)
    _arrange(nodes, arcs, marked, work, optima)
    return optima


@compiled
def only_route(nodes: Nodes, arcs: Arcs, end: int, steps: int) -> Route:
    """The one optimal alignment, which ends in this node and has so many moves."""
    edges, takes = np.empty(steps, dtype=np.int32), np.empty(steps, dtype=np.bool_)
    write_only(nodes, arcs, end, edges, takes)
    return edges, takes, np.int64(nodes[1][end])
