"""What a net accepts, by firing it in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engine.nets.net import SILENT, Net

Marking = tuple[int, ...]


def net_language(net: Net, longest: int) -> set[tuple[str, ...]]:
    """Every accepted sequence of labels of at most the given length; the net's silent parts must be bounded."""
    words: dict[tuple[str, ...], set[Marking]] = {(): _closure(net, {tuple(net.initial.tolist())})}
    accepted: set[tuple[str, ...]] = set()
    for length in range(longest + 1):
        accepted |= {word for word, markings in words.items() if any(map(net.is_final, markings))}
        if length == longest:
            break
        following: dict[tuple[str, ...], set[Marking]] = defaultdict(set)
        for word, markings in words.items():
            for marking in markings:
                for t, transition in enumerate(net.transitions):
                    if transition.label != SILENT and net.enabled(marking, t):
                        following[(*word, net.labels[transition.label])].add(net.fire(marking, t))
        words = {word: _closure(net, markings) for word, markings in following.items()}
    return accepted


def _closure(net: Net, markings: Iterable[Marking]) -> set[Marking]:
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
    return seen
