"""Laws of patterns: what is told is told rightly, and chance is seldom told."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.assessment.assess import assess
from engine.assessment.case_attributes import AttributeCases
from engine.assessment.deviation_cases import DeviationCases, RiskGroups
from engine.assessment.exact_tests import benjamini_hochberg, fisher_exact
from engine.assessment.more_frequent import find_more_frequent
from engine.assessment.patterns import MoreFrequent
from engine.assessment.together import find_together
from engine.logs.log import Log
from engine.nets.process import Process, process_of_flow
from tests.engine.assessment.pattern_making import attribute, deviation, everyone, ids, with_attributes
from tests.oracles.patterns import (
    PlainTable,
    corrected_plainly,
    fisher_plainly,
    significant_plainly,
    table_of,
)
from tests.oracles.small_logs import log_of, random_case
from tests.oracles.structured_flows import structured_flow

seeds = st.integers(min_value=0, max_value=2**32 - 1)
law = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

Sample = tuple[list[DeviationCases], list[AttributeCases], RiskGroups, int]


def random_sample(rng: random.Random) -> Sample:
    """Deviations, some of them bound to each other, and attributes, some of them bound to deviations."""
    cases = rng.randint(0, 120)
    share = [rng.random() for _ in range(5)]
    having = [{case for case in range(cases) if rng.random() < p} for p in share]
    having[1] = having[0] if rng.random() < 0.2 else {case for case in having[1] | having[0] if rng.random() < 0.8}
    at_risk = np.array([rng.random() < 0.9 for _ in range(cases)], dtype=np.bool_)
    risk = RiskGroups((np.ones(cases, dtype=np.bool_), at_risk))
    deviations = [deviation(f"d{number}", cases_of) for number, cases_of in enumerate(having)]
    closed = {case for case in having[4] if at_risk[case]}
    deviations[4] = deviation("d4", closed, RiskGroups.CLOSED)
    attributes = [
        attribute(f"x{number}", [rng.choice(["p", "q", "r", None]) for _ in range(cases)]) for number in range(3)
    ]
    leaning = ["yes" if rng.random() < (0.7 if case in having[2] else 0.3) else "no" for case in range(cases)]
    attributes.append(attribute("y", leaning))
    return deviations, [one for one in attributes if one.classes], risk, cases


def plain_pairs(sample: Sample) -> dict[tuple[str, str], PlainTable]:
    deviations, _, risk, cases = sample
    found = {}
    for one, other in combinations(deviations, 2):
        both_may = [c for c in range(cases) if risk.groups[one.at_risk][c] and risk.groups[other.at_risk][c]]
        first, second = set(one.cases.tolist()), set(other.cases.tolist())
        key = one.cause.steps[0], other.cause.steps[0]
        found[key] = table_of([(case in first, case in second) for case in both_may])
    return found


def plain_comparisons(sample: Sample) -> dict[tuple[str, str, str], PlainTable]:
    """The same cases twice are asked about once."""
    deviations, attributes, risk, cases = sample
    found, asked = {}, set()
    for one in deviations:
        having = set(one.cases.tolist())
        if (one.at_risk, frozenset(having)) in asked:
            continue
        asked.add((one.at_risk, frozenset(having)))
        for each in attributes:
            counted = [c for c in range(cases) if risk.groups[one.at_risk][c] and each.codes[c] >= 0]
            for number, a_class in enumerate(each.classes):
                table = table_of([(case in having, each.codes[case] == number) for case in counted])
                found[one.cause.steps[0], a_class.attribute, str(a_class.value)] = table
    return found


def counts(pattern: MoreFrequent) -> PlainTable:
    having, cases = pattern.inside_with + pattern.outside_with, pattern.inside + pattern.outside
    return PlainTable(pattern.inside_with, having, pattern.inside, cases)


@law
@given(seed=seeds)
def test_more_frequent_equals_the_plain_twin(seed: int) -> None:
    sample = random_sample(random.Random(seed))
    deviations, attributes, risk, cases = sample
    found = find_more_frequent(deviations, attributes, risk, ids(cases))
    asked = plain_comparisons(sample)
    keys, tables = list(asked), list(asked.values())
    told = {keys[number]: pq for number, pq in significant_plainly(tables).items()}
    assert found.tests == sum(table.is_tested for table in tables)
    classes = {
        (pattern.deviations[0].steps[0], one.attribute, str(one.value)): pattern
        for pattern in found.patterns
        for one in (pattern.where, *pattern.same)
    }
    assert classes.keys() == told.keys()
    for key, pattern in classes.items():
        assert counts(pattern) == asked[key]
        assert (pattern.p, pattern.q) == pytest.approx([float(value) for value in told[key]], rel=1e-5)
        assert pattern.interval[0] <= pattern.difference <= pattern.interval[1]
    assert [p.interval[0] for p in found.patterns] == sorted((p.interval[0] for p in found.patterns), reverse=True)


@law
@given(seed=seeds)
def test_together_equals_the_plain_twin(seed: int) -> None:
    sample = random_sample(random.Random(seed))
    deviations, _, risk, cases = sample
    found = find_together(deviations, risk, ids(cases))
    asked = plain_pairs(sample)
    keys, tables = list(asked), list(asked.values())
    told = {keys[number]: pq for number, pq in significant_plainly(tables).items()}
    assert found.tests == sum(table.is_tested for table in tables)
    seen = set()
    for pattern in found.patterns:
        key = pattern.first[0].steps[0], pattern.second[0].steps[0]
        assert PlainTable(pattern.both, pattern.first_cases, pattern.second_cases, pattern.cases) == asked[key]
        assert (pattern.p, pattern.q) == pytest.approx([float(value) for value in told[key]], rel=1e-5)
        seen |= {
            (a.steps[0], b.steps[0])
            for a, b in combinations(sorted((*pattern.first, *pattern.second), key=lambda cause: cause.steps), 2)
        }
    assert told.keys() <= seen


@law
@given(seed=seeds)
def test_fisher_equals_counting_and_does_not_mind_the_order_of_the_properties(seed: int) -> None:
    rng = random.Random(seed)
    tables = []
    for _ in range(30):
        cases = rng.randint(1, 80)
        first, second = rng.randint(0, cases), rng.randint(0, cases)
        tables.append((rng.randint(max(0, first + second - cases), min(first, second)), first, second, cases))
    both, first_, second_, cases_ = np.array(tables, dtype=np.int64).T
    found = fisher_exact(both, first_, second_, cases_)
    assert found == pytest.approx([float(fisher_plainly(*table)) for table in tables], rel=1e-9)
    assert fisher_exact(both, second_, first_, cases_) == pytest.approx(found, rel=1e-9)
    assert fisher_exact(second_ - both, cases_ - first_, second_, cases_) == pytest.approx(found, rel=1e-9)


@law
@given(seed=seeds)
def test_the_correction_equals_the_procedure(seed: int) -> None:
    rng = random.Random(seed)
    p = [fisher_plainly(rng.randint(0, 8), 8, 8, 16) for _ in range(rng.randint(0, 12))]
    tests = len(p) + rng.randint(0, 5)
    found = benjamini_hochberg(np.array([float(value) for value in p]), tests)
    assert found == pytest.approx([float(value) for value in corrected_plainly(p, tests)])


def chance_alone(rng: np.random.Generator) -> Sample:
    """Three hundred cases in which nothing has to do with anything."""
    cases = 300
    deviations = [
        deviation(f"d{number}", np.flatnonzero(rng.random(cases) < share).tolist())
        for number, share in enumerate((0.03, 0.1, 0.2, 0.4, 0.7))
    ]
    attributes = [
        attribute(f"x{number}", [f"v{value}" for value in rng.integers(0, values, cases)])
        for number, values in enumerate((2, 3, 5, 9))
    ]
    return deviations, attributes, everyone(cases), cases


def told_by_chance(look: Callable[[Sample], int], runs: int) -> float:
    rng = np.random.default_rng(2026)
    return float(np.mean([look(chance_alone(rng)) > 0 for _ in range(runs)]))


def test_where_there_is_nothing_something_is_told_in_one_log_of_twenty_at_most() -> None:
    """When nothing is true, the share of false discoveries is 1 or 0; its expectation is that of telling anything."""
    runs = 400
    allowed = 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5
    assert told_by_chance(lambda s: find_more_frequent(s[0], s[1], s[2], ids(s[3])).count, runs) <= allowed
    assert told_by_chance(lambda s: find_together(s[0], s[2], ids(s[3])).count, runs) <= allowed


def test_uncorrected_tests_would_tell_something_of_most_such_logs() -> None:
    """So the law above has something to hold back."""
    rng = np.random.default_rng(2026)
    tables = [list(plain_comparisons(chance_alone(rng)).values()) for _ in range(40)]
    least = [
        min(fisher_exact(*np.array([[t.both, t.first, t.second, t.cases] for t in logs], dtype=np.int64).T))
        for logs in tables
    ]
    assert np.mean(np.array(least) <= 0.05) > 0.8


def test_among_true_patterns_the_share_of_false_ones_stays_at_the_level() -> None:
    rng = np.random.default_rng(7)
    shares = []
    for _ in range(120):
        deviations, attributes, risk, cases = chance_alone(rng)
        having = np.isin(np.arange(cases), deviations[2].cases)
        leaning = np.where(rng.random(cases) < np.where(having, 0.75, 0.25), "yes", "no").tolist()
        found = find_more_frequent(deviations, [*attributes, attribute("y", leaning)], risk, ids(cases))
        false = [p for p in found.patterns if (p.where.attribute, p.deviations[0].steps[0]) != ("y", "d2")]
        assert len(found.patterns) > len(false), "the true one is found"
        shares.append(len(false) / found.count)
    assert np.mean(shares) <= 0.05 + 0.02


def random_log(rng: random.Random) -> tuple[Process, Log]:
    process = process_of_flow(structured_flow(rng, rng.randint(2, 4)))
    kinds = [random_case(rng, process.flow) for _ in range(4)]
    cases = [rng.choice(kinds) for _ in range(60)]
    made = log_of(cases)
    branch = ["north" if case == kinds[0] and rng.random() < 0.8 else rng.choice(["north", "south"]) for case in cases]
    amounts = [round(rng.lognormvariate(3, 1), 2) for _ in cases]
    people = [rng.choice(["Li", "Wang"]) for _ in range(made.events.height)]
    return process, with_attributes(made, cases={"branch": branch, "amount": amounts}, events={"resource": people})


def shuffled(made: Log, rng: random.Random) -> Log:
    """The same log with its cases and its columns in another order."""
    order = rng.sample(range(made.cases.height), made.cases.height)
    place = pl.Series(np.argsort(order).astype(np.uint32))
    events = made.events.with_columns(case=place.gather(made.events["case"])).sort("case", maintain_order=True)
    columns = rng.sample(made.cases.columns[1:], len(made.cases.columns) - 1)
    return replace(made, cases=made.cases[order].select("case_id", *columns), events=events)


@law
@given(seed=seeds)
def test_the_order_of_rows_and_columns_changes_no_pattern(seed: int) -> None:
    rng = random.Random(seed)
    process, made = random_log(rng)
    one, other = (assess(process, each).patterns for each in (made, shuffled(made, rng)))
    assert replace(one, attributes=()) == replace(other, attributes=())
    assert set(one.attributes) == set(other.attributes)
