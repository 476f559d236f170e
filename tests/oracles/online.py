"""The slow plain twins of online conformance: cheapest costs over all markings, and over all states of a search graph.

The first works on the net's own firing rule with dictionaries and enumerates the whole state space at each event; the
second follows a search graph's edges. Neither forgets anything, and neither shares code with the kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.conformance.search_graph import SearchGraph
from engine.nets.net import SILENT, Net
from tests.oracles.alignment import STANDARD, Marking, PlainCosts

_State = TypeVar("_State")
Vector = Mapping[Marking, int]


@dataclass(frozen=True)
class PlainStanding:
    """Where a running case stands.

    Attributes:
        vector: The cheapest cost of every marking from which an end can be reached.
        by_log: The cheapest cost with the last event as a log move.
        by_sync: The same with it as a synchronous move, None when that cannot be.
    """

    vector: Vector
    by_log: int = 0
    by_sync: int | None = None

    @property
    def cost(self) -> int:
        """The prefix cost."""
        return min(self.vector.values())

    @property
    def cheapest(self) -> set[Marking]:
        """The markings of least cost."""
        return {marking for marking, cost in self.vector.items() if cost == self.cost}


def observe_plainly(net: Net, trace: Sequence[str], costs: PlainCosts = STANDARD) -> Iterator[PlainStanding]:
    """Where a case stands before its first event and after each one."""
    live = live_markings(net)
    standing = PlainStanding(_closed({tuple(net.initial.tolist()): 0}, lambda m: _free(net, m, live, costs)))
    yield standing
    for activity in trace:
        before, label = standing.vector, net.label_of_activity.get(activity)
        by_log = {marking: cost + costs.log(activity) for marking, cost in before.items()}
        by_sync: dict[Marking, int] = {}
        for marking, cost in before.items():
            for transition, after in _fired(net, marking, live):
                if net.transitions[transition].label == label:
                    by_sync[after] = min(cost, by_sync.get(after, cost))
        either = {m: min(c for c in (by_log.get(m), by_sync.get(m)) if c is not None) for m in {*by_log, *by_sync}}
        standing = PlainStanding(
            _closed(either, lambda m: _free(net, m, live, costs)),
            min(by_log.values()),
            min(by_sync.values()) if by_sync else None,
        )
        yield standing


def live_markings(net: Net) -> set[Marking]:
    """Reachable markings from which a final one can be reached."""
    found = {tuple(net.initial.tolist())}
    todo = list(found)
    while todo:
        marking = todo.pop()
        for transition in range(len(net.transitions)):
            if net.enabled(marking, transition) and (after := net.fire(marking, transition)) not in found:
                found.add(after)
                todo.append(after)
    live = {marking for marking in found if net.is_final(marking)}
    size = -1
    while size != len(live):
        size = len(live)
        live |= {marking for marking in found - live if any(True for _ in _fired(net, marking, live))}
    return live


def expected_plainly(net: Net, standing: PlainStanding) -> set[str]:
    """Labels that can fire in a cheapest marking. Those behind silent moves fire in one that is as cheap."""
    live = live_markings(net)
    return {name for m in standing.cheapest for t, _ in _fired(net, m, live) for name in _name(net, t)}


def possible_plainly(net: Net, standing: PlainStanding) -> set[str]:
    """Labels that some run from a cheapest marking to an end has."""
    live = live_markings(net)
    found: set[str] = set()
    for marking in _reached(net, standing.cheapest, live, without=None):
        found |= {name for t, _ in _fired(net, marking, live) for name in _name(net, t)}
    return found


def required_plainly(net: Net, standing: PlainStanding) -> set[str]:
    """Labels without which no run from a cheapest marking reaches an end."""
    live = live_markings(net)
    return {
        name
        for name in net.labels
        if not any(net.is_final(m) for m in _reached(net, standing.cheapest, live, without=name))
    }


def may_end_plainly(net: Net, standing: PlainStanding) -> bool:
    """Whether a cheapest marking is final. Those behind silent moves are as cheap."""
    return any(net.is_final(marking) for marking in standing.cheapest)


def vectors_plainly(
    graph: SearchGraph, labels: Sequence[int], log_costs: Sequence[int], model_costs: Sequence[int]
) -> Iterator[Mapping[int, int]]:
    """The cheapest cost of every state of a search graph, before the first event and after each one."""
    at, target, transition, label, _ = (column.tolist() for column in graph.edges)

    def moves(state: int) -> Iterator[tuple[int, int]]:
        for edge in range(at[state], at[state + 1]):
            if model_costs[transition[edge]] >= 0:
                yield target[edge], model_costs[transition[edge]]

    vector = _closed({0: 0}, moves)
    yield vector
    for event, log_cost in zip(labels, log_costs, strict=True):
        following = {state: cost + log_cost for state, cost in vector.items()}
        for state, cost in vector.items():
            for edge in range(at[state], at[state + 1]):
                if event >= 0 and label[edge] == event:
                    following[target[edge]] = min(cost, following.get(target[edge], cost))
        vector = _closed(following, moves)
        yield vector


def closed_plainly(graph: SearchGraph, entries: Mapping[int, int], model_costs: Sequence[int]) -> Mapping[int, int]:
    """All that follows from some entries by model moves."""
    at, target, transition, _, _ = (column.tolist() for column in graph.edges)

    def moves(state: int) -> Iterator[tuple[int, int]]:
        for edge in range(at[state], at[state + 1]):
            if model_costs[transition[edge]] >= 0:
                yield target[edge], model_costs[transition[edge]]

    return _closed(dict(entries), moves)


def _closed(
    costs: Mapping[_State, int], moves: Callable[[_State], Iterable[tuple[_State, int]]]
) -> Mapping[_State, int]:
    """Bellman and Ford: relax until nothing changes."""
    found = dict(costs)
    todo = list(found)
    while todo:
        state = todo.pop()
        for after, cost in moves(state):
            if after not in found or found[state] + cost < found[after]:
                found[after] = found[state] + cost
                todo.append(after)
    return found


def _free(net: Net, marking: Marking, live: set[Marking], costs: PlainCosts) -> Iterator[tuple[Marking, int]]:
    """Silent and model moves with what they cost."""
    for transition, after in _fired(net, marking, live):
        cost = 0 if net.transitions[transition].label == SILENT else costs.model(transition)
        if cost is not None:
            yield after, cost


def _fired(net: Net, marking: Marking, live: set[Marking]) -> Iterator[tuple[int, Marking]]:
    for transition in range(len(net.transitions)):
        if net.enabled(marking, transition) and (after := net.fire(marking, transition)) in live:
            yield transition, after


def _reached(net: Net, start: set[Marking], live: set[Marking], *, without: str | None) -> set[Marking]:
    found, todo = set(start), list(start)
    while todo:
        for transition, after in _fired(net, todo.pop(), live):
            if after not in found and without not in _name(net, transition):
                found.add(after)
                todo.append(after)
    return found


def _name(net: Net, transition: int) -> tuple[str, ...]:
    label = net.transitions[transition].label
    return () if label == SILENT else (net.labels[label],)
