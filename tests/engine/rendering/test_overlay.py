from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.assessment.assessment import StepStatistics
from engine.rendering.overlay import OverlayKind, deviating_share, make_overlay
from engine.rendering.palette import LEVELS
from engine.vocabulary import DeviationKind
from tests.engine.rendering.fixtures import make_log, survey_assessment

QUIET = StepStatistics("s", 0, 0, 0, 0, 0, 0, 0, None, None)


@pytest.mark.parametrize(
    ("skipped", "level"), [(0, 0), (1, 1), (5, 1), (6, 2), (15, 2), (16, 3), (30, 3), (31, 4), (100, 4)]
)
def test_the_level_of_a_step_grows_with_its_share_of_deviations(skipped: int, level: int) -> None:
    step = replace(QUIET, synchronous=100 - skipped, skipped=skipped)
    assessment = replace(survey_assessment(), steps=(step,))
    assert make_overlay(assessment, OverlayKind.DEVIATIONS).steps["s"].level == level


def test_a_step_that_never_occurred_has_no_share() -> None:
    assert deviating_share(QUIET) is None


def test_an_occurrence_that_is_late_and_misplaced_never_counts_above_all() -> None:
    assert deviating_share(replace(QUIET, misplaced=2, late=2)) == Fraction(1)


def test_deviations_are_counted_by_kind() -> None:
    found = make_overlay(survey_assessment(), OverlayKind.DEVIATIONS).steps["analyse"]
    assert dict(found.deviations)[DeviationKind.REPEATED] == 1
    assert DeviationKind.MISPLACED not in dict(found.deviations)


def test_activities_that_the_flow_lacks_are_named_on_deviations_only() -> None:
    assessment = survey_assessment()
    assert make_overlay(assessment, OverlayKind.DEVIATIONS).unplanned == (("tea", 1),)
    assert make_overlay(assessment, OverlayKind.FREQUENCY).unplanned == ()


def test_many_unplanned_activities_are_counted_beyond_the_first_five() -> None:
    strange = [("conduct", "collect", "analyse", f"x{n}") for n in range(8)]
    overlay = make_overlay(survey_assessment(log=make_log(strange)), OverlayKind.DEVIATIONS)
    assert len(overlay.unplanned) == 5
    assert overlay.unplanned_left == 3


def test_the_most_frequent_step_and_edge_have_the_highest_level() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.FREQUENCY)
    assert overlay.steps["conduct"].level == LEVELS
    assert overlay.edges["conduct", "collect"].level == LEVELS
    assert overlay.edges["worth", "conduct"].level == 1


def test_times_are_medians_of_the_assessment() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.TIME)
    assert overlay.steps["collect"].duration == 300
    assert overlay.edges["conduct", "collect"].seconds == 900


def test_an_empty_log_gives_an_overlay_without_marks() -> None:
    empty = survey_assessment(log=make_log([]))
    for kind in OverlayKind:
        assert all(step.level == 0 for step in make_overlay(empty, kind).steps.values())
