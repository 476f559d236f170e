"""The slow plain twin of the exploration: markings are tuples, found in the same order with dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.nets.net import Net

Marking = tuple[int, ...]


@dataclass
class PlainSpace:
    """What was found: markings in order, each one's edges (transition, target), where each was first found from."""

    status: str
    markings: list[Marking]
    edges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    parents: list[tuple[int, int]] = field(default_factory=lambda: [(-1, -1)])
    cover: tuple[int, int] | None = None


def explore_plainly(net: Net, *, max_markings: int) -> PlainSpace:
    """Explore breadth first until all is found, a marking covers an ancestor, or the budget is spent."""
    initial: Marking = tuple(net.initial.tolist())
    space = PlainSpace("complete", [initial])
    index = {initial: 0}
    state = 0
    while state < len(space.markings):
        edges = space.edges.setdefault(state, [])
        for t in range(len(net.transitions)):
            if not net.enabled(space.markings[state], t):
                continue
            target = net.fire(space.markings[state], t)
            if target not in index:
                if len(space.markings) >= max_markings:
                    space.status = "budget"
                    return space
                index[target] = len(space.markings)
                space.markings.append(target)
                space.parents.append((state, t))
                covered = _covered(space, index[target]) if max(target) > 1 else -1
                if covered >= 0:
                    space.status, space.cover = "unbounded", (covered, index[target])
                    return space
            edges.append((t, index[target]))
        state += 1
    return space


def reaches_plainly(edges: list[list[int]], goals: set[int]) -> set[int]:
    """The states from which a goal can be reached, by repeating until nothing is added."""
    reached = set(goals)
    while more := {s for s, targets in enumerate(edges) if s not in reached and reached & set(targets)}:
        reached |= more
    return reached


def _covered(space: PlainSpace, state: int) -> int:
    """The nearest ancestor that a state strictly covers, or −1."""
    ancestor = space.parents[state][0]
    while ancestor >= 0:
        if all(a >= b for a, b in zip(space.markings[state], space.markings[ancestor], strict=True)):
            return ancestor
        ancestor = space.parents[ancestor][0]
    return -1
