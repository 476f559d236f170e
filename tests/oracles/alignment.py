"""The slow plain twin of the alignment search: every optimal alignment is enumerated, and the best one picked by a key.

It works on the net's own firing rule, marking by marking, with dictionaries. It shares no code with the kernels.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.conformance.alignment import Move
from engine.nets.net import SILENT, Net
from engine.vocabulary import MoveKind

Marking = tuple[int, ...]
Node = tuple[int, Marking]
Weight = tuple[int, int, int]


@dataclass(frozen=True)
class PlainCosts:
    """Costs as plain functions: of an activity's log move, and of a transition's model move (None: forbidden)."""

    log: Callable[[str], int] = lambda _: 1
    model: Callable[[int], int | None] = lambda _: 1


STANDARD = PlainCosts()


def align_plainly(
    net: Net, trace: Sequence[str], *, costs: PlainCosts = STANDARD, prefix: bool = False
) -> tuple[int, tuple[Move, ...]] | None:
    """The cost and the moves of the chosen optimal alignment, or None when no final marking can be reached.

    Only for nets with few reachable markings, all of which can reach a final one or are abandoned by the search.
    """
    markings = _reachable(net)
    ends = _coreachable(net, markings) if prefix else {m for m in markings if net.is_final(m)}
    rest = _rests(net, trace, markings, ends, costs)
    start: Node = (0, tuple(net.initial.tolist()))
    if start not in rest:
        return None
    best = min(
        _optimal(net, trace, start, ends=ends, rest=rest, costs=costs), key=lambda moves: _key(moves, len(trace))
    )
    return rest[start][0], best


def _reachable(net: Net) -> set[Marking]:
    found = {tuple(net.initial.tolist())}
    todo = list(found)
    while todo:
        marking = todo.pop()
        for transition in range(len(net.transitions)):
            if net.enabled(marking, transition):
                after = net.fire(marking, transition)
                if after not in found:
                    found.add(after)
                    todo.append(after)
    return found


def _coreachable(net: Net, markings: set[Marking]) -> set[Marking]:
    good = {marking for marking in markings if net.is_final(marking)}
    size = -1
    while size != len(good):
        size = len(good)
        good |= {
            marking
            for marking in markings - good
            for transition in range(len(net.transitions))
            if net.enabled(marking, transition) and net.fire(marking, transition) in good
        }
    return good


def _steps(net: Net, trace: Sequence[str], node: Node, costs: PlainCosts) -> Iterator[tuple[Weight, Move, Node]]:
    """Every move from a node: (cost, log moves, moves), the move, and the node it leads to."""
    position, marking = node
    activity = trace[position] if position < len(trace) else None
    if activity is not None:
        yield (costs.log(activity), 1, 1), Move(MoveKind.LOG, position, None), (position + 1, marking)
    for number, transition in enumerate(net.transitions):
        if not net.enabled(marking, number):
            continue
        after = net.fire(marking, number)
        if transition.label == SILENT:
            yield (0, 0, 1), Move(MoveKind.SILENT, None, number), (position, after)
            continue
        cost = costs.model(number)
        if cost is not None:
            yield (cost, 0, 1), Move(MoveKind.MODEL, None, number), (position, after)
        if activity is not None and net.label_of_activity.get(activity) == transition.label:
            yield (0, 0, 1), Move(MoveKind.SYNC, position, number), (position + 1, after)


def _rests(
    net: Net, trace: Sequence[str], markings: set[Marking], ends: set[Marking], costs: PlainCosts
) -> dict[Node, Weight]:
    """Dijkstra backwards from the ends: the least (cost, log moves, moves) to an end from each node."""
    back: dict[Node, list[tuple[Weight, Node]]] = {}
    for position in range(len(trace) + 1):
        for marking in markings:
            for weight, _, after in _steps(net, trace, (position, marking), costs):
                back.setdefault(after, []).append((weight, (position, marking)))
    rest: dict[Node, Weight] = {}
    heap: list[tuple[Weight, Node]] = [((0, 0, 0), (len(trace), marking)) for marking in sorted(ends)]
    heapq.heapify(heap)
    while heap:
        weight, node = heapq.heappop(heap)
        if node in rest:
            continue
        rest[node] = weight
        for step, before in back.get(node, ()):
            if before not in rest:
                heapq.heappush(heap, ((weight[0] + step[0], weight[1] + step[1], weight[2] + step[2]), before))
    return rest


def _optimal(
    net: Net, trace: Sequence[str], node: Node, *, ends: set[Marking], rest: dict[Node, Weight], costs: PlainCosts
) -> Iterator[tuple[Move, ...]]:
    """Every alignment that is best by cost, log moves and moves, one by one."""
    if rest[node] == (0, 0, 0) and node[0] == len(trace) and node[1] in ends:
        yield ()
        return
    for weight, move, after in _steps(net, trace, node, costs):
        if after in rest and rest[node] == tuple(w + r for w, r in zip(weight, rest[after], strict=True)):
            for tail in _optimal(net, trace, after, ends=ends, rest=rest, costs=costs):
                yield (move, *tail)


def _key(moves: tuple[Move, ...], length: int) -> tuple[object, ...]:
    """Earlier events synchronous, model moves late, silent moves late, then the order of transitions."""
    events = tuple(move.kind is MoveKind.LOG for move in moves if move.position is not None)
    models, position = [0] * (length + 1), 0
    silents = [0]
    for move in moves:
        if move.kind is MoveKind.SILENT:
            silents[-1] += 1
            continue
        silents.append(0)
        if move.position is None:
            models[position] += 1
        else:
            position += 1
    return events, models, silents, tuple(-1 if move.transition is None else move.transition for move in moves)
