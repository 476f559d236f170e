"""The text form of deviations: what it means and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.errors import InputRefused
from engine.simulation.specification import DeviationSpec, Injection, read_deviations


def codes(text: str) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        read_deviations(text)
    return [problem.code for problem in refused.value.problems]


def test_shares_are_decimals_or_percentages() -> None:
    spec = read_deviations("skip:0.1, late:5%")
    assert spec.shares == ((Injection.SKIP, Fraction(1, 10)), (Injection.LATE, Fraction(1, 20)))


def test_chinese_punctuation_is_understood() -> None:
    assert read_deviations("skip：0.1，swap：0.2") == read_deviations("skip:0.1,swap:0.2")


def test_an_empty_text_asks_for_nothing() -> None:
    assert read_deviations("  ") == DeviationSpec()


def test_text_form_reads_back() -> None:
    spec = read_deviations("skip:0.125,out-of-place:12.5%,plan:0")
    assert read_deviations(str(spec)) == spec


def test_every_problem_is_reported_at_once() -> None:
    assert codes("skip,lose:0.1,swap:lots,late:0.1,late:0.2") == [
        "simulate.not-a-deviation",
        "simulate.unknown-deviation",
        "simulate.not-a-share",
        "simulate.deviation-twice",
    ]


@pytest.mark.parametrize("share", ["", "-0.1", "1.01", "101%", "1/3", "nan", "inf", "1e-3", "0.5.5", "٣", "0" * 30])
def test_what_is_no_share_is_refused(share: str) -> None:
    assert codes(f"skip:{share}") == ["simulate.not-a-share"]


def test_shares_above_one_are_refused() -> None:
    assert codes("skip:0.6,swap:0.6") == ["simulate.shares-above-one"]


def test_counts_round_halves_up_and_never_exceed_the_cases() -> None:
    assert read_deviations("skip:0.05,swap:0.5,late:0.45").counts(10) == {
        Injection.SKIP: 1,
        Injection.SWAP: 5,
        Injection.LATE: 4,
    }
