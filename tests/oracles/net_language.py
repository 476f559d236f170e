"""What a net accepts, by firing it in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from engine.nets.net import SILENT, Net

Marking = tuple[int, ...]


def net_language(net: Net, longest: int) -> set[tuple[str, ...]]:
    """Every accepted sequence of labels of at most the given length; the net's silent parts must be bounded."""
    return _words(net, longest, net.is_final)


def net_prefixes(net: Net, longest: int) -> set[tuple[str, ...]]:
    """Every sequence of labels of at most the given length after which an end can be reached; for bounded nets."""
    ends: dict[Marking, bool] = {}

    def can_end(marking: Marking) -> bool:
        if marking not in ends:
            ends[marking] = any(map(net.is_final, _reached(net, {marking}, silent_only=False)))
        return ends[marking]

    return _words(net, longest, can_end)


def edit_cost(trace: Sequence[str], words: Iterable[Sequence[str]]) -> int | None:
    """The fewest insertions and deletions that make one of the words of the trace; None without a word."""
    return min((len(trace) + len(word) - 2 * _common(trace, word) for word in words), default=None)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for item in one:
        before, row = row, [0] * (len(other) + 1)
        for position, found in enumerate(other):
            row[position + 1] = before[position] + 1 if item == found else max(row[position], before[position + 1])
    return row[-1]


def _words(net: Net, longest: int, accepts: Callable[[Marking], bool]) -> set[tuple[str, ...]]:
    following: dict[frozenset[Marking], dict[str, frozenset[Marking]]] = {}
    words: dict[tuple[str, ...], frozenset[Marking]] = {(): _closure(net, {tuple(net.initial.tolist())})}
    accepted: set[tuple[str, ...]] = set()
    for _ in range(longest + 1):
        accepted |= {word for word, markings in words.items() if any(map(accepts, markings))}
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
    return _reached(net, markings, silent_only=True)


def _reached(net: Net, markings: Iterable[Marking], *, silent_only: bool) -> frozenset[Marking]:
    seen = set(markings)
    stack = list(seen)
    while stack:
        marking = stack.pop()
        for t, transition in enumerate(net.transitions):
            if (transition.label == SILENT or not silent_only) and net.enabled(marking, t):
                target = net.fire(marking, t)
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
    return frozenset(seen)
