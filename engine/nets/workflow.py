"""Whether a net has the shape of a workflow net (van der Aalst 1997, "Verification of workflow nets")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.nets.net import Arcs


@dataclass(frozen=True, slots=True)
class WorkflowEnds:
    """The two ends of a workflow net.

    Attributes:
        source: Index of the only place without incoming arcs.
        sink: Index of the only place without outgoing arcs.
    """

    source: int
    sink: int


def workflow_ends(places: int, before: Arcs, after: Arcs) -> WorkflowEnds | None:
    """The ends of a workflow net, or None for a net of another shape.

    A workflow net has one place without incoming arcs and one without outgoing arcs, and every place and transition
    lies on a path from the one to the other. A single place without transitions is one; its ends are the same place.

    Args:
        places: How many there are.
        before: Arcs from places to transitions.
        after: Arcs from transitions to places.
    """
    transitions = range(len(before.offsets) - 1)
    fed, left = set(after.places.tolist()), set(before.places.tolist())
    sources = [place for place in range(places) if place not in fed]
    sinks = [place for place in range(places) if place not in left]
    if len(sources) != 1 or len(sinks) != 1:
        return None
    takes = [[place for place, _ in before.row(t)] for t in transitions]
    puts = [[place for place, _ in after.row(t)] for t in transitions]
    forwards = _connected(sources[0], takes, puts)
    backwards = _connected(sinks[0], puts, takes)
    every = places + len(takes)
    return WorkflowEnds(sources[0], sinks[0]) if len(forwards) == len(backwards) == every else None


def _connected(place: int, takes: Sequence[Iterable[int]], puts: Sequence[Iterable[int]]) -> set[tuple[bool, int]]:
    """Places ``(False, p)`` and transitions ``(True, t)`` that a path from one place reaches."""
    takers: dict[int, list[int]] = {}
    for t, row in enumerate(takes):
        for p in row:
            takers.setdefault(p, []).append(t)
    seen: set[tuple[bool, int]] = {(False, place)}
    stack = [place]
    while stack:
        for t in takers.get(stack.pop(), ()):
            if (True, t) not in seen:
                seen.add((True, t))
                for p in puts[t]:
                    if (False, p) not in seen:
                        seen.add((False, p))
                        stack.append(p)
    return seen
