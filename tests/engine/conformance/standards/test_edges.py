"""Logs at the edge: what is empty, not there yet, exactly at the limit, or on the border of two days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

from engine.calendars import Calendar
from engine.calendars.days import DayOfYear, DayRange
from engine.conformance.standards.clocks import Clock
from engine.conformance.standards.evaluation import evaluate
from engine.definitions.durations import parse_time_span
from engine.definitions.flow import Season
from engine.definitions.rules import (
    AttributeRef,
    Count,
    CycleTime,
    Deadline,
    Fields,
    Holds,
    LeadTime,
    Level,
    PerformedBy,
    Precedence,
    Rating,
    RequiredField,
    Response,
    Rule,
    TimeSpan,
)
from engine.definitions.titles import Title
from tests.engine.conformance.standards.making import event, facts_of, judge, results, standard
from tests.oracles.small_logs import hours
from tests.oracles.standards.facts import Value

PROMISED = AttributeRef(None, "promised")
DECOMPOSED = "Andre\u0301"
COMPOSED = "Andr\u00e9"


def span(text: str) -> TimeSpan:
    found = parse_time_span(text)
    assert found is not None
    return found


HOUR = span("1h")


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        (Response("a", "b", HOUR), {}),
        (CycleTime(None, HOUR), {}),
        (Deadline("b", PROMISED), {"promised": hours(1)}),
        (LeadTime("b", PROMISED, HOUR), {"promised": hours(2)}),
    ],
)
def test_a_limit_that_ends_now_has_not_passed(rule: Rule, case: dict[str, Value]) -> None:
    assert judge(rule, event("a", 0), case=case or None, closed=False, now=1) == ["not-due"]
    assert judge(rule, event("a", 0), case=case or None, closed=False, now=1 + 1e-6) == ["late"]


@pytest.mark.parametrize("when", ["case.flag", "case.flag && event.note == 'x'"])
def test_what_is_not_due_stays_so_while_its_condition_cannot_be_told(when: str) -> None:
    rule = standard(Response("a", "b", HOUR), when=when)
    outcomes = [
        results(evaluate([rule], facts_of([event("a", 0)], values=[{"flag": None}], closed=closed, now=now)))
        for closed, now in ((False, 0.5), (False, 2), (True, 2))
    ]
    assert outcomes == [["not-due"], ["no-evidence"], ["no-evidence"]]


@pytest.mark.parametrize(
    "rule",
    [Level(AttributeRef(None, "csat"), Fraction(4)), Rating(AttributeRef(None, "csat"), ("bad", "good"), "good")],
)
def test_a_value_of_an_open_case_that_has_not_come_is_not_due(rule: Rule) -> None:
    outcomes = [
        judge(rule, event("a", 0), case={"csat": said}, closed=closed)
        for said, closed in ((None, False), (" ", False), (None, True), ("odd", False))
    ]
    assert outcomes == [["not-due"], ["not-due"], ["no-evidence"], ["no-evidence"]]


@pytest.mark.parametrize("nothing", [None, "", "  ", float("nan"), float("inf")])
def test_what_is_no_value_is_not_there_for_conditions_either(nothing: Value) -> None:
    other = "x" if isinstance(nothing, str) else None
    events = event("a", 0, note=nothing), event("b", 1, note=other)
    assert judge(Holds("a", "has(event.note)"), *events) == ["wrong-value"]
    assert judge(Holds("a", "event.note != 'x'"), *events) == ["no-evidence"]


def test_words_are_compared_in_one_normal_form() -> None:
    fields = Fields("a", (RequiredField("by", (COMPOSED,)),))
    assert judge(fields, event("a", 0, by=DECOMPOSED)) == ["met"]
    assert judge(Rating(AttributeRef("a", "by"), ("x", COMPOSED), COMPOSED), event("a", 0, by=DECOMPOSED)) == ["met"]


def test_events_at_one_moment_stand_in_the_order_of_the_log() -> None:
    assert judge(Precedence("a", "b"), event("a", 1), event("b", 1)) == ["met"]
    assert judge(Precedence("a", "b"), event("b", 1), event("a", 1)) == ["wrong-order"]
    assert judge(Response("a", "b", HOUR), event("a", 1), event("b", 1)) == ["met"]


def test_a_time_that_goes_backwards_took_no_time() -> None:
    assert judge(Response("a", "b", HOUR), event("a", 5), event("b", 1)) == ["met"]


def test_a_repeated_step_has_an_instance_each_time_and_a_promise_looks_at_the_first() -> None:
    assert judge(Response("a", "b", HOUR), event("a", 0), event("a", 3), event("b", 3.5)) == ["late", "met"]
    assert judge(Deadline("a", PROMISED), event("a", 0), event("a", 9), case={"promised": hours(1)}) == ["met"]


def test_a_promise_beyond_a_holiday_is_counted_in_working_days_after_it() -> None:
    before = datetime(2026, 9, 30, 9, tzinfo=UTC)  # the holiday is 1 to 7 October
    rule = Response("a", "b", span("1 workday"))
    for day, outcome in ((8, "met"), (9, "late")):
        done = event("b", datetime(2026, 10, day, 9, tzinfo=UTC))
        assert judge(rule, event("a", before), done, calendar="china-office") == [outcome]


def test_a_day_on_which_the_clocks_change_is_one_day() -> None:
    day = ((0, 24 * 60),)
    calendar = Calendar("berlin", "Europe/Berlin", (day,) * 7)
    clock = Clock(np.datetime64("NaT", "us"), (calendar,))
    begin = np.array(["2026-03-28T23:30", "2026-10-24T22:30"], dtype="datetime64[us]")
    same_day = begin + np.array([22 * 3600 + 29 * 60, 24 * 3600 + 29 * 60], dtype="timedelta64[s]")
    next_day = begin + np.array([22 * 3600 + 30 * 60, 24 * 3600 + 30 * 60], dtype="timedelta64[s]")
    assert not clock.exceeds(begin, same_day, span("same day")).any()
    assert clock.exceeds(begin, next_day, span("same day")).all()


def test_a_season_begins_at_midnight_where_the_calendar_is() -> None:
    season = Season("march", Title("March", "三月"), (DayRange(DayOfYear(3, 1), DayOfYear(3, 31)),))
    rule = standard(Count("a", 1), season="march")
    first = datetime(2026, 2, 28, 16, tzinfo=UTC)
    for moment, found in ((first - timedelta(seconds=1), []), (first, ["met"])):
        facts = facts_of([event("a", moment)], calendar="china-office", seasons=[season])
        assert results(evaluate([rule], facts)) == found


def test_nobody_known_is_no_evidence_and_a_stranger_neither() -> None:
    rule = PerformedBy("a", ("advisor",))
    assert judge(rule, event("a", 0)) == ["no-evidence"]
    assert judge(rule, event("a", 0, "somebody")) == ["no-evidence"]
    assert judge(rule, event("a", 0, " SERVICE ADVISOR ")) == ["met"]
    assert judge(rule, event("a", 0, "经理")) == ["wrong-actor"]
