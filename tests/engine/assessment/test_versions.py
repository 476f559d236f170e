"""Cases are judged by the version that was in force when they started, and the scores are joined."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from engine.assessment.intervals import wilson
from engine.assessment.versions import VersionedAssessment, assess_versions
from engine.calendars import calendar_named
from engine.definitions.versions import content_hash
from engine.errors import InputRefused
from engine.logs.log import Log
from engine.nets.process import Process, process_of_flow
from engine.vocabulary import Dimension
from tests.engine.assessment.making import process
from tests.oracles.small_logs import BEGIN, log

THREE = (
    "nodes: {start: start, a: {step: A}, b: {step: B}, c: {step: C}, end: end}\nedges: [start -> a -> b -> c -> end]"
)
TWO = "nodes: {start: start, a: {step: A}, b: {step: B}, end: end}\nedges: [start -> a -> b -> end]"
NEXT_DAY = BEGIN.date() + timedelta(days=1)


def version(text: str, day: date | None = None, rest: str = "") -> Process:
    return process_of_flow(replace(process(text, rest).flow, effective=day))


def judged(found: VersionedAssessment) -> list[int]:
    return [part.cases for part in found.versions]


def counts(found: VersionedAssessment, dimension: Dimension) -> tuple[int, int]:
    one = next(score for score in found.dimensions if score.dimension is dimension)
    return one.numerator, one.denominator


def test_each_case_is_held_against_the_version_of_its_start() -> None:
    # The first began before midnight and ends after it; c was no step yet.
    found = assess_versions([version(TWO), version(THREE, NEXT_DAY)], log("a@14 b@40", "a@15 b@16", "a@15 b@16 c@17"))
    assert judged(found) == [1, 2]
    assert counts(found, Dimension.COMPLETENESS) == (2 + 2 + 3, 2 + 3 + 3)
    assert [f.steps for f in found.dimensions[0].findings] == [("c",)]


def test_midnight_is_that_of_the_calendar() -> None:
    versions = [version(TWO), version(THREE, NEXT_DAY, "calendar: china-office")]
    begun = log("a@6.9 b@7", "a@7 b@8")  # 15:54 and 16:00 in UTC: 23:54 and 00:00 in Shanghai
    assert judged(assess_versions(versions, begun)) == [1, 1]
    assert judged(assess_versions(versions, begun, calendar=calendar_named("clock"))) == [2, 0]


def test_the_order_of_versions_does_not_matter() -> None:
    versions = [version(THREE, NEXT_DAY), version(TWO)]
    begun = log("a b", "a@20 b@21")
    one, other = assess_versions(versions, begun), assess_versions(versions[::-1], begun)
    assert judged(one) == judged(other) == [1, 1]
    assert one.dimensions == other.dimensions


def test_a_version_without_cases_is_named_and_judges_nothing() -> None:
    found = assess_versions([version(TWO), version(THREE, NEXT_DAY)], log("a b"))
    assert [(part.cases, part.assessment is None) for part in found.versions] == [(1, False), (0, True)]
    assert found.versions[1].content_hash == content_hash(version(THREE).flow)


def test_cases_before_the_first_version_or_without_a_time_are_counted_and_not_judged() -> None:
    found = assess_versions([version(TWO, NEXT_DAY)], log("a b", "a@20 b@21", "a@? b@?", ""))
    assert (found.cases, judged(found), found.before_first, found.without_start) == (4, [1], 1, 2)
    assert counts(found, Dimension.COMPLETENESS) == (2, 2)


def test_a_log_that_no_version_judges_has_no_dimensions() -> None:
    found = assess_versions([version(TWO, NEXT_DAY)], log("a b"))
    assert (found.dimensions, found.judged, found.before_first) == ((), (), 1)


def test_open_cases_are_judged_at_one_moment() -> None:
    found = assess_versions([version(TWO), version(THREE, NEXT_DAY)], log("a b", "a@20 b@90"))
    assert {assessment.now for assessment in found.judged} == {BEGIN + timedelta(hours=90)}


def test_equal_weight_groups_are_summed() -> None:
    weights = "weights: {g: {weight: 7, steps: [b]}}"
    versions = [version(THREE, rest=weights), version(THREE, NEXT_DAY, weights)]
    found = assess_versions(versions, log("a b c", "a@20 c@22")).dimensions[0]
    # Group g: 1 of 2, weight 7; the rest: 4 of 4, weight 1.
    assert (found.score, [g.denominator for g in found.groups]) == (Fraction(100 * (7 + 2), 16), [2, 4])
    assert sum(f.points for f in found.findings) == 10_000 - 5_625


def test_where_versions_weigh_differently_their_scores_are_averaged() -> None:
    versions = [
        version(THREE, rest="weights: {g: {weight: 7, steps: [b]}}"),
        version(THREE, NEXT_DAY, "weights: {g: {weight: 1, steps: [b]}}"),
    ]
    found = assess_versions(versions, log("a b c", "a@20 c@22")).dimensions[0]
    # The second alone: group g 0 of 1, the rest 2 of 2, equal weights: 50. Three units each.
    assert (found.score, found.groups) == (Fraction(75), ())
    assert [(f.lost, f.points) for f in found.findings] == [(1, 2500)]


def test_the_interval_holds_the_score_and_narrows_with_both_versions() -> None:
    cases = ["a b c", "a c", "a b c", "a b"] * 5
    later = [" ".join(f"{name}@{20 + at}" for at, name in enumerate(case.split())) for case in cases]
    found = assess_versions([version(THREE), version(THREE, NEXT_DAY)], log(*cases, *later))
    one, both = found.judged[0].dimensions[0], found.dimensions[0]
    assert one.interval is not None
    assert both.interval is not None
    assert both.interval[0] <= float(both.score or 0) <= both.interval[1]
    assert both.interval[1] - both.interval[0] < one.interval[1] - one.interval[0]


def test_adaptability_has_the_plain_interval_of_all_disturbed_cases() -> None:
    found = assess_versions([version(THREE), version(THREE, NEXT_DAY)], log("a c", "a b c d", "a@20 c@21", "a@22 b@23"))
    score = found.dimensions[-1]
    assert score.dimension is Dimension.ADAPTABILITY
    assert score.denominator == 4
    assert score.interval == wilson(score.numerator / 4, 4)


def test_versions_of_two_flows_are_refused() -> None:
    other = process_of_flow(replace(version(TWO, NEXT_DAY).flow, id="other"))
    begun: Log = log("a b")
    with pytest.raises(InputRefused) as caught:
        assess_versions([version(TWO), other], begun)
    assert [problem.code for problem in caught.value.problems] == ["version.other-flow"]
