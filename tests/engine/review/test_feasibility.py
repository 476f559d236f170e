"""Targets held against history: what was never reached is a goal, not a standard."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.definitions.rules import Precedence
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from engine.messages.catalogue import problem_text
from engine.review.feasibility import FeasibilityVerdict, feasibility, feasibility_problem
from engine.vocabulary import Dimension, Language


def shares(*percent: int) -> list[Fraction]:
    return [Fraction(number, 100) for number in percent]


def standard(share: Fraction, tolerance: Fraction = Fraction(0)) -> Standard:
    title = Title("Answered", "接听")
    return Standard("answered", title, Precedence("a", "b"), share, tolerance, Dimension.ORDERING, line=7)


def test_a_best_of_eighty_does_not_make_a_hundred() -> None:
    found = feasibility(Fraction(1), shares(76, 80, 78))
    assert (found.verdict, found.best, found.latest) == (FeasibilityVerdict.OUT_OF_REACH, *shares(80, 78))


def test_from_seventy_the_next_standard_is_seventy_five_to_eighty() -> None:
    found = feasibility(Fraction(1), shares(70))
    assert (found.low, found.high) == tuple(shares(75, 80))
    assert feasibility(Fraction(1), shares(80, 70)).low == Fraction(75, 100)


@pytest.mark.parametrize(
    ("target", "history", "verdict"),
    [
        (96, (), FeasibilityVerdict.UNKNOWN),
        (80, (70,), FeasibilityVerdict.FEASIBLE),
        (81, (70,), FeasibilityVerdict.OUT_OF_REACH),
        (90, (90, 70), FeasibilityVerdict.FEASIBLE),
        (91, (90, 70), FeasibilityVerdict.OUT_OF_REACH),
        (70, (70,), FeasibilityVerdict.KEPT),
        (69, (50, 70), FeasibilityVerdict.KEPT),
        (100, (97, 97), FeasibilityVerdict.OUT_OF_REACH),
        (98, (97, 97), FeasibilityVerdict.FEASIBLE),
        (100, (100, 99), FeasibilityVerdict.FEASIBLE),
        (100, (100,), FeasibilityVerdict.KEPT),
        (10, (0,), FeasibilityVerdict.FEASIBLE),
        (11, (0,), FeasibilityVerdict.OUT_OF_REACH),
    ],
)
def test_verdicts(target: int, history: tuple[int, ...], verdict: FeasibilityVerdict) -> None:
    assert feasibility(Fraction(target, 100), shares(*history)).verdict is verdict


@pytest.mark.parametrize("latest", range(0, 101, 5))
def test_the_range_never_falls_back_and_never_passes_everything(latest: int) -> None:
    found = feasibility(Fraction(1), shares(latest))
    assert found.low is not None
    assert found.high is not None
    assert Fraction(latest, 100) <= found.low <= found.high <= 1


@pytest.mark.parametrize(("target", "history"), [(Fraction(11, 10), []), (Fraction(1), [Fraction(-1, 10)])])
def test_what_is_no_share_is_refused(target: Fraction, history: list[Fraction]) -> None:
    with pytest.raises(ValueError, match="between"):
        feasibility(target, history)


def test_the_tolerance_belongs_to_the_target() -> None:
    assert feasibility_problem(standard(Fraction(1), Fraction(20, 100)), shares(70)) is None
    assert feasibility_problem(standard(Fraction(1)), shares(70)) is not None


@pytest.mark.parametrize("history", [(), (70,), (96,)])
def test_nothing_is_said_of_a_target_within_reach(history: tuple[int, ...]) -> None:
    assert feasibility_problem(standard(Fraction(76, 100)), shares(*history)) is None


def test_the_designer_is_told_what_can_be_asked_for() -> None:
    problem = feasibility_problem(standard(Fraction(1)), [Fraction(2, 3)])
    assert problem is not None
    assert (problem.place.line, problem.place.element) == (7, "standards.answered")
    text = problem_text(problem, Language.EN)
    assert "100%" in text.sentence
    assert "66.7%" in text.sentence
    assert "71.7% to 76.6%" in text.remedy
    assert "71.7%" in problem_text(problem, Language.ZH).remedy
