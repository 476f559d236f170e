from __future__ import annotations

from fractions import Fraction

import pytest

from engine.assessment.points import rounded_score, score_text, share_points


@pytest.mark.parametrize(
    ("score", "decimals", "text"),
    [
        (Fraction(100), 1, "100.0"),
        (Fraction(0), 1, "0.0"),
        (Fraction(99_999, 1_000), 1, "99.9"),
        (Fraction(1, 1_000), 1, "0.1"),
        (Fraction(1, 1_000), 0, "1"),
        (Fraction(99_999, 1_000), 0, "99"),
        (Fraction(175, 2), 1, "87.5"),
        (Fraction(200, 3), 2, "66.67"),
    ],
)
def test_a_score_never_flatters(score: Fraction, decimals: int, text: str) -> None:
    assert score_text(score, decimals) == text


@pytest.mark.parametrize(
    ("losses", "score", "points"),
    [
        ([], 100, ()),
        ([Fraction(100, 3)] * 3, 0, (3334, 3333, 3333)),
        ([Fraction(1, 1_000)], Fraction(99_999, 1_000), (1,)),
        ([Fraction(99_999, 1_000)], Fraction(1, 1_000), (9_999,)),
        ([Fraction(1, 3), Fraction(2, 3)], 99, (33, 67)),
    ],
)
def test_points_add_up_to_the_printed_gap(losses: list[Fraction], score: Fraction, points: tuple[int, ...]) -> None:
    found = share_points(losses, Fraction(score))
    assert found == points
    assert sum(found) == 10_000 - rounded_score(Fraction(score))
