"""The slow plain twin of the alignment search: every optimal alignment is enumerated, and the best one picked by a key.

It works on the net's own firing rule, marking by marking, with dictionaries. It shares no code with the kernels.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.conformance.alignment import Move
from engine.nets.net import SILENT, Net
from engine.vocabulary import MoveKind

Marking = tuple[int, ...]
Node = tuple[int, Marking]


@dataclass(frozen=True)
class PlainCosts:
    """Costs as plain functions: of an activity's log move, and of a transition's model move (None: forbidden)."""

    log: Callable[[str], int] = lambda _: 1
    model: Callable[[int], int | None] = lambda _: 1


STANDARD = PlainCosts()


class TooManyOptimaError(Exception):
    """There are more optimal alignments than the oracle is willing to enumerate."""


MOST_STEPS = 20_000


def align_plainly(
    net: Net, trace: Sequence[str], *, costs: PlainCosts = STANDARD, prefix: bool = False, counted: bool = True
) -> tuple[int, tuple[Move, ...]] | None:
    """The cost and the moves of the chosen optimal alignment, or None when no final marking can be reached.

    Without ``counted`` the first criterion, fewest deviations, is left out.

    Only for nets with few reachable markings, all of which can reach a final one or are abandoned by the search.

    Raises:
        TooManyOptimaError: Enumerating them would take too long.
    """
    markings = _reachable(net)
    ends = _coreachable(net, markings) if prefix else {m for m in markings if net.is_final(m)}
    rest = _rests(net, trace, markings, ends, costs)
    start: Node = (0, tuple(net.initial.tolist()))
    if start not in rest:
        return None
    best = None
    for moves in _optimal(net, trace, [start], ends=ends, rest=rest, costs=costs, steps=itertools.count()):
        key = (deviations(net, trace, moves) if counted else 0, *_key(moves, len(trace)))
        best = (key, moves) if best is None or key < best[0] else best
    assert best is not None
    return rest[start], best[1]


def deviations(net: Net, trace: Sequence[str], moves: Sequence[Move]) -> int:
    """Σ over activities of max(log moves, visible model moves)."""
    logs: Counter[object] = Counter()
    models: Counter[object] = Counter()
    for move in moves:
        if move.kind is MoveKind.LOG and move.position is not None:
            name = trace[move.position]
            logs[net.label_of_activity.get(name, name)] += 1
        elif move.kind is MoveKind.MODEL and move.transition is not None:
            models[net.transitions[move.transition].label] += 1
    return sum(max(logs[activity], models[activity]) for activity in logs.keys() | models.keys())


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


def _steps(net: Net, trace: Sequence[str], node: Node, costs: PlainCosts) -> Iterator[tuple[int, Move, Node]]:
    """Every move from a node: its cost, the move, and the node it leads to."""
    position, marking = node
    activity = trace[position] if position < len(trace) else None
    if activity is not None:
        yield costs.log(activity), Move(MoveKind.LOG, position, None), (position + 1, marking)
    for number, transition in enumerate(net.transitions):
        if not net.enabled(marking, number):
            continue
        after = net.fire(marking, number)
        if transition.label == SILENT:
            yield 0, Move(MoveKind.SILENT, None, number), (position, after)
            continue
        cost = costs.model(number)
        if cost is not None:
            yield cost, Move(MoveKind.MODEL, None, number), (position, after)
        if activity is not None and net.label_of_activity.get(activity) == transition.label:
            yield 0, Move(MoveKind.SYNC, position, number), (position + 1, after)


def _rests(
    net: Net, trace: Sequence[str], markings: set[Marking], ends: set[Marking], costs: PlainCosts
) -> dict[Node, int]:
    """Dijkstra backwards from the ends: the least cost to an end from each node."""
    back: dict[Node, list[tuple[int, Node]]] = {}
    for position in range(len(trace) + 1):
        for marking in markings:
            for cost, _, after in _steps(net, trace, (position, marking), costs):
                back.setdefault(after, []).append((cost, (position, marking)))
    rest: dict[Node, int] = {}
    heap = [(0, (len(trace), marking)) for marking in sorted(ends)]
    heapq.heapify(heap)
    while heap:
        cost, node = heapq.heappop(heap)
        if node in rest:
            continue
        rest[node] = cost
        for step, before in back.get(node, ()):
            if before not in rest:
                heapq.heappush(heap, (cost + step, before))
    return rest


def _optimal(
    net: Net,
    trace: Sequence[str],
    path: list[Node],
    *,
    ends: set[Marking],
    rest: dict[Node, int],
    costs: PlainCosts,
    steps: Iterator[int],
) -> Iterator[tuple[Move, ...]]:
    """Every alignment of least cost that comes to no position and marking twice, one by one.

    Leaving out what leads back to the same position and marking takes only model and silent moves away, so it never
    adds a deviation and always saves a move: the chosen alignment is among these.
    """
    node = path[-1]
    if next(steps) > MOST_STEPS:
        raise TooManyOptimaError
    if rest[node] == 0 and node[0] == len(trace) and node[1] in ends:
        yield ()
    for cost, move, after in _steps(net, trace, node, costs):
        if after in rest and rest[node] == cost + rest[after] and after not in path:
            path.append(after)
            for tail in _optimal(net, trace, path, ends=ends, rest=rest, costs=costs, steps=steps):
                yield (move, *tail)
            path.pop()


def _key(moves: tuple[Move, ...], length: int) -> tuple[object, ...]:
    """Few log moves, few moves, earlier events synchronous, model moves late, silent moves late, then transitions."""
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
    transitions = tuple(-1 if move.transition is None else move.transition for move in moves)
    return sum(events), len(moves), events, models, silents, transitions
