"""Standards held against hand-made events. Cases are hours after Monday 9:00 UTC; ``now`` is in the same hours."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from engine.calendars import calendar_named
from engine.conformance.attributes import Attributes
from engine.conformance.performed import CaseTable, EventTable
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import INSTANCE_COLUMNS
from engine.definitions.durations import parse_time_span
from engine.definitions.standards import Standard, StandardKind
from engine.definitions.titles import Title
from engine.vocabulary import Dimension
from tests.oracles.small_logs import events_of, hours, log, log_of
from tests.simple_rules import simple_rule

STEPS = {"a": 0, "b": 1}


def standard(kind: StandardKind, steps: str = "", *, least: str = "", most: str = "") -> Standard:
    spans = [parse_time_span(text) if text else None for text in (least, most)]
    titles = Title("s", "s")
    share = Fraction(1)
    rule = simple_rule(kind, tuple(steps), spans[0], spans[1])
    return Standard("s", titles, rule, share, Fraction(0), Dimension.EFFICIENCY)


def outcomes(
    rule: Standard, case: str, *, closed: bool = True, ended: bool = True, now: float | None = 100, skip: str = ""
) -> list[str]:
    """Outcome, or what went wrong, of each instance; ``skip`` names positions that do not perform their step."""
    found = log(case)
    performed = np.array([str(i) not in skip for i in range(len(case.split()))], dtype=bool)
    facts = Facts(
        EventTable.of(found, STEPS, performed),
        CaseTable(np.array([closed]), np.array([ended])),
        Attributes.of(found),
        label_of_step=STEPS,
        now=None if now is None else hours(now),
        calendar=calendar_named("office"),
    )
    rows = evaluate([rule], facts)
    return [kind or outcome for outcome, kind in rows.select("outcome", "kind").iter_rows()]


MAXIMUM = standard(StandardKind.DURATION, "a", most="2h")
MINIMUM = standard(StandardKind.DURATION, "a", least="1h")
BETWEEN = standard(StandardKind.DURATION, "a", least="1h", most="2h")
ANSWER = standard(StandardKind.RESPONSE, "ab")
IN_TIME = standard(StandardKind.RESPONSE, "ab", most="5h")
WORKING = standard(StandardKind.RESPONSE, "ab", most="9 workhours")
WORKDAYS = standard(StandardKind.RESPONSE, "ab", most="1 workday")
BEFORE = standard(StandardKind.PRECEDENCE, "ab")
CYCLE = standard(StandardKind.CYCLE_TIME, most="10h")
LONG = standard(StandardKind.CYCLE_TIME, least="2h")


@pytest.mark.parametrize(
    ("rule", "case", "expected"),
    [
        (MAXIMUM, "a@0-2", ["met"]),
        (MAXIMUM, "a@0-2.5", ["late"]),
        (MAXIMUM, "a@1", ["no-evidence"]),
        (MAXIMUM, "a@0-1 b a@3-9", ["met", "late"]),
        (MAXIMUM, "b", []),
        (MINIMUM, "a@0-1", ["met"]),
        (MINIMUM, "a@0-0.5", ["too-short"]),
        (BETWEEN, "a@0-0.5 a@1-2 a@2-5", ["too-short", "met", "late"]),
        (ANSWER, "a b", ["met"]),
        (ANSWER, "a@? b@?", ["met"]),
        (ANSWER, "b a", ["wrong-order"]),
        (ANSWER, "a a b", ["met", "met"]),
        (IN_TIME, "a@0 b@5", ["met"]),
        (IN_TIME, "a@0 b@5.1", ["late"]),
        (IN_TIME, "a@0", ["late"]),
        (IN_TIME, "a@?", ["late"]),
        (IN_TIME, "a@0 b@?", ["no-evidence"]),
        (IN_TIME, "a@? b@1", ["no-evidence"]),
        (IN_TIME, "a@0 b@1 b@9", ["met"]),
        (WORKING, "a@0 b@24", ["met"]),  # eight hours on Monday, none at night
        (WORKING, "a@0 b@26", ["late"]),
        (WORKDAYS, "a@0 b@38.9", ["met"]),  # Tuesday 23:54
        (WORKDAYS, "a@0 b@39", ["late"]),
        (BEFORE, "a b", ["met"]),
        (BEFORE, "b a", ["wrong-order"]),
        (BEFORE, "b a b", ["wrong-order", "met"]),
        (CYCLE, "a@0 zzz@10", ["met"]),
        (CYCLE, "a@0 zzz@11", ["late"]),
        (CYCLE, "a@0-4 b@1-2", ["met"]),
        (CYCLE, "a@? b@3", ["no-evidence"]),
        (CYCLE, "", []),
        (LONG, "a@0 b@1", ["too-short"]),
    ],
)
def test_outcomes_of_closed_cases(rule: Standard, case: str, expected: list[str]) -> None:
    assert outcomes(rule, case) == expected


@pytest.mark.parametrize(
    ("rule", "case", "now", "expected"),
    [
        (ANSWER, "a", 100, ["not-due"]),
        (IN_TIME, "a@0", 5, ["not-due"]),
        (IN_TIME, "a@0", 5.1, ["late"]),
        (IN_TIME, "a@?", 5, ["no-evidence"]),
        (IN_TIME, "a@0", None, ["no-evidence"]),
        (IN_TIME, "a@0 b@9", 9, ["late"]),
        (WORKDAYS, "a@0", 38, ["not-due"]),
        (BEFORE, "b", 1, ["wrong-order"]),
        (CYCLE, "a@0", 9, ["not-due"]),
        (CYCLE, "a@0", 11, ["late"]),
        (CYCLE, "a@0 b@?", 11, ["late"]),
        (CYCLE, "a@0 b@?", 9, ["not-due"]),
        (CYCLE, "a@? b@0", 11, ["no-evidence"]),
        (LONG, "a@0", 1, ["not-due"]),
    ],
)
def test_outcomes_of_open_cases(rule: Standard, case: str, now: float | None, expected: list[str]) -> None:
    assert outcomes(rule, case, closed=False, ended=False, now=now) == expected


def test_a_closed_case_that_never_reached_an_end_missed_its_cycle_time() -> None:
    assert outcomes(CYCLE, "a@0 b@1", ended=False) == ["late"]
    assert outcomes(CYCLE, "a@? b@?", ended=False) == ["late"]


def test_an_open_case_at_its_end_is_judged_by_its_cycle_time() -> None:
    assert outcomes(CYCLE, "a@0 b@1", closed=False, now=50) == ["met"]


def test_an_event_that_performs_nothing_asks_for_nothing_but_counts_as_what_followed() -> None:
    assert outcomes(ANSWER, "a b a", skip="2") == ["met"]
    assert outcomes(ANSWER, "a b", skip="1") == ["met"]
    assert outcomes(BEFORE, "a b", skip="0") == ["met"]


def test_steps_do_not_look_into_the_next_case() -> None:
    found = log("a", "b")
    events, cases = EventTable.of(found, STEPS, np.ones(2, dtype=bool)), CaseTable(*np.ones((2, 2), dtype=bool))
    facts = Facts(events, cases, Attributes.of(found), STEPS, None, calendar_named("office"))
    rows = evaluate([ANSWER, BEFORE], facts)
    assert rows["kind"].to_list() == ["wrong-order", "wrong-order"]


def test_rows_name_the_events_that_show_it() -> None:
    found = log("b a b")
    events = EventTable.of(found, STEPS, np.ones(3, dtype=bool))
    cases = CaseTable(np.array([True]), np.array([True]))
    rows = evaluate([BEFORE], Facts(events, cases, Attributes.of(found), STEPS, None, calendar_named("clock")))
    assert rows.select("case", "first", "second").rows() == [(0, None, 0), (0, 1, 2)]
    assert dict(rows.schema) == INSTANCE_COLUMNS


def with_pending(rule: Standard, case: str, pending: list[bool], *, closed: bool = True, now: float = 100) -> list[str]:
    """Outcome, or what went wrong, of each instance where some events are starts without a completion."""
    count = np.ones(len(pending), dtype=bool)
    found = log_of([events_of(case)])
    events = replace(EventTable.of(found, STEPS, count), pending=np.array(pending))
    cases = CaseTable(np.array([closed]), np.array([False]))
    facts = Facts(events, cases, Attributes.of(found), STEPS, hours(now), calendar_named("clock"))
    rows = evaluate([rule], facts)
    return [kind or outcome for outcome, kind in rows.select("outcome", "kind").iter_rows()]


@pytest.mark.parametrize(
    ("rule", "closed", "now", "expected"),
    [
        (MAXIMUM, False, 1, ["not-due"]),
        (MAXIMUM, False, 3, ["late"]),
        (MAXIMUM, True, 1, ["late"]),
        (MINIMUM, True, 9, ["not-due"]),
        (BETWEEN, True, 9, ["late"]),
    ],
)
def test_a_step_begun_and_not_done(rule: Standard, closed: bool, now: float, expected: list[str]) -> None:  # noqa: FBT001
    assert with_pending(rule, "a@0", [True], closed=closed, now=now) == expected


def test_a_step_begun_and_not_done_neither_followed_nor_came_before() -> None:
    assert with_pending(ANSWER, "a b", [False, True]) == ["wrong-order"]
    assert with_pending(IN_TIME, "a@0 b@1 b@9", [False, True, False]) == ["late"]
    assert with_pending(BEFORE, "a b", [True, False]) == ["wrong-order"]


def test_a_step_begun_and_not_done_asks_for_no_answer() -> None:
    assert with_pending(ANSWER, "a", [True]) == []
    assert with_pending(BEFORE, "b", [True]) == []


def test_a_step_that_the_net_lacks_has_no_instances() -> None:
    assert outcomes(standard(StandardKind.DURATION, "c", most="1h"), "a@0-3") == []
