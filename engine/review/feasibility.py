"""Whether a target can be reached, judged by what was reached before.

A standard is what a service holds to every day; what it only hopes for is a goal. A best of 80 out of 100 makes 100 a
goal and no standard, and a service that keeps a rule 70 times out of 100 today is asked for 75 to 80 next, not for
100. Two numbers say how far a service can reach: the best share it ever had, and one stretch beyond the present one:
a third of what is missing, and at most ten points. The farther of the two is its *reach*; the middle of the way there
is where the next standard begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engine.definitions.standards import Standard
from engine.errors import Place, Problem, Severity

LONGEST_STRETCH = Fraction(1, 10)
"""The most that a share is expected to grow before it is judged again."""
_PART_OF_THE_REST = Fraction(1, 3)
_HALF = Fraction(1, 2)


class FeasibilityVerdict(StrEnum):
    """What history says of a target.

    ``unknown``: there is no history. ``kept``: the latest share reaches it. ``feasible``: it is within reach.
    ``out-of-reach``: it is not.
    """

    UNKNOWN = "unknown"
    KEPT = "kept"
    FEASIBLE = "feasible"
    OUT_OF_REACH = "out-of-reach"


@dataclass(frozen=True, slots=True)
class Feasibility:
    """A target beside its history.

    Attributes:
        verdict: What history says of it.
        target: The target share.
        latest: The share of the latest period, or None without a history.
        best: The highest share of all periods, or None.
        low: Where the next standard begins, or None. Equal to ``latest`` where nothing is left to gain.
        high: How far the service can reach, or None.
    """

    verdict: FeasibilityVerdict
    target: Fraction
    latest: Fraction | None = None
    best: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None


def feasibility(target: Fraction, history: Sequence[Fraction]) -> Feasibility:
    """Hold a target against what was reached before.

    Args:
        target: The share that has to be met: of a standard, its share less its tolerance. 0 … 1.
        history: The shares of past periods, earliest first, each 0 … 1; may be empty.

    Returns:
        The verdict and, with a history, the range in which the next standard belongs.

    Raises:
        ValueError: When a share lies outside 0 … 1.
    """
    if any(not 0 <= share <= 1 for share in (target, *history)):
        raise ValueError("a share lies between 0 and 1")
    if not history:
        return Feasibility(FeasibilityVerdict.UNKNOWN, target)
    latest, best = history[-1], max(history)
    reach = max(best, latest + min(LONGEST_STRETCH, (1 - latest) * _PART_OF_THE_REST))
    verdict = FeasibilityVerdict.FEASIBLE
    if target <= latest:
        verdict = FeasibilityVerdict.KEPT
    elif target > reach:
        verdict = FeasibilityVerdict.OUT_OF_REACH
    return Feasibility(verdict, target, latest, best, (latest + reach) * _HALF, reach)


def feasibility_problem(standard: Standard, history: Sequence[Fraction]) -> Problem | None:
    """What to tell the designer of a standard about its target.

    Args:
        standard: A standard; its target is its share less its tolerance.
        history: As for ``feasibility``.

    Returns:
        ``check.target-out-of-reach`` (warning), or None where the target is feasible, kept or of unknown history. The
        shares in its values are percentages rounded to a tenth; the suggested range is rounded inwards.
    """
    found = feasibility(standard.share - standard.tolerance, history)
    if found.verdict is not FeasibilityVerdict.OUT_OF_REACH:
        return None
    if found.latest is None or found.best is None or found.low is None or found.high is None:
        raise AssertionError("a verdict out of reach comes from a history")
    return Problem(
        "check.target-out-of-reach",
        Place(line=standard.line or None, element=f"standards.{standard.id}"),
        {
            "standard": standard.id,
            "target": _percent(found.target),
            "best": _percent(found.best),
            "latest": _percent(found.latest),
            "low": _percent(found.low, up=True),
            "high": _percent(found.high, up=False),
        },
        Severity.WARNING,
    )


def _percent(share: Fraction, *, up: bool | None = None) -> str:
    """A percentage with one decimal where it needs one: to the nearest, or up or down."""
    tenths = share * 1000
    whole = round(tenths) if up is None else (-(-tenths // 1) if up else tenths // 1)
    number = Fraction(whole, 10)
    return f"{number.numerator}%" if number.denominator == 1 else f"{float(number):.1f}%"
