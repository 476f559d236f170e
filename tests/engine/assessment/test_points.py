from __future__ import annotations

from fractions import Fraction

import pytest

from engine.assessment.points import rounded_score, share_points


@pytest.mark.parametrize(
    ("score", "hundredths"),
    [
        (Fraction(100), 10_000),
        (Fraction(0), 0),
        (Fraction(99_999, 1_000), 9_999),
        (Fraction(1, 1_000), 1),
        (Fraction(175, 2), 8_750),
        (Fraction(200, 3), 6_667),
    ],
)
def test_a_score_never_flatters(score: Fraction, hundredths: int) -> None:
    assert rounded_score(score) == hundredths


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
