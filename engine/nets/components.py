"""State-machine components of a net: sets of places that share one token, and which places can hold tokens together.

Both are found from structure alone, so they serve nets with too many markings to explore. An S-component is a set of
places such that every transition takes as many tokens from it as it puts there, and no more than one (Hack 1972). The
tokens in it never change in number, so a place of a component that holds one token at the start is safe.

Two places are *together* when some marking can hold a token on each of them. The relation computed here has every such
pair and may have others (Kovalyov and Esparza 1996, "A polynomial algorithm to compute the concurrency relation of
free-choice signal transition graphs").
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.nets.net import Arcs, Net

_MOST_STEPS = 20_000
"""Choices tried for one component."""
_MOST_PAIR_WORK = 200_000_000
"""Cells looked at for the relation of places; past them every pair counts as together."""


def s_components(net: Net, *, most: int = 64) -> list[frozenset[int]]:
    """Components with one token that cover as many places as can be found.

    Args:
        net: Any net.
        most: Components after which the search ends.

    Returns:
        Sets of places. Each transition takes at most one token from a set, by an arc of weight 1, and puts as many
        there; each set holds one token in the initial marking. Together they need not cover the net.
    """
    arcs = _ByPlace(net)
    found: list[frozenset[int]] = []
    covered: set[int] = set()
    for place in range(len(net.places)):
        if place in covered or len(found) == most:
            continue
        component = arcs.component(place, covered)
        if component is not None:
            found.append(component)
            covered |= component
    return found


def together(net: Net) -> NDArray[np.bool_]:
    """Whether two places can hold a token each in one marking; of a place with itself, whether it can hold two.

    Returns:
        A symmetric matrix, one row for each place. True may be wrong, False is not.
    """
    places, transitions = len(net.places), len(net.transitions)
    if places * places * max(1, transitions) > _MOST_PAIR_WORK:
        return np.ones((places, places), dtype=np.bool_)
    related = np.zeros((places, places), dtype=np.bool_)
    marked = np.flatnonzero(net.initial)
    related[np.ix_(marked, marked)] = True
    single = marked[net.initial[marked] == 1]
    related[single, single] = False
    alive = np.zeros(places, dtype=np.bool_)
    alive[marked] = True
    rows = [_sides(net, t) for t in range(transitions)]
    changed = True
    while changed:
        changed = False
        for takes, needs_two, puts, puts_two in rows:
            if not alive[takes].all() or not related[needs_two, needs_two].all():
                continue
            if not (related[np.ix_(takes, takes)] | np.eye(len(takes), dtype=np.bool_)).all():
                continue
            beside = related[takes].all(axis=0) if len(takes) else alive.copy()
            before = int(related.sum()) + int(alive.sum())
            alive[puts] = True
            related[np.ix_(puts, np.flatnonzero(beside))] = True
            related[np.ix_(np.flatnonzero(beside), puts)] = True
            kept = related[puts, puts].copy()
            related[np.ix_(puts, puts)] = True
            related[puts, puts] = kept
            related[puts_two, puts_two] = True
            if not len(takes):  # it can fire as often as it likes
                related[puts, puts] = True
            changed |= before != int(related.sum()) + int(alive.sum())
    return related


def markable(net: Net) -> NDArray[np.bool_]:
    """Whether each place can ever hold a token when no token is ever taken away. False is a proof."""
    missing = np.diff(net.before.offsets).astype(np.int64)
    takers: list[list[int]] = [[] for _ in net.places]
    for t in range(len(net.transitions)):
        for place, _ in net.before.row(t):
            takers[place].append(t)
    marked = np.zeros(len(net.places), dtype=np.bool_)
    places = np.flatnonzero(net.initial).tolist()
    for t in np.flatnonzero(missing == 0).tolist():
        places += [place for place, _ in net.after.row(t)]
    while places:
        place = places.pop()
        if marked[place]:
            continue
        marked[place] = True
        for t in takers[place]:
            missing[t] -= 1
            if missing[t] == 0:
                places += [other for other, _ in net.after.row(t)]
    return marked


def never_emptied(net: Net) -> NDArray[np.bool_]:
    """Whether no transition takes more tokens from a place than it puts there, for each place."""
    kept = np.ones(len(net.places), dtype=np.bool_)
    for t in range(len(net.transitions)):
        puts = dict(net.after.row(t))
        for place, weight in net.before.row(t):
            kept[place] &= puts.get(place, 0) >= weight
    return kept


def _sides(net: Net, t: int) -> tuple[NDArray[np.int64], ...]:
    """Places a transition takes from, those where it needs two tokens, those it puts to, those that get two."""
    return (*_side(net.before, t), *_side(net.after, t))


def _side(arcs: Arcs, t: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    row = arcs.row(t)
    return (
        np.array([place for place, _ in row], dtype=np.int64),
        np.array([place for place, weight in row if weight > 1], dtype=np.int64),
    )


class _ByPlace:
    """A net's arcs, read from the places."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._sides = [(dict(net.before.row(t)), dict(net.after.row(t))) for t in range(len(net.transitions))]
        self._around: list[set[int]] = [set() for _ in net.places]
        self._barred = {place for place, tokens in enumerate(net.initial.tolist()) if tokens > 1}
        for t, sides in enumerate(self._sides):
            for side in sides:
                for place, weight in side.items():
                    self._around[place].add(t)
                    if weight > 1:
                        self._barred.add(place)

    def component(self, place: int, covered: set[int]) -> frozenset[int] | None:
        """A component with this place, with few places of those that are covered; None if none was found."""
        stack = [(frozenset[int](), place)]
        steps = 0
        while stack and steps < _MOST_STEPS:
            steps += 1
            chosen, added = stack.pop()
            grown = chosen | {added}
            if not self._fits(grown, added):
                continue
            options = self._open_choice(grown)
            if options is None:
                if sum(int(self._net.initial[p]) for p in grown) == 1:
                    return grown
                continue
            ranked = sorted(options, key=lambda p: (p in covered, p))
            stack += [(grown, option) for option in reversed(ranked)]
        return None

    def _fits(self, chosen: frozenset[int], added: int) -> bool:
        """Whether no transition beside the place just added takes or puts two tokens."""
        if added in self._barred:
            return False
        return all(len(chosen & side.keys()) <= 1 for t in self._around[added] for side in self._sides[t]) and (
            sum(int(self._net.initial[p]) for p in chosen) <= 1
        )

    def _open_choice(self, chosen: frozenset[int]) -> list[int] | None:
        """The places of which one has to be added for a transition with one side only; None when there is none left."""
        for t in self._beside(chosen):
            takes, puts = self._sides[t]
            taken, put = len(chosen & takes.keys()), len(chosen & puts.keys())
            if taken != put:
                return sorted((puts if taken else takes).keys() - self._barred - chosen)
        return None

    def _beside(self, chosen: frozenset[int]) -> Iterator[int]:
        for place in sorted(chosen):
            yield from sorted(self._around[place])
