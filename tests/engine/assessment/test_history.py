"""What was reached before decides which target is feasible."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from engine.assessment.history import MOST_PERIODS, TargetHistory, first_day, target_histories
from engine.definitions.standards import Period
from engine.logs.log import Log
from engine.review.feasibility import FeasibilityVerdict
from tests.engine.assessment.making import process
from tests.oracles.small_logs import log

FLOW = "nodes: {start: start, a: {step: A}, b: {step: B}, end: end}\nedges: [start -> a -> b -> end]"
MONTH = 31 * 24


def month(number: int, kept: int, of: int = 10) -> list[str]:
    """Cases of one month, some of which keep a limit of an hour."""
    return [f"a@{MONTH * number + k} b@{MONTH * number + k + (0.5 if k < kept else 2)}" for k in range(of)]


def history(log_: Log, share: str) -> TargetHistory:
    made = process(FLOW, f"standards: {{quick: {{response: [a, b], within: 1h, share: {share}}}}}")
    (found,) = target_histories(made, log_)
    return found


def test_the_shares_of_months_are_the_history() -> None:
    found = history(log(*month(0, 6), *month(1, 7), *month(3, 8)), "90%")
    assert found.begins == (date(2026, 3, 1), date(2026, 4, 1), date(2026, 6, 1))
    assert found.shares == (Fraction(6, 10), Fraction(7, 10), Fraction(8, 10))
    assert found.period is Period.MONTH


def test_a_target_never_reached_is_said_to_be_one() -> None:
    found = history(log(*month(0, 7), *month(1, 7)), "100%")
    assert found.found.verdict is FeasibilityVerdict.OUT_OF_REACH
    assert found.problem is not None
    assert (found.problem.values["standard"], found.problem.values["latest"]) == ("quick", "70%")


def test_a_target_that_was_reached_is_no_problem() -> None:
    found = history(log(*month(0, 9), *month(1, 8)), "90%")
    assert (found.found.verdict, found.problem) == (FeasibilityVerdict.FEASIBLE, None)


def test_without_an_instance_nothing_is_known() -> None:
    found = history(log("b", "b"), "90%")
    assert (found.shares, found.found.verdict, found.problem) == ((), FeasibilityVerdict.UNKNOWN, None)


def test_only_the_latest_periods_count() -> None:
    cases = [case for number in range(MOST_PERIODS + 2) for case in month(number, 1, of=1)]
    assert len(history(log(*cases), "90%").shares) == MOST_PERIODS


@pytest.mark.parametrize(
    ("period", "first"),
    [
        (Period.DAY, date(2026, 8, 13)),
        (Period.WEEK, date(2026, 8, 10)),
        (Period.MONTH, date(2026, 8, 1)),
        (Period.QUARTER, date(2026, 7, 1)),
        (Period.YEAR, date(2026, 1, 1)),
    ],
)
def test_a_period_begins_on_its_first_day(period: Period, first: date) -> None:
    assert first_day(period, date(2026, 8, 13)) == first
    assert first_day(period, first) == first
