"""Process maps of logs that can be counted by hand, and what they say of real ones."""

from __future__ import annotations

import pytest

from engine.logs.lifecycle import apply_lifecycle, usual_lifecycle
from engine.logs.reading import read_log
from engine.mining.process_map import Durations, ProcessMap, Sliders, activity_id, process_map
from tests.oracles.small_logs import log
from tests.shared_data import shared

SMALL = log("a@0-1 b@3-4 c@4", "a@0-2 b@2-3 x@5 c@6", "a@1 c@2 c@5", "")


def paths(drawn: ProcessMap) -> dict[str, int]:
    return {
        f"{edge.source}{edge.target}" if edge.source and edge.target else edge.id: edge.count for edge in drawn.edges
    }


def test_a_small_map_is_as_counted_by_hand() -> None:
    drawn = process_map(SMALL, activities=1, paths=1)
    assert (drawn.cases, drawn.events, drawn.cases_beside) == (4, 10, 1)
    assert [(node.activity, node.events, node.cases) for node in drawn.nodes] == [
        ("a", 3, 3),
        ("b", 2, 2),
        ("x", 1, 1),
        ("c", 4, 3),
    ]
    a, c = activity_id("a"), activity_id("c")
    assert paths(drawn) == {f"start-{a}": 3, f"{c}-end": 3, "ab": 2, "ac": 1, "bc": 1, "bx": 1, "xc": 1, "cc": 1}


def test_times_of_activities_and_paths() -> None:
    drawn = process_map(SMALL, activities=1, paths=1)
    a, b = drawn.nodes[:2]
    assert a.work == Durations(2, 5400, 5400, 3600 + 0.9 * 3600, 10800)
    assert a.waiting == Durations()
    assert b.waiting == Durations(2, 3600, 3600, 6480, 7200)
    (between,) = [edge.between for edge in drawn.edges if (edge.source, edge.target) == ("a", "b")]
    assert between == b.waiting


def test_neighbours_of_what_is_hidden_are_joined() -> None:
    drawn = process_map(SMALL, activities=0.75, paths=1)
    assert [node.activity for node in drawn.nodes] == ["a", "b", "c"]
    assert paths(drawn)["bc"] == 2
    (between,) = [edge.between for edge in drawn.edges if (edge.source, edge.target) == ("b", "c")]
    assert (between.known, between.median) == (2, 1.5 * 3600)  # 0 h and, over x, 3 h


def test_a_path_of_which_every_time_is_unknown_has_none() -> None:
    drawn = process_map(log("a@? b@1", "a@? b@?"), activities=1, paths=1)
    assert {edge.between for edge in drawn.edges} == {Durations()}


def test_overlapping_work_waits_for_nothing() -> None:
    drawn = process_map(log("a@0-5 b@2-3"), activities=1, paths=1)
    assert drawn.nodes[1].waiting == Durations(1, 0, 0, 0, 0)


@pytest.mark.parametrize("cases", [(), ("",)])
def test_a_log_without_events_has_an_empty_map(cases: tuple[str, ...]) -> None:
    drawn = process_map(log(*cases))
    assert (drawn.nodes, drawn.edges, drawn.all_activities, drawn.all_paths) == ((), (), 0, 0)
    assert drawn.cases_beside == drawn.cases == len(cases)


@pytest.mark.parametrize(("share", "shown"), [(0, 1), (0.01, 1), (0.07, 7), (0.29, 29), (0.291, 30), (1, 100)])
def test_a_share_of_a_hundred_activities_is_as_many(share: float, shown: int) -> None:
    many = log(" ".join(f"a{number}" for number in range(100)))
    assert len(process_map(many, activities=share, paths=0).nodes) == shown


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_what_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        process_map(SMALL, activities=share)
    with pytest.raises(ValueError, match="share"):
        process_map(SMALL, paths=share)


@pytest.mark.parametrize(
    ("name", "sliders", "shown", "drawn", "steps"),
    [
        ("bpic2012.xes.gz", Sliders(0.5, 0.07), 12, 19, 0.84),
        ("roadtraffic_fines.xes.gz", Sliders(0.54, 0.0), 6, 8, 0.91),
    ],
)
def test_without_sliders_a_real_log_is_legible(
    name: str, sliders: Sliders, shown: int, drawn: int, steps: float
) -> None:
    read = read_log(shared(f"logs/{name}"))
    events = apply_lifecycle(read, usual_lifecycle(read))
    found = process_map(events)
    assert (found.sliders, len(found.nodes), len(found.edges)) == (sliders, shown, drawn)
    everything = process_map(events, activities=sliders.activities, paths=1)
    assert sum(e.count for e in found.edges) / sum(e.count for e in everything.edges) == pytest.approx(steps, abs=0.005)
