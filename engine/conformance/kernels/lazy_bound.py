"""What a rest of the trace costs at least, in each view of a large net, with no cost counted in two views.

In a view with few states the cheapest explanation of every rest of the trace from every state is found by a dynamic
program from the last event to the first. Views are taken one after the other. Each uses what it needs of the costs of
the moves (the most that one move lowers its bound), and leaves the rest to the next (saturated cost partitioning:
Seipp, Keller and Helmert 2020). So their sum is a bound for the whole net, and it is consistent.

A cost may be divided differently at each position: the log move of each event, and the model move of each transition
before each event, have a cost of their own.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled, tight
from engine.conformance.kernels.common import FORBIDDEN
from engine.conformance.kernels.lazy_shapes import Rows, Views
from engine.conformance.kernels.shapes import Flags, Int32s, Int64s, Trace

NEVER = 1 << 30
"""The bound where no explanation is left."""


@tight
def _sweep_back(views: Views, v: int, left: Int32s, through: Int32s, most: int, here: Int32s) -> None:
    """Lower the bounds of one position by model and silent moves until nothing falls."""
    low, high, (at, target, fired) = views[0][v], views[0][v + 1], views[4]
    some = True
    while some:
        some = False
        for s in range(low, high):
            if through[s] > most:
                continue
            least = here[s]
            for e in range(at[s], at[s + 1]):
                cost = left[fired[e]]
                if cost != FORBIDDEN and here[target[e]] + cost < least:
                    least = here[target[e]] + cost
            if least < here[s]:
                here[s], some = least, True


@tight
def _sweep_on(views: Views, v: int, left: Int32s, here: Int32s) -> None:
    """Lower the costs from the start at one position by model and silent moves until nothing falls."""
    low, high, (at, target, fired) = views[0][v], views[0][v + 1], views[4]
    some = True
    while some:
        some = False
        for s in range(high - 1, low - 1, -1):
            if here[s] >= NEVER:
                continue
            for e in range(at[s], at[s + 1]):
                cost = left[fired[e]]
                if cost != FORBIDDEN and here[s] + cost < here[target[e]]:
                    here[target[e]] = here[s] + cost
                    some = some or target[e] > s


@compiled
def distances_to_end(
    views: Views,
    v: int,
    by_label: Rows,
    labels: Int32s,
    left: tuple[Int32s, Int32s],
    limit: tuple[Int32s, int],
    ends: Flags,
    out: Int32s,
) -> None:
    """The cheapest explanation of each rest of a trace from each state of one view.

    Args:
        views: The views.
        v: The one.
        by_label: Transitions of each label.
        labels: Label of each event.
        left: What this view may use: the cost of each event's log move; the cost of each transition's model move before
            each event and at the end, by position.
        limit: What an alignment through each (phase, position, state) costs at least, and the most that is of interest.
        ends: Whether a run may end in a state.
        out: Written for this view: by phase, position and state. Phase 0 is before anything else, phase 1 after a
            model or silent move, when the next event has to be synchronous (``lazy_search.py``).
    """
    bases, table = views[0], views[1]
    (log_left, model_left), (through, most) = left, limit
    length, low, high = labels.shape[0], bases[v], bases[v + 1]
    for i in range(length, -1, -1):
        here, plain = out[1, i], out[0, i]
        here[low:high] = NEVER
        if i == length:
            for s in range(low, high):
                if ends[s] and through[1, i, s] <= most:
                    here[s] = 0
        elif labels[i] >= 0:
            for k in range(by_label[0][labels[i]], by_label[0][labels[i] + 1]):
                t = by_label[1][k]
                for s in range(low, high):
                    after = table[s, t]
                    if after >= 0 and through[1, i, s] <= most:
                        here[s] = min(here[s], out[0, i + 1, after])
        _sweep_back(views, v, model_left[i], through[1, i], most, here)
        for s in range(low, high):
            plain[s] = here[s]
            if through[0, i, s] > most:
                plain[s] = NEVER
            elif i < length:
                plain[s] = min(here[s], out[0, i + 1, s] + log_left[i], NEVER)


@compiled
def distances_from_start(
    views: Views, v: int, by_label: Rows, labels: Int32s, left: tuple[Int32s, Int32s], out: Int32s
) -> None:
    """The cheapest way from the start to each position and state of one view; otherwise as ``distances_to_end``."""
    bases, table, initial = views[0], views[1], views[2]
    log_left, model_left = left
    length, low, high = labels.shape[0], bases[v], bases[v + 1]
    out[:, :, low:high] = NEVER
    out[0, 0, initial[v]] = 0
    for i in range(length + 1):
        here, plain = out[1, i], out[0, i]
        here[low:high] = plain[low:high]
        if i == length or labels[i] >= 0:
            _sweep_on(views, v, model_left[i], here)
        if i == length:
            plain[low:high] = here[low:high]
            break
        for s in range(low, high):
            out[0, i + 1, s] = min(plain[s] + log_left[i], NEVER)
        if labels[i] < 0:
            continue
        for k in range(by_label[0][labels[i]], by_label[0][labels[i] + 1]):
            t = by_label[1][k]
            for s in range(low, high):
                after = table[s, t]
                if after >= 0:
                    out[0, i + 1, after] = min(out[0, i + 1, after], here[s])


@compiled
def through_all(
    views: Views, by_label: Rows, trace: Trace, model_costs: Int32s, ends: Flags, through: Int32s, out: Int32s
) -> np.int64:
    """What an alignment costs at least that comes through a phase, a position and a state of a view, for all of them.

    Written to ``through``; ``out`` is scratch of the same shape. Returns the largest bound of one view for the trace.
    """
    labels, log_costs = trace
    model_left = np.empty((labels.shape[0] + 1, model_costs.shape[0]), dtype=np.int32)
    model_left[:] = model_costs
    left, most = (log_costs, model_left), np.int64(0)
    through[:] = 0
    for v in range(views[2].shape[0]):
        distances_to_end(views, v, by_label, labels, left, (through, NEVER), ends, out)
        most = max(most, out[0, 0, views[2][v]])
    for v in range(views[2].shape[0]):
        distances_from_start(views, v, by_label, labels, left, through)
    for phase in range(2):
        for i in range(labels.shape[0] + 1):
            for s in range(ends.shape[0]):
                through[phase, i, s] = min(through[phase, i, s] + out[phase, i, s], NEVER)
    return most


@compiled
def _use_up(views: Views, v: int, length: int, left: tuple[Int32s, Int32s], out: Int32s) -> None:
    """Take from the costs what the bound of a view needs of them."""
    bases, _, _, _, (at, target, fired) = views
    log_left, model_left = left
    low, high = bases[v], bases[v + 1]
    used = np.zeros(model_left.shape[1], dtype=np.int32)
    for i in range(length + 1):
        if i < length:
            most = np.int32(0)
            for s in range(low, high):
                if out[0, i, s] < NEVER and out[0, i, s] - out[0, i + 1, s] > most:
                    most = out[0, i, s] - out[0, i + 1, s]
            log_left[i] -= most
        used[:] = 0
        for s in range(low, high):
            if out[1, i, s] >= NEVER:
                continue
            for e in range(at[s], at[s + 1]):
                used[fired[e]] = max(used[fired[e]], out[1, i, s] - out[1, i, target[e]])
        for t in range(used.shape[0]):
            if model_left[i, t] != FORBIDDEN:
                model_left[i, t] -= used[t]


@compiled
def fill(
    views: Views,
    order: Int64s,
    by_label: Rows,
    trace: Trace,
    model_costs: Int32s,
    limit: tuple[Int32s, int],
    ends: Flags,
    out: Int32s,
) -> np.int64:
    """The bounds of all views, taken in an order; return their sum at the start.

    Of interest are alignments that cost no more than the limit. Where a view proves that no such alignment comes
    through a state, its bound is ``NEVER`` there, and no other state has to share costs with it.
    """
    labels, log_costs = trace
    model_left = np.empty((labels.shape[0] + 1, model_costs.shape[0]), dtype=np.int32)
    model_left[:] = model_costs
    left, total = (log_costs.copy(), model_left), np.int64(0)
    for v in order:
        distances_to_end(views, v, by_label, labels, left, limit, ends, out)
        _use_up(views, v, labels.shape[0], left, out)
        total += out[0, 0, views[2][v]]
    return min(total, np.int64(NEVER))


@tight
def bound(row: Int32s, states: Int32s) -> np.int64:
    """The sum over the views of the bounds of their states at one position, ``NEVER`` when one of them is."""
    total = np.int64(0)
    for v in range(states.shape[0]):
        one = row[states[v]]
        if one >= NEVER:
            return np.int64(NEVER)
        total += one
    return total
