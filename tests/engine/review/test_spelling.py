"""What an attribute holds, in a few words; and every attribute that can differ has a name in both languages."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import get_args

import pytest

from engine.calendars.days import DayOfYear, DayRange
from engine.definitions import rules
from engine.definitions.flow import (
    Boundary,
    Edge,
    Node,
    NodeKind,
    Plan,
    Repeat,
    Season,
    Trigger,
    TriggerKind,
    WeightGroup,
)
from engine.definitions.rules import AttributeRef, AuthorityLimit, Level, RequiredField, SecondTier, TimeSpan, TimeUnit
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from engine.messages.catalogue import has_text
from engine.review.difference import _NOT_COMPARED, _OF_THE_FLOW
from engine.review.spelling import number_text, spelled
from engine.vocabulary import Language

DAYS = TimeSpan("5 workdays", TimeUnit.WORKDAYS, 5)
RINGS = Level(AttributeRef("answer", "rings"), at_most=Fraction(3))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ((), "–"),
        ("", "–"),
        (True, "true"),
        (3, "3"),
        ("case.x > 1", "case.x > 1"),
        (("a", "b"), "a, b"),
        (Fraction(96, 100), "96%"),
        (Fraction(1, 3), "100/3%"),
        (date(2026, 3, 1), "2026-03-01"),
        (NodeKind.EVENT_BASED, "event-based"),
        (DAYS, "5 workdays"),
        (AttributeRef(None, "promised"), "case.promised"),
        (Title("Survey", "调查"), "Survey / 调查"),
        (Title("Survey", "Survey"), "Survey"),
        (Trigger(TriggerKind.TIMER, "7d"), "timer: 7d"),
        (Trigger(TriggerKind.ERROR, ""), "error: –"),
        (SecondTier(DAYS), "5 workdays, 100%"),
        ((RequiredField("colour", ("red", "blue")), RequiredField("plate")), "colour (red | blue), plate"),
        ((AuthorityLimit("advisor", Fraction(500)), AuthorityLimit("director", None)), "advisor: 500, director: ∞"),
        (Boundary("a"), "a"),
        (Boundary("a", interrupting=False), "a (interrupting: false)"),
        (Repeat(1, 3), "1…3"),
        (Repeat(0, None, parallel=True), "0…∞ (parallel)"),
        ((DayRange(DayOfYear(1, 20), DayOfYear(2, 5, 2027)),), "01-20…2027-02-05"),
        (RINGS, "level: answer.rings, at-most 3"),
        (rules.Response("a", "b", DAYS), "response: a, b, within 5 workdays"),
    ],
)
def test_values_are_spelled_as_in_a_flow_file(value: object, text: str) -> None:
    assert spelled(value) == text


def test_a_level_is_a_number_and_no_share() -> None:
    assert spelled(Fraction(5, 2), of=RINGS) == "2.5"
    assert number_text(Fraction(1, 3)) == "1/3"


@pytest.mark.parametrize("language", Language)
def test_every_attribute_that_can_differ_has_a_name(language: Language) -> None:
    kinds = (Node, Edge, Standard, Plan, WeightGroup, Season, Title, *get_args(rules.Rule))
    names = {field.name for kind in kinds for field in fields(kind)} - _NOT_COMPARED | {*_OF_THE_FLOW}
    assert sorted(name for name in names if not has_text(f"attribute.{name}", language)) == []
