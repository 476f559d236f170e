"""Silent moves, folded away: from a state space to the graph that the search walks over.

A state of the reduced graph is the initial one or one that a visible transition leads to. Its edges are visible
transitions, each with the fewest silent moves that have to come before it (``skip``). An edge to t after k silent
moves is left out when the same transition also leads to t₀ after k₀, and t is d silent moves from t₀ with k₀ + d ≤ k:
whatever follows t also follows t₀, at the same cost, with no more moves and with the silent ones later. So the
reduced graph keeps the cost, the fewest log moves, the fewest moves in all, the order of events, and the lateness of
model and silent moves of every optimal alignment that is best in this order; ``docs/conformance.md`` has the proof.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled
from engine.conformance.kernels.shapes import Flags, Graph, Int32s, Int64s, Paths

Scratch = tuple[Int32s, Int32s, Int64s]
"""States in the order found, distance of each state (−1: not found), edge by which it was found."""
Closures = tuple[Int64s, Int32s, Int32s]
"""Silent closures in compressed rows: offsets, states, distances."""


@compiled
def _grow(values: NDArray[Any], size: int) -> NDArray[Any]:
    grown = np.empty(size, dtype=values.dtype)
    grown[: values.shape[0]] = values
    return grown


@compiled
def _close(
    start: int,
    edge_at: Int64s,
    edge_target: Int32s,
    edge_label: Int32s,
    order: Int32s,
    distance: Int32s,
    by: Int64s,
) -> int:
    """Find every state that silent moves reach, nearest first, into ``order``; return how many.

    ``distance`` is −1 everywhere before the call; the caller sets it back. ``by`` gets the edge by which a state was
    first found. Edges are tried in the order of transitions, so that this path is the first among the shortest.
    """
    order[0], distance[start], by[start] = start, 0, -1
    head, tail = 0, 1
    while head < tail:
        s = order[head]
        head += 1
        for e in range(edge_at[s], edge_at[s + 1]):
            if edge_label[e] < 0 and distance[edge_target[e]] < 0:
                order[tail], distance[edge_target[e]], by[edge_target[e]] = edge_target[e], distance[s] + 1, e
                tail += 1
    return tail


@compiled
def _silent_distance(closure_at: Int64s, closure_state: Int32s, closure_distance: Int32s, row: int, state: int) -> int:
    """How many silent moves a state is from the state of a row, or −1 when none lead there."""
    low, high = closure_at[row], closure_at[row + 1]
    while low < high:
        middle = (low + high) // 2
        if closure_state[middle] < state:
            low = middle + 1
        else:
            high = middle
    if low < closure_at[row + 1] and closure_state[low] == state:
        return np.int64(closure_distance[low])
    return np.int64(-1)


@compiled
def _remember(
    start: int,
    row: int,
    edge_at: Int64s,
    edge_target: Int32s,
    edge_label: Int32s,
    scratch: Scratch,
    closures: Closures,
) -> Closures:
    """Append the silent closure of a state as a row sorted by state; the arrays may have grown."""
    order, distance, by = scratch
    closure_at, closure_state, closure_distance = closures
    size = _close(start, edge_at, edge_target, edge_label, order, distance, by)
    begin = closure_at[row]
    if begin + size > closure_state.shape[0]:
        closure_state = _grow(closure_state, 2 * (begin + size))
        closure_distance = _grow(closure_distance, 2 * (begin + size))
    closure_state[begin : begin + size] = np.sort(order[:size])
    for k in range(begin, begin + size):
        closure_distance[k] = distance[closure_state[k]]
    distance[order[:size]] = -1
    closure_at[row + 1] = begin + size
    return closure_at, closure_state, closure_distance


@compiled
def _write_path(state: int, length: int, scratch: Scratch, edges: tuple[Int32s, Int32s], path: Int32s) -> None:
    """Write the transitions of the silent path to a state of the closure at hand."""
    origin, edge_transition = edges
    for step in range(length - 1, -1, -1):
        path[step] = edge_transition[scratch[2][state]]
        state = origin[scratch[2][state]]


@compiled
def reduce_silent(
    edge_at: Int64s, edge_target: Int32s, edge_transition: Int32s, edge_label: Int32s, final: Flags, max_entries: int
) -> tuple[bool, Int32s, Graph, Paths, Int32s, Paths]:
    """Fold silent moves into visible edges.

    Args:
        edge_at: Offsets of each state's outgoing edges, in the order of transitions.
        edge_target: State that an edge leads to.
        edge_transition: Transition that it fires.
        edge_label: Label, −1 when silent.
        final: Whether a state is final. State 0 is the initial one.
        max_entries: Entries of the silent closures after which the reduction gives up.

    Returns:
        Whether it is complete; the full state of each reduced one; offsets, target, transition, label and skip of the
        edges; the silent path before each edge; the skip to the nearest final state (−1: none without a visible move);
        the silent path to it. A path is kept as offsets and transitions.
    """
    states = final.shape[0]
    origin = np.empty(edge_target.shape[0], dtype=np.int32)
    transitions = 0
    for s in range(states):
        for e in range(edge_at[s], edge_at[s + 1]):
            origin[e] = s
            transitions = max(transitions, edge_transition[e] + 1)
    row_of, full = np.full(states, -1, dtype=np.int32), np.empty(states, dtype=np.int32)
    here = (np.empty(states, dtype=np.int32), np.full(states, -1, dtype=np.int32), np.empty(states, dtype=np.int64))
    there = (np.empty(states, dtype=np.int32), np.full(states, -1, dtype=np.int32), np.empty(states, dtype=np.int64))
    closures = (np.zeros(states + 1, dtype=np.int64), np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32))
    at, end_skip = np.zeros(states + 1, dtype=np.int64), np.full(states, -1, dtype=np.int32)
    target, transition = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    label, skip = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    older = np.empty(1024, dtype=np.int64)  # the edge of the same state and transition that was kept before
    newest = np.full(transitions, -1, dtype=np.int64)
    path_at, path = np.zeros(1025, dtype=np.int64), np.empty(1024, dtype=np.int32)
    end_at, end_path = np.zeros(states + 1, dtype=np.int64), np.empty(1024, dtype=np.int32)
    full[0], row_of[0] = 0, 0
    closures = _remember(0, 0, edge_at, edge_target, edge_label, there, closures)
    rows, done, count, complete = 1, 0, 0, True
    while done < rows and complete:
        size = _close(full[done], edge_at, edge_target, edge_label, here[0], here[1], here[2])
        first, end_at[done + 1] = count, end_at[done]
        for k in range(size):
            y, ahead = here[0][k], here[1][here[0][k]]
            if final[y] and end_skip[done] < 0:
                end_skip[done], end_at[done + 1] = ahead, end_at[done] + ahead
                if end_at[done + 1] > end_path.shape[0]:
                    end_path = _grow(end_path, 2 * end_at[done + 1])
                _write_path(y, ahead, here, (origin, edge_transition), end_path[end_at[done] :])
            for e in range(edge_at[y], edge_at[y + 1]):
                if edge_label[e] < 0:
                    continue
                kept, dominated = newest[edge_transition[e]], False
                while kept >= 0 and not dominated:
                    far = _silent_distance(closures[0], closures[1], closures[2], target[kept], edge_target[e])
                    dominated = far >= 0 and skip[kept] + far <= ahead
                    kept = older[kept]
                if dominated:
                    continue
                t = edge_target[e]
                if row_of[t] < 0:
                    row_of[t], full[rows] = rows, t
                    closures = _remember(t, rows, edge_at, edge_target, edge_label, there, closures)
                    rows += 1
                if count == target.shape[0]:
                    target, transition = _grow(target, 2 * count), _grow(transition, 2 * count)
                    label, skip = _grow(label, 2 * count), _grow(skip, 2 * count)
                    older, path_at = _grow(older, 2 * count), _grow(path_at, 2 * count + 1)
                path_at[count + 1] = path_at[count] + ahead
                if path_at[count + 1] > path.shape[0]:
                    path = _grow(path, 2 * path_at[count + 1])
                _write_path(y, ahead, here, (origin, edge_transition), path[path_at[count] :])
                target[count], transition[count] = row_of[t], edge_transition[e]
                label[count], skip[count] = edge_label[e], ahead
                older[count], newest[edge_transition[e]] = newest[edge_transition[e]], count
                count += 1
        newest[transition[first:count]] = -1
        here[1][here[0][:size]] = -1
        done += 1
        at[done] = count
        complete = closures[0][rows] <= max_entries
    edges = (
        at[: done + 1].copy(),
        target[:count].copy(),
        transition[:count].copy(),
        label[:count].copy(),
        skip[:count].copy(),
    )
    return (
        complete,
        full[:done].copy(),
        edges,
        (path_at[: count + 1].copy(), path[: path_at[count]].copy()),
        end_skip[:done].copy(),
        (end_at[: done + 1].copy(), end_path[: end_at[done]].copy()),
    )
