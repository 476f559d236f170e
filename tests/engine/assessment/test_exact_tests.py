from __future__ import annotations

import math

import numpy as np
import pytest

from engine.assessment.exact_tests import benjamini_hochberg, difference_interval, fisher_exact, odds_ratio
from tests.oracles.patterns import fisher_plainly


def fisher(both: int, first: int, second: int, cases: int) -> float:
    return float(fisher_exact(*(np.array([value], dtype=np.int64) for value in (both, first, second, cases)))[0])


def test_the_lady_who_tastes_tea() -> None:
    """Fisher 1935: 3 of 4 cups right; 34 of the 70 ways to choose are no more likely."""
    assert fisher(3, 4, 4, 8) == pytest.approx(34 / 70)


def test_convicted_twins() -> None:
    """Fisher 1935: 10 of 13 identical twins convicted, 2 of 17 others; the upper tail is 619 ÷ 1,330,665."""
    assert fisher(10, 12, 13, 30) == pytest.approx(0.0005367241)


def test_a_table_in_the_middle_is_no_surprise() -> None:
    assert fisher(2, 4, 4, 8) == pytest.approx(1)
    assert fisher(0, 0, 5, 10) == 1
    assert fisher(5, 10, 5, 10) == 1


def test_no_tables() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert len(fisher_exact(nothing, nothing, nothing, nothing)) == 0


@pytest.mark.parametrize("cases", [1, 2, 7, 12])
def test_every_small_table_equals_counting(cases: int) -> None:
    tables = [
        (both, first, second, cases)
        for first in range(cases + 1)
        for second in range(cases + 1)
        for both in range(max(0, first + second - cases), min(first, second) + 1)
    ]
    found = fisher_exact(*np.array(tables, dtype=np.int64).T)
    assert found == pytest.approx([float(fisher_plainly(*table)) for table in tables], rel=1e-9)


def test_scipy_agrees_on_large_tables() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    cases = rng.integers(100, 200_000, 60)
    first, second = (rng.integers(1, cases) for _ in range(2))
    low, high = np.maximum(0, first + second - cases), np.minimum(first, second)
    usual = first * second // cases
    both = np.clip(usual + rng.integers(-60, 61, 60), low, high)
    expected = [
        stats.fisher_exact([[b, f - b], [s - b, n - f - s + b]])[1]
        for b, f, s, n in zip(*(v.tolist() for v in (both, first, second, cases)), strict=True)
    ]
    assert fisher_exact(both, first, second, cases) == pytest.approx(expected, rel=1e-5, abs=1e-300)


def test_what_is_all_but_impossible_is_still_above_nothing() -> None:
    assert 0 < fisher(50_000, 50_000, 50_000, 100_000) < 1e-300


def test_the_worked_example_of_benjamini_and_hochberg() -> None:
    """Their fifteen p-values: four are rejected at .05."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    q = benjamini_hochberg(np.array([*p, 0.7590, 1.0]), 15)
    assert (q <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert q[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])


def test_tests_that_are_not_given_count_as_certain_chance() -> None:
    assert benjamini_hochberg(np.array([0.02, 0.001]), 10) == pytest.approx([0.1, 0.01])
    assert benjamini_hochberg(np.array([0.02, 0.001]), 2) == pytest.approx(
        benjamini_hochberg(np.array([0.02, 0.001, 1, 1]), 4)[:2] / 2
    )


def test_a_larger_p_never_has_a_smaller_q() -> None:
    assert benjamini_hochberg(np.array([0.04, 0.041, 0.01]), 3) == pytest.approx([0.041, 0.041, 0.03])


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_intervals_of_differences_as_newcombe_printed_them(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    assert difference_interval(one, other) == pytest.approx((low, high), abs=0.00006)


def test_odds_ratios() -> None:
    found = odds_ratio(*np.array([(10, 12, 13, 30), (5, 5, 9, 20), (0, 0, 5, 9)], dtype=np.int64).T)
    assert found[0] == pytest.approx(10 * 15 / (2 * 3))
    assert found[1] == math.inf
    assert math.isnan(found[2])
