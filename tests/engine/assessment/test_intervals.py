from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from engine.assessment.intervals import effective_size, score_interval, wilson


def test_wilson_of_a_textbook_share() -> None:
    low, high = wilson(0.8, 10)
    assert (round(low, 2), round(high, 2)) == (49.02, 94.33)


def test_the_ends_are_exact() -> None:
    assert wilson(0, 10)[0] == 0
    assert wilson(1, 10)[1] == 100


def test_below_two_cases_there_is_no_interval() -> None:
    assert score_interval(0.5, np.array([0.0]), 4) is None


def test_equal_cases_are_worth_their_number() -> None:
    assert effective_size(0.5, np.zeros(4), 8) == 4
    assert effective_size(1.0, np.zeros(4), 8) == 4


def test_the_size_is_at_most_the_number_of_units() -> None:
    assert effective_size(0.5, np.array([0.001, -0.001]), 2) == 2


def test_independent_units_are_worth_their_number() -> None:
    rng = np.random.default_rng(1)
    kept = rng.binomial(1, 0.7, 5_000)
    share = float(kept.mean())
    assert effective_size(share, (kept - share) / 5_000, 5_000) == pytest.approx(5_000, rel=0.001)


def covered(share: float, alike: float, rng: np.random.Generator, *, cases: int = 10) -> bool:
    """Whether the interval of one random log holds the truth; units of a case are the more alike, the lower."""
    due = rng.integers(4, 11, cases)
    kept = rng.binomial(due, rng.beta(share * alike, (1 - share) * alike, cases))
    found = kept.sum() / due.sum()
    interval = score_interval(float(found), (kept - found * due) / due.sum(), int(due.sum()))
    return interval is not None and interval[0] <= 100 * share <= interval[1]


def test_ten_cases_cover_the_truth_as_promised() -> None:
    rng = np.random.default_rng(2026)
    settings = list(product((0.5, 0.7, 0.8, 0.9, 0.95), (2, 5, 20, 1_000)))
    coverage = np.mean([covered(share, alike, rng) for share, alike in settings for _ in range(150)])
    assert coverage == pytest.approx(0.94, abs=0.015)
