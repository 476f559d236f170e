"""Conditions are CEL about the case."""

from __future__ import annotations

import pytest

from engine.definitions.condition_names import NamesUsed
from engine.definitions.conditions import check_condition, compiled_condition, names_used


@pytest.mark.parametrize(
    "text",
    ["case.answers >= 30", "case.booked", "!case.booked && case.km > 5000", "case['预约'] == '是'", "has(case.part)"],
)
def test_conditions(text: str) -> None:
    assert check_condition(text) is None


@pytest.mark.parametrize("text", ["", "case.", "case.预约", "answers >= 30", "case.a = 1", "\ud800", "(" * 500])
def test_what_does_not_compile_has_a_reason(text: str) -> None:
    fault = check_condition(text)
    assert fault is not None
    assert fault.reason
    assert "\n" not in fault.reason


@pytest.mark.parametrize(("text", "kind"), [("1 + 1", "INT"), ("'yes'", "STRING"), ("size(case)", "INT")])
def test_what_is_not_true_or_false_is_named(text: str, kind: str) -> None:
    fault = check_condition(text)
    assert fault is not None
    assert fault.found_type == kind


def test_events_are_asked_about_only_where_there_is_one() -> None:
    fault = check_condition("event.flag && case.booked")
    assert fault is not None
    assert "event" in fault.reason
    assert check_condition("event.flag && case.booked", about_event=True) is None


@pytest.mark.parametrize(
    ("text", "case", "event", "whole"),
    [
        ("case.a >= 30 && has(case.b)", "a b", "", ""),
        ("case['预约'] == '是'", "预约", "", ""),
        ('case["case.x"] == "case.y"', "case.x", "", ""),
        ("case.a.b.c == event.d[0]", "a", "d", ""),
        ("case.on ? event.b > 1.5 : event.c in ['x', case.d]", "on d", "b c", ""),
        ("{'k': case.q}.k == [event.w][0]", "q", "w", ""),
        ("case.items.exists(x, x == event.y)", "items", "y", ""),
        ("case.items.exists(case, case.z > event.y)", "items", "y", ""),
        ("event[case.key] == 1", "key", "", "event"),
        ("size(case) > 3", "", "", "case"),
        ("case.name.startsWith(event.letter)", "name", "letter", ""),
        ("true", "", "", ""),
    ],
)
def test_the_attributes_that_a_condition_reads(text: str, case: str, event: str, whole: str) -> None:
    expected = NamesUsed(frozenset(case.split()), frozenset(event.split()), frozenset(whole.split()))
    assert names_used(text) == expected


@pytest.mark.parametrize(
    ("text", "case", "holds"),
    [
        ("case.n > 3", {"n": 4}, True),
        ("case.n > 3", {"n": 2.5}, False),
        ("case.n > 3", {"n": "4"}, None),
        ("case.n > 3", {"n": None}, None),
        ("case.n > 3", {}, None),
        ("case.n > 3 || case.urgent", {"urgent": True}, True),
        ("case.flag", {"flag": "yes"}, None),
        ("has(case.n)", {}, False),
        ("case.name == 'x'", {"name": "\ud800"}, None),
        ("timestamp(case.at) < timestamp('2026-05-01T00:00:00Z')", {"at": "2026-05-01T07:30:00+08:00"}, True),
        ("timestamp(case.at) < timestamp('2026-05-01T00:00:00Z')", {"at": "soon"}, None),
    ],
)
def test_a_condition_holds_or_not_or_has_no_answer(text: str, case: dict[str, object], holds: bool | None) -> None:  # noqa: FBT001
    assert compiled_condition(text).holds(case) is holds


def test_a_condition_about_an_event() -> None:
    condition = compiled_condition("event.amount > case.agreed")
    assert condition.holds({"agreed": 5}, {"amount": 6}) is True
    assert condition.holds({"agreed": 5}) is None


@pytest.mark.parametrize("text", ["case.", "1 + 1"])
def test_what_is_no_condition_is_not_compiled(text: str) -> None:
    with pytest.raises(ValueError, match=r"Syntax|INT"):
        compiled_condition(text)
