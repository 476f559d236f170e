"""Pairing: which event that had no place answers which step that had no event.

Per case and activity, log moves are paired with model moves: the nearest pair first (in alignment positions), then the
one with the earlier log move, then the one with the earlier model move. A pair is one misplaced step.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence


def pair_moves(log_moves: Sequence[int], model_moves: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Pair the log moves and the model moves of one activity.

    The nearest pair of two kinds always stands side by side once what is already paired is taken out, because
    anything between would make a nearer pair. So neighbours in a linked list are enough.

    Args:
        log_moves: Alignment positions, increasing.
        model_moves: Alignment positions, increasing; none is also a log move.

    Returns:
        ``(log move, model move)`` pairs, by log move; as many as the shorter side has. Cost: O(n log n).
    """
    if not log_moves or not model_moves:
        return ()
    is_log = dict.fromkeys(log_moves, True) | dict.fromkeys(model_moves, False)
    line = sorted(is_log)
    following: dict[int, int | None] = dict(zip(line, [*line[1:], None], strict=True))
    preceding: dict[int, int | None] = dict(zip(line, [None, *line[:-1]], strict=True))
    heap: list[tuple[int, int, int]] = []

    def offer(left: int | None, right: int | None) -> None:
        if left is None or right is None or is_log[left] == is_log[right]:
            return
        log, model = (left, right) if is_log[left] else (right, left)
        heapq.heappush(heap, (right - left, log, model))

    for left, right in itertools.pairwise(line):
        offer(left, right)
    pairs: list[tuple[int, int]] = []
    free = set(line)
    while heap:
        _, log, model = heapq.heappop(heap)
        if log not in free or model not in free:
            continue
        pairs.append((log, model))
        free -= {log, model}
        left, right = min(log, model), max(log, model)
        outer_left, outer_right = preceding[left], following[right]
        if outer_left is not None:
            following[outer_left] = outer_right
        if outer_right is not None:
            preceding[outer_right] = outer_left
        offer(outer_left, outer_right)
    return tuple(sorted(pairs))
