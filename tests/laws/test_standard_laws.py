"""Laws of standards: the evaluation over columns equals the plain twin, rule by rule, on random cases."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.calendars import Calendar, calendar_named
from engine.conformance.attributes import Attributes
from engine.conformance.performed import CaseTable, EventTable
from engine.conformance.standards.clocks import WorkingTime
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.population import compare, less_by_chance
from engine.definitions.rules import AttributeRef, Change, Measured, Quicker
from engine.definitions.standards import Period, Standard
from engine.definitions.titles import Title
from engine.vocabulary import Dimension
from tests.oracles.plain_log import PlainEvent
from tests.oracles.random_standards import CONDITIONS, INSIDE, ROLES, SEASONS, random_standard, with_attributes
from tests.oracles.small_logs import BEGIN, UNKNOWN, log_of
from tests.oracles.standards.facts import PlainFacts
from tests.oracles.standards.instances import instances_plainly
from tests.oracles.standards.population import changes_plainly, less_by_chance_plainly, span_plainly

SEEDS = range(40)
STEPS = ("a", "b", "c")
CALENDARS = [calendar_named(name) for name in ("clock", "office", "china-office", "china-dealer")]


def random_events(rng: random.Random, *, apart: Sequence[float] = (0, 1, 30, 600, 3000)) -> tuple[PlainEvent, ...]:
    moment, events = BEGIN + timedelta(hours=rng.randint(0, 100)), []
    for _ in range(rng.randint(0, 6)):
        begin = moment + timedelta(minutes=rng.choice(apart))
        moment = begin + timedelta(minutes=rng.choice([0, 30, 60]))
        known = rng.random() < 0.9
        start = begin if known and rng.random() < 0.6 else None
        events.append(PlainEvent(rng.choice([*STEPS, UNKNOWN]), start, moment if known else None))
    return tuple(events)


def random_facts(rng: random.Random, cases: Sequence[tuple[PlainEvent, ...]]) -> tuple[Facts, list[PlainFacts]]:
    """The same cases as columns and one by one."""
    made = with_attributes(rng, cases)
    now = rng.choice([None, BEGIN + timedelta(hours=rng.choice([5, 60, 150, 400]))])
    calendar = rng.choice(CALENDARS)
    working_time = random_working_time(rng, calendar, len(cases))
    plain = []
    for number, (events, values) in enumerate(zip(made.events, made.values, strict=True)):
        whole = range(len(events))
        plain.append(
            PlainFacts(
                events,
                [event.activity if event.activity in STEPS else None for event in events],
                frozenset(i for i in whole if events[i].activity in STEPS and rng.random() < 0.8),
                closed=rng.random() < 0.6,
                ended=rng.random() < 0.6,
                now=now,
                calendar=calendar,
                values=values,
                pending=frozenset(i for i in whole if events[i].start is None and rng.random() < 0.1),
                roles=ROLES,
                seasons=SEASONS,
                inside=INSIDE,
                working=working_plainly(working_time, number),
            )
        )
    log = log_of(made.events, values=made.values)
    performed = [i in case.performed for case in plain for i in range(len(case.events))]
    pending = [i in case.pending for case in plain for i in range(len(case.events))]
    labels = {step: label for label, step in enumerate(STEPS)}
    table = replace(EventTable.of(log, labels, np.array(performed, bool)), pending=np.array(pending, bool))
    closed, ended = (np.array([getattr(case, name) for case in plain], bool) for name in ("closed", "ended"))
    columns = Facts(table, CaseTable(closed, ended), Attributes.of(log), labels, now, calendar, ROLES, SEASONS, INSIDE)
    return replace(columns, working_time=working_time), plain


def random_working_time(rng: random.Random, calendar: Calendar, cases: int) -> WorkingTime | None:
    """One calendar for everybody, or others for some cases, for the role that does ``b``, or for both."""
    if rng.random() < 0.4:
        return None
    calendars = (calendar, *rng.sample(CALENDARS, 3))

    def chosen() -> NDArray[np.int64]:
        return np.array([rng.randrange(len(calendars)) for _ in range(cases)], dtype=np.int64)

    of_flow = chosen() if rng.random() < 0.6 else None
    return WorkingTime(calendars, of_flow, {"clerk": chosen()}, {"b": "clerk"} if rng.random() < 0.7 else {})


def working_plainly(working_time: WorkingTime | None, case: int) -> dict[str | None, Calendar]:
    """Step → the calendar of whoever does it in one case; None → that of the case."""
    if working_time is None:
        return {}
    of_flow, calendars = working_time.of_flow, working_time.calendars
    found: dict[str | None, Calendar] = {None: calendars[0 if of_flow is None else of_flow[case]]}
    return found | {
        step: calendars[working_time.of_role[role][case]] for step, role in working_time.role_of_step.items()
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_rule_equals_its_plain_twin(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(4):
        columns, plain = random_facts(rng, [random_events(rng) for _ in range(rng.randint(1, 6))])
        standards = [random_standard(rng, f"s{i}", STEPS, [*INSIDE]) for i in range(25)]
        rows = evaluate(standards, columns)
        for index, standard in enumerate(standards):
            found = [
                (case, kind or outcome, later)
                for number, case, outcome, kind, later in rows.select(
                    "standard", "case", "outcome", "kind", "kept_later"
                ).iter_rows()
                if number == index
            ]
            expected = [
                (case, one.result, one.later)
                for case, facts in enumerate(plain)
                for one in instances_plainly(standard, facts)
            ]
            assert found == expected, standard


@pytest.mark.parametrize("seed", SEEDS)
def test_changes_equal_the_plain_twin(seed: int) -> None:
    rng = random.Random(1_000 + seed)
    long = [0, 60, 60 * 24 * 5, 60 * 24 * 20]
    columns, plain = random_facts(rng, [random_events(rng, apart=long) for _ in range(12)])
    measured = rng.choice(list(Measured))
    of = rng.choice([AttributeRef(None, "x"), AttributeRef("a", "amount")]) if measured is Measured.MEAN else "a"
    bounds = rng.choice([(None, Fraction(-1, 10)), (Fraction(0), None), (Fraction(-1, 2), Fraction(1, 2))])
    standard = Standard(
        id="change",
        title=Title("change", "change"),
        rule=Change(measured, of, *bounds),
        share=Fraction(1),
        tolerance=Fraction(0),
        dimension=Dimension.COMPLETENESS,
        when=rng.choice([None, "case.x >= 2", "case.flag"]),
        season=rng.choice([None, "winter"]),
        per=rng.choice([Period.DAY, Period.WEEK, Period.MONTH]),
        inside=rng.choice([None, None, *INSIDE]),
    )
    found = [(one.second, one.after, one.outcome.value) for one in compare(standard, columns)]
    expected = changes_plainly(standard, plain)
    assert [(day.isoformat(), outcome) for day, _, outcome in expected] == [(day, result) for day, _, result in found]
    assert [after for _, after, _ in expected] == pytest.approx([after for _, after, _ in found])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exact_test_counts_all_ways(seed: int) -> None:
    rng = random.Random(2_000 + seed)
    first, second = ([rng.randint(0, 6) for _ in range(rng.randint(1, 6))] for _ in range(2))
    assert less_by_chance(np.array(first), np.array(second)) == pytest.approx(less_by_chance_plainly(first, second))


def test_many_cases_are_judged_by_the_normal_distribution_as_exactly_as_it_can() -> None:
    rng = random.Random(5)
    first, second = (np.array([rng.randint(0, 30) for _ in range(size)]) for size in (49, 51))
    exact = less_by_chance(first, second)
    twice = less_by_chance(np.append(first, 15), np.append(second, 15))
    assert exact == pytest.approx(twice, abs=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_quicker_looks_at_the_cases_that_its_conditions_choose(seed: int) -> None:
    rng = random.Random(3_000 + seed)
    columns, plain = random_facts(rng, [random_events(rng) for _ in range(20)])
    rule = Quicker("case.flag", "!case.flag", *rng.sample([None, None, *STEPS], 2))
    standard = Standard(
        "quick",
        Title("quick", "quick"),
        rule,
        Fraction(1),
        Fraction(0),
        Dimension.EFFICIENCY,
        inside=rng.choice([None, *INSIDE]),
    )
    (found,) = compare(standard, columns)
    spans: dict[bool, list[float]] = {True: [], False: []}
    for case in plain:
        flag, span = case.values["flag"], span_plainly(rule, case, standard.inside)
        if flag is not None and span is not None:
            spans[bool(flag)].append(span)
    assert (found.first_size, found.second_size) == (len(spans[True]), len(spans[False]))
    if all(spans.values()):
        medians = [float(np.median(times)) for times in spans.values()]
        assert (found.before, found.after) == pytest.approx(tuple(medians))
        assert found.outcome.value == ("met" if medians[0] < medians[1] else "missed")


def test_the_conditions_of_the_laws_are_told_apart() -> None:
    assert len(set(CONDITIONS)) == len(CONDITIONS)
