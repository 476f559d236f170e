"""What a net accepts, by firing it in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engine.nets.net import SILENT, Net

Marking = tuple[int, ...]


def net_language(net: Net, longest: int) -> set[tuple[str, ...]]:
    """Every accepted sequence of labels of at most the given length; the net's silent parts must be bounded."""
    following: dict[frozenset[Marking], dict[str, frozenset[Marking]]] = {}
    words: dict[tuple[str, ...], frozenset[Marking]] = {(): _closure(net, {tuple(net.initial.tolist())})}
    accepted: set[tuple[str, ...]] = set()
    for _ in range(longest + 1):
        accepted |= {word for word, markings in words.items() if any(map(net.is_final, markings))}
        for markings in set(words.values()) - following.keys():
            following[markings] = _step(net, markings)
        words = {(*word, label): then for word, now in words.items() for label, then in following[now].items()}
    return accepted


def _step(net: Net, markings: Iterable[Marking]) -> dict[str, frozenset[Marking]]:
    targets: dict[str, set[Marking]] = defaultdict(set)
    for marking in markings:
        for t, transition in enumerate(net.transitions):
            if transition.label != SILENT and net.enabled(marking, t):
                targets[net.labels[transition.label]].add(net.fire(marking, t))
    return {label: _closure(net, found) for label, found in targets.items()}


def _closure(net: Net, markings: Iterable[Marking]) -> frozenset[Marking]:
    seen = set(markings)
    stack = list(seen)
    while stack:
        marking = stack.pop()
        for t, transition in enumerate(net.transitions):
            if transition.label == SILENT and net.enabled(marking, t):
                target = net.fire(marking, t)
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
    return frozenset(seen)
