"""Laws of versions: joining loses nothing and adds nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import DimensionScore
from engine.assessment.points import rounded_score
from engine.assessment.versions import assess_versions
from engine.definitions.versions import content_hash
from engine.logs.log import Log
from engine.nets.process import Process, process_of_flow
from tests.laws.test_assessment_laws import random_cases, random_process
from tests.oracles.small_logs import BEGIN, log_of

SEEDS = range(40)


def on_a_day(made: Process, days: int) -> Process:
    return process_of_flow(replace(made.flow, effective=BEGIN.date() + timedelta(days=days)))


def some_log(rng: random.Random, made: Process) -> Log:
    cases = random_cases(rng, made.flow)
    kept = [at for at, case in enumerate(cases.events) if any(event.time for event in case)]
    return log_of([cases.events[at] for at in kept], values=[cases.values[at] for at in kept])


def lost_by_cause(score: DimensionScore) -> set[tuple[object, ...]]:
    return {(f.kind, f.steps, f.standard, f.group, f.other_branch, f.lost, f.cases) for f in score.findings}


@pytest.mark.parametrize("seed", SEEDS)
def test_two_versions_that_say_the_same_score_as_one(seed: int) -> None:
    rng = random.Random(seed)
    made = random_process(rng)
    log = some_log(rng, made)
    found = assess_versions([made, on_a_day(made, rng.randint(0, 9))], log)
    if not log.cases.height:
        assert found.dimensions == ()
        return
    whole = assess(made, log)
    for one, other in zip(whole.dimensions, found.dimensions, strict=True):
        assert (one.numerator, one.denominator, one.score) == (other.numerator, other.denominator, other.score)
        lost = [
            {(f.kind, f.steps, f.standard, f.group, f.other_branch): f.lost for f in d.findings} for d in (one, other)
        ]
        assert lost[0] == lost[1]
        assert sorted(f.examples for f in one.findings) == sorted(f.examples for f in other.findings)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_case_is_judged_once_and_every_loss_counted_once(seed: int) -> None:
    rng = random.Random(1000 + seed)
    first = random_process(rng)
    other = process_of_flow(replace(random_process(rng).flow, id=first.flow.id))
    log = some_log(rng, first)
    day = rng.randint(0, 9)
    found = assess_versions([on_a_day(other, day), first], log)
    midnight = BEGIN.replace(hour=0) + timedelta(days=day)
    starts = log.events.group_by("case").min().select("case", "start", "time").rows()
    early = sum(min(moment for moment in row[1:] if moment) < midnight for row in starts)
    assert [part.cases for part in found.versions] == [early, log.cases.height - early]
    for at, score in enumerate(found.dimensions):
        parts = [assessment.dimensions[at] for assessment in found.judged]
        assert score.numerator == sum(part.numerator for part in parts)
        assert score.denominator == sum(part.denominator for part in parts)
        assert sum(f.lost for f in score.findings) == score.denominator - score.numerator
        if score.score is not None:
            assert sum(f.points for f in score.findings) == 10_000 - rounded_score(score.score)
            assert min(p.score for p in parts if p.score is not None) <= score.score or score.groups


@pytest.mark.parametrize("seed", SEEDS)
def test_only_equal_flows_have_equal_content(seed: int) -> None:
    rng = random.Random(seed)
    flows = [random_process(rng).flow for _ in range(6)]
    plain = [replace(flow, source_hash="", nodes=tuple(replace(n, line=0) for n in flow.nodes)) for flow in flows]
    for one in plain:
        for other in plain:
            assert (content_hash(one) == content_hash(other)) == (repr(one) == repr(other))
