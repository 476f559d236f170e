"""Conditions are CEL about the case."""

from __future__ import annotations

import pytest

from engine.definitions.conditions import check_condition


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
