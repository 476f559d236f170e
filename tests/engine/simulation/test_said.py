"""Attributes as users write them: what each form means, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputRefused
from engine.limits import Limits
from engine.simulation.said import MOST_VALUES, read_attributes
from engine.simulation.values import Choice, Draw, Number, Reference

STEPS = {"collect", "analyse"}


@pytest.mark.parametrize(
    ("text", "key", "draw"),
    [
        ("answers=10..60", "answers", Number(Fraction(10), Fraction(60))),
        ("case.answers = -1 .. 2.50", "answers", Number(Fraction(-1), Fraction(5, 2), 2)),
        ("channel=phone|app", "channel", Choice(("phone", "app"))),
        ("booked=true:3|false:7.5", "booked", Choice((True, False), (3.0, 7.5))),
        ("region=north|", "region", Choice(("north", None))),
        ("level=1|2.5|三", "level", Choice((1, 2.5, "三"))),
        ("code='007'|\"1..2\"", "code", Choice(("007", "1..2"))),
        ("at='08:30'", "at", Choice(("08:30",))),
        ("number=1234567890123456", "number", Choice(("1234567890123456",))),
        ("collect.sheet=sheet*", "collect.sheet", Reference("sheet")),
        ("nothing=", "nothing", Choice((None,))),
        ("formula=a=b", "formula", Choice(("a=b",))),
    ],
)
def test_each_form_has_its_meaning(text: str, key: str, draw: Draw) -> None:
    found = read_attributes([text], STEPS)
    assert found == {key: draw}
    assert [type(value) for value in getattr(found[key], "values", ())] == [
        type(value) for value in getattr(draw, "values", ())
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("answers", "simulate.not-an-attribute"),
        ("=1..2", "simulate.not-an-attribute"),
        ("collect.=1..2", "simulate.not-an-attribute"),
        ("answers=\x00", "simulate.not-an-attribute"),
        ("answers=\udcff", "simulate.not-an-attribute"),
        ("nowhere.sheet=x", "simulate.attribute-of-unknown-step"),
        ("answers=60..10", "simulate.not-a-range"),
        ("answers=..", "simulate.not-a-range"),
        ("answers=1..1e9", "simulate.not-a-range"),
        ("answers=1..nan", "simulate.not-a-range"),
        ("answers=0..9999999999999999", "simulate.not-a-range"),
        ("answers=١..٢", "simulate.not-a-range"),
        ("channel=phone:3|app", "simulate.not-weights"),
        ("channel=phone:0|app:0", "simulate.not-weights"),
        ("channel=" + "|".join("x" * (MOST_VALUES + 1)), "simulate.too-many-values"),
        ("n" * 201 + "=1", "simulate.attribute-too-long"),
        ("note=" + "n" * 65536, "simulate.attribute-too-long"),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_attributes([text], STEPS)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_all_problems_are_said_at_once() -> None:
    with pytest.raises(InputRefused) as refused:
        read_attributes(["answers=60..10", "x", "case.a=1", "a=2"], STEPS)
    assert [problem.code.removeprefix("simulate.") for problem in refused.value.problems] == [
        "not-a-range",
        "not-an-attribute",
        "attribute-twice",
    ]


def test_no_more_attributes_than_a_log_may_have() -> None:
    with pytest.raises(InputRefused) as refused:
        read_attributes(["a=1", "b=1"], STEPS, limits=Limits(attribute_keys=1))
    assert refused.value.problems[0].code == "simulate.too-many-attributes"


NUMBERS = st.integers(-(10**9), 10**9)
WORDS = st.text("abc电话", min_size=1, max_size=5)
RANGES = st.tuples(NUMBERS, NUMBERS, st.integers(0, 4)).map(
    lambda drawn: Number(Fraction(min(drawn[:2]), 10 ** drawn[2]), Fraction(max(drawn[:2]), 10 ** drawn[2]), drawn[2])
)
CHOICES = st.lists(WORDS | st.booleans() | NUMBERS, min_size=1, max_size=4).map(lambda values: Choice(tuple(values)))
WEIGHTED = st.lists(st.tuples(WORDS, st.integers(1, 9)), min_size=1, max_size=4).map(
    lambda pairs: Choice(tuple(word for word, _ in pairs), tuple(float(weight) for _, weight in pairs))
)


@given(draw=RANGES | CHOICES | WEIGHTED | WORDS.map(Reference))
def test_what_is_recorded_beside_a_log_can_be_written(draw: Draw) -> None:
    assert read_attributes([f"x={draw.text}"], STEPS) == {"x": draw}
