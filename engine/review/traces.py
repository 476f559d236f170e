"""Traces that one net accepts and another does not.

Both nets are made deterministic while they are walked: a state is the set of markings that a trace can lead to, silent
transitions included (subset construction; Hopcroft, Motwani and Ullman 2006, section 2.3). The pairs of such states are
searched breadth first, so that the first difference found is a shortest one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from engine.nets.net import SILENT, Net

Marking = tuple[int, ...]
States = frozenset[Marking]


_NOWHERE: States = frozenset()


class SearchEnd(StrEnum):
    """How a search for a trace ended.

    ``found``: there is one. ``none``: there is none. ``budget``: none was found among the markings allowed.
    """

    FOUND = "found"
    NONE = "none"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class TraceSearch:
    """What a search for a trace came to.

    Attributes:
        end: How it ended.
        trace: Labels in order, when found, else None. It may be empty.
        compared: When the budget was spent: every sequence of up to so many steps was compared. None otherwise.
    """

    end: SearchEnd
    trace: tuple[str, ...] | None = None
    compared: int | None = None


class _Spent(Exception):  # noqa: N818 - control flow inside this file
    """The budget is spent."""


def compare_traces(old: Net, new: Net, *, max_markings: int) -> tuple[TraceSearch, TraceSearch]:
    """Find a shortest trace that only the new net accepts, and one that only the old net accepts.

    Args:
        old: A net.
        new: Another one; labels are the same when their texts are.
        max_markings: Markings visited, in both nets together, after which the search gives up.

    Returns:
        (only the new net, only the old net).
    """
    if _is_same(old, new):
        return TraceSearch(SearchEnd.NONE), TraceSearch(SearchEnd.NONE)
    walkers = (_Walker(old), _Walker(new))
    order = {label: at for at, label in enumerate(dict.fromkeys([*old.labels, *new.labels]))}
    found: dict[str, tuple[str, ...]] = {}
    seen: set[tuple[States, States]] = set()
    queue: deque[tuple[States, States, tuple[str, ...]]] = deque()

    def discover(before: States, after: States, trace: tuple[str, ...]) -> None:
        if (before, after) in seen:
            return
        seen.add((before, after))
        queue.append((before, after, trace))
        accepted = walkers[0].accepts(before), walkers[1].accepts(after)
        if accepted[0] != accepted[1]:
            found.setdefault("new" if accepted[1] else "old", trace)

    end, budget, compared = SearchEnd.NONE, [max_markings], -1
    try:
        discover(walkers[0].start(budget), walkers[1].start(budget), ())
        while queue and len(found) < 2:
            before, after, trace = queue.popleft()
            compared = len(trace)  # all shorter ones are done, so those of this length are all known
            ways = walkers[0].steps(before, budget), walkers[1].steps(after, budget)
            for label in sorted(ways[0].keys() | ways[1].keys(), key=order.__getitem__):
                discover(ways[0].get(label, _NOWHERE), ways[1].get(label, _NOWHERE), (*trace, label))
    except _Spent:
        end = SearchEnd.BUDGET
    rest = TraceSearch(end, compared=max(compared, 0) if end is SearchEnd.BUDGET else None)
    only_new, only_old = (
        TraceSearch(SearchEnd.FOUND, found[side]) if side in found else rest for side in ("new", "old")
    )
    return only_new, only_old


def _is_same(one: Net, other: Net) -> bool:
    """Whether two nets are equal but for the names of places and transitions: then there is nothing to search."""
    arrays = [
        (one.transition_labels, other.transition_labels),
        (one.initial, other.initial),
        (one.finals, other.finals),
        *((getattr(one.before, part), getattr(other.before, part)) for part in ("offsets", "places", "weights")),
        *((getattr(one.after, part), getattr(other.after, part)) for part in ("offsets", "places", "weights")),
    ]
    return one.labels == other.labels and all(np.array_equal(a, b) for a, b in arrays)


class _Walker:
    """One net, walked by labels."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._finals = {tuple(final) for final in net.finals.tolist()}
        self._before = [net.before.row(t) for t in range(len(net.transitions))]
        self._after = [net.after.row(t) for t in range(len(net.transitions))]
        self._takers: dict[int, list[int]] = {}
        self._sources = [t for t, row in enumerate(self._before) if not row]
        for t, row in enumerate(self._before):
            for place, _ in row:
                self._takers.setdefault(place, []).append(t)
        self._known: dict[States, dict[str, States]] = {}

    def start(self, budget: list[int]) -> States:
        return self._closed({tuple(self._net.initial.tolist())}, budget)

    def accepts(self, states: States) -> bool:
        return not states.isdisjoint(self._finals)

    def steps(self, states: States, budget: list[int]) -> dict[str, States]:
        """Where each label leads from a state."""
        if states not in self._known:
            targets: dict[str, set[Marking]] = {}
            for marking in states:
                for t in self._enabled(marking):
                    label = self._net.transitions[t].label
                    if label != SILENT:
                        targets.setdefault(self._net.labels[label], set()).add(self._fire(marking, t))
            self._known[states] = {label: self._closed(found, budget) for label, found in targets.items()}
        return self._known[states]

    def _enabled(self, marking: Marking) -> list[int]:
        takers = {t for place, tokens in enumerate(marking) if tokens for t in self._takers.get(place, ())}
        return [
            t
            for t in (*self._sources, *sorted(takers))
            if all(marking[place] >= weight for place, weight in self._before[t])
        ]

    def _fire(self, marking: Marking, transition: int) -> Marking:
        tokens = list(marking)
        for place, weight in self._before[transition]:
            tokens[place] -= weight
        for place, weight in self._after[transition]:
            tokens[place] += weight
        return tuple(tokens)

    def _closed(self, markings: set[Marking], budget: list[int]) -> States:
        """The markings that silent transitions lead to, with the first ones."""
        seen, stack = set(markings), sorted(markings)
        budget[0] -= len(seen)
        while stack:
            if budget[0] < 0:
                raise _Spent
            marking = stack.pop()
            for t in self._enabled(marking):
                if self._net.transitions[t].label == SILENT:
                    target = self._fire(marking, t)
                    if target not in seen:
                        seen.add(target)
                        stack.append(target)
                        budget[0] -= 1
        return frozenset(seen)
