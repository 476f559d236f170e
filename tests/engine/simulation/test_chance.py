"""Choices repeat, and are as likely as they say."""

from __future__ import annotations

from collections import Counter
from statistics import median

from engine.simulation.chance import Chance


def test_same_words_give_the_same_numbers_on_every_platform() -> None:
    chance = Chance(7, "case", 12)
    assert [round(chance.share(), 12) for _ in range(3)] == [0.02376083834, 0.001217586069, 0.531036739107]


def test_other_words_give_other_numbers() -> None:
    assert Chance(7, "case", 12).share() != Chance(7, "case", 13).share()


def test_weighted_choice_follows_the_weights() -> None:
    chance = Chance("weights")
    counts = Counter(chance.weighted([1.0, 0.0, 3.0]) for _ in range(4_000))
    assert counts[1] == 0
    assert 2.6 < counts[2] / counts[0] < 3.4


def test_durations_lie_around_the_median_and_lean_to_the_right() -> None:
    chance = Chance("durations")
    drawn = [chance.around(100.0, 0.3) for _ in range(4_000)]
    assert 97 < median(drawn) < 103
    assert sum(drawn) / len(drawn) > median(drawn)
    assert min(drawn) > 0


def test_shuffle_keeps_every_item_and_reaches_every_order() -> None:
    chance, orders = Chance("orders"), set()
    for _ in range(200):
        items = ["a", "b", "c"]
        chance.shuffle(items)
        orders.add("".join(items))
    assert orders == {"abc", "acb", "bac", "bca", "cab", "cba"}


def test_a_number_below_one_is_zero() -> None:
    chance = Chance("one")
    assert {chance.below(1) for _ in range(50)} == {0}
