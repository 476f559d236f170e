"""All optimal alignments of one variant as one graph, made from what the search found."""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.common import NONE
from engine.conformance.kernels.shapes import Arcs, Int32s, Int64s, Nodes, Optima, Route


@compiled
def sort_by(members: Int32s, keys: Int64s) -> None:
    """Sort members by their keys, in place; equal keys keep their order. Most groups are short, often of one."""
    count = members.shape[0]
    if count > 32:
        members[:] = members[np.argsort(keys[members], kind="mergesort")]
        return
    for k in range(1, count):
        member, m = members[k], k
        while m > 0 and keys[members[m - 1]] > keys[member]:
            members[m] = members[m - 1]
            m -= 1
        members[m] = member


@compiled
def only_route(nodes: Nodes, arcs: Arcs, goals: Int32s) -> tuple[bool, Route]:
    """The one optimal alignment, where there is just one; nearly every fitting variant has one."""
    into, steps, node = nodes[4], 0, goals[0]
    alone = goals.shape[0] == 1 and into[0] == NONE
    while alone and node != 0:
        alone = arcs[3][into[node]] == NONE
        node = arcs[0][into[node]]
        steps += 1
    edges, takes = np.empty(steps, dtype=np.int32), np.empty(steps, dtype=np.bool_)
    if alone:
        node = goals[0]
        for step in range(steps - 1, -1, -1):
            arc = into[node]
            edges[step], takes[step] = arcs[1][arc], nodes[0][arcs[0][arc]] != nodes[0][node]
            node = arcs[0][arc]
    return alone, (edges, takes, np.int64(nodes[1][goals[0]]))


@compiled
def goals_of(nodes: Nodes, end_skip: Int32s, length: int, found: tuple[int, int]) -> Int32s:
    """The nodes in which an optimal alignment can end; ``found`` are the number of nodes and the optimum."""
    goals, count = np.empty(4, dtype=np.int32), 0
    for n in range(found[0] - 1, -1, -1):
        if nodes[0][n] == length and nodes[2][n] == found[1] and end_skip[nodes[1][n]] >= 0:
            if count == goals.shape[0]:
                grown = np.empty(4 * count, dtype=np.int32)
                grown[:count] = goals
                goals = grown
            goals[count] = n
            count += 1
    return goals[:count]


@compiled
def _on_optimal_alignments(nodes: Nodes, arcs: Arcs, goals: Int32s, count: int) -> Int32s:
    """The nodes from which a goal is reached."""
    marked, members = np.zeros(count, dtype=np.bool_), np.empty(count, dtype=np.int32)
    filled = goals.shape[0]
    members[:filled] = goals
    marked[goals] = True
    done = 0
    while done < filled:
        arc = nodes[4][members[done]]
        done += 1
        while arc != NONE:
            tail = arcs[0][arc]
            if not marked[tail]:
                marked[tail], members[filled] = True, tail
                filled += 1
            arc = arcs[3][arc]
    return np.sort(members[:filled])


@compiled
def collect(nodes: Nodes, arcs: Arcs, goals: Int32s, count: int, length: int) -> Optima:
    """The graph of all optimal alignments.

    Args:
        nodes: Every node with g + h up to the optimum.
        arcs: Every move between them that keeps the least cost.
        goals: Nodes in which an optimal alignment can end.
        count: How many nodes there are.
        length: Events of the variant.

    Returns:
        The graph. Only where model moves cost nothing can an arc lead back in the order of its nodes.
    """
    members = _on_optimal_alignments(nodes, arcs, goals, count)
    begins = np.zeros(length + 2, dtype=np.int64)
    for n in members:
        begins[nodes[0][n] + 1] += 1
    for i in range(length + 1):
        begins[i + 1] += begins[i]
    ordered, place = np.empty(members.shape[0], dtype=np.int32), begins[:-1].copy()
    for n in members:
        ordered[place[nodes[0][n]]] = n
        place[nodes[0][n]] += 1
    keys = nodes[2].astype(np.int64)
    for i in range(length + 1):
        sort_by(ordered[begins[i] : begins[i + 1]], keys)
    number = np.empty(count, dtype=np.int32)
    for k in range(ordered.shape[0]):
        number[ordered[k]] = k
    at = np.zeros(ordered.shape[0] + 1, dtype=np.int64)
    for n in ordered:
        arc = nodes[4][n]
        while arc != NONE:
            at[number[arcs[0][arc]] + 1] += 1
            arc = arcs[3][arc]
    for k in range(ordered.shape[0]):
        at[k + 1] += at[k]
    free = at[:-1].copy()
    edges, heads = np.empty(at[-1], dtype=np.int32), np.empty(at[-1], dtype=np.int32)
    for n in ordered:
        arc = nodes[4][n]
        while arc != NONE:
            tail = number[arcs[0][arc]]
            edges[free[tail]], heads[free[tail]] = arcs[1][arc], number[n]
            free[tail] += 1
            arc = arcs[3][arc]
    return nodes[0][ordered], nodes[1][ordered], nodes[2][ordered], at, edges, heads
