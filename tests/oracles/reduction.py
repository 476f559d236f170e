"""The slow plain twin of folding silent moves away, and of the label sets, straight from their definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.nets.net import SILENT
from engine.nets.state_space import StateSpace

Edge = tuple[int, int, int, int, tuple[int, ...]]
"""Target row, transition, label, skip, and the silent path before it."""


@dataclass
class PlainGraph:
    """The reduced graph: the full state of each row, each row's edges in order, and how it ends (None: it does not)."""

    full: list[int] = field(default_factory=list)
    edges: list[list[Edge]] = field(default_factory=list)
    ends: list[tuple[int, ...] | None] = field(default_factory=list)
    poss: list[set[int]] = field(default_factory=list)
    must: list[set[int]] = field(default_factory=list)


def reduce_plainly(space: StateSpace) -> PlainGraph:
    """The initial state and those that follow a visible transition, without edges that another makes needless.

    The space is complete and its initial state reaches a final one.
    """
    outgoing = _live_edges(space)
    labels = space.net.transition_labels.tolist()
    final = set(space.finals.tolist())
    paths = {state: _silent_paths(outgoing, labels, state) for state in outgoing}
    graph = PlainGraph(full=[0])
    row_of = {0: 0}
    row = 0
    while row < len(graph.full):
        here = paths[graph.full[row]]
        offered = [(t, d, path) for s, path in here.items() for t, d in outgoing[s] if labels[t] != SILENT]
        kept = [edge for edge in offered if not any(_better(other, edge, paths) for other in offered)]
        for _, target, _ in kept:
            if target not in row_of:
                row_of[target] = len(graph.full)
                graph.full.append(target)
        edges = [(row_of[target], t, labels[t], len(path), path) for t, target, path in kept]
        graph.edges.append(sorted(edges, key=lambda edge: (edge[2], edge[1])))
        graph.ends.append(next((path for s, path in here.items() if s in final), None))
        row += 1
    poss, must = _label_sets(outgoing, labels, final)
    graph.poss, graph.must = [poss[s] for s in graph.full], [must[s] for s in graph.full]
    return graph


def _better(
    other: tuple[int, int, tuple[int, ...]],
    edge: tuple[int, int, tuple[int, ...]],
    paths: dict[int, dict[int, tuple[int, ...]]],
) -> bool:
    """Whether another edge, by the same transition, reaches the same with no more silent moves, later ones."""
    if other == edge or other[0] != edge[0] or edge[1] not in paths[other[1]]:
        return False
    return len(other[2]) + len(paths[other[1]][edge[1]]) <= len(edge[2])


def _live_edges(space: StateSpace) -> dict[int, list[tuple[int, int]]]:
    """For each state that reaches a final one: transition and target of its edges to such states."""
    live = set(space.coreachable.nonzero()[0].tolist())
    return {s: [(t, target) for t, target in _edges(space, s) if target in live] for s in sorted(live)}


def _edges(space: StateSpace, state: int) -> Iterator[tuple[int, int]]:
    row = slice(space.offsets[state], space.offsets[state + 1])
    return zip(space.transitions[row].tolist(), space.targets[row].tolist(), strict=True)


def _silent_paths(
    outgoing: dict[int, list[tuple[int, int]]], labels: list[int], start: int
) -> dict[int, tuple[int, ...]]:
    """The shortest silent path to each state, the first in the order of transitions; states nearest first."""
    paths: dict[int, tuple[int, ...]] = {start: ()}
    queue = [start]
    for state in queue:
        for t, target in outgoing[state]:
            if labels[t] == SILENT and target not in paths:
                paths[target] = (*paths[state], t)
                queue.append(target)
    return paths


def _label_sets(
    outgoing: dict[int, list[tuple[int, int]]], labels: list[int], final: set[int]
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """``poss`` and ``must`` of every state of the full space, by repeating their equations until they hold."""
    poss: dict[int, set[int]] = {state: set() for state in outgoing}
    must = {state: set() if state in final else set(labels) - {SILENT} for state in outgoing}
    changed = True
    while changed:
        changed = False
        for state, edges in outgoing.items():
            own = [({labels[t]} - {SILENT}, target) for t, target in edges]
            may = set().union(*(label | poss[target] for label, target in own))
            has_to = must[state].intersection(*(label | must[target] for label, target in own))
            changed |= may != poss[state] or has_to != must[state]
            poss[state], must[state] = may, has_to
    return poss, must
