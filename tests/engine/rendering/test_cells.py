"""Cells: what is printed, and the number that is the same."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.rendering.cells import Cells
from engine.rendering.wording import Wording
from engine.vocabulary import Language

CELLS = Cells(Wording(Language.EN))


@pytest.mark.parametrize(
    ("change", "text", "value"),
    [
        (Fraction(5, 2), "+2.5", 2.5),
        (Fraction(-5, 2), "−2.5", -2.5),
        (Fraction(0), "±0.0", 0.0),
        (Fraction(-1, 1000), "−0.0", 0.0),
    ],
)
def test_a_change_has_its_sign(change: Fraction, text: str, value: float) -> None:
    cell = CELLS.change(change)
    assert (cell.text, cell.value) == (text, value)


def test_only_all_is_all() -> None:
    assert (CELLS.share(Fraction(9999, 10000)).text, CELLS.share(Fraction(9999, 10000)).value) == ("99.9 %", 0.999)
    assert (CELLS.score(Fraction(99999, 1000)).text, CELLS.score(Fraction(100)).text) == ("99.9", "100")


def test_points_keep_both_digits() -> None:
    assert (CELLS.points(1205).text, CELLS.points(1205).value) == ("12.05", 12.05)


def test_nothing_is_said_of_what_is_not_there() -> None:
    assert [bool(cell.value) for cell in (CELLS.share(None), CELLS.change(None), CELLS.score(None))] == [False] * 3
    assert not CELLS.score(None)
    assert CELLS.interval((-2.04, 3.0)).text == "−2.0 … 3.0"
