"""The slow plain twins of the classical measures: marking by marking, with dictionaries and sets, no state space."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from engine.nets.net import SILENT, Net

Marking = tuple[int, ...]
Counts = tuple[int, int, int, int]
"""Tokens produced, consumed, missing, remaining."""


class PlainNet:
    """A bounded net with few markings; only those that lead to a final one are looked at."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.initial: Marking = tuple(net.initial.tolist())
        self.consumes = [Counter(dict(net.before.row(t))) for t in range(len(net.transitions))]
        self.produces = [Counter(dict(net.after.row(t))) for t in range(len(net.transitions))]
        self.live = self._live()

    def label(self, transition: int) -> str | None:
        code = self.net.transitions[transition].label
        return None if code == SILENT else self.net.labels[code]

    def fire(self, marking: Marking, transition: int) -> Marking:
        """The marking after firing, which may be negative where tokens are missing."""
        takes, puts = self.consumes[transition], self.produces[transition]
        return tuple(tokens - takes[place] + puts[place] for place, tokens in enumerate(marking))

    def next(self, marking: Marking) -> list[tuple[int, Marking]]:
        """Live markings one transition away."""
        found = [(t, self.net.fire(marking, t)) for t in range(len(self.consumes)) if self.net.enabled(marking, t)]
        return [(t, after) for t, after in found if after in self.live]

    def closure(self, markings: Iterable[Marking]) -> set[Marking]:
        """Live markings that silent transitions reach."""
        seen = set(markings)
        stack = list(seen)
        while stack:
            for t, after in self.next(stack.pop()):
                if self.label(t) is None and after not in seen:
                    seen.add(after)
                    stack.append(after)
        return seen

    def _live(self) -> set[Marking]:
        found, todo = {self.initial}, [self.initial]
        edges: list[tuple[Marking, Marking]] = []
        while todo:
            marking = todo.pop()
            for t in range(len(self.consumes)):
                if self.net.enabled(marking, t):
                    after = self.net.fire(marking, t)
                    edges.append((marking, after))
                    if after not in found:
                        found.add(after)
                        todo.append(after)
        good = {marking for marking in found if self.net.is_final(marking)}
        size = -1
        while size != len(good):
            size = len(good)
            good |= {before for before, after in edges if after in good}
        return good


def nearest_plainly(
    plain: PlainNet, start: Marking, needs: Sequence[Marking], *, exact: bool, most: int
) -> tuple[int, int, tuple[int, ...]] | None:
    """Need, tokens lacking and silent path of the nearest marking; all silent transitions are tried.

    None when more markings than ``most`` would have to be looked at.
    """
    paths: dict[Marking, tuple[int, ...]] = {start: ()}
    queue = deque([start])
    best: tuple[int, int, tuple[int, ...]] | None = None
    while queue:
        marking = queue.popleft()
        for number, need in enumerate(needs):
            pairs = list(zip(need, marking, strict=True))
            lack = sum(max(0, n - m) for n, m in pairs) + (sum(max(0, m - n) for n, m in pairs) if exact else 0)
            if best is None or lack < best[1]:
                best = number, lack, paths[marking]
        if best is not None and best[1] == 0:
            return best
        for t in range(len(plain.consumes)):
            if plain.label(t) is None and plain.net.enabled(marking, t):
                after = plain.net.fire(marking, t)
                if after not in paths:
                    paths[after] = (*paths[marking], t)
                    queue.append(after)
        if len(paths) > most:
            return None
    return best


def replays(plain: PlainNet, trace: Sequence[str], *, most: int = 500) -> set[Counts] | None:
    """The counts that the rules of token replay allow; more than one where runs tie. None: too much to look at."""
    net = plain.net
    begin = sum(plain.initial)
    # Silent transitions so far → the pairs of produced and consumed of the runs with so many, for each marking.
    reached = _close(plain, {plain.initial: (0, {(begin, 0)})} if plain.initial in plain.live else {})
    at = [({plain.initial: (0, {(begin, 0)})}, reached)]
    for activity in trace:
        stepped: dict[Marking, tuple[int, set[tuple[int, int]]]] = {}
        for marking, (silent, pairs) in at[-1][1].items():
            for t, after in plain.next(marking):
                if plain.label(t) == activity:
                    moved = {(p + plain.produces[t].total(), c + plain.consumes[t].total()) for p, c in pairs}
                    _keep(stepped, after, silent, moved)
        if not stepped:
            break
        at.append((stepped, _close(plain, stepped)))
    events, (stepped, reached) = len(at) - 1, at[-1]
    ended = {m: found for m, found in reached.items() if net.is_final(m)}
    if events == len(trace) and ended:
        fewest = min(silent for silent, _ in ended.values())
        return {(p, c + sum(m), 0, 0) for m, (silent, pairs) in ended.items() if silent == fewest for p, c in pairs}
    fewest = min(silent for silent, _ in stepped.values())
    found: set[Counts] = set()
    for marking, (silent, pairs) in stepped.items():
        if silent == fewest:
            forced = _forced(plain, marking, trace[events:], most=most)
            if forced is None:
                return None
            found |= {(p + forced[0], c + forced[1], forced[2], forced[3]) for p, c in pairs}
    return found


Reached = dict[Marking, tuple[int, set[tuple[int, int]]]]


def _keep(found: Reached, marking: Marking, silent: int, pairs: set[tuple[int, int]]) -> bool:
    """Keep what has the fewest silent transitions; whether anything changed."""
    known = found.get(marking)
    if known is None or silent < known[0]:
        found[marking] = silent, set(pairs)
        return True
    if silent == known[0] and not pairs <= known[1]:
        known[1].update(pairs)
        return True
    return False


def _close(plain: PlainNet, stepped: Reached) -> Reached:
    found: Reached = {marking: (silent, set(pairs)) for marking, (silent, pairs) in stepped.items()}
    queue = deque(sorted(found, key=lambda marking: found[marking][0]))
    while queue:
        marking = queue.popleft()
        silent, pairs = found[marking]
        for t, after in plain.next(marking):
            if plain.label(t) is None:
                moved = {(p + plain.produces[t].total(), c + plain.consumes[t].total()) for p, c in pairs}
                if _keep(found, after, silent + 1, moved):
                    queue.append(after)
    return found


def _forced(plain: PlainNet, marking: Marking, rest: Sequence[str], *, most: int) -> Counts | None:
    places = range(len(marking))
    produced = consumed = missing = remaining = 0
    for activity in rest:
        ways = [t for t in range(len(plain.consumes)) if plain.label(t) == activity]
        if not ways:
            produced, consumed, missing, remaining = produced + 1, consumed + 1, missing + 1, remaining + 1
            continue
        needs = [tuple(plain.consumes[t][place] for place in places) for t in ways]
        found = nearest_plainly(plain, marking, needs, exact=False, most=most)
        if found is None:
            return None
        for t in (*found[2], ways[found[0]]):
            produced, consumed = produced + plain.produces[t].total(), consumed + plain.consumes[t].total()
            if t == ways[found[0]]:
                marking = tuple(max(tokens, plain.consumes[t][place]) for place, tokens in enumerate(marking))
            marking = plain.fire(marking, t)
        missing += found[1]
    finals = [tuple(final) for final in plain.net.finals.tolist()]
    found = nearest_plainly(plain, marking, finals, exact=True, most=most)
    if found is None:
        return None
    for t in found[2]:
        produced, consumed = produced + plain.produces[t].total(), consumed + plain.consumes[t].total()
        marking = plain.fire(marking, t)
    final = finals[found[0]]
    missing += sum(max(0, f - m) for f, m in zip(final, marking, strict=True))
    remaining += sum(max(0, m - f) for f, m in zip(final, marking, strict=True))
    return produced, consumed + sum(final), missing, remaining


def precision_plainly(plain: PlainNet, sequences: Mapping[tuple[str, ...], int]) -> Fraction | None:
    """Precision by escaping edges of weighted sequences, each as far as the net can follow it."""
    if not sum(sequences.values()):
        return None
    weight: Counter[tuple[str, ...]] = Counter()
    executed: dict[tuple[str, ...], set[str]] = defaultdict(set)
    available = 0
    for sequence, cases in sequences.items():
        for length in range(len(sequence) + 1):
            if length and sequence[length - 1] not in _options(plain, sequence[: length - 1]):
                break
            weight[sequence[:length]] += cases
            if length:
                executed[sequence[: length - 1]].add(sequence[length - 1])
    available = sum(cases * len(_options(plain, prefix)) for prefix, cases in weight.items())
    done = sum(cases * len(executed[prefix]) for prefix, cases in weight.items())
    return Fraction(done, available) if available else Fraction(1)


def _options(plain: PlainNet, prefix: Sequence[str]) -> set[str]:
    """Labels that can come after a prefix."""
    markings = plain.closure({plain.initial} & plain.live)
    for label in prefix:
        markings = plain.closure({after for m in markings for t, after in plain.next(m) if plain.label(t) == label})
    return {name for m in markings for t, _ in plain.next(m) if (name := plain.label(t)) is not None}


def successors_plainly(plain: PlainNet) -> set[tuple[str, str]]:
    """Pairs of labels of which the second directly follows the first in some accepted run."""
    found: set[tuple[str, str]] = set()
    for marking in plain.live:
        for t, after in plain.next(marking):
            first = plain.label(t)
            if first is not None:
                reached = plain.closure({after})
                found |= {
                    (first, second) for m in reached for u, _ in plain.next(m) if (second := plain.label(u)) is not None
                }
    return found
