from __future__ import annotations

from fractions import Fraction

from engine.vocabulary import Dimension
from tests.engine.assessment.making import LINE, assessed, process

SEVEN_TO_THREE = "weights: {intake: {weight: 3, steps: [a, b]}, delivery: {weight: 7, steps: [c, d]}}"
ONE_GROUP = "weights: {intake: {weight: 3, steps: [a]}}"


def test_intake_three_delivery_seven() -> None:
    one = assessed(process(LINE, SEVEN_TO_THREE), "a b d").dimension(Dimension.COMPLETENESS)
    assert one.score == Fraction(100 * (3 * 2 + 7 * 1), 2 * 10) == 65
    assert [(g.group, g.weight, g.numerator, g.denominator) for g in one.groups] == [
        ("intake", 3, 2, 2),
        ("delivery", 7, 1, 2),
    ]


def test_points_are_shares_of_the_weighted_gap() -> None:
    one = assessed(process(LINE, SEVEN_TO_THREE), "b d").dimension(Dimension.COMPLETENESS)
    assert one.score == 50
    assert [(f.steps, f.group, f.lost, f.points) for f in one.findings] == [
        (("c",), "delivery", 1, 3500),
        (("a",), "intake", 1, 1500),
    ]


def test_a_deviation_over_two_groups_loses_in_each() -> None:
    one = assessed(process(LINE, SEVEN_TO_THREE), "a d").dimension(Dimension.COMPLETENESS)
    assert {(f.steps, f.group, f.lost) for f in one.findings} == {(("b",), "intake", 1), (("c",), "delivery", 1)}


def test_groups_without_units_do_not_count() -> None:
    one = assessed(process(LINE, SEVEN_TO_THREE), "a b zzz").dimension(Dimension.ORDERING)
    assert one.score == Fraction(200, 3)
    assert [g.group for g in one.groups] == ["intake"]


def test_an_unknown_event_weighs_like_the_work_before_it() -> None:
    found = assessed(process(LINE, SEVEN_TO_THREE), "zzz a b c zzz zzz d").dimension(Dimension.ORDERING)
    assert [(f.group, f.lost) for f in found.findings] == [("delivery", 2), ("intake", 1)]


def test_a_case_of_unknown_events_alone_is_in_the_rest() -> None:
    one = assessed(process(LINE, SEVEN_TO_THREE), "zzz", "a b c d").dimension(Dimension.ORDERING)
    assert [(g.group, g.weight, g.denominator) for g in one.groups] == [
        ("intake", 3, 2),
        ("delivery", 7, 2),
        ("", 1, 1),
    ]


def test_steps_in_no_group_are_a_group_of_weight_one() -> None:
    one = assessed(process(LINE, ONE_GROUP), "a b").dimension(Dimension.COMPLETENESS)
    assert one.score == 100 * (3 + Fraction(1, 3)) / 4


def test_a_standard_counts_in_the_group_of_its_last_step() -> None:
    rest = f"{SEVEN_TO_THREE}\nstandards: {{s: {{precedence: [b, c]}}, t: {{response: [a, b]}}}}"
    one = assessed(process(LINE, rest), "a b c d").dimension(Dimension.ORDERING)
    assert [(g.group, g.denominator) for g in one.groups] == [("intake", 3), ("delivery", 3)]


def test_the_weighted_interval_of_equal_groups_holds_the_score() -> None:
    one = assessed(process(LINE, SEVEN_TO_THREE), "a b d", "a b c d", "a c d").dimension(Dimension.COMPLETENESS)
    assert one.score is not None
    assert one.interval is not None
    assert one.interval[0] < float(one.score) < one.interval[1]
