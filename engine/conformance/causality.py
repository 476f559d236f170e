"""Causality: which moves of an alignment's run depend on which, found by following the tokens.

A run fires one transition after another. A move depends directly on the moves whose tokens it consumes; dependence is
the transitive closure of that. Where a place holds several tokens, the oldest is taken first, so that the answer is
unique. Initial tokens depend on nothing. Log moves touch no token and have no part in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.nets.net import TokenFlow

_NOBODY = -1  # made the initial tokens


@dataclass(frozen=True, eq=False, slots=True)
class Causality:
    """The direct dependences of one run.

    Attributes:
        causes: For each move, the indices of the moves whose tokens it consumed, increasing; empty for log moves.
        last: The moves whose tokens nobody consumed, increasing.
    """

    causes: tuple[tuple[int, ...], ...]
    last: tuple[int, ...]

    def followed_by(self, marked: Sequence[bool]) -> list[bool]:
        """For each move, whether some marked move depends on it (directly or through others).

        Args:
            marked: One truth value for each move.

        Returns:
            One truth value for each move; a move does not depend on itself.
        """
        followed = [False] * len(self.causes)
        for effect in range(len(self.causes) - 1, -1, -1):
            if marked[effect] or followed[effect]:
                for cause in self.causes[effect]:
                    followed[cause] = True
        return followed

    def blocks(self, members: Collection[int], passes: Collection[int]) -> tuple[tuple[int, ...], ...]:
        """Group moves that depend on each other with nothing but passing moves between.

        Two members belong together when one depends on the other along moves that are all members or passing. Members
        that merely share a cause or an effect (parallel branches) do not.

        Args:
            members: Indices of the moves to group.
            passes: Indices of the moves that do not separate (silent ones).

        Returns:
            The groups, each increasing, by first member.
        """
        group = {member: member for member in members}

        def root(member: int) -> int:
            while group[member] != member:
                group[member] = group[group[member]]
                member = group[member]
            return member

        seen: dict[int, frozenset[int]] = {}  # the nearest members that a move depends on
        for index, causes in enumerate(self.causes):
            if index not in group and index not in passes:
                continue
            nearest = [frozenset([c]) if c in group else seen.get(c, frozenset()) for c in causes]
            seen[index] = nearest[0].union(*nearest[1:]) if nearest else frozenset()
            if index in group:
                for other in seen[index]:
                    low, high = sorted((root(index), root(other)))
                    group[high] = low
        found: dict[int, list[int]] = {}
        for member in sorted(members):
            found.setdefault(root(member), []).append(member)
        return tuple(tuple(block) for block in found.values())


def find_causality(flow: TokenFlow, transitions: Sequence[int]) -> Causality:
    """Follow the tokens through a run.

    Args:
        flow: The arcs of the net (``Net.token_flow``).
        transitions: The transition of each move of an alignment, in order; −1 for log moves.

    Returns:
        The direct dependences. Cost: linear in the moves and the arcs of what they fire, whatever the weights.

    Raises:
        ValueError: When a move's transition is not enabled, so that the moves are no run of this net.
    """
    tokens: dict[int, deque[tuple[int, int]]] = {place: deque([(_NOBODY, count)]) for place, count in flow.initial}
    causes: list[tuple[int, ...]] = []
    for index, transition in enumerate(transitions):
        if transition < 0:
            causes.append(())
            continue
        makers: set[int] = set()
        for place, weight in flow.takes[transition]:
            queue = tokens.get(place)
            if weight == 1 and queue and queue[0][1] == 1:  # nearly always
                makers.add(queue.popleft()[0])
            else:
                _take(queue, weight, makers)
        for place, weight in flow.gives[transition]:
            tokens.setdefault(place, deque()).append((index, weight))
        makers.discard(_NOBODY)
        causes.append(tuple(sorted(makers)))
    left = {maker for queue in tokens.values() for maker, _ in queue} - {_NOBODY}
    return Causality(tuple(causes), tuple(sorted(left)))


def _take(queue: deque[tuple[int, int]] | None, weight: int, makers: set[int]) -> None:
    """Take the oldest tokens of one place and note who made them."""
    wanted = weight
    while wanted:
        if not queue:
            raise ValueError("the moves are no run of this net: a transition is not enabled")
        maker, count = queue.popleft()
        makers.add(maker)
        if count > wanted:
            queue.appendleft((maker, count - wanted))
        wanted -= min(count, wanted)
