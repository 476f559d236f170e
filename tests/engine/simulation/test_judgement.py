"""Which standards a case misses, by its plain reading."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from engine.calendars import calendar_named
from engine.definitions.flow import Flow
from engine.definitions.rules import AllOf, Count, Fields, RequiredField, Response, Rule, Together
from engine.definitions.standards import Standard, StandardKind, TimeSpan, TimeUnit
from engine.definitions.titles import Title
from engine.simulation.hours import HOUR, Hours
from engine.simulation.judgement import missed_standards
from engine.simulation.shifts import Shifts
from engine.simulation.world import Performed
from engine.vocabulary import Dimension
from tests.simple_rules import simple_rule

ALWAYS = Shifts(Hours(calendar_named("clock"), first=date(2026, 3, 2)))
TWO_HOURS = TimeSpan("2h", TimeUnit.CLOCK, 2 * HOUR)


def misses(
    kind: StandardKind,
    events: str,
    *,
    least: TimeSpan | None = None,
    most: TimeSpan | None = None,
    beside: tuple[int, ...] = (),
    ended: bool = True,
) -> bool:
    """Whether a case misses a standard on steps a and b; ``a1-3`` is a, from one to three o'clock."""
    steps = {StandardKind.DURATION: ("a",), StandardKind.CYCLE_TIME: ()}.get(kind, ("a", "b"))
    title = Title("", "")
    standard = Standard(
        "it", title, simple_rule(kind, steps, least, most), Fraction(1), Fraction(0), Dimension.EFFICIENCY
    )
    flow = Flow("flow", title, None, None, {}, (), (), (standard,))
    spans = [(event[0], [int(hour) * HOUR for hour in event[1:].split("-")]) for event in events.split()]
    performed = [Performed(activity, start, end, None) for activity, (start, end) in spans]
    return missed_standards(flow, performed, ALWAYS, beside=beside, ended=ended) == ("it",)


def misses_rule(rule: Rule, activities: str, *, beside: tuple[int, ...] = (), when: str | None = None) -> bool:
    """Whether a case of one-letter activities, an hour each, misses a standard."""
    title = Title("", "")
    standard = Standard("it", title, rule, Fraction(1), Fraction(0), Dimension.EFFICIENCY, when=when)
    flow = Flow("flow", title, None, None, {}, (), (), (standard,))
    performed = [Performed(a, hour * HOUR, (hour + 1) * HOUR, None) for hour, a in enumerate(activities)]
    return missed_standards(flow, performed, ALWAYS, beside=beside) == ("it",)


@pytest.mark.parametrize(
    ("rule", "kept", "missed"),
    [
        (Count("a", at_least=2), "aba", "ab"),
        (Count("a", at_most=1), "ab", "aba"),
        (Count("a", 1, 2), "aa", "aaa"),
        (AllOf(("a", "b"), "c"), "bac", "acb"),
        (AllOf(("a", "b"), "c"), "ab", "cab"),
        (Together(("a", "b")), "bca", "bc"),
        (Together(("a", "b")), "c", "a"),
    ],
)
def test_what_belongs_together_is_there(rule: Rule, kept: str, missed: str) -> None:
    assert not misses_rule(rule, kept)
    assert misses_rule(rule, missed)


def test_events_beside_the_run_count_and_ask_for_nothing() -> None:
    assert misses_rule(Count("a", at_most=1), "aa", beside=(1,))
    assert not misses_rule(AllOf(("a", "b"), "c"), "c", beside=(0,))
    assert not misses_rule(AllOf(("a", "b"), "c"), "abc", beside=(0, 1))
    assert not misses_rule(Together(("a", "b")), "a", beside=(0,))


def test_a_condition_without_an_answer_asks_for_nothing() -> None:
    assert not misses_rule(Count("a", at_least=1), "b", when="case.x")


def test_a_field_that_is_not_there_is_missing() -> None:
    assert misses_rule(Fields("a", (RequiredField("x"),)), "a")
    assert not misses_rule(Fields("a", (RequiredField("x"),)), "b")


def test_a_limit_of_the_same_day_ends_at_midnight() -> None:
    same_day = Response("a", "b", TimeSpan("same day", TimeUnit.DAYS, 0))
    assert not misses_rule(same_day, "a" + 21 * "c" + "b")  # completed at 01:00 and at 23:00
    assert misses_rule(same_day, "a" + 22 * "c" + "b")  # at midnight the next day has begun


@pytest.mark.parametrize(("events", "late"), [("a1-3", False), ("a1-4", True), ("b1-9", False)])
def test_a_step_may_take_no_longer_than_its_maximum(events: str, late: bool) -> None:  # noqa: FBT001
    assert misses(StandardKind.DURATION, events, most=TWO_HOURS) is late


@pytest.mark.parametrize(("events", "short"), [("a1-3", False), ("a1-2", True)])
def test_a_step_may_take_no_less_than_its_minimum(events: str, short: bool) -> None:  # noqa: FBT001
    assert misses(StandardKind.DURATION, events, least=TWO_HOURS) is short


def test_an_event_beside_the_run_asks_for_nothing() -> None:
    assert not misses(StandardKind.DURATION, "a1-3 a3-9", most=TWO_HOURS, beside=(1,))
    assert not misses(StandardKind.RESPONSE, "b0-1 a1-3", beside=(1,))


def test_an_event_beside_the_run_still_answers() -> None:
    assert not misses(StandardKind.RESPONSE, "a0-1 b1-3", beside=(1,))


@pytest.mark.parametrize(
    ("events", "missed"), [("a0-1 b2-3", False), ("a0-1 b2-4", True), ("a0-1", True), ("b0-1", False)]
)
def test_a_response_comes_in_time(events: str, missed: bool) -> None:  # noqa: FBT001
    assert misses(StandardKind.RESPONSE, events, most=TWO_HOURS) is missed


@pytest.mark.parametrize(("events", "missed"), [("a0-1 b1-2", False), ("b0-1 a1-2", True), ("a0-1", False)])
def test_a_precedence_is_kept(events: str, missed: bool) -> None:  # noqa: FBT001
    assert misses(StandardKind.PRECEDENCE, events) is missed


def test_the_cycle_runs_from_the_first_start_to_the_last_completion() -> None:
    assert not misses(StandardKind.CYCLE_TIME, "a0-1 b1-2", most=TWO_HOURS)
    assert misses(StandardKind.CYCLE_TIME, "b1-2 a0-3", most=TWO_HOURS)


def test_a_case_without_an_end_misses_its_cycle_time() -> None:
    assert misses(StandardKind.CYCLE_TIME, "a0-1", most=TWO_HOURS, ended=False)
