from __future__ import annotations

import random
import time

import pytest

from engine.conformance.pairing import pair_moves


@pytest.mark.parametrize(
    ("logs", "models", "pairs"),
    [
        ([], [3], ()),
        ([3], [], ()),
        ([0], [2, 5], ((0, 2),)),
        ([4], [2, 6], ((4, 2),)),  # equally near: the earlier model move
        ([2, 6], [4], ((2, 4),)),  # equally near: the earlier log move
        ([0, 5], [6, 7], ((0, 7), (5, 6))),  # the nearest pair first, not the first log move
        ([1, 2], [3, 10], ((1, 10), (2, 3))),
    ],
)
def test_nearest_pair_first_then_earlier_moves(
    logs: list[int], models: list[int], pairs: tuple[tuple[int, int], ...]
) -> None:
    assert pair_moves(logs, models) == pairs


def test_equals_the_choice_from_all_pairs() -> None:
    rng = random.Random(7)
    for _ in range(300):
        line = rng.sample(range(30), rng.randint(2, 14))
        cut = rng.randint(0, len(line))
        logs, models = sorted(line[:cut]), sorted(line[cut:])
        chosen: list[tuple[int, int]] = []
        for _, log, model in sorted((abs(i - j), i, j) for i in logs for j in models):
            if all(log != i and model != j for i, j in chosen):
                chosen.append((log, model))
        assert pair_moves(logs, models) == tuple(sorted(chosen))


def test_a_hundred_thousand_moves_take_no_square_of_time() -> None:
    begin = time.perf_counter()
    pairs = pair_moves(range(0, 100_000, 2), range(1, 100_000, 2))
    assert len(pairs) == 50_000
    assert time.perf_counter() - begin < 5
