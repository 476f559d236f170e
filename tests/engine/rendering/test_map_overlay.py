"""Overlays of process maps: numbers of a map itself, and those of an assessment found again on its activities."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.step_findings import findings_of
from engine.definitions.titles import Title
from engine.mining.process_map import process_map
from engine.nets.process import process_of_flow
from engine.rendering.map_chart import draw_map
from engine.rendering.map_frame import level_of
from engine.rendering.map_overlay import MapShow, overlay_of_deviations, overlay_of_losses, overlay_of_map
from engine.rendering.picture import PictureFormat, render
from engine.vocabulary import DeviationKind, Dimension, Language
from tests.making import make_flow
from tests.oracles.small_logs import log

LOG = log("a@0-1 b@2-4 c@5", "a@0 c@3 c@4", "a@0 x@1 b@2 c@3", "a@0")
MAP = process_map(LOG, activities=1, paths=1)


def assessed() -> Assessment:
    return assess(process_of_flow(make_flow("start -> a -> b -> c -> end")), LOG)


def test_frequency_counts_events_and_cases() -> None:
    assert overlay_of_map(MAP, MapShow.FREQUENCY).nodes == {"a": 4, "b": 2, "c": 4, "x": 1}
    assert overlay_of_map(MAP, MapShow.CASES).nodes == {"a": 4, "b": 2, "c": 3, "x": 1}
    assert overlay_of_map(MAP, MapShow.CASES).edges["", "a"] == 4


def test_time_is_known_or_left_out() -> None:
    assert overlay_of_map(MAP, MapShow.TIME).nodes == {"a": 3600, "b": 7200}
    total = overlay_of_map(MAP, MapShow.TOTAL_TIME).edges
    assert total["a", "c"] == 3 * 3600
    assert ("", "a") not in total


def test_deviations_stand_at_their_activities() -> None:
    found = overlay_of_deviations(MAP, findings_of(assessed()))
    assert found.nodes == {"a": 0, "b": 2, "c": 2, "x": 1}
    assert overlay_of_deviations(MAP, findings_of(assessed()), [DeviationKind.SKIPPED]).nodes == {
        "a": 0,
        "b": 1,
        "c": 0,
    }
    assert overlay_of_deviations(MAP, findings_of(assessed()), [DeviationKind.UNPLANNED]).nodes["x"] == 1


@pytest.mark.parametrize("dimension", list(Dimension))
def test_lost_units_add_up_to_what_the_dimension_lacks(dimension: Dimension) -> None:
    assessment = assessed()
    score = assessment.dimension(dimension)
    found = overlay_of_losses(MAP, findings_of(assessment), dimension)
    assert (
        sum((Fraction(n) for n in found.nodes.values()), Fraction(found.unplaced))
        == score.denominator - score.numerator
    )


def test_a_step_that_is_not_on_the_map_is_named_below_it() -> None:
    drawn = process_map(LOG, activities=0.5, paths=1)
    found = overlay_of_deviations(drawn, findings_of(assessed()))
    svg = render(draw_map(drawn, language=Language.EN, overlay=found).dot, PictureFormat.SVG).decode()
    assert "Deviations: Skipped, Misplaced" in svg
    assert "Not on the map: b 2, x 1" in svg


def test_a_step_spelled_in_two_ways_has_its_number_once() -> None:
    flow = make_flow("start -> a -> b -> end")
    both = replace(flow, nodes=tuple(replace(n, title=Title("a", "甲")) if n.id == "a" else n for n in flow.nodes))
    events = log("a a b", "甲 甲 b", "a b")
    findings = findings_of(assess(process_of_flow(both), events))
    found = overlay_of_deviations(process_map(events, activities=1, paths=1), findings)
    assert found.nodes == {"a": 2, "b": 0}


@pytest.mark.parametrize(("number", "level"), [(None, 0), (0, 0), (1, 1), (25, 1), (26, 2), (75, 3), (76, 4), (100, 4)])
def test_levels_are_equal_steps_of_the_largest(number: int | None, level: int) -> None:
    assert level_of(number, 100) == level
    assert level_of(number, 0) == 0
