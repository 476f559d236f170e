"""What differs between two versions, and what that allows or forbids."""

from __future__ import annotations

from dataclasses import replace

from engine.definitions.flow import Edge, Flow
from engine.limits import Limits
from engine.nets.process import process_of_flow, process_of_net
from engine.review.difference import Changed, Difference, difference
from engine.review.traces import SearchEnd, TraceSearch, compare_traces
from tests.making import make_flow, make_net

OLD = make_flow("start -> a -> b -> c -> end")


def compared(old: Flow, new: Flow, *, markings: int = 10_000) -> Difference:
    return difference(process_of_flow(old), process_of_flow(new), limits=Limits(difference_markings=markings))


def test_a_version_does_not_differ_from_itself() -> None:
    same = compared(OLD, OLD)
    assert same.is_empty
    assert (same.allowed.end, same.forbidden.end) == (SearchEnd.NONE, SearchEnd.NONE)


def test_lines_do_not_count() -> None:
    moved = replace(OLD, nodes=tuple(replace(node, line=node.line + 7) for node in OLD.nodes))
    assert compared(OLD, moved).is_empty


def test_a_new_step_is_added_with_its_edges() -> None:
    found = compared(OLD, make_flow("start -> a -> b -> x -> c -> end"))
    assert (found.steps.added, found.edges.added, found.edges.removed) == (("x",), ("b -> x", "x -> c"), ("b -> c",))
    assert (found.allowed.trace, found.forbidden.trace) == (("a", "b", "x", "c"), ("a", "b", "c"))


def test_a_step_made_optional_is_changed_and_allows_more() -> None:
    found = compared(OLD, make_flow("start -> a -> b -> c -> end", optional=["b"]))
    assert found.steps.changed == (Changed("b", ("optional",)),)
    assert (found.allowed.trace, found.forbidden.end) == (("a", "c"), SearchEnd.NONE)


def test_a_condition_changes_an_edge_and_no_trace() -> None:
    edges = tuple(replace(edge, when="case.x > 1") if edge.source == "a" else edge for edge in OLD.edges)
    found = compared(OLD, replace(OLD, edges=edges))
    assert found.edges.changed == (Changed("a -> b", ("when",)),)
    assert (found.allowed.end, found.forbidden.end) == (SearchEnd.NONE, SearchEnd.NONE)


def test_a_second_edge_between_two_nodes_is_numbered() -> None:
    twice = replace(OLD, edges=(*OLD.edges, Edge("a", "b")))
    assert compared(OLD, twice).edges.added == ("a -> b (2)",)


def test_a_new_plan_allows_its_path() -> None:
    found = compared(OLD, make_flow("start -> a -> b -> c -> end", plans=[("p", "b", "r", "c")]))
    assert (found.plans.added, found.steps.added, found.allowed.trace) == (("p",), ("r",), ("a", "r", "c"))


def test_a_gateway_of_another_kind_is_changed() -> None:
    chains = ("start -> x -> a -> y -> end", "x -> b -> y")
    found = compared(
        make_flow(*chains, kinds={"x": "exclusive", "y": "exclusive"}),
        make_flow(*chains, kinds={"x": "parallel", "y": "parallel"}),
    )
    assert [change.id for change in found.gateways.changed] == ["x", "y"]
    assert (found.allowed.trace, found.forbidden.trace) == (("a", "b"), ("a",))


def test_another_structure_with_the_same_traces_has_no_different_trace() -> None:
    kinds = {"x": "parallel", "y": "parallel"}
    step_splits = make_flow("start -> a -> b -> y -> end", "a -> c -> y", kinds=kinds)
    gateway_splits = make_flow("start -> a -> x -> b -> y -> end", "x -> c -> y", kinds=kinds)
    found = compared(step_splits, gateway_splits)
    assert found.gateways.added == ("x",)
    assert (found.allowed.end, found.forbidden.end) == (SearchEnd.NONE, SearchEnd.NONE)


def test_nets_are_compared_by_their_labels() -> None:
    old, new = make_net("a: i -> p", "b: p -> o"), make_net("t1: i -> q", "x 'a': q -> o")
    found = difference(process_of_net(old), process_of_net(new))
    assert (found.steps.removed, found.allowed.trace, found.forbidden.trace) == (("b",), ("a",), ("a", "b"))


def test_the_empty_trace_can_be_the_difference() -> None:
    only_new, only_old = compare_traces(make_net("a: i -> o"), make_net("a: i -> o", "t1: i -> o"), max_markings=100)
    assert (only_new, only_old) == (TraceSearch(SearchEnd.FOUND, ()), TraceSearch(SearchEnd.NONE))


def test_unbounded_nets_end_at_the_budget() -> None:
    grows = make_net("a: i -> i, q", "b: i -> o", "t1: i -> i, r")
    also = make_net("a: i -> i, q, q2", "b: i -> o")
    assert compare_traces(grows, also, max_markings=500)[0].end is SearchEnd.BUDGET


def test_a_difference_found_before_the_budget_is_kept() -> None:
    wide = [f"x -> s{k} -> y" for k in range(9)]
    kinds = {"x": "parallel", "y": "parallel", "v": "exclusive"}
    old = make_flow("start -> v -> x", *wide, "y -> end", "v -> a -> end1", kinds=kinds)
    new = make_flow("start -> v -> x", *wide, "y -> z -> end", "v -> a -> b -> end1", kinds=kinds)
    found = compared(old, new, markings=400)
    assert (found.allowed.trace, found.forbidden.trace) == (("a", "b"), ("a",))
