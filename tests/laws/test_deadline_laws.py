"""Laws of deadlines: they are the inverse of the evaluation of standards, exact to the microsecond."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from engine.calendars import Calendar, calendar_named, due
from engine.conformance.deadlines import Deadline, DeadlineState, deadlines
from engine.conformance.performed import CaseTable
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.definitions.rules import CycleTime, Duration, LeadTime, Response
from engine.definitions.rules import Deadline as Promise
from engine.definitions.standards import Standard
from engine.vocabulary import DeviationKind, Outcome
from tests.laws.test_standard_laws import STEPS, random_events, random_facts
from tests.oracles.random_standards import INSIDE, random_standard
from tests.oracles.small_logs import BEGIN

SEEDS = range(60)
MICROSECOND = timedelta(microseconds=1)
LONG_BEFORE, LONG_AFTER = BEGIN - timedelta(days=3_000), BEGIN + timedelta(days=3_000)
PENDING = {DeadlineState.AHEAD, DeadlineState.PASSED}
Key = tuple[str, int, int | None]
"""Standard, case, and the row of the event that asks."""


def timed_standards(rng: random.Random, count: int) -> list[Standard]:
    """Random standards whose rules have a limit in time."""
    found: list[Standard] = []
    while len(found) < count:
        one = random_standard(rng, f"s{len(found)}", STEPS, [*INSIDE])
        if isinstance(one.rule, Response | Duration | CycleTime | Promise | LeadTime):
            found.append(one)
    return found


def examples(seed: int) -> tuple[list[Standard], Facts]:
    rng = random.Random(seed)
    facts, _ = random_facts(rng, [random_events(rng) for _ in range(6)])
    closed = np.array([rng.random() < 0.1 for _ in range(6)])
    return timed_standards(rng, 12), replace(facts, cases=CaseTable(closed, facts.cases.ended))


def judged(
    standards: Sequence[Standard], facts: Facts, now: datetime
) -> dict[Key, tuple[str, str | None, bool | None]]:
    """What each instance comes to at a moment: outcome, kind, and whether the later limit is kept."""
    rows = evaluate(standards, replace(facts, now=now)).iter_rows(named=True)
    found = {}
    for row in rows:
        standard = standards[row["standard"]]
        asks = row["first"] if isinstance(standard.rule, Response | Duration) else None
        found[standard.id, row["case"], asks] = (row["outcome"], row["kind"], row["kept_later"])
    return found


def key(one: Deadline) -> Key:
    return one.standard, one.case, one.event


@pytest.mark.parametrize("seed", SEEDS)
def test_an_instance_is_missed_a_microsecond_after_its_deadline_and_not_before(seed: int) -> None:
    standards, facts = examples(seed)
    found = deadlines(standards, replace(facts, now=BEGIN))
    assert found == tuple(sorted(found, key=lambda one: (one.due, one.act_by)))
    for one in (one for one in found if one.state in PENDING):
        assert one.act_by <= one.due
        (at, _, later_at), (after, _, later_after) = (
            judged(standards, facts, moment)[key(one)] for moment in (one.due, one.due + MICROSECOND)
        )
        if one.tier == 1:
            assert (at != Outcome.MISSED, after) == (True, Outcome.MISSED), one
        else:
            assert later_at is not False, one
            assert after != Outcome.MISSED or later_after is False, one


@pytest.mark.parametrize("seed", SEEDS)
def test_every_instance_that_time_alone_makes_missed_has_a_deadline(seed: int) -> None:
    standards, facts = examples(seed)
    early, late = (judged(standards, facts, moment) for moment in (LONG_BEFORE, LONG_AFTER))
    flips = {
        where
        for where, (outcome, _, _) in late.items()
        if outcome == Outcome.MISSED and early[where][0] != Outcome.MISSED and not facts.cases.closed[where[1]]
    }
    found = deadlines(standards, replace(facts, now=LONG_BEFORE))
    counted = Counter(key(one) for one in found if one.tier == 1 and one.state in PENDING)
    assert {where for where in counted if not facts.cases.closed[where[1]]} == flips
    assert set(counted.values()) <= {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_done_is_late_or_met_as_it_is_judged(seed: int) -> None:
    standards, facts = examples(seed)
    now = BEGIN + timedelta(days=30)
    said = judged(standards, facts, now)
    for one in deadlines(standards, replace(facts, now=now)):
        outcome, kind, later = said[key(one)]
        late = outcome == Outcome.MISSED and kind == DeviationKind.LATE
        if one.tier == 1:
            assert (one.state in {DeadlineState.LATE, DeadlineState.PASSED}) == late, one
        elif late and later is not None:
            assert (one.state in {DeadlineState.LATE, DeadlineState.PASSED}) == (not later), one


CALENDARS = [calendar_named(name) for name in ("clock", "office", "china-office", "china-dealer")]
WITHIN: list[tuple[Callable[..., np.ndarray], Callable[..., np.ndarray], int]] = [
    (due.last_within_working, Calendar.working_microseconds, 3_600_000_000),
    (due.last_within_days, Calendar.days_between, 1),
    (due.last_within_workdays, Calendar.workdays_between, 1),
]
BEFORE = [
    (due.last_before_working, Calendar.working_microseconds, 3_600_000_000),
    (due.last_before_days, Calendar.days_between, 1),
    (due.last_before_workdays, Calendar.workdays_between, 1),
]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: calendar.name)
def test_inverses_of_a_calendar_are_the_last_moments(calendar: Calendar, seed: int) -> None:
    rng = random.Random(seed)
    moments = np.array(
        [
            np.datetime64("2026-01-01", "us") + np.timedelta64(rng.randrange(400 * 86_400_000_000), "us")
            for _ in range(9)
        ]
    )
    moments = np.where(rng.random() < 0.3, moments.astype("datetime64[h]").astype(moments.dtype), moments)
    for find, passed, unit in WITHIN:
        amount = unit * rng.choice([0, 1, 2, 9, 40])
        found = find(calendar, moments, amount)
        assert (found >= moments).all()
        assert (passed(calendar, moments, found) <= amount).all()
        assert (passed(calendar, moments, found + np.timedelta64(1, "us")) > amount).all()
    for find, passed, unit in BEFORE:
        amount = unit * rng.choice([0, 1, 2, 9, 40])
        found = find(calendar, moments, amount)
        assert (found <= moments).all()
        assert (passed(calendar, found, moments) >= amount).all()
        following = found + np.timedelta64(1, "us")
        assert ((passed(calendar, following, moments) < amount) | (following > moments)).all()


def test_where_a_calendar_ends_there_is_no_last_moment() -> None:
    office, late = calendar_named("office"), np.array(["2199-12-30T12:00"], dtype="datetime64[us]")
    early = np.array(["1900-01-02T12:00"], dtype="datetime64[us]")
    assert np.isnat(due.last_within_working(office, late, 10**13)).all()
    assert np.isnat(due.last_within_workdays(office, late, 30)).all()
    assert np.isnat(due.last_before_working(office, early, 10**13)).all()
    assert np.isnat(due.last_before_workdays(office, early, 30)).all()


def test_the_laws_are_about_something() -> None:
    found = [one for seed in SEEDS for one in deadlines(*_at_begin(seed))]
    assert {(one.state, one.tier) for one in found} >= {(state, tier) for state in DeadlineState for tier in (1, 2)}
    assert len(found) > 500
    assert any(one.act_by < one.due for one in found)


def _at_begin(seed: int) -> tuple[list[Standard], Facts]:
    standards, facts = examples(seed)
    return standards, replace(facts, now=BEGIN + timedelta(hours=60))
