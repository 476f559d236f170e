"""Silent moves, folded away: from a state space to the graph that the search walks over.

A state of the reduced graph is the initial one or one that a visible transition leads to. Its edges are visible
transitions, each with the fewest silent moves that have to come before it (``skip``). An edge to t after k silent
moves is left out when the same transition also leads to t₀ after k₀, and t is d silent moves from t₀ with k₀ + d ≤ k:
whatever follows t also follows t₀, at the same cost, with no more moves and with the silent ones later. So the
reduced graph keeps the cost, the fewest log moves, the fewest moves in all, the order of events, and the lateness of
model and silent moves of every optimal alignment that is best in this order; ``docs/conformance.md`` has the proof.

Most edges that are left out are so for one reason, which is found for all states at once: t can fire before the last
of the k silent moves as well as after it, to the same end. Such an edge needs no search for t₀ (``_waiting``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiled import compiled, inlined, tight, tight_inlined
from engine.conformance.kernels.closures import Closures, close, remember, silent_distance, write_path
from engine.conformance.kernels.shapes import Ends, Flags, Graph, Int32s, Int64s, Paths, Words
from engine.nets.kernels.bits import lowest

Side = tuple[Int64s, Int32s, Int32s]
"""The silent, or the visible, edges of a state space in compressed rows: offsets, target, transition."""
Order = tuple[Int32s, Int32s, Int32s]
"""Label of each transition, the transitions in the order of (label, transition), and the rank of each in it."""
Scratch = tuple[tuple[Int32s, Int32s, Int32s, Int32s, Words], tuple[Int32s, Int32s, Words]]
"""What ``close`` writes, and what ``remember`` does."""
Found = tuple[Int32s, Int32s, Int32s]
"""The row of each state and the state of each row; the number of each state's closure. −1: none."""
Row = tuple[Int32s, Int32s, Int32s]
"""The edges kept of one row: target, state they are fired in, and the next one of the same transition (−1: none)."""
Chains = tuple[Int32s, Int32s, Words]
"""The first (−1: none) and the last edge of each rank in a row, and a bit for each rank that has one."""
EDGE_BYTES, STEP_BYTES, CLOSURE_BYTES = 24, 4, 8
"""What an edge, a silent move before one, and an entry of a closure take."""

DONE, NO_ROOM, SPENT = 0, 1, 2
"""How ``_fold`` ends."""
ROWS, FOLDED, CLOSED, KEPT, EDGES, STEPS, LAST_STEPS, CLOSURES = range(8)
"""The numbers of its ``progress``: reduced states found, and folded; closures remembered; then the room that it needs
for the edges of one row, all edges, the paths before them, the paths to ends, and closures."""

_ROOM = 1 << 14  # entries at first; untouched memory costs nothing

_REST = 63  # of a state's visible edges each has a bit of its own; the last bit stands for all from this one on


@inlined
def _room(size: int) -> Int32s:
    return np.empty(size, dtype=np.int32)


@compiled
def _longer(values: NDArray[Any], needed: int) -> NDArray[Any]:
    """The same values with room for as many as needed, and as many again."""
    if needed <= values.shape[0]:
        return values
    grown = np.empty(2 * needed, dtype=values.dtype)
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


@tight_inlined
def _all_bits(edges: int) -> np.uint64:
    """A bit for each of so many edges, the last one for all of the rest."""
    return (np.uint64(1) << np.uint64(edges)) - np.uint64(1) if edges <= _REST else ~np.uint64(0)


@tight_inlined
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
def _waiting(
    silent_at: Int64s,
    silent_target: Int32s,
    silent_transition: Int32s,
    visible_at: Int64s,
    visible_target: Int32s,
    visible_transition: Int32s,
) -> Words:
    """For each silent edge x → y, the visible edges of y that may have to wait for it; see ``_REST`` for the bits.

    A visible t that x and y both enable leads from x to z and from y to z′. If the silent edge's transition also leads
    from z to z′, then whoever comes to y by way of x does better to fire t in x: t does not wait.
    """
    waiting = np.empty(silent_target.shape[0], dtype=np.uint64)
    for x in range(silent_at.shape[0] - 1):
        for e in range(silent_at[x], silent_at[x + 1]):
            y, here = silent_target[e], visible_at[x]
            bits = _all_bits(visible_at[y + 1] - visible_at[y])
            for there in range(visible_at[y], min(visible_at[y] + _REST, visible_at[y + 1])):
                while here < visible_at[x + 1] and visible_transition[here] < visible_transition[there]:
                    here += 1
                if here == visible_at[x + 1]:
                    break
                if (
                    visible_transition[here] == visible_transition[there]
                    and _edge_of(silent_at, silent_transition, visible_target[here], silent_transition[e]) >= 0
                ):
                    bits &= ~(np.uint64(1) << np.uint64(there - visible_at[y]))
            waiting[e] = bits
    return waiting


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


@tight_inlined
def _write_row(
    code: int,
    count: int,
    transitions: Order,
    row_of: Int32s,
    row: Row,
    chains: Chains,
    edges: Graph,
    paths: Paths,
    distance: Int32s,
    parent: Int32s,
    by: Int32s,
) -> np.int64:
    """Write the edges kept of a row by label and transition, if it is done, and empty the chains; return how many."""
    labels, ranked, _ = transitions
    (to, fired_in, following), (first, _, used) = row, chains
    (_, target, transition, label, skip), (path_at, path) = edges, paths
    for word in range(used.shape[0]):
        while used[word] != np.uint64(0):
            r = 64 * word + np.int64(lowest(used[word]))
            used[word] &= used[word] - np.uint64(1)
            k, first[r] = first[r], -1
            while k >= 0 and code == DONE:
                y = fired_in[k]
                target[count], transition[count], skip[count] = row_of[to[k]], ranked[r], distance[y]
                label[count], path_at[count + 1] = labels[ranked[r]], path_at[count] + distance[y]
                write_path(y, distance[y], parent, by, path, path_at[count])
                count, k = count + 1, following[k]
    return np.int64(count)


@tight
def _fold(
    silent: Side,
    visible: Side,
    waiting: Words,
    follows_silent: Flags,
    transitions: Order,
    final: Flags,
    scratch: Scratch,
    found: Found,
    closures: Closures,
    row: Row,
    chains: Chains,
    edges: Graph,
    paths: Paths,
    ends: Ends,
    progress: Int64s,
    max_bytes: int,
) -> int:
    """Fold row after row, until all are folded, the memory allowed is spent, or an array is too short.

    A row that there is no room for is left as if not begun; only the states found and their closures stay.
    """
    silent_at, silent_target, silent_transition = silent
    visible_at, visible_target, visible_transition = visible
    _, _, rank = transitions
    (order, distance, parent, by, candidates), there = scratch
    row_of, full, closure_of = found
    closure_at, closure_state, closure_distance = closures
    to, fired_in, following = row
    first, last, used = chains
    (at, target, _, _, _), (path_at, path), (end_skip, end_at, end_path) = edges, paths, ends
    rows, done, closed, code = progress[ROWS], progress[FOLDED], progress[CLOSED], DONE
    count = at[done]
    while done < rows and code == DONE:
        start, kept, steps = full[done], 0, path_at[count]
        candidates[start] = _all_bits(visible_at[start + 1] - visible_at[start])
        size = close(
            start, silent_at, silent_target, silent_transition, waiting, order, distance, parent, by, candidates
        )
        end_skip[done], end_at[done + 1], last_state = -1, end_at[done], start
        for k in range(size):
            y = order[k]
            if end_skip[done] < 0 and final[y]:
                end_skip[done], end_at[done + 1], last_state = distance[y], end_at[done] + distance[y], y
            bits, rest = candidates[y], visible_at[y] + _REST
            while bits != np.uint64(0):
                v, bits = visible_at[y] + np.int64(lowest(bits)), bits & (bits - np.uint64(1))
                if v >= visible_at[y] + _REST:
                    v, rest = rest, rest + 1
                    bits = np.uint64(rest < visible_at[y + 1]) << np.uint64(_REST)
                t, r = visible_target[v], rank[visible_transition[v]]
                other, dominated = first[r] if follows_silent[t] else np.int32(-1), False
                while other >= 0 and not dominated and code == DONE:
                    t0, most = to[other], distance[y] - distance[fired_in[other]]
                    other = following[other]
                    if silent_at[t0] == silent_at[t0 + 1]:
                        continue
                    if closure_of[t0] < 0:
                        progress[CLOSURES] = remember(t0, closed, silent_at, silent_target, there, closures)
                        if progress[CLOSURES] > closure_state.shape[0]:
                            code = NO_ROOM
                            break
                        closure_of[t0], closed = closed, closed + 1
                    begin, stop = closure_at[closure_of[t0]], closure_at[closure_of[t0] + 1]
                    far = silent_distance(closure_state, closure_distance, begin, stop, t)
                    dominated = far >= 0 and far <= most
                if dominated:
                    continue
                if kept == to.shape[0]:
                    code, progress[KEPT] = NO_ROOM, kept + 1
                if code != DONE:
                    break
                if row_of[t] < 0:
                    row_of[t], full[rows], rows = rows, t, rows + 1
                if first[r] < 0:
                    first[r], used[r >> 6] = kept, used[r >> 6] | (np.uint64(1) << np.uint64(r & 63))
                else:
                    following[last[r]] = kept
                last[r], to[kept], fired_in[kept], following[kept] = kept, t, y, -1
                kept, steps = kept + 1, steps + distance[y]
            if code != DONE:
                break
        progress[EDGES], progress[STEPS], progress[LAST_STEPS] = count + kept, steps, end_at[done + 1]
        if count + kept > target.shape[0] or steps > path.shape[0] or end_at[done + 1] > end_path.shape[0]:
            code = NO_ROOM
        if code == DONE and end_skip[done] > 0:
            write_path(last_state, end_skip[done], parent, by, end_path, end_at[done])
        count = _write_row(code, count, transitions, row_of, row, chains, edges, paths, distance, parent, by)
        for k in range(size):
            distance[order[k]] = -1
        if code == DONE:
            done += 1
            at[done] = count
            if EDGE_BYTES * count + STEP_BYTES * path_at[count] + CLOSURE_BYTES * closure_at[closed] > max_bytes:
                code = SPENT
    progress[ROWS], progress[FOLDED], progress[CLOSED] = rows, done, closed
    return code


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
    waiting = _waiting(silent[0], silent[1], silent[2], visible[0], visible[1], visible[2])
    follows_silent = np.zeros(states, dtype=np.bool_)
    for t in silent[1]:
        follows_silent[t] = True
    ranked, rank = _ranks(labels), np.empty(labels.shape[0], dtype=np.int32)
    rank[ranked] = np.arange(labels.shape[0], dtype=np.int32)
    candidates, unreached = np.empty(states, dtype=np.uint64), np.full(states, -1, dtype=np.int32)
    here = (_room(states), unreached.copy(), _room(states), _room(states), candidates)
    there = (_room(states), unreached, np.zeros(states // 64 + 1, dtype=np.uint64))
    row_of, full = np.full(states, -1, dtype=np.int32), np.empty(states, dtype=np.int32)
    found = (row_of, full, np.full(states, -1, dtype=np.int32))
    room = max(256, min(16 * states, _ROOM))  # a row that there is no room for is folded again
    closure_at, closure_state, closure_distance = np.empty(states + 1, np.int64), _room(4 * room), _room(4 * room)
    to, fired_in, following = _room(room), _room(room), _room(room)
    first, used = np.full(labels.shape[0], -1, dtype=np.int32), np.zeros(labels.shape[0] // 64 + 1, dtype=np.uint64)
    chains = (first, np.empty(labels.shape[0], dtype=np.int32), used)
    at, end_skip, end_at = np.empty(states + 1, np.int64), np.empty(states, np.int32), np.empty(states + 1, np.int64)
    target, transition, label, skip = _room(room), _room(room), _room(room), _room(room)
    path_at, path, end_path = np.empty(room + 1, dtype=np.int64), _room(4 * room), _room(room)
    full[0], row_of[0], at[0], path_at[0], end_at[0], closure_at[0] = 0, 0, 0, 0, 0, 0
    progress = np.zeros(8, dtype=np.int64)
    progress[ROWS], code = 1, NO_ROOM
    while code == NO_ROOM:
        code = _fold(
            silent,
            visible,
            waiting,
            follows_silent,
            (labels, ranked, rank),
            final,
            (here, there),
            found,
            (closure_at, closure_state, closure_distance),
            (to, fired_in, following),
            chains,
            (at, target, transition, label, skip),
            (path_at, path),
            (end_skip, end_at, end_path),
            progress,
            max_bytes,
        )
        closure_state, closure_distance = (
            _longer(closure_state, progress[CLOSURES]),
            _longer(closure_distance, progress[CLOSURES]),
        )
        to, fired_in, following = (
            _longer(to, progress[KEPT]),
            _longer(fired_in, progress[KEPT]),
            _longer(following, progress[KEPT]),
        )
        target, transition = _longer(target, progress[EDGES]), _longer(transition, progress[EDGES])
        label, skip = _longer(label, progress[EDGES]), _longer(skip, progress[EDGES])
        path_at, path = _longer(path_at, target.shape[0] + 1), _longer(path, progress[STEPS])
        end_path = _longer(end_path, progress[LAST_STEPS])
    done = progress[FOLDED]
    count, ends = at[done], (at[: done + 1], end_at[: done + 1])
    edges = (ends[0], target[:count], transition[:count], label[:count], skip[:count])
    paths = (path_at[: count + 1], path[: path_at[count]])
    return code == DONE, full[:done], edges, paths, end_skip[:done], (ends[1], end_path[: end_at[done]])
