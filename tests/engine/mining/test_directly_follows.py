from __future__ import annotations

from itertools import permutations

import pytest

from engine.mining.directly_follows import count_directly_follows, flow_of_graph
from tests.engine.mining.language import language
from tests.engine.mining.small_logs import log_of


def test_counts_of_a_small_log() -> None:
    graph = count_directly_follows(log_of("abc", "ab", "cab"))
    assert dict(graph.follows) == {("a", "b"): 3, ("b", "c"): 1, ("c", "a"): 1}
    assert dict(graph.starts) == {"a": 2, "c": 1}
    assert dict(graph.ends) == {"c": 1, "b": 2}
    assert dict(zip(graph.activities, graph.occurrences, strict=True)) == {"a": 3, "b": 3, "c": 2}


def test_activities_stand_in_the_order_of_their_mean_position() -> None:
    assert count_directly_follows(log_of("xay", "xya")).activities == ("x", "a", "y")


def test_cases_do_not_follow_each_other() -> None:
    assert ("b", "c") not in count_directly_follows(log_of("ab", "cd")).follows


def test_order_of_cases_changes_nothing() -> None:
    graphs = [count_directly_follows(log_of(*order)) for order in permutations(("abc", "acb", "", "b"))]
    assert all(graph == graphs[0] for graph in graphs)


def test_flow_without_noise_allows_the_paths_of_the_graph() -> None:
    flow = flow_of_graph("x", count_directly_follows(log_of("abd", "acd")), noise=0)
    assert language(flow) == {"abd", "acd"}


def test_self_loop_and_empty_case_are_paths_too() -> None:
    flow = flow_of_graph("x", count_directly_follows(log_of("aab", "")), noise=0)
    assert language(flow, longest=4) == {"", "ab", "aab", "aaab"}


def test_noise_removes_rare_edges() -> None:
    log = log_of(*["abc"] * 9, "acb")
    assert language(flow_of_graph("x", count_directly_follows(log), noise=0.2)) == {"abc"}


@pytest.mark.parametrize("noise", [0.5, 0.9, 1.0])
def test_every_activity_stays_on_a_path_whatever_the_noise(noise: float) -> None:
    log = log_of(*["abc"] * 9, "axyc", "abz")
    flow = flow_of_graph("x", count_directly_follows(log), noise=noise)
    allowed = language(flow)
    assert all(any(activity in trace for trace in allowed) for activity in "abcxyz")


def test_step_without_a_choice_has_no_gateway() -> None:
    flow = flow_of_graph("x", count_directly_follows(log_of("abc")), noise=0)
    assert [node.id for node in flow.nodes] == ["start", "a", "b", "c", "end"]
