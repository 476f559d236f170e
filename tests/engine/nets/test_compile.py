"""What flows mean: their nets accept what a token game on the graph accepts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.definitions.flow import Flow
from engine.errors import InputRefused
from engine.limits import Limits
from engine.nets.compile import compile_flow
from engine.nets.net import SILENT, Purpose
from engine.nets.soundness import Verdict, check_soundness
from tests.making import make_flow
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.net_language import net_language

INCLUSIVE = {"x": "inclusive", "y": "inclusive"}
PARALLEL = {"x": "parallel", "y": "parallel"}
EXCLUSIVE = {"x": "exclusive", "y": "exclusive"}

FLOWS = {
    "a line": make_flow("start -> a -> b -> end"),
    "a choice": make_flow("start -> a -> x -> b -> y -> end", "x -> c -> y", kinds=EXCLUSIVE),
    "a parallel block": make_flow("start -> x -> b -> y -> end", "x -> c -> d -> y", kinds=PARALLEL),
    "an inclusive block": make_flow("start -> x -> a -> y -> end", "x -> b -> y", "x -> c -> y", kinds=INCLUSIVE),
    "an inclusive block with an empty branch": make_flow("start -> x -> a -> y -> end", "x -> y", kinds=INCLUSIVE),
    "a step that splits": make_flow("start -> a -> b -> y -> end", "a -> c -> y", kinds={"y": "parallel"}),
    "a start that splits": make_flow("start -> a -> y -> end", "start -> b -> y", kinds={"y": "parallel"}),
    "an optional step": make_flow("start -> a -> b -> c -> end", optional=["b"]),
    "a loop": make_flow("start -> x -> a -> y -> end", "y -> x", kinds=EXCLUSIVE),
    "a loop on a step": make_flow("start -> a -> y -> end", "y -> b -> a", kinds={"y": "exclusive"}),
    "two ends": make_flow("start -> x -> a -> end1", "x -> b -> end2", kinds={"x": "exclusive"}),
    "a chain of merges": make_flow(
        "start -> x -> y -> z -> a -> end", "x -> z", kinds={"x": "exclusive", "y": "exclusive", "z": "exclusive"}
    ),
    "a merge before a parallel join": make_flow(
        "start -> x -> p -> a -> m -> y -> end",
        "p -> b -> m",
        "x -> c -> y",
        kinds={"x": "parallel", "y": "parallel", "p": "exclusive", "m": "exclusive"},
    ),
    "inclusive inside inclusive": make_flow(
        "start -> x -> v -> a -> w -> y -> end", "v -> b -> w", "x -> c -> y",
        kinds=INCLUSIVE | {"v": "inclusive", "w": "inclusive"},
    ),
    "parallel inside inclusive": make_flow(
        "start -> x -> v -> a -> w -> y -> end", "v -> b -> w", "x -> c -> y",
        kinds=INCLUSIVE | {"v": "parallel", "w": "parallel"},
    ),
    "an inclusive gateway that joins and splits": make_flow(
        "start -> x -> a -> m -> c -> y -> end", "x -> b -> m", "m -> d -> y", kinds=INCLUSIVE | {"m": "inclusive"}
    ),
    "an inclusive block in a loop": make_flow(
        "start -> m -> x -> a -> y -> z -> end", "x -> b -> y", "z -> m",
        kinds=INCLUSIVE | {"m": "exclusive", "z": "exclusive"},
    ),
    "a plan that goes on": make_flow("start -> a -> b -> end", plans=[("p", "a", "r s", "b")]),
    "a plan that tries again": make_flow("start -> a -> b -> end", plans=[("p", "a", "r", "a")]),
    "a plan that gives up": make_flow("start -> a -> b -> end", plans=[("p", "b", "r", "end")]),
    "a plan with an optional step": make_flow("start -> a -> b -> end", plans=[("p", "a", "r s", "b")], optional=["s"]),
    "a plan of an optional step": make_flow("start -> a -> b -> end", plans=[("p", "a", "r", "b")], optional=["a"]),
    "two plans that share a step": make_flow(
        "start -> a -> b -> c -> end", plans=[("p", "a", "r", "b"), ("q", "b", "r", "c")]
    ),
    "a plan in a parallel branch": make_flow(
        "start -> x -> a -> y -> end", "x -> b -> y", kinds=PARALLEL, plans=[("p", "a", "r", "a")]
    ),
    "a plan in an inclusive branch": make_flow(
        "start -> x -> a -> b -> y -> end", "x -> c -> y", kinds=INCLUSIVE, plans=[("p", "a", "r", "b")]
    ),
    "a plan of a step that splits": make_flow(
        "start -> a -> b -> y -> end", "a -> c -> y", kinds={"y": "parallel"}, plans=[("p", "a", "r", "a")]
    ),
    "a plan of the first step in a loop": make_flow(
        "start -> x -> a -> y -> end", "y -> x", kinds=EXCLUSIVE, plans=[("p", "a", "r", "y")]
    ),
}  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS.keys())
def test_the_net_accepts_what_the_graph_accepts(flow: Flow) -> None:
    accepted = flow_language(flow, 6)
    assert accepted
    assert net_language(compile_flow(flow), 6) == accepted


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS.keys())
def test_every_one_of_these_flows_is_sound(flow: Flow) -> None:
    assert check_soundness(compile_flow(flow)).verdict is Verdict.SOUND


def words(flow: Flow, longest: int = 4) -> set[str]:
    return {" ".join(word) for word in net_language(compile_flow(flow), longest)}


def test_an_inclusive_block_runs_any_branches_but_not_none() -> None:
    assert words(FLOWS["an inclusive block with an empty branch"]) == {"a", ""}
    assert words(make_flow("start -> x -> a -> y -> end", "x -> b -> y", kinds=INCLUSIVE)) == {"a", "b", "a b", "b a"}


def test_a_plan_is_entered_before_or_after_its_step() -> None:
    assert words(FLOWS["a plan that goes on"]) == {"a b", "a r s b", "r s b"}


def test_a_plan_is_entered_after_its_step_only_once() -> None:
    assert words(FLOWS["a plan that goes on"], 6) == words(FLOWS["a plan that goes on"], 4)


def test_a_plan_cannot_be_entered_where_another_branch_arrives() -> None:
    flow = make_flow("start -> x -> a -> y -> c -> end", "x -> b -> y", kinds=EXCLUSIVE, plans=[("p", "a", "r", "c")])
    assert "b r c" not in words(flow)
    assert "a r c" in words(flow)


def test_transitions_stand_in_the_order_of_the_nodes() -> None:
    flow = make_flow("start -> x -> b -> y -> end", "x -> a -> y", kinds=EXCLUSIVE)
    net = compile_flow(flow)
    order = [node.id for node in flow.nodes]
    positions = [order.index(transition.node) for transition in net.transitions]
    assert positions == sorted(positions)


def test_ids_are_unique_over_places_and_transitions() -> None:
    for flow in FLOWS.values():
        net = compile_flow(flow)
        ids = [*net.places, *(transition.id for transition in net.transitions)]
        assert len(set(ids)) == len(ids)


def test_names_are_readable() -> None:
    net = compile_flow(FLOWS["a choice"])
    assert [t.id for t in net.transitions] == ["a", "x.to.b", "x.to.c", "b", "c"]
    assert net.places == ("final", "before.a", "before.x", "before.b", "before.c")


def test_a_skip_says_why_it_is_silent() -> None:
    net = compile_flow(FLOWS["an optional step"])
    assert [(t.id, t.label) for t in net.transitions if t.purpose is Purpose.SKIP] == [("b.skip", SILENT)]


def test_entries_of_a_plan_are_visible_and_marked() -> None:
    net = compile_flow(FLOWS["two plans that share a step"])
    entries = [(t.plan, t.node, t.label != SILENT) for t in net.transitions if t.enters_plan]
    assert entries == [("p", "r", True), ("p", "r", True), ("q", "r", True), ("q", "r", True)]


def test_activities_find_their_step_by_id_title_and_alias() -> None:
    flow = make_flow("start -> a -> b -> end")
    aliased = replace(flow, nodes=tuple(replace(n, aliases=("甲",)) if n.id == "a" else n for n in flow.nodes))
    net = compile_flow(aliased)
    assert net.codes(["甲", "a", "b", "c"]).tolist() == [0, 0, 1, -1]


def test_merges_and_ends_cost_no_transition() -> None:
    net = compile_flow(FLOWS["two ends"])
    assert len(net.transitions) == 4  # two ways of x, a, b


def test_a_ring_of_merges_still_compiles() -> None:
    flow = make_flow(
        "start -> a -> x -> y -> x", "a -> end", kinds={"x": "exclusive", "y": "exclusive"}
    )  # nothing leaves the ring
    assert check_soundness(compile_flow(flow)).verdict is Verdict.UNSOUND


def unmatched(flow: Flow) -> list[tuple[str, int | None]]:
    with pytest.raises(InputRefused) as refusal:
        compile_flow(flow)
    assert {problem.code for problem in refusal.value.problems} == {"net.inclusive-unmatched"}
    return [(problem.place.element, problem.place.line) for problem in refusal.value.problems]


def test_an_inclusive_split_with_an_exclusive_join_is_refused_at_its_line() -> None:
    flow = make_flow("start -> x -> a -> y -> end", "x -> b -> y", kinds={"x": "inclusive", "y": "exclusive"})
    assert unmatched(flow) == [("x", 11)]


def test_all_unmatched_gateways_are_reported_at_once() -> None:
    flow = make_flow(
        "start -> v -> c -> w -> x -> a -> y -> end",
        "x -> b -> y",
        "v -> d -> w",
        kinds={"x": "inclusive", "y": "exclusive", "v": "exclusive", "w": "inclusive"},
    )
    assert [name for name, _ in unmatched(flow)] == ["w", "x"]


def test_a_join_belongs_to_the_split_whose_every_way_leads_there() -> None:
    kinds = INCLUSIVE | {"v": "inclusive"}
    flow = make_flow("start -> x -> v -> a -> y -> end", "v -> b -> y", "x -> c -> y", kinds=kinds)
    assert [name for name, _ in unmatched(flow)] == ["v"]


def test_of_two_splits_in_a_row_the_nearest_gets_the_join() -> None:
    kinds = INCLUSIVE | {"v": "inclusive", "m": "exclusive"}
    flow = make_flow("start -> x -> a -> m -> v -> c -> y -> end", "x -> b -> m", "v -> d -> y", kinds=kinds)
    assert [name for name, _ in unmatched(flow)] == ["x"]


def test_a_way_round_the_split_leaves_the_join_unmatched() -> None:
    flow = make_flow(
        "start -> g -> x -> a -> y -> end", "x -> b -> y", "g -> c -> y", kinds=INCLUSIVE | {"g": "exclusive"}
    )
    assert [name for name, _ in unmatched(flow)] == ["x", "y"]


def test_too_many_inclusive_branches_are_past_a_limit() -> None:
    flow = make_flow("start -> x", *[f"x -> a{k} -> y" for k in range(4)], "y -> end", kinds=INCLUSIVE)
    with pytest.raises(InputRefused) as refusal:
        compile_flow(flow, limits=Limits(inclusive_branches=3))
    assert [(p.code, p.values["found"]) for p in refusal.value.problems] == [("limit.exceeded", 4)]
    assert len(compile_flow(flow).transitions) == 15 + 4 + 1
