"""Times as designers write them."""

from __future__ import annotations

import pytest

from engine.definitions.durations import days_of, is_nothing, parse_time_span
from engine.definitions.standards import TimeUnit

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("30s", TimeUnit.CLOCK, 30 * SECOND),
        ("7m", TimeUnit.CLOCK, 7 * MINUTE),
        ("2 h", TimeUnit.CLOCK, 2 * HOUR),
        ("14d", TimeUnit.CLOCK, 14 * DAY),
        ("1h30m", TimeUnit.CLOCK, 90 * MINUTE),
        (" 1 day 2 hours ", TimeUnit.CLOCK, 26 * HOUR),
        ("7 分钟", TimeUnit.CLOCK, 7 * MINUTE),
        ("2小时30分", TimeUnit.CLOCK, 150 * MINUTE),
        ("3天", TimeUnit.CLOCK, 3 * DAY),
        ("6 workhours", TimeUnit.WORKING, 6 * HOUR),
        ("1 workhour 30 workminutes", TimeUnit.WORKING, 90 * MINUTE),
        ("4工作小时", TimeUnit.WORKING, 4 * HOUR),
        ("5 workdays", TimeUnit.WORKDAYS, 5),
        ("1 workday", TimeUnit.WORKDAYS, 1),
        ("5个工作日", TimeUnit.WORKDAYS, 5),
        ("0m", TimeUnit.CLOCK, 0),
        ("same day", TimeUnit.DAYS, 0),
        ("same  day", TimeUnit.DAYS, 0),
        ("当天", TimeUnit.DAYS, 0),
        ("当日", TimeUnit.DAYS, 0),
        ("next day", TimeUnit.DAYS, 1),
        ("次日", TimeUnit.DAYS, 1),
        ("1 calendar day", TimeUnit.DAYS, 1),
        ("3 calendar  days", TimeUnit.DAYS, 3),
        ("3个自然日", TimeUnit.DAYS, 3),
        ("same workday", TimeUnit.WORKDAYS, 0),
        ("同一工作日", TimeUnit.WORKDAYS, 0),
        ("next workday", TimeUnit.WORKDAYS, 1),
        ("下一工作日", TimeUnit.WORKDAYS, 1),
    ],
)
def test_what_a_time_means(text: str, unit: TimeUnit, amount: int) -> None:
    span = parse_time_span(text)
    assert span is not None
    assert (span.text, span.unit, span.amount) == (text.strip(), unit, amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "m",
        "7x",
        "-7m",
        "1.5h",
        "30m1h",
        "1h1h",
        "1 workday 2h",
        "2 workdays 1 workhour",
        "1h 30",
        "７m x",
        "1" * 13 + "s",
        "Same day",
        "same",
        "same days",
        "1 calendar",
        "1 calendar day 2h",
        "2h same day",
        "1 work day",
        "1 h day",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert parse_time_span(text) is None


@pytest.mark.parametrize(
    ("text", "days"), [("36h", 1.5), ("5 workdays", 5), ("12 workhours", 0.5), ("2 calendar days", 2), ("same day", 0)]
)
def test_days_for_limits(text: str, days: float) -> None:
    span = parse_time_span(text)
    assert span is not None
    assert days_of(span) == days


@pytest.mark.parametrize(("text", "nothing"), [("0m", True), ("0 workdays", True), ("same day", False), ("1s", False)])
def test_the_same_day_is_a_time_and_nothing_is_none(text: str, nothing: bool) -> None:  # noqa: FBT001
    span = parse_time_span(text)
    assert span is not None
    assert is_nothing(span) is nothing
