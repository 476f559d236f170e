"""Small views of a large net: what a few of its S-components allow, whatever the rest of the net does.

A net without some of its places allows every run of the net and more. With the places of one or a few S-components it
has few markings, so that a dynamic program finds the cheapest explanation of a trace in such a view at once. No
alignment with the whole net is cheaper; ``kernels/lazy_bound.py`` adds up the views without counting a cost twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.kernels.lazy_shapes import Views
from engine.nets.building import NetBuilder
from engine.nets.components import s_components, together
from engine.nets.net import Net
from engine.nets.state_space import Exploration, explore

_MOST_BYTES = 64 * 1024 * 1024
_MOST_CELLS = 16_000_000
"""States times transitions of all views together."""


@dataclass(frozen=True, eq=False, slots=True)
class _View:
    """One view. Its states are numbered so that most edges lead to smaller numbers.

    Attributes:
        places: Of the net, that the view has.
        next: int32, a row for each state and a column for each transition: the state after it, −1 where it cannot fire.
        initial: The state of the initial marking.
        final: Whether a state is that of a final marking.
    """

    places: frozenset[int]
    next: NDArray[np.int32]
    initial: int
    final: NDArray[np.bool_]


def views_of(net: Net, *, most_states: int) -> Views:
    """Views that cover a net as far as S-components do, packed for the kernels.

    Args:
        net: Any net.
        most_states: Of one view that is made of several components; 0 for no views at all.
    """
    if most_states == 0:
        return _packed(net, [])
    related = together(net)
    components = s_components(net)
    kept: list[_View] = []
    cells = 0
    for group in _grouped(net, related, components, most_states):
        cells += group.next.size
        if cells <= _MOST_CELLS:
            kept.append(group)
    return _packed(net, kept)


def _grouped(
    net: Net, related: NDArray[np.bool_], components: Iterable[frozenset[int]], most_states: int
) -> list[_View]:
    """Components put together, first fit, as long as a view stays small."""
    groups: list[_View] = []
    for component in components:
        for at, group in enumerate(groups):
            larger = _view(net, related, group.places | component, most_states)
            if larger is not None:
                groups[at] = larger
                break
        else:
            single = _view(net, related, component, max(most_states, len(component)))
            if single is not None:
                groups.append(single)
    return groups


def _view(net: Net, related: NDArray[np.bool_], places: frozenset[int], most_states: int) -> _View | None:
    """The view with some of the places, or None when it has too many states."""
    chosen = np.array(sorted(places), dtype=np.int64)
    part, transitions = _part(net, chosen)
    space = explore(part, max_markings=most_states, max_bytes=_MOST_BYTES)
    if space.status is not Exploration.COMPLETE:
        return None
    table = np.tile(np.arange(space.count, dtype=np.int32)[:, None], (1, len(net.transitions)))
    table[:, transitions] = -1
    sources = np.repeat(np.arange(space.count), np.diff(space.offsets))
    table[sources, transitions[space.transitions]] = space.targets
    marked = np.array([space.marking(state) for state in range(space.count)]) > 0
    table[_impossible(net, related, chosen, marked)] = -1
    order = _finishing_order(table)
    number = np.full(space.count + 1, -1, dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return _View(places, number[table[order]], int(number[0]), space.is_final[order])


def _part(net: Net, chosen: NDArray[np.int64]) -> tuple[Net, NDArray[np.int64]]:
    """The net with some of its places and the transitions beside them, and which those are."""
    build = NetBuilder()
    inside = set(chosen.tolist())
    for place in chosen.tolist():
        build.place(str(place))
    kept: list[int] = []
    for t, transition in enumerate(net.transitions):
        takes = [str(p) for p, weight in net.before.row(t) if p in inside for _ in range(weight)]
        puts = [str(p) for p, weight in net.after.row(t) if p in inside for _ in range(weight)]
        if takes or puts:
            build.transition(transition, takes, puts)
            kept.append(t)
    names = [str(place) for place in chosen.tolist()]
    part = build.net(
        name="",
        labels=net.labels,
        initial=dict(zip(names, net.initial[chosen].tolist(), strict=True)),
        finals=[dict(zip(names, final[chosen].tolist(), strict=True)) for final in net.finals],
        label_of_activity={},
    )
    return part, np.array(kept, dtype=np.int64)


def _impossible(
    net: Net, related: NDArray[np.bool_], chosen: NDArray[np.int64], marked: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """By state and transition: whether it takes from a place that no marking of the state can hold a token on."""
    apart = np.zeros((len(net.transitions), len(chosen)), dtype=np.bool_)
    for t in range(len(net.transitions)):
        takes = net.before.places[net.before.offsets[t] : net.before.offsets[t + 1]]
        if len(takes):
            apart[t] = ~related[np.ix_(chosen, takes)].all(axis=1) & ~np.isin(chosen, takes)
    return (marked.astype(np.float32) @ apart.T.astype(np.float32)) > 0


def _finishing_order(table: NDArray[np.int32]) -> NDArray[np.int64]:
    """States that can be reached from state 0, in the order in which a depth-first walk leaves them."""
    seen = np.zeros(len(table), dtype=np.bool_)
    seen[0] = True
    order: list[int] = []
    stack = [(0, iter(np.unique(table[0]).tolist()))]
    while stack:
        state, ahead = stack[-1]
        for following in ahead:
            if following >= 0 and not seen[following]:
                seen[following] = True
                stack.append((following, iter(np.unique(table[following]).tolist())))
                break
        else:
            order.append(state)
            stack.pop()
    return np.array(order, dtype=np.int64)


def _packed(net: Net, views: list[_View]) -> Views:
    """The views one after the other, with states numbered throughout."""
    transitions = len(net.transitions)
    sizes = [len(view.next) for view in views]
    bases = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    table = np.full((int(bases[-1]), transitions), -1, dtype=np.int32)
    initial = np.zeros(len(views), dtype=np.int32)
    final = np.zeros(int(bases[-1]), dtype=np.bool_)
    for view, base, stop in zip(views, bases[:-1].tolist(), bases[1:].tolist(), strict=True):
        table[base:stop] = np.where(view.next >= 0, view.next + np.int32(base), np.int32(-1))
        initial[views.index(view)] = view.initial + base
        final[base:stop] = view.final
    moving = (table >= 0) & (table != np.arange(len(table))[:, None])
    sources, fired = np.nonzero(moving)
    at = np.zeros(len(table) + 1, dtype=np.int64)
    np.cumsum(np.bincount(sources, minlength=len(table)), out=at[1:])
    edges = (at, table[sources, fired], fired.astype(np.int32))
    return bases, table, initial, final, edges
