"""Silent moves, folded away: from a state space to the graph that the search walks over.

A state of the reduced graph is the initial one or one that a visible transition leads to. Its edges are visible
transitions, each with the fewest silent moves that have to come before it (``skip``). An edge to t after k silent
moves is left out when the same transition also leads to t₀ after k₀, and t is d silent moves from t₀ with k₀ + d ≤ k:
whatever follows t also follows t₀, at the same cost, with no more moves and with the silent ones later. So the
reduced graph keeps the cost, the fewest log moves, the fewest moves in all, the order of events, and the lateness of
model and silent moves of every optimal alignment that is best in this order; ``docs/conformance.md`` has the proof.

Most edges that are left out are so for one reason, which is found for all states at once: t can fire before the last
of the k silent moves as well as after it, to the same end. Such an edge needs no search for t₀ (``_early``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled, inlined
from engine.conformance.kernels.shapes import Flags, Graph, Int32s, Int64s, Paths, Words
from engine.nets.kernels.bits import lowest

Side = tuple[Int64s, Int32s, Int32s]
"""The silent, or the visible, edges of a state space in compressed rows: offsets, target, transition."""
Closures = tuple[Int64s, Int32s, Int32s]
"""Silent closures of some states in compressed rows: offsets, states, distances."""

EDGE_BYTES, STEP_BYTES, CLOSURE_BYTES = 24, 4, 8
"""What an edge, a silent move before one, and an entry of a closure take."""


@compiled
def _grow(values: NDArray[Any], size: int) -> NDArray[Any]:
    grown = np.empty(size, dtype=values.dtype)
    grown[: values.shape[0]] = values
    return grown


@compiled
def _split(
    edge_at: Int64s, edge_target: Int32s, edge_transition: Int32s, labels: Int32s, live: Flags
) -> tuple[Side, Side]:
    """The silent and the visible edges between live states, each in the order of transitions."""
    states = live.shape[0]
    silent_at, visible_at = np.zeros(states + 1, dtype=np.int64), np.zeros(states + 1, dtype=np.int64)
    silent = np.int64(0)
    for transition in edge_transition:
        silent += labels[transition] < 0
    visible = edge_transition.shape[0] - silent
    silent_target, silent_transition = np.empty(silent, dtype=np.int32), np.empty(silent, dtype=np.int32)
    visible_target, visible_transition = np.empty(visible, dtype=np.int32), np.empty(visible, dtype=np.int32)
    silent, visible = 0, 0
    for s in range(states):
        if live[s]:
            for e in range(edge_at[s], edge_at[s + 1]):
                if not live[edge_target[e]]:
                    continue
                if labels[edge_transition[e]] < 0:
                    silent_target[silent], silent_transition[silent] = edge_target[e], edge_transition[e]
                    silent += 1
                else:
                    visible_target[visible], visible_transition[visible] = edge_target[e], edge_transition[e]
                    visible += 1
        silent_at[s + 1], visible_at[s + 1] = silent, visible
    return (
        (silent_at, silent_target[:silent], silent_transition[:silent]),
        (visible_at, visible_target[:visible], visible_transition[:visible]),
    )


@inlined
def _edge_of(at: Int64s, edge_transition: Int32s, state: int, transition: int) -> int:
    """The edge of a state that fires a transition, or −1."""
    low, high = at[state], at[state + 1]
    while low < high:
        middle = (low + high) // 2
        if edge_transition[middle] < transition:
            low = middle + 1
        else:
            high = middle
    return low if low < at[state + 1] and edge_transition[low] == transition else -1


@compiled
def _early(
    silent_at: Int64s,
    silent_target: Int32s,
    silent_transition: Int32s,
    visible_at: Int64s,
    visible_target: Int32s,
    visible_transition: Int32s,
) -> Words:
    """For each silent edge x → y, which of the first 64 visible edges of y x has too, only earlier.

    A visible t that x and y both enable leads from x to z and from y to z′. If the silent edge's transition also leads
    from z to z′, then whoever comes to y by way of x does better to fire t in x.
    """
    early = np.zeros(silent_target.shape[0], dtype=np.uint64)
    for x in range(silent_at.shape[0] - 1):
        for e in range(silent_at[x], silent_at[x + 1]):
            y, here = silent_target[e], visible_at[x]
            for there in range(visible_at[y], min(visible_at[y] + 64, visible_at[y + 1])):
                while here < visible_at[x + 1] and visible_transition[here] < visible_transition[there]:
                    here += 1
                if here == visible_at[x + 1]:
                    break
                if (
                    visible_transition[here] == visible_transition[there]
                    and _edge_of(silent_at, silent_transition, visible_target[here], silent_transition[e]) >= 0
                ):
                    early[e] |= np.uint64(1) << np.uint64(there - visible_at[y])
    return early


@compiled
def _close(
    start: int,
    silent_at: Int64s,
    silent_target: Int32s,
    silent_transition: Int32s,
    early: Words,
    order: Int32s,
    distance: Int32s,
    parent: Int32s,
    by: Int32s,
    left_out: Words,
) -> int:
    """Find every state that silent moves reach, nearest first, into ``order``; return how many.

    ``distance`` is −1 everywhere before the call; the caller sets it back. ``parent`` and ``by`` get the state and the
    transition by which a state was first found: edges are tried in the order of transitions, so that this path is the
    first among the shortest. ``left_out`` gets the visible edges that ``early`` rules out.
    """
    order[0], distance[start], left_out[start] = start, 0, 0
    head, tail = 0, 1
    while head < tail:
        s = order[head]
        head += 1
        ahead = distance[s] + 1
        for e in range(silent_at[s], silent_at[s + 1]):
            t = silent_target[e]
            if distance[t] < 0:
                order[tail], distance[t], parent[t], by[t] = t, ahead, s, silent_transition[e]
                left_out[t] = early[e]
                tail += 1
            elif distance[t] == ahead:
                left_out[t] |= early[e]
    return tail


@compiled
def _sort(states: Int32s, many: int, marks: Words) -> None:
    """Sort distinct states: by a bit for each one where they lie close together. ``marks`` is 0 before and after."""
    low, high = states[0], states[0]
    for k in range(many):
        low, high = min(low, states[k]), max(high, states[k])
    first, last = low >> 6, high >> 6
    if last - first > 4 * many:
        states[:many] = np.sort(states[:many])
        return
    for k in range(many):
        marks[states[k] >> 6] |= np.uint64(1) << np.uint64(states[k] & 63)
    count = 0
    for word in range(first, last + 1):
        while marks[word] != np.uint64(0):
            states[count] = 64 * word + np.int64(lowest(marks[word]))
            marks[word] &= marks[word] - np.uint64(1)
            count += 1


@compiled
def _remember(
    start: int,
    row: int,
    silent_at: Int64s,
    silent_target: Int32s,
    order: Int32s,
    distance: Int32s,
    marks: Words,
    closures: Closures,
) -> Closures:
    """Append the silent closure of a state as a row sorted by state; the arrays may have grown."""
    closure_at, closure_state, closure_distance = closures
    order[0], distance[start] = start, 0
    head, tail, begin = 0, 1, closure_at[row]
    while head < tail:
        s = order[head]
        head += 1
        for e in range(silent_at[s], silent_at[s + 1]):
            if distance[silent_target[e]] < 0:
                order[tail], distance[silent_target[e]] = silent_target[e], distance[s] + 1
                tail += 1
    if begin + tail > closure_state.shape[0]:
        closure_state = _grow(closure_state, 2 * (begin + tail))
        closure_distance = _grow(closure_distance, 2 * (begin + tail))
    if row + 2 > closure_at.shape[0]:
        closure_at = _grow(closure_at, 2 * row + 2)
    _sort(order, tail, marks)
    for k in range(tail):
        closure_state[begin + k], closure_distance[begin + k] = order[k], distance[order[k]]
        distance[order[k]] = -1
    closure_at[row + 1] = begin + tail
    return closure_at, closure_state, closure_distance


@inlined
def _silent_distance(closure_state: Int32s, closure_distance: Int32s, low: int, stop: int, state: int) -> int:
    """How many silent moves a state is from the one whose closure this is, or −1 when none lead there."""
    high = stop
    while low < high:
        middle = (low + high) // 2
        if closure_state[middle] < state:
            low = middle + 1
        else:
            high = middle
    return np.int64(closure_distance[low]) if low < stop and closure_state[low] == state else np.int64(-1)


@inlined
def _write_path(state: int, length: int, parent: Int32s, by: Int32s, path: Int32s, begin: int) -> None:
    """Write the transitions of the silent path to a state of the closure at hand."""
    for step in range(begin + length - 1, begin - 1, -1):
        path[step] = by[state]
        state = parent[state]


@compiled
def _ranks(labels: Int32s) -> Int32s:
    """The transitions in the order of (label, transition)."""
    most = np.int64(0)
    for label in labels:
        most = max(most, label + 2)
    free = np.zeros(most + 1, dtype=np.int64)
    for label in labels:
        free[label + 2] += 1
    for label in range(most):
        free[label + 1] += free[label]
    ranked = np.empty(labels.shape[0], dtype=np.int32)
    for transition in range(labels.shape[0]):
        ranked[free[labels[transition] + 1]] = transition
        free[labels[transition] + 1] += 1
    return ranked


@compiled
def reduce_silent(
    edge_at: Int64s,
    edge_target: Int32s,
    edge_transition: Int32s,
    labels: Int32s,
    live: Flags,
    final: Flags,
    max_bytes: int,
) -> tuple[bool, Int32s, Graph, Paths, Int32s, Paths]:
    """Fold silent moves into visible edges.

    Args:
        edge_at: Offsets of each state's outgoing edges, in the order of transitions.
        edge_target: State that an edge leads to.
        edge_transition: Transition that it fires.
        labels: Label of each transition, −1 when silent.
        live: Whether a state can reach a final one. State 0, the initial one, has to.
        final: Whether a state is final.
        max_bytes: Memory of edges, paths and silent closures after which the reduction gives up.

    Returns:
        Whether it is complete; the full state of each reduced one; offsets, target, transition, label and skip of the
        edges, sorted by label and transition within a row; the silent path before each edge; the skip to the nearest
        final state (−1: none without a visible move); the silent path to it. A path is kept as offsets and transitions.
    """
    states = live.shape[0]
    silent, visible = _split(edge_at, edge_target, edge_transition, labels, live)
    silent_at, silent_target, silent_transition = silent
    visible_at, visible_target, visible_transition = visible
    early = _early(silent_at, silent_target, silent_transition, visible_at, visible_target, visible_transition)
    follows_silent = np.zeros(states, dtype=np.bool_)
    for t in silent_target:
        follows_silent[t] = True
    ranked = _ranks(labels)
    rank = np.empty(labels.shape[0], dtype=np.int32)
    rank[ranked] = np.arange(labels.shape[0], dtype=np.int32)
    order, distance = np.empty(states, dtype=np.int32), np.full(states, -1, dtype=np.int32)
    order_there, distance_there = np.empty(states, dtype=np.int32), np.full(states, -1, dtype=np.int32)
    marks = np.zeros(states // 64 + 1, dtype=np.uint64)
    parent, by, left_out = np.empty(states, np.int32), np.empty(states, np.int32), np.empty(states, np.uint64)
    closure_of, closed = np.full(states, -1, dtype=np.int32), 0
    closures = (np.zeros(1024, dtype=np.int64), np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32))
    row_of, full = np.full(states, -1, dtype=np.int32), np.empty(states, dtype=np.int32)
    at, end_skip = np.zeros(states + 1, dtype=np.int64), np.full(states, -1, dtype=np.int32)
    end_at, end_path = np.zeros(states + 1, dtype=np.int64), np.empty(64, dtype=np.int32)
    # The edges kept of one row: target, the state they are fired in, and the next one of the same transition.
    to, fired_in, following = np.empty(64, np.int32), np.empty(64, np.int32), np.empty(64, np.int32)
    first, last = np.full(labels.shape[0], -1, dtype=np.int32), np.empty(labels.shape[0], dtype=np.int32)
    used = np.zeros(labels.shape[0] // 64 + 1, dtype=np.uint64)
    target, transition = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    label, skip = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    path_at, path = np.zeros(1025, dtype=np.int64), np.empty(1024, dtype=np.int32)
    full[0], row_of[0], rows, done, count, complete = 0, 0, 1, 0, 0, True
    while done < rows and complete:
        size = _close(
            full[done], silent_at, silent_target, silent_transition, early, order, distance, parent, by, left_out
        )
        kept, steps, end_at[done + 1] = 0, path_at[count], end_at[done]
        for k in range(size):
            y = order[k]
            if final[y] and end_skip[done] < 0:
                end_skip[done], end_at[done + 1] = distance[y], end_at[done] + distance[y]
                if end_at[done + 1] > end_path.shape[0]:
                    end_path = _grow(end_path, 2 * end_at[done + 1])
                _write_path(y, distance[y], parent, by, end_path, end_at[done])
            many = visible_at[y + 1] - visible_at[y]
            if many < 64 and left_out[y] == (np.uint64(1) << np.uint64(many)) - np.uint64(1):
                continue
            for v in range(visible_at[y], visible_at[y + 1]):
                nth, t, r = v - visible_at[y], visible_target[v], rank[visible_transition[v]]
                if nth < 64 and (left_out[y] >> np.uint64(nth)) & np.uint64(1) != np.uint64(0):
                    continue
                other, dominated = first[r] if follows_silent[t] else np.int32(-1), False
                while other >= 0 and not dominated:
                    t0, most = to[other], distance[y] - distance[fired_in[other]]
                    if silent_at[t0] < silent_at[t0 + 1]:
                        if closure_of[t0] < 0:
                            closures = _remember(
                                t0, closed, silent_at, silent_target, order_there, distance_there, marks, closures
                            )
                            closure_of[t0], closed = closed, closed + 1
                        begin, stop = closures[0][closure_of[t0]], closures[0][closure_of[t0] + 1]
                        far = _silent_distance(closures[1], closures[2], begin, stop, t)
                        dominated = far >= 0 and far <= most
                    other = following[other]
                if dominated:
                    continue
                if row_of[t] < 0:
                    row_of[t], full[rows], rows = rows, t, rows + 1
                if kept == to.shape[0]:
                    to, fired_in, following = _grow(to, 2 * kept), _grow(fired_in, 2 * kept), _grow(following, 2 * kept)
                if first[r] < 0:
                    first[r], used[r >> 6] = kept, used[r >> 6] | (np.uint64(1) << np.uint64(r & 63))
                else:
                    following[last[r]] = kept
                last[r], to[kept], fired_in[kept], following[kept] = kept, t, y, -1
                kept, steps = kept + 1, steps + distance[y]
        if count + kept > target.shape[0]:
            room = 2 * (count + kept)
            target, transition, label = _grow(target, room), _grow(transition, room), _grow(label, room)
            skip, path_at = _grow(skip, room), _grow(path_at, room + 1)
        if steps > path.shape[0]:
            path = _grow(path, 2 * steps)
        for word in range(used.shape[0]):
            while used[word] != np.uint64(0):
                r = 64 * word + np.int64(lowest(used[word]))
                used[word] &= used[word] - np.uint64(1)
                k, first[r] = first[r], -1
                while k >= 0:
                    y = fired_in[k]
                    target[count], transition[count], skip[count] = row_of[to[k]], ranked[r], distance[y]
                    label[count], path_at[count + 1] = labels[ranked[r]], path_at[count] + distance[y]
                    _write_path(y, distance[y], parent, by, path, path_at[count])
                    count, k = count + 1, following[k]
        for k in range(size):
            distance[order[k]] = -1
        done += 1
        at[done] = count
        spent = EDGE_BYTES * count + STEP_BYTES * path_at[count] + CLOSURE_BYTES * closures[0][closed]
        complete = spent <= max_bytes
    edges = (at[: done + 1], target[:count], transition[:count], label[:count], skip[:count])
    paths = (path_at[: count + 1], path[: path_at[count]])
    return complete, full[:done], edges, paths, end_skip[:done], (end_at[: done + 1], end_path[: end_at[done]])
