"""What differs between two versions, and what that allows or forbids."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from engine.calendars import CalendarChoice
from engine.calendars.days import DayOfYear, DayRange
from engine.definitions.durations import parse_time_span
from engine.definitions.flow import (
    Edge,
    Flow,
    Season,
    Trigger,
    TriggerKind,
    WeightGroup,
)
from engine.definitions.rules import Count, Precedence, Response, TimeSpan, TimeUnit
from engine.definitions.standards import Intention, Standard
from engine.definitions.titles import Title
from engine.limits import Limits
from engine.nets.process import process_of_flow, process_of_net
from engine.review.difference import Alteration, Changed, Difference, difference
from engine.review.traces import SearchEnd, TraceSearch, compare_traces
from engine.vocabulary import Dimension
from tests.engine.nets.constructs import CONSTRUCTS, construct
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
    assert found.steps.changed == (Changed("b", (Alteration("optional", "false", "true"),)),)
    assert (found.allowed.trace, found.forbidden.end) == (("a", "c"), SearchEnd.NONE)


def test_a_condition_changes_an_edge_and_no_trace() -> None:
    edges = tuple(replace(edge, when="case.x > 1") if edge.source == "a" else edge for edge in OLD.edges)
    found = compared(OLD, replace(OLD, edges=edges))
    assert found.edges.changed == (Changed("a -> b", (Alteration("when", "–", "case.x > 1"),)),)
    assert (found.allowed.end, found.forbidden.end) == (SearchEnd.NONE, SearchEnd.NONE)


STANDARD = Standard(
    "s",
    Title("s", "s"),
    Response("a", "b", TimeSpan("2h", TimeUnit.CLOCK, 2)),
    share=Fraction(96, 100),
    tolerance=Fraction(4, 100),
    dimension=Dimension.EFFICIENCY,
)


def with_standard(**changes: object) -> Flow:
    return replace(OLD, standards=(replace(STANDARD, **changes),))  # type: ignore[arg-type]  # any of its attributes


def test_a_standard_is_compared_limit_by_limit() -> None:
    shorter = Response("a", "b", TimeSpan("1h", TimeUnit.CLOCK, 1))
    (changed,) = compared(with_standard(), with_standard(rule=shorter, share=Fraction(95, 100))).standards.changed
    assert changed == Changed("s", (Alteration("within", "2h", "1h"), Alteration("share", "96%", "95%")))


def test_another_spelling_of_a_time_is_no_change() -> None:
    again = Response("a", "b", TimeSpan("120m", TimeUnit.CLOCK, 2))
    found = compared(with_standard(), with_standard(rule=again))
    assert found.is_empty
    assert found.old.content_hash == found.new.content_hash


def test_another_rule_is_shown_whole() -> None:
    (changed,) = compared(with_standard(), with_standard(rule=Precedence("a", "b"))).standards.changed
    assert changed.alterations == (Alteration("rule", "response: a, b, within 2h", "precedence: a, b"),)


def test_a_standard_that_came_or_went_is_named() -> None:
    found = compared(OLD, with_standard())
    assert (found.standards.added, found.standards.removed) == (("s",), ())


def test_a_plan_with_another_trigger_is_changed() -> None:
    old = make_flow("start -> a -> b -> c -> end", plans=[("p", "b", "r", "c")])
    new = replace(old, plans=(replace(old.plans[0], trigger=Trigger(TriggerKind.MESSAGE, "delay")),))
    assert compared(old, new).plans.changed == (Changed("p", (Alteration("trigger", "timer: 1d", "message: delay"),)),)


def test_what_the_flow_says_of_itself_is_compared() -> None:
    new = replace(OLD, calendar=CalendarChoice("office"), effective=date(2026, 4, 1), title=Title("flow", "流程"))
    new = replace(new, idle=parse_time_span("14d"))
    found = compared(OLD, new)
    assert found.flow == (
        Alteration("title", "flow", "flow / 流程"),
        Alteration("calendar", "–", "office"),
        Alteration("effective", "–", "2026-04-01"),
        Alteration("idle", "–", "14d"),
    )
    assert not found.is_empty
    assert (found.old.effective, found.new.effective) == (None, date(2026, 4, 1))


def test_an_intention_that_becomes_a_standard_is_a_change_of_rule() -> None:
    title = Title("Soon", "尽快")
    wanted = Intention("soon", title, Title("As soon as possible", "尽快"), ("a",))
    standard = Standard("soon", title, Count("a", at_least=1), Fraction(1), Fraction(0), Dimension.COMPLETENESS)
    old, new = replace(OLD, intentions=(wanted,)), replace(OLD, standards=(*OLD.standards, standard))
    (changed,) = compared(old, new).standards.changed
    assert changed.alterations == (Alteration("rule", "As soon as possible / 尽快", "count: a, at-least 1"),)
    later = replace(OLD, intentions=(replace(wanted, about=("a", "b")),))
    (changed,) = compared(old, later).standards.changed
    assert changed.alterations == (Alteration("about", "a", "a, b"),)


def test_seasons_and_weights_are_compared() -> None:
    season = Season("peak", Title("peak", "peak"), (DayRange(DayOfYear(1, 20), DayOfYear(2, 10)),))
    group = WeightGroup("g", Title("g", "g"), 3, ("a",))
    old = replace(OLD, seasons=(season,), weights=(group,))
    new = replace(OLD, seasons=(replace(season, days_before=3),), weights=(replace(group, weight=7),))
    found = compared(old, new)
    assert found.seasons.changed == (Changed("peak", (Alteration("days_before", "0", "3"),)),)
    assert found.weights.changed == (Changed("g", (Alteration("weight", "3", "7"),)),)


def test_versions_are_told_by_the_hash_of_their_meaning() -> None:
    found = compared(OLD, replace(OLD, source_hash="other bytes"))
    assert found.old.content_hash == found.new.content_hash
    assert found.is_empty


def test_a_spent_budget_says_how_long_the_sequences_were_that_were_compared() -> None:
    wide = [f"x -> s{k} -> y" for k in range(9)]
    kinds = {"x": "parallel", "y": "parallel"}
    old = make_flow("start -> x", *wide, "y -> end", kinds=kinds)
    new = make_flow("start -> x", *wide, "y -> z -> end", kinds=kinds)
    found = compared(old, new, markings=200)
    assert (found.allowed.end, found.allowed.trace) == (SearchEnd.BUDGET, None)
    assert found.allowed.compared in range(2, 9)
    assert compared(old, new).forbidden.compared is None


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


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_no_construct_differs_from_itself(name: str) -> None:
    flow = construct(name)
    same = compared(flow, replace(flow, source_hash="other bytes"))
    assert same.is_empty
    assert (same.allowed.end, same.forbidden.end) == (SearchEnd.NONE, SearchEnd.NONE)
