"""Figures of a flow's graph, each on a flow where it can be counted by hand."""

from __future__ import annotations

import pytest

from engine.definitions.flow import Flow
from engine.nets.process import process_of_net
from engine.review.simplicity import Simplicity, simplicity
from tests.making import make_flow, make_net


def block(kind: str, branches: int = 3) -> Flow:
    return make_flow(
        "start -> x", *[f"x -> a{k} -> y" for k in range(branches)], "y -> end", kinds={"x": kind, "y": kind}
    )


def test_a_line_is_as_simple_as_can_be() -> None:
    expected = Simplicity(
        nodes=4,
        steps=2,
        gateways=0,
        edges=3,
        control_flow_complexity=0,
        depth=0,
        connectivity=0.75,
        hand_overs=0,
        simplicity=1.0,
    )
    assert simplicity(make_flow("start -> a -> b -> end")) == expected


@pytest.mark.parametrize(("kind", "complexity"), [("exclusive", 3), ("inclusive", 7), ("parallel", 1)])
def test_each_kind_of_split_opens_its_own_number_of_states(kind: str, complexity: int) -> None:
    assert simplicity(block(kind)).control_flow_complexity == complexity


def test_a_step_with_several_ways_out_counts_as_a_parallel_split() -> None:
    flow = make_flow("start -> a -> b -> y -> end", "a -> c -> y", kinds={"y": "parallel"})
    assert simplicity(flow).control_flow_complexity == 1


def test_more_branches_are_less_simple() -> None:
    figures = [simplicity(block("exclusive", branches)).simplicity for branches in (2, 3, 6, 12)]
    assert figures == sorted(figures, reverse=True)
    assert 0 < figures[-1] < figures[0] <= 1


def test_the_simplicity_of_a_block_is_counted_by_hand() -> None:
    # 7 nodes and 8 edges: mean degree 16/7, so 1 / (1 + 2/7).
    assert simplicity(block("exclusive")).simplicity == pytest.approx(7 / 9)


def test_depth_counts_the_splits_round_a_node() -> None:
    kinds = {"x": "exclusive", "y": "exclusive", "v": "parallel", "w": "parallel"}
    flow = make_flow("start -> x -> v -> a -> w -> y -> end", "v -> b -> w", "x -> c -> y", kinds=kinds)
    assert simplicity(flow).depth == 2


def test_splits_in_a_row_are_not_deeper() -> None:
    kinds = dict.fromkeys("xyvw", "exclusive")
    flow = make_flow("start -> x -> a -> y -> v -> c -> w -> end", "x -> b -> y", "v -> d -> w", kinds=kinds)
    assert simplicity(flow).depth == 1


def test_a_loop_is_one_deep() -> None:
    flow = make_flow("start -> x -> a -> y -> end", "y -> x", kinds={"x": "exclusive", "y": "exclusive"})
    assert simplicity(flow).depth == 1


def test_hand_overs_are_counted_through_gateways() -> None:
    roles = {"a": "desk", "b": "desk", "c": "workshop", "d": "workshop"}
    kinds = {"x": "exclusive", "y": "exclusive"}
    flow = make_flow("start -> a -> x -> b -> y -> d -> end", "x -> c -> y", kinds=kinds, roles=roles)
    assert simplicity(flow).hand_overs == 2  # a to c, b to d


def test_steps_of_plans_do_not_count() -> None:
    plain = make_flow("start -> a -> b -> end")
    planned = make_flow("start -> a -> b -> end", plans=[("p", "a", "r s", "b")])
    assert simplicity(planned) == simplicity(plain)


def test_a_flow_without_a_graph_has_figures_too() -> None:
    figures = simplicity(process_of_net(make_net("a: i -> o")).flow)
    assert (figures.steps, figures.edges, figures.depth, figures.simplicity) == (1, 0, 0, 1.0)
