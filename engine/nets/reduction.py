"""Deciding soundness by structure: a workflow net is reduced by rules that keep its soundness.

The rules are those of Murata (1989, "Petri nets: properties, analysis and applications", section V), with weights where
the argument for them allows it. Each removes a place or a transition. A net that ends as source → transition → sink is
sound; of any other nothing is said here. Block-structured flows reduce completely, however many markings they have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from engine.nets.net import Net
from engine.nets.workflow import WorkflowEnds

_Key = TypeVar("_Key")
_MOST_WORK = 20_000_000
"""Arcs looked at before a net is left to the exploration of its markings."""
_MOST_COPIES = 1_000
"""Arcs that one fusion may make."""


def reduces_to_one_step(net: Net, ends: WorkflowEnds) -> bool:
    """Whether a workflow net with one token at its source and one final token at its sink reduces to one transition.

    Args:
        net: A workflow net.
        ends: Its source and sink.

    Returns:
        True proves it sound. False says nothing.
    """
    return _Reduction(net, ends).run()


class _Reduction:
    """The arcs of a net that shrinks."""

    def __init__(self, net: Net, ends: WorkflowEnds) -> None:
        self._ends = ends
        self._takes = {t: dict(net.before.row(t)) for t in range(len(net.transitions))}
        self._puts = {t: dict(net.after.row(t)) for t in range(len(net.transitions))}
        self._producers: dict[int, set[int]] = {place: set() for place in range(len(net.places))}
        self._consumers: dict[int, set[int]] = {place: set() for place in range(len(net.places))}
        for t in self._takes:
            for place in self._takes[t]:
                self._consumers[place].add(t)
            for place in self._puts[t]:
                self._producers[place].add(t)

    def run(self) -> bool:
        rules = (
            self._fuse,
            self._fuse_exchanged,
            self._drop_loops,
            self._drop_twin_transitions,
            self._drop_twin_places,
        )
        work = 0
        while work < _MOST_WORK and any([rule() for rule in rules]):  # noqa: C419 - every rule has its turn
            work += sum(map(len, self._takes.values())) + sum(map(len, self._puts.values()))
        source, sink = self._ends.source, self._ends.sink
        if not self._takes:
            return source == sink
        return [*self._takes.values()] == [{source: 1}] and [*self._puts.values()] == [{sink: 1}]

    def _remove_transition(self, t: int) -> None:
        for place in self._takes.pop(t):
            self._consumers[place].discard(t)
        for place in self._puts.pop(t):
            self._producers[place].discard(t)

    def _remove_place(self, place: int) -> None:
        for t in self._consumers.pop(place):
            del self._takes[t][place]
        for t in self._producers.pop(place):
            del self._puts[t][place]

    def _fuse(self) -> bool:
        """Fuse into its producers a transition u that alone empties p, needs nothing else, and gets whole portions.

        Where each producer puts a multiple of what u takes, u can fire at once for every portion; whether it waits
        makes no difference to what can be reached, to what can end, or to what is dead.
        """
        changed = False
        for p in list(self._producers):
            producers, consumers = self._producers[p], self._consumers[p]
            if p == self._ends.source or len(consumers) != 1 or not producers or consumers <= producers:
                continue
            (u,) = consumers
            portion = self._takes[u][p]
            if len(self._takes[u]) != 1 or any(self._puts[t][p] % portion for t in producers):
                continue
            added = self._puts[u]
            if min(len(producers), len(added)) > 1 and len(producers) * len(added) > _MOST_COPIES:
                continue
            self._remove_transition(u)
            for t in producers:
                for q, weight in added.items():
                    self._puts[t][q] = self._puts[t].get(q, 0) + weight * (self._puts[t][p] // portion)
                    self._producers[q].add(t)
            self._remove_place(p)
            changed = True
        return changed

    def _fuse_exchanged(self) -> bool:
        """Fuse p and q where single tokens can go from p to q and back, and another transition brings them."""
        moves: dict[tuple[int, int], int] = {}
        for t, taken in self._takes.items():
            if [*taken.values()] == [1] and [*self._puts[t].values()] == [1]:
                moves[next(iter(taken)), next(iter(self._puts[t]))] = t
        touched: set[int] = set()
        for (p, q), there in moves.items():
            back = moves.get((q, p))
            if back is None or p == q or p in touched or q in touched:
                continue
            if not (self._producers[p] | self._producers[q]) - {there, back}:
                continue
            self._remove_transition(there)
            self._remove_transition(back)
            for rows, linked in ((self._takes, self._consumers), (self._puts, self._producers)):
                for t in linked[q]:
                    rows[t][p] = rows[t].get(p, 0) + rows[t][q]
                    linked[p].add(t)
                    touched.update(self._takes[t], self._puts[t])
            self._remove_place(q)
            touched.update((p, q))
        return bool(touched)

    def _drop_loops(self) -> bool:
        """Drop a transition that takes one token and puts it back, where another one brings it."""
        changed = False
        for t in list(self._takes):
            places = list(self._takes[t])
            if len(places) != 1 or self._takes[t] != self._puts[t] or self._takes[t][places[0]] != 1:
                continue
            if len(self._producers[places[0]]) > 1:
                self._remove_transition(t)
                changed = True
        return changed

    def _drop_twin_transitions(self) -> bool:
        """Keep one of several transitions with the same arcs."""
        twins = _twins(self._takes, lambda t: (frozenset(self._takes[t].items()), frozenset(self._puts[t].items())))
        for t in twins:
            self._remove_transition(t)
        return bool(twins)

    def _drop_twin_places(self) -> bool:
        """Keep one of several places with the same arcs; they always hold the same tokens."""

        def arcs(place: int) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
            return (
                frozenset((t, self._puts[t][place]) for t in self._producers[place]),
                frozenset((t, self._takes[t][place]) for t in self._consumers[place]),
            )

        twins = _twins((p for p in self._producers if p not in (self._ends.source, self._ends.sink)), arcs)
        for place in twins:
            self._remove_place(place)
        return bool(twins)


def _twins(keys: Iterable[int], signature: Callable[[int], _Key]) -> list[int]:
    """The keys whose signature an earlier key has."""
    seen: set[_Key] = set()
    twins: list[int] = []
    for key in keys:
        mark = signature(key)
        if mark in seen:
            twins.append(key)
        seen.add(mark)
    return twins
