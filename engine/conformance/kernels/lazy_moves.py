"""Which model and silent moves can matter before the next synchronous event, or before the end.

In an alignment that takes model and silent moves as late as possible, each group of them is followed by a synchronous
event that they enable, or by the end. Such a group can be reordered as long as it stays a run, at no change of cost. So
it is enough to try, in each marking, the enabled members of one *stubborn set* (Valmari 1990): a set of transitions
that cannot be enabled or hindered from outside, and of which one has to fire before the goal is reached.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import tight, tight_inlined
from engine.conformance.kernels.common import FORBIDDEN
from engine.conformance.kernels.lazy_markings import enabled, tokens
from engine.conformance.kernels.lazy_shapes import Finals, Firing, Rows
from engine.conformance.kernels.shapes import Int32s, Words


@tight_inlined
def _add(member: Int32s, mark: int, queue: Int32s, count: int, t: int) -> int:
    """Put a transition into the set unless it is there."""
    if member[t] == mark:
        return count
    member[t], queue[count] = mark, t
    return count + 1


@tight
def _close(net: Firing, row: Words, model_costs: Int32s, member: Int32s, mark: int, queue: Int32s, count: int) -> int:
    """Close the set: with an enabled one all that compete for its tokens, with another all that bring what it lacks."""
    (pre_at, pre_place, pre_weight), _, (put_at, putting), (take_at, taking), width = net
    done = 0
    while done < count:
        t = queue[done]
        done += 1
        lacking, fewest = np.int64(-1), np.int64(1) << 40
        for a in range(pre_at[t], pre_at[t + 1]):
            p = pre_place[a]
            if tokens(row, p, width) < pre_weight[a]:
                new = np.int64(0)
                for k in range(put_at[p], put_at[p + 1]):
                    if member[putting[k]] != mark and model_costs[putting[k]] != FORBIDDEN:
                        new += 1
                if new < fewest:
                    lacking, fewest = np.int64(p), new
        if lacking >= 0:
            for k in range(put_at[lacking], put_at[lacking + 1]):
                if model_costs[putting[k]] != FORBIDDEN:
                    count = _add(member, mark, queue, count, putting[k])
            continue
        for a in range(pre_at[t], pre_at[t + 1]):
            for k in range(take_at[pre_place[a]], take_at[pre_place[a] + 1]):
                count = _add(member, mark, queue, count, taking[k])
    return count


@tight
def towards_label(
    net: Firing, row: Words, model_costs: Int32s, by_label: Rows, label: int, scratch: tuple[Int32s, Int32s], mark: int
) -> int:
    """Write the moves that can matter before an event with a label; return how many there are.

    ``scratch`` is a mark for each transition, and the list that is written; ``mark`` differs from call to call.
    """
    member, queue = scratch
    count = 0
    for k in range(by_label[0][label], by_label[0][label + 1]):
        count = _add(member, mark, queue, count, by_label[1][k])
    return _only_enabled(net, row, model_costs, queue, _close(net, row, model_costs, member, mark, queue, count))


@tight
def towards_end(
    net: Firing, ends: Finals, row: Words, model_costs: Int32s, scratch: tuple[Int32s, Int32s], mark: int
) -> int:
    """Write the moves that can matter before a final marking; return how many there are."""
    member, queue = scratch
    finals, width = ends[0], net[4]
    count = 0
    for f in range(finals.shape[0]):
        for p in range(finals.shape[1]):
            here = tokens(row, p, width)
            if here == finals[f, p]:
                continue
            at, changing = net[2] if here < finals[f, p] else net[3]
            for k in range(at[p], at[p + 1]):
                if model_costs[changing[k]] != FORBIDDEN:
                    count = _add(member, mark, queue, count, changing[k])
            break
    return _only_enabled(net, row, model_costs, queue, _close(net, row, model_costs, member, mark, queue, count))


@tight
def _only_enabled(net: Firing, row: Words, model_costs: Int32s, queue: Int32s, count: int) -> int:
    """Keep the moves of the list that can be made, in the order of transitions."""
    kept = 0
    for k in range(count):
        t = queue[k]
        if model_costs[t] != FORBIDDEN and enabled(net, row, t):
            queue[kept] = t
            kept += 1
    for k in range(1, kept):
        t, m = queue[k], k
        while m > 0 and queue[m - 1] > t:
            queue[m] = queue[m - 1]
            m -= 1
        queue[m] = t
    return kept


@tight
def every_move(net: Firing, row: Words, model_costs: Int32s, queue: Int32s) -> int:
    """Write every model and silent move that can be made; return how many there are."""
    kept = 0
    for t in range(model_costs.shape[0]):
        if model_costs[t] != FORBIDDEN and enabled(net, row, t):
            queue[kept] = t
            kept += 1
    return kept
