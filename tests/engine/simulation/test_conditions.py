"""What attributes are drawn from, read off the conditions that speak of them."""

from __future__ import annotations

import pytest

from engine.simulation.chance import Chance
from engine.simulation.conditions import draws_of


@pytest.mark.parametrize(
    "condition", ["case.x <= case.y", "case['x'] > case.y", "case.x < case['y']", "case.x - case.y > 3"]
)
def test_attributes_that_are_compared_with_each_other_are_numbers_on_both_sides(condition: str) -> None:
    draws, chance = draws_of([condition]), Chance(1, "draws")
    drawn = {name: draws["case", name].draw(chance) for name in ("x", "y")}
    assert {type(value) for value in drawn.values()} == {int}


@pytest.mark.parametrize("condition", ["30 <= case.x", "30 <= case['x']", "case['x'] >= 30"])
def test_a_constant_on_either_side_says_what_an_attribute_is(condition: str) -> None:
    draw = draws_of([condition])["case", "x"]
    assert type(draw.draw(Chance(1, "draws"))) is int
