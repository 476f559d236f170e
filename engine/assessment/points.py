"""How scores and losses are rounded for people, so that nothing is lost and nothing is flattered.

A score below 100 never prints as 100, nor one above 0 as 0. The points of findings are hundredths that add up to the
printed gap exactly (the method of largest remainders; Hamilton 1792).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def rounded_score(score: Fraction, *, parts: int = 100) -> int:
    """A score in whole parts of a point.

    Args:
        score: 0 to 100.
        parts: How many parts a point has; hundredths unless it says otherwise.

    Returns:
        The nearest number (half to even), but less than 100 × ``parts`` below 100, and at least 1 above 0.
    """
    nearest: int = round(score * parts)
    if score < 100:
        nearest = min(nearest, 100 * parts - 1)
    return max(nearest, 1) if score > 0 else nearest


def share_points(losses: Sequence[Fraction], score: Fraction) -> tuple[int, ...]:
    """The hundredths of a point that each loss stands for.

    Args:
        losses: Exact points lost by each finding; they add up to 100 − score.
        score: The score.

    Returns:
        Whole hundredths in the same order, which add up to 10,000 − ``rounded_score(score)``. Each is its exact value
        rounded down or up; the largest remainders go up, earlier ones first among equals.
    """
    exact = [100 * loss for loss in losses]
    floors = [int(value) for value in exact]
    missing = 100 * 100 - rounded_score(score) - sum(floors)
    order = sorted(range(len(exact)), key=lambda index: (floors[index] - exact[index], index))
    for index in order[:missing]:
        floors[index] += 1
    return tuple(floors)
