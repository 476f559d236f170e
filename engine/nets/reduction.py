"""Reducing a net by rules that keep whether it is sound, whatever its final markings are.

The rules are those of Berthelot (1987, "Transformations and decompositions of nets") and Murata (1989, "Petri nets:
properties, analysis and applications", section V), with weights and choices where the argument allows them; the
argument for each is in ``docs/soundness.md``. A place that is marked at the start or in a final marking stays.
A block-structured flow reduces completely, however many markings it has. Of any other net a smaller one is left, whose
runs can be lifted to runs of the whole net.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import TypeAlias, TypeVar

import numpy as np

from engine.nets.net import SILENT, Arcs, Net, Purpose, Transition
from engine.nets.workflow import WorkflowEnds

_Key = TypeVar("_Key")
_Run: TypeAlias = "int | tuple[_Run, _Run, int]"
"""A transition of the whole net, or one run and after it another so many times."""

_MOST_WORK = 300_000
"""Arcs looked at before a net is left as it is by then."""
_MOST_COPIES = 1_000
"""Arcs that one fusion may make."""
_MOST_PAIRS = 64
"""Transitions that one fusion of a choice may make."""
_FEW_PAIRS = 4
"""Pairs up to which choices are fused together, before other rules have their turn again."""
_LONGEST_RUN = 10_000
"""Firings of a lifted run."""
_MOST_MARKINGS_BETWEEN = 2_000
"""Markings looked at to move tokens between two places that were one."""


class Reduction:
    """A net that was made smaller.

    Attributes:
        whole: The net that it was made from.
        net: What is left of it. Its transitions are silent and stand for runs of the whole net.
    """

    def __init__(self, whole: Net) -> None:
        self.whole = whole
        marked = np.flatnonzero(whole.initial).tolist() + np.nonzero(whole.finals)[1].tolist()
        self._kept = frozenset(marked)
        transitions = range(len(whole.transitions))
        self._takes = {t: dict(whole.before.row(t)) for t in transitions}
        self._puts = {t: dict(whole.after.row(t)) for t in transitions}
        self._producers: dict[int, set[int]] = {place: set() for place in range(len(whole.places))}
        self._consumers: dict[int, set[int]] = {place: set() for place in range(len(whole.places))}
        for t in transitions:
            self._link(t)
        self._runs: dict[int, _Run] = {t: t for t in transitions}
        self._stands_for = {t: {t} for t in transitions}
        self._delayed: set[int] = set()
        self._exchanges: set[int] = set()
        self._taken_for_one: dict[int, list[int]] = {}
        self._emptied: set[int] = set()
        self._fresh = count(len(whole.transitions))
        self._reduce()
        self._keys = sorted(self._takes)
        self.net = self._built()

    def is_evidently_sound(self, ends: WorkflowEnds) -> bool:
        """Whether what is left of a workflow net is plainly sound. False says nothing.

        It is when it is one transition, or a marked graph without a cycle (Commoner and others 1971): every transition
        then happens once.

        Args:
            ends: Its source, which holds one token at the start, and its sink, which holds one at the end.
        """
        if not self._takes:
            return ends.source == ends.sink
        rows = [*self._takes.values(), *self._puts.values()]
        if any(weight != 1 for row in rows for weight in row.values()) or not all(rows):
            return False
        inner = self._producers.keys() - {ends.source, ends.sink}
        single = all(len(self._producers[p]) == 1 == len(self._consumers[p]) for p in inner)
        return (
            single
            and (len(self._producers[ends.source]), len(self._consumers[ends.source])) == (0, 1)
            and (len(self._producers[ends.sink]), len(self._consumers[ends.sink])) == (1, 0)
            and self._is_acyclic()
        )

    def never_fired(self, fired: Iterable[int]) -> tuple[int, ...]:
        """The transitions of the whole net that no run fires, when those of the reduced net that one fires are known.

        Where a transition that never fires comes after one that was fused into it, only the later one is named.
        """
        alive = set[int]()
        for index in fired:
            alive |= self._stands_for[self._keys[index]]
        return tuple(t for t in range(len(self.whole.transitions)) if t not in alive and t not in self._delayed)

    def lift(self, run: Sequence[int]) -> tuple[int, ...] | None:
        """A run of the whole net that a run of the reduced net stands for; None where it is too long to be shown."""
        flat: list[int] = []
        marking = tuple(self.whole.initial.tolist())
        reduced = tuple(self.net.initial.tolist())
        for index in run:
            reduced = self.net.fire(reduced, index)
            for t in self._flattened(self._runs[self._keys[index]]):
                moves = self._moves_to(marking, t)
                if moves is None or len(flat) + len(moves) >= _LONGEST_RUN:
                    return None
                for move in (*moves, t):
                    marking = self.whole.fire(marking, move)
                    flat.append(move)
        return tuple(flat) if self._agrees(marking, reduced) else None

    def _agrees(self, marking: tuple[int, ...], reduced: tuple[int, ...]) -> bool:
        """Whether a marking of the whole net is one that a marking of the reduced net stands for."""
        classes = [(place, *self._taken_for_one.get(place, ())) for place in sorted(self._producers)]
        sums = tuple(sum(marking[place] for place in places) for places in classes)
        return sums == reduced and not any(marking[place] for place in self._emptied)

    @staticmethod
    def _flattened(run: _Run) -> Iterable[int]:
        stack: list[tuple[_Run, int]] = [(run, 1)]
        while stack:
            part, times = stack.pop()
            if isinstance(part, int):
                for _ in range(min(times, _LONGEST_RUN)):
                    yield part
            elif times > 1:
                stack += [(part, times - 1), (part, 1)]
            else:
                stack += [(part[1], part[2]), (part[0], 1)]

    def _moves_to(self, marking: tuple[int, ...], t: int) -> tuple[int, ...] | None:
        """What has to fire first: moves between places that the reduction took for one. None when none was found."""
        paths: dict[tuple[int, ...], tuple[int, ...]] = {marking: ()}
        queue = [marking]
        for here in queue:
            if self.whole.enabled(here, t):
                return paths[here]
            for move in sorted(self._exchanges):
                if self.whole.enabled(here, move) and len(queue) < _MOST_MARKINGS_BETWEEN:
                    there = self.whole.fire(here, move)
                    if there not in paths:
                        paths[there] = (*paths[here], move)
                        queue.append(there)
        return None

    def _built(self) -> Net:
        places = sorted(self._producers)
        number = {place: index for index, place in enumerate(places)}

        def arcs(rows: dict[int, dict[int, int]]) -> Arcs:
            return Arcs.of([{number[place]: weight for place, weight in rows[t].items()} for t in self._keys])

        return Net(
            name=self.whole.name,
            places=tuple(self.whole.places[place] for place in places),
            transitions=tuple(Transition(f"r{t}", SILENT, "", Purpose.ROUTE) for t in self._keys),
            labels=(),
            before=arcs(self._takes),
            after=arcs(self._puts),
            initial=self.whole.initial[places].copy(),
            finals=self.whole.finals[:, places].copy(),
            label_of_activity={},
        )

    # The rules

    def _reduce(self) -> None:
        rules = (
            self._fuse,
            self._fuse_exchanged,
            self._drop_loops,
            self._drop_twin_transitions,
            self._drop_twin_places,
        )
        work = 0
        while work < _MOST_WORK:
            changed = [rule() for rule in rules]
            if not any(changed) and not self._delay() and not self._fuse_choice():
                return
            work += sum(map(len, self._takes.values())) + sum(map(len, self._puts.values()))

    def _fuse(self) -> bool:
        """Fuse into its producers a transition u that alone empties p, needs nothing else, and gets whole portions.

        Where each producer puts a multiple of what u takes, u can fire at once for every portion; whether it waits
        makes no difference to what can be reached, to what can end, or to what is dead.
        """
        changed = False
        for p in list(self._producers):
            producers, consumers = self._producers[p], self._consumers[p]
            if p in self._kept or len(consumers) != 1 or not producers or consumers <= producers:
                continue
            (u,) = consumers
            portion, added = self._takes[u][p], self._puts[u]
            if len(self._takes[u]) != 1 or not added or any(self._puts[t][p] % portion for t in producers):
                continue
            if min(len(producers), len(added)) > 1 and len(producers) * len(added) > _MOST_COPIES:
                continue
            run, stands_for = self._runs[u], self._stands_for[u]
            self._remove_transition(u)
            for t in producers:
                times = self._puts[t][p] // portion
                for q, weight in added.items():
                    self._puts[t][q] = self._puts[t].get(q, 0) + weight * times
                    self._producers[q].add(t)
                self._runs[t] = (self._runs[t], run, times)
                self._stands_for[t] |= stands_for
            self._remove_fused(p)
            changed = True
        return changed

    def _fuse_choice(self) -> bool:
        """Fuse the transitions after p with those before it, one for each pair, where nothing else decides.

        The places with the fewest pairs go first: what is left after them may be far simpler.
        """
        pairs = {p: self._pairs(p) for p in self._producers}
        fewest = min(filter(None, pairs.values()), default=0)
        changed = False
        for p, made in pairs.items():
            if 0 < made <= max(fewest, _FEW_PAIRS) and 0 < self._pairs(p) <= made:
                self._replace(p)
                changed = True
        return changed

    def _pairs(self, p: int) -> int:
        """How many transitions a fusion of the choice at p makes; 0 where it is not one."""
        producers, consumers = self._producers[p], self._consumers[p]
        pairs = len(producers) * len(consumers)
        if p in self._kept or pairs > _MOST_PAIRS or not producers.isdisjoint(consumers):
            return 0
        if any(self._takes[u] != {p: 1} or not self._puts[u] for u in consumers):
            return 0
        return pairs if all(self._puts[t][p] == 1 for t in producers) else 0

    def _delay(self) -> bool:
        """Fuse a transition t whose only use is one token on p into what needs that token, where t competes with none.

        Nothing else takes what t takes, so t can wait until its token is needed.
        """
        changed = False
        for p in list(self._producers):
            producers, consumers = self._producers[p], self._consumers[p]
            if p in self._kept or len(producers) != 1 or not 0 < len(consumers) <= _MOST_PAIRS:
                continue
            (t,) = producers
            alone = all(self._consumers[x] == {t} and x not in self._kept for x in self._takes[t])
            if self._puts[t] != {p: 1} or not self._takes[t] or t in consumers or not alone:
                continue
            if all(self._takes[u][p] == 1 for u in consumers):
                self._delayed |= self._stands_for[t]
                self._replace(p)
                changed = True
        return changed

    def _replace(self, p: int) -> None:
        """Put one transition in the place of each pair of a producer and a consumer of p; each moves one token."""
        for t in sorted(self._producers[p]):
            for u in sorted(self._consumers[p]):
                pair = next(self._fresh)
                self._takes[pair] = _sum(self._takes[t], self._takes[u], p)
                self._puts[pair] = _sum(self._puts[t], self._puts[u], p)
                self._runs[pair] = (self._runs[t], self._runs[u], 1)
                self._stands_for[pair] = self._stands_for[t] | self._stands_for[u]
                self._link(pair)
        for t in self._producers[p] | self._consumers[p]:
            self._remove_transition(t)
        self._remove_fused(p)

    def _fuse_exchanged(self) -> bool:
        """Fuse p and q where single tokens can go from p to q and back, and another transition brings them."""
        moves: dict[tuple[int, int], int] = {}
        for t, taken in self._takes.items():
            if [*taken.values()] == [1] and [*self._puts[t].values()] == [1]:
                moves[next(iter(taken)), next(iter(self._puts[t]))] = t
        touched: set[int] = set()
        for (p, q), there in moves.items():
            back = moves.get((q, p))
            if back is None or p == q or {p, q} & (touched | self._kept):
                continue
            bringers = (self._producers[p] | self._producers[q]) - {there, back}
            if not bringers:
                continue
            for move in (there, back):
                self._exchanges |= self._stands_for[move]
                for t in bringers:
                    self._stands_for[t] |= self._stands_for[move]
                self._remove_transition(move)
            for rows, linked in ((self._takes, self._consumers), (self._puts, self._producers)):
                for t in linked[q]:
                    rows[t][p] = rows[t].get(p, 0) + rows[t][q]
                    linked[p].add(t)
                    touched.update(self._takes[t], self._puts[t])
            self._taken_for_one.setdefault(p, []).extend([q, *self._taken_for_one.pop(q, [])])
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
            if places[0] in self._kept:
                continue
            bringers = self._producers[places[0]] - {t}
            if bringers:
                for other in bringers:
                    self._stands_for[other] |= self._stands_for[t]
                self._remove_transition(t)
                changed = True
        return changed

    def _drop_twin_transitions(self) -> bool:
        """Keep one of several transitions with the same arcs."""
        twins = _twins(self._takes, lambda t: (frozenset(self._takes[t].items()), frozenset(self._puts[t].items())))
        for twin, first in twins.items():
            self._stands_for[first] |= self._stands_for[twin]
            self._remove_transition(twin)
        return bool(twins)

    def _drop_twin_places(self) -> bool:
        """Keep one of several places with the same arcs; they always hold the same tokens."""

        def arcs(place: int) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
            return (
                frozenset((t, self._puts[t][place]) for t in self._producers[place]),
                frozenset((t, self._takes[t][place]) for t in self._consumers[place]),
            )

        twins = _twins((p for p in self._producers if p not in self._kept), arcs)
        for place in twins:
            self._remove_place(place)
        return bool(twins)

    # The arcs

    def _link(self, t: int) -> None:
        for place in self._takes[t]:
            self._consumers[place].add(t)
        for place in self._puts[t]:
            self._producers[place].add(t)

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

    def _remove_fused(self, place: int) -> None:
        """Remove a place that is empty whenever the whole net stands where the reduced one does."""
        self._emptied.update([place, *self._taken_for_one.pop(place, [])])
        self._remove_place(place)

    def _is_acyclic(self) -> bool:
        """Whether no transition comes before itself."""
        waits = {t: {u for p in self._takes[t] for u in self._producers[p]} for t in self._takes}
        free = [t for t, before in waits.items() if not before]
        done = 0
        while free:
            t = free.pop()
            done += 1
            for p in self._puts[t]:
                for u in self._consumers[p]:
                    if t in waits[u]:
                        waits[u].discard(t)
                        free += [] if waits[u] else [u]
        return done == len(waits)


def _sum(one: dict[int, int], other: dict[int, int], without: int) -> dict[int, int]:
    """Two rows of arcs together, but for one place."""
    places = (one.keys() | other.keys()) - {without}
    return {place: one.get(place, 0) + other.get(place, 0) for place in sorted(places)}


def _twins(keys: Iterable[int], signature: Callable[[int], _Key]) -> dict[int, int]:
    """The keys whose signature an earlier key has, with the first such key."""
    seen: dict[_Key, int] = {}
    twins: dict[int, int] = {}
    for key in keys:
        first = seen.setdefault(signature(key), key)
        if first != key:
            twins[key] = first
    return twins
