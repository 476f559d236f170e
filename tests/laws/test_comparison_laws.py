"""Laws of two assessments side by side, over random flows and logs."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.comparison import AssessmentComparison, Shift, compare_assessments
from engine.vocabulary import Trend
from tests.laws.test_assessment_laws import random_cases, random_process
from tests.oracles.small_logs import log_of

SEEDS = range(40)
OPPOSITE = {Trend.BETTER: Trend.WORSE, Trend.WORSE: Trend.BETTER}


def two_assessments(seed: int) -> tuple[Assessment, Assessment]:
    """Two random logs of one random flow; the same cases count as closed and the same events count."""
    rng = random.Random(seed)
    made = random_process(rng)
    found = []
    for number in range(2):
        cases = random_cases(rng, made.flow)
        log = log_of(list(cases.events), values=list(cases.values))
        found.append(assess(made, replace(log, source_hash=str(number))))
    return found[0], replace(found[1], lifecycle=found[0].lifecycle)


def shifts(found: AssessmentComparison) -> list[Shift]:
    return [*(one.shift for one in found.dimensions), *(one.shift for one in found.standards)]


@pytest.mark.parametrize("seed", SEEDS)
def test_compared_with_itself_nothing_changes(seed: int) -> None:
    one, _ = two_assessments(seed)
    found = compare_assessments(one, one)
    assert all(shift.change in {0, None} for shift in shifts(found))
    assert not {shift.trend for shift in shifts(found)} & {Trend.BETTER, Trend.WORSE}
    assert all(change.before == change.now for change in found.deviations)
    assert not {change.trend for change in found.deviations} & {Trend.BETTER, Trend.WORSE}
    assert not any(change.is_new or change.is_gone for change in found.deviations)


@pytest.mark.parametrize("seed", SEEDS)
def test_swapped_every_change_has_the_opposite_sign(seed: int) -> None:
    one, other = two_assessments(seed)
    there, back = compare_assessments(one, other), compare_assessments(other, one)
    assert there.reasons == back.reasons
    for a, b in zip(there.dimensions, back.dimensions, strict=True):
        assert a.shift.change == (None if b.shift.change is None else -b.shift.change)
        assert a.shift.interval == (None if b.shift.interval is None else (-b.shift.interval[1], -b.shift.interval[0]))
        assert a.shift.trend is OPPOSITE.get(b.shift.trend, b.shift.trend)
    returned = {change.standard: change for change in back.standards}
    for change in there.standards:
        assert change.gap_now == returned[change.standard].gap_before
        assert change.shift.trend is OPPOSITE.get(returned[change.standard].shift.trend, change.shift.trend)
    assert [change.identity for change in there.deviations] == [change.identity for change in back.deviations]
    for a_, b_ in zip(there.deviations, back.deviations, strict=True):
        assert (a_.is_new, a_.is_gone) == (b_.is_gone, b_.is_new)
        assert a_.trend is OPPOSITE.get(b_.trend, b_.trend)
        assert a_.q == pytest.approx(b_.q)
        if a_.interval and b_.interval:
            assert a_.interval == pytest.approx((-b_.interval[1], -b_.interval[0]))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trend_is_said_only_where_the_interval_leaves_out_nothing_changed(seed: int) -> None:
    found = compare_assessments(*two_assessments(seed))
    for shift in shifts(found):
        interval, trend = shift.interval, shift.trend
        assert (trend in {Trend.BETTER, Trend.WORSE}) == (interval is not None and not interval[0] <= 0 <= interval[1])
        if interval is not None and shift.change is not None:
            assert interval[0] <= shift.change <= interval[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_deviation_of_either_is_counted_once(seed: int) -> None:
    one, other = two_assessments(seed)
    found = compare_assessments(one, other)
    identities = [change.identity for change in found.deviations]
    assert len(set(identities)) == len(identities)
    assert sum(change.before.count for change in found.deviations) == sum(d.count for d in one.deviations)
    assert sum(change.now.count for change in found.deviations) == sum(d.count for d in other.deviations)
