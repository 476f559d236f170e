"""A net prepared for the lazy search: nothing is explored, so it serves nets with any number of markings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.conformance.compressed_rows import row_sums
from engine.conformance.costs import Costs
from engine.conformance.kernels.lazy_bound import NEVER
from engine.conformance.kernels.lazy_shapes import LazySpace, Rows, Views
from engine.conformance.lazy_search import Explained, LazyLimits, TooNarrowError, explain
from engine.conformance.lazy_views import views_of
from engine.limits import Limits
from engine.nets.components import markable, never_emptied
from engine.nets.kernels.arcs import pack
from engine.nets.net import SILENT, Net

_STATES_OF_A_VIEW = (1_000, 1)
"""Most states of a view that is made of several components: first this many, and with long traces fewer."""
_WIDTHS = (1, 8, 32)
_BYTES_PER_BOUND = 16


@dataclass(frozen=True, eq=False)
class LazyNet:
    """A net for the lazy search.

    Attributes:
        net: The net.
        views: Small views of it, which make the bound.
        relevant: By label and transition, whether the transition can help an event with the label to occur.
        running: Whether a run may stop wherever a final marking can still be reached.
        has_end: Whether a final marking can be reached if no token is ever taken away; False proves that none can.
    """

    net: Net
    views: Views
    relevant: NDArray[np.bool_]
    running: bool
    has_end: bool

    def for_prefixes(self) -> LazyNet:
        """The same for cases that have not ended: a run may stop wherever it can still reach a final marking."""
        return replace(self, running=True)

    def solve(
        self,
        offsets: NDArray[np.int64],
        labels: NDArray[np.int32],
        log_costs: NDArray[np.int32],
        *,
        costs: Costs,
        limits: Limits,
    ) -> Explained:
        """Align variants given by the labels of their events.

        Args:
            offsets: Where each variant begins, and the end of the last.
            labels: Label of each event, −1 for activities that the net does not know.
            log_costs: Cost of each event's log move.
            costs: What model moves cost.
            limits: ``lazy_nodes``, ``search_nodes`` and ``state_space_bytes`` bound each search,
                ``explanation_nodes`` each choice.
        """
        if int(row_sums(log_costs, offsets).max(initial=0)) >= NEVER // 2 and len(self.views[2]):
            # The bounds are 32-bit numbers; a trace that may cost more does without them.
            plain = replace(self, views=views_of(self.net, most_states=0))
            return plain.solve(offsets, labels, log_costs, costs=costs, limits=limits)
        bounds = LazyLimits(
            min(limits.lazy_nodes, limits.search_nodes),
            limits.state_space_bytes,
            limits.explanation_nodes,
            self.running,
        )
        largest = int(max(self.net.initial.max(initial=0), self.net.finals.max(initial=0)))
        for width in _WIDTHS:
            if width < _WIDTHS[-1] and largest >> width:
                continue
            space, start = self._space(width, costs), (pack(self.net.initial, width), self.views[2])
            try:
                return explain(space, start, offsets, (labels, log_costs), bounds)
            except TooNarrowError:
                continue
        raise AssertionError("the last width always ends")  # explain() does not raise at the widest

    def _space(self, width: int, costs: Costs) -> LazySpace:
        net, transitions = self.net, range(len(self.net.transitions))
        putting: list[list[int]] = [[] for _ in net.places]
        taking: list[list[int]] = [[] for _ in net.places]
        for t in transitions:
            for place, _ in net.after.row(t):
                putting[place].append(t)
            for place, _ in net.before.row(t):
                taking[place].append(t)
        before = (net.before.offsets, net.before.places, net.before.weights)
        after = (net.after.offsets, net.after.places, net.after.weights)
        finals = (net.finals, np.array([pack(final, width) for final in net.finals]), never_emptied(net))
        by_label = [[t for t in transitions if net.transitions[t].label == label] for label in range(len(net.labels))]
        ends = _alive(self.views) if self.running else self.views[3]
        return (
            (before, after, _rows(putting), _rows(taking), width),
            finals,
            self.views,
            _rows(by_label),
            (costs.of_transitions(net), net.transition_labels, self.relevant, ends),
        )


def prepare(net: Net, *, longest: int, limits: Limits) -> LazyNet:
    """Prepare a net for the lazy search.

    Args:
        net: Any net.
        longest: Events of the longest variant; the bounds take memory for each.
        limits: ``state_space_bytes`` bounds the memory.
    """
    for most in _STATES_OF_A_VIEW:
        views = views_of(net, most_states=most)
        if (longest + 1) * len(views[1]) * _BYTES_PER_BOUND <= limits.state_space_bytes // 2:
            break
    else:
        views = views_of(net, most_states=0)
    marked = markable(net)
    has_end = any(bool(marked[final > 0].all()) for final in net.finals)
    return LazyNet(net, views, _relevant(net), running=False, has_end=has_end)


def _relevant(net: Net) -> NDArray[np.bool_]:
    """By label and transition: whether a way along the arcs leads from the transition to one with the label."""
    relevant = np.zeros((len(net.labels), len(net.transitions)), dtype=np.bool_)
    putting: dict[int, list[int]] = {}
    for t in range(len(net.transitions)):
        for place, _ in net.after.row(t):
            putting.setdefault(place, []).append(t)
    for number, transition in enumerate(net.transitions):
        if transition.label == SILENT:
            continue
        todo = [number]
        while todo:
            for place, _ in net.before.row(todo.pop()):
                for t in putting.get(place, ()):
                    if not relevant[transition.label, t]:
                        relevant[transition.label, t] = True
                        todo.append(t)
    return relevant


def _alive(views: Views) -> NDArray[np.bool_]:
    """The states of the views from which their final states can be reached."""
    _, _, _, final, (at, target, _) = views
    alive = final.copy()
    sources = np.repeat(np.arange(len(final)), np.diff(at))
    size = -1
    while size != int(alive.sum()):
        size = int(alive.sum())
        alive[sources[alive[target]]] = True
    return alive


def _rows(lists: Sequence[Sequence[int]]) -> Rows:
    """Lists in compressed rows."""
    at = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(values) for values in lists], out=at[1:])
    return at, np.array([value for values in lists for value in values], dtype=np.int32)
