"""Laws of case books: every lost unit of an assessment is found again, in its case and at its deviation."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from api.schemas.assessment import AssessmentShape
from engine.assessment.assess import assess, assess_with_cases
from engine.assessment.assessment import Finding
from engine.assessment.case_book import DIMENSIONS, LOSING, LOST, AssessedCases, CaseBook
from engine.assessment.closing import ALL_CLOSED, ClosedRule
from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS
from engine.logs.lifecycle import Lifecycle
from engine.logs.reading import open_log, read_log
from engine.nets.process import Process, process_of_net
from engine.vocabulary import Dimension
from tests.laws.test_assessment_laws import OFFICE, RULES, plain_cases, random_cases, random_process
from tests.laws.test_part_laws import random_process as process_of_every_kind
from tests.laws.test_part_laws import random_table
from tests.oracles.assessment import Cause
from tests.oracles.case_book import Lost, losses_plainly
from tests.oracles.plain_log import PlainEvent
from tests.oracles.random_nets import random_net, random_trace
from tests.oracles.random_standards import Attributed
from tests.oracles.small_logs import BEGIN, log_of

SEEDS = range(20)


def made(process: Process, cases: Attributed, rule: ClosedRule, now: datetime | None) -> AssessedCases:
    log = log_of(cases.events, values=cases.values)
    return assess_with_cases(process, log, now=now, closed=rule, calendar=OFFICE, lifecycle=Lifecycle.ALL)


def random_made(rng: random.Random, rule: ClosedRule) -> AssessedCases:
    process = random_process(rng)
    return made(process, random_cases(rng, process.flow), rule, rng.choice([None, BEGIN + timedelta(days=6)]))


def random_made_of_net(rng: random.Random) -> AssessedCases:
    """Of a net that has a run to an end."""
    while True:
        log = log_of([[PlainEvent(name, None, None) for name in random_trace(rng, longest=7)] for _ in range(5)])
        try:
            return assess_with_cases(process_of_net(random_net(rng)), log)
        except InputRefused:  # no run of this net reaches an end
            continue


def cause_of(finding: Finding) -> Cause:
    return finding.kind, finding.steps, finding.standard, finding.group, finding.other_branch, finding.branch


def lost_in(found: AssessedCases) -> Lost:
    lost: Lost = Counter()
    for case, name, finding, units in found.cases.losses.iter_rows():
        dimension = Dimension(name)
        lost[case, dimension, cause_of(found.assessment.dimension(dimension).findings[finding])] += units
    return lost


def check_findings(found: AssessedCases) -> None:
    """The losses add up to every finding and to the gap of every dimension."""
    losses = found.cases.losses
    for score in found.assessment.dimensions:
        rows = losses.filter(pl.col("dimension") == score.dimension.value)
        assert int(rows["units"].sum()) == score.denominator - score.numerator
        for index, finding in enumerate(score.findings):
            of_finding = rows.filter(pl.col("finding") == index)
            assert int(of_finding["units"].sum()) == finding.lost
            assert of_finding["case"].n_unique() == of_finding.height == finding.cases
            ids = found.cases.cases["case_id"].gather(of_finding["case"])
            assert tuple(ids.head(5).to_list()) == finding.examples


def units_at_deviations(book: CaseBook) -> Counter[tuple[int, str]]:
    """Case and dimension → what its deviations and missed instances lost."""
    lost: Counter[tuple[int, str]] = Counter()
    of_cases = book.deviations.join(book.cases.select("case", "explanation"), on="explanation")
    for row in of_cases.iter_rows(named=True):
        for name in LOSING:
            lost[row["case"], name] += row[LOST[name]]
    for row in book.missed.iter_rows(named=True):
        lost[row["case"], row["dimension"]] += 1
        lost[row["case"], Dimension.ADAPTABILITY.value] += row[LOST[Dimension.ADAPTABILITY.value]]
    return +lost


def check_deviations(found: AssessedCases) -> None:
    """Each case's lost units are those of its deviations, and equal deviations are summed up as in the assessment."""
    book = found.cases
    expected: Counter[tuple[int, str]] = Counter()
    for case, name, _, units in book.losses.iter_rows():
        expected[case, name] += units
    assert units_at_deviations(book) == expected
    of_cases = {(r["case"], d): r[LOST[d]] for r in book.cases.iter_rows(named=True) for d in DIMENSIONS}
    assert +Counter(of_cases) == expected
    assert book.cases["lost"].to_list() == [sum(of_cases[c, d] for d in DIMENSIONS) for c in range(book.cases.height)]
    columns = book.summaries.select("kind", "steps", "standard", "other_branch", "branch", "count", "cases")
    assert columns.rows() == [
        (
            one.kind.value,
            list(one.steps),
            one.standard,
            one.other_branch,
            [] if one.branch is None else [one.branch.gateway, one.branch.target],
            one.count,
            one.cases,
        )
        for one in found.assessment.deviations
    ]
    for score in found.assessment.dimensions:
        assert int(book.summaries[LOST[score.dimension.value]].sum()) == score.denominator - score.numerator


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_losses_add_up_to_findings_and_dimensions(seed: int, rule: ClosedRule) -> None:
    rng = random.Random(seed)
    for _ in range(4):
        found = random_made(rng, rule)
        check_findings(found)
        assert found.cases.cases.height == found.assessment.cases


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_lost_unit_is_at_one_deviation_of_its_case(seed: int, rule: ClosedRule) -> None:
    rng = random.Random(100 + seed)
    for _ in range(4):
        found = random_made(rng, rule)
        check_deviations(found)
        assert found.cases.summaries.height == len(found.assessment.deviations)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_losses_of_each_case_equal_the_plain_twin(seed: int, rule: ClosedRule) -> None:
    rng = random.Random(200 + seed)
    for _ in range(2):
        process = random_process(rng)
        cases = random_cases(rng, process.flow)
        now = BEGIN + timedelta(days=rng.randint(0, 12))
        found = made(process, cases, rule, now)
        plain = plain_cases(process, cases, rule, now)
        assert lost_in(found) == losses_plainly(process.flow, process.net, plain, now=now, calendar=OFFICE)
        assert found.cases.cases["closed"].to_list() == [case.closed for case in plain]


@pytest.mark.parametrize("seed", SEEDS)
def test_adaptability_of_each_case_is_told(seed: int) -> None:
    found = random_made(random.Random(300 + seed), ALL_CLOSED)
    score, cases = found.assessment.dimension(Dimension.ADAPTABILITY), found.cases.cases
    counted = cases.filter("closed", "disturbed")
    assert (counted.height, int(counted["recovered"].sum())) == (score.denominator, score.numerator)
    assert counted["finding"].is_null().to_list() == counted["recovered"].to_list()
    assert cases.filter(~pl.col("disturbed"))["recovered"].null_count() == cases.height - counted.height


@pytest.mark.parametrize("seed", SEEDS)
def test_costs_of_deviations_add_up_to_the_cost_of_the_alignment(seed: int) -> None:
    found = random_made_of_net(random.Random(400 + seed))
    check_findings(found)
    check_deviations(found)
    costs = found.cases.deviations.group_by("explanation").agg(pl.col("cost").sum())
    expected = {row: cost for row, cost in found.cases.explanations.select("explanation", "cost").rows() if cost}
    assert dict(costs.rows()) == expected
    assert sorted(expected.values()) == sorted(c for c in found.assessment.alignments.costs.tolist() if c)


@pytest.mark.parametrize("seed", range(8))
def test_a_log_in_parts_makes_the_same_book(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    process = process_of_every_kind(rng)
    table = random_table(rng, process.flow, rng.randint(8, 60))
    path = tmp_path / "log.parquet"
    table.write_parquet(path)
    mode, rule = rng.choice([None, *Lifecycle]), rng.choice(RULES)
    whole = assess_with_cases(process, read_log(path), closed=rule, lifecycle=mode)
    check_findings(whole)
    check_deviations(whole)
    with open_log(path, limits=replace(DEFAULT_LIMITS, part_cells=rng.randint(1, 20) * table.width)) as parts:
        found = assess_with_cases(process, parts, closed=rule, lifecycle=mode)
        alone = assess(process, parts, closed=rule, lifecycle=mode)
    for (_, one), (_, other) in zip(found.cases.tables(), whole.cases.tables(), strict=True):
        assert_frame_equal(one, other)
        assert one.schema == other.schema
    shapes = {AssessmentShape.of(one).model_dump_json() for one in (found.assessment, whole.assessment, alone)}
    assert len(shapes) == 1
