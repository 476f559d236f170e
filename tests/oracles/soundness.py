"""Soundness of small nets, straight from its definition: slow, plain, without arrays, structure or kernels."""

from __future__ import annotations

from collections import deque

from engine.nets.net import SILENT, Net

Marking = tuple[int, ...]


def plain_soundness(net: Net, *, most: int = 2_000) -> tuple[str, frozenset[str]]:
    """The verdict and the kinds of findings; ``unknown`` past ``most`` markings without an answer."""
    initial: Marking = tuple(net.initial.tolist())
    finals = [tuple(final) for final in net.finals.tolist()]
    after: dict[Marking, list[tuple[int, Marking]]] = {}
    parent: dict[Marking, Marking | None] = {initial: None}
    queue = deque([initial])
    while queue:
        marking = queue.popleft()
        if _covers_an_ancestor(marking, parent):
            return "unbounded", frozenset({"unbounded"})
        fired = [t for t in range(len(net.transitions)) if net.enabled(marking, t)]
        after[marking] = [(t, net.fire(marking, t)) for t in fired]
        for _, target in after[marking]:
            if target not in parent:
                parent[target] = marking
                queue.append(target)
        if len(parent) > most:
            return "unknown", frozenset()
    kinds = _kinds(net, initial, finals, after)
    return ("unsound" if kinds else "sound"), frozenset(kinds)


def _kinds(
    net: Net, initial: Marking, finals: list[Marking], after: dict[Marking, list[tuple[int, Marking]]]
) -> set[str]:
    reach = {marking: _reach(marking, after) for marking in after}
    ends = {marking: any(final in reach[marking] for final in finals) for marking in after}
    kinds: set[str] = set()
    if not ends[initial]:
        kinds.add("final-unreachable")
    elif not all(ends.values()):
        kinds.add("option-to-complete")
    too_much = {m for m in after if m not in finals and any(_covers(m, final) for final in finals if any(final))}
    if too_much:
        kinds.add("improper-completion")
    stuck = {m for m in after if not after[m]}
    if stuck - too_much - set(finals):
        kinds.add("deadlock")
    if any(not reach[m] & stuck and not ends[m] for m in after):
        kinds.add("livelock")
    fired = {t for edges in after.values() for t, _ in edges}
    performed = {net.transitions[t].label for t in fired}
    for index, transition in enumerate(net.transitions):
        if index not in fired:
            never = transition.label != SILENT and transition.label not in performed
            kinds.add("dead-step" if never else "dead-transition")
    return kinds


def _reach(marking: Marking, after: dict[Marking, list[tuple[int, Marking]]]) -> set[Marking]:
    seen, stack = {marking}, [marking]
    while stack:
        for _, target in after[stack.pop()]:
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return seen


def _covers(marking: Marking, other: Marking) -> bool:
    return marking != other and all(a >= b for a, b in zip(marking, other, strict=True))


def _covers_an_ancestor(marking: Marking, parent: dict[Marking, Marking | None]) -> bool:
    ancestor = parent[marking]
    while ancestor is not None:
        if _covers(marking, ancestor):
            return True
        ancestor = parent[ancestor]
    return False
