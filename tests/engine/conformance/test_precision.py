"""Precision by escaping edges: figures by hand, and what may not change them."""

from __future__ import annotations

import dataclasses

import pytest

from engine.conformance.alignments import align
from engine.conformance.precision import EscapingEdge, Precision, precision_of_prefixes, precision_of_runs
from engine.conformance.search_graph import compile_search
from engine.limits import DEFAULT_LIMITS
from engine.nets.net import Net
from tests.laws.test_alignment_laws import as_variants
from tests.making import make_net
from tests.textbook import FLOWER, IN_ORDER, PARALLEL, REJECTING, textbook_log, weighted


def of_runs(net: Net, cases: dict[str, int]) -> Precision:
    graph, variants = compile_search(net), weighted(cases)
    return precision_of_runs(graph, align(graph, variants))


def of_prefixes(net: Net, cases: dict[str, int]) -> Precision:
    return precision_of_prefixes(compile_search(net), weighted(cases))


CHOICE = make_net("a: i -> p", "b: p -> o", "c: p -> o", "d: p -> o")
"""a, then b, c or d."""


def test_by_hand() -> None:
    """4 cases at the beginning (a of a), 4 after a (b and c of b, c and d), none later: (4 + 8) ÷ (4 + 12)."""
    found = of_runs(CHOICE, {"ab": 3, "ac": 1})
    assert found.value == 12 / 16
    assert found.escaping(9) == (EscapingEdge(("a",), "d", 4),)


def test_cases_weigh() -> None:
    """After b (9 cases) only d can come, after c (1 case) d and e, of which e never happens: 40 ÷ (10 + 20 + 9 + 2)."""
    net = make_net("a: i -> p", "b: p -> q", "c: p -> r", "d: q -> o", "x 'd': r -> o", "e: r -> o")
    assert of_runs(net, {"abd": 9, "acd": 1}).value == 40 / 41


def test_a_state_in_which_cases_end_counts() -> None:
    net = make_net("a: i -> p", "b: p -> p", final="p")
    assert of_runs(net, {"a": 1}).value == 1 / 2


def test_log_moves_are_left_out_and_model_moves_put_in() -> None:
    """Both cases run as a and c: 2 of 2 at the beginning, 1 of 3 after a."""
    found = of_runs(CHOICE, {"xac": 1, "c": 1})
    assert found.value == 4 / 8
    assert (found.left_out, found.cut) == (0, 0)


def test_log_prefixes_are_cut_where_the_net_cannot_follow() -> None:
    """At the beginning 2 cases of which 1 did a; after a 1 case, which did none of three things."""
    found = of_prefixes(CHOICE, {"xac": 1, "axc": 1})
    assert found.value == 2 * 1 / (2 * 1 + 3)
    assert (found.cut, found.going_on.tolist()) == (2, [2, 1])


def test_neither_silent_transitions_nor_the_choice_of_equal_labels_change_the_figure() -> None:
    plain = make_net("a: i -> p", "b: p -> o", "c: p -> o")
    silent = make_net("t1: i -> h", "a: h -> p", "t2: p -> q", "t3: p -> r", "b: q -> o", "c: r -> o")
    twice = make_net("x 'a': i -> p", "y 'a': i -> q", "b: p -> o", "c: q -> o")
    assert {of_runs(net, {"ab": 1}).value for net in (plain, silent, twice)} == {2 / 3}


def test_what_cannot_be_brought_to_an_end_is_not_available() -> None:
    net = make_net("a: i -> p", "b: p -> o", "c: p -> dead")
    assert of_runs(net, {"ab": 1}).value == 1.0


def test_the_textbook_s_log_on_a_flower_is_far_less_precise() -> None:
    variants = textbook_log()
    values = []
    for net in (PARALLEL, IN_ORDER, REJECTING, FLOWER):
        graph = compile_search(net)
        values.append(precision_of_runs(graph, align(graph, variants)).value)
    assert values == [pytest.approx(value, abs=5e-7) for value in (0.954822, 0.996132, 1.0, 0.303982)]


def test_without_cases_there_is_no_precision() -> None:
    assert (of_runs(CHOICE, {}).value, of_prefixes(CHOICE, {}).value) == (None, None)


def test_a_net_that_allows_nothing_is_precise() -> None:
    net = make_net(initial="i", final="i")
    assert (of_runs(net, {"": 1}).value, of_prefixes(net, {"": 1}).value) == (1.0, 1.0)


def test_cases_without_an_optimal_alignment_are_left_out_and_counted() -> None:
    graph, variants = compile_search(make_net("a: x -> o")), weighted({"a": 3})
    found = precision_of_runs(graph, align(graph, variants))
    assert (found.value, found.left_out) == (None, 3)
    graph = compile_search(make_net("a: i -> p", "b: p -> i", "c: i -> o"))
    limits = dataclasses.replace(DEFAULT_LIMITS, search_nodes=2)
    found = precision_of_runs(graph, align(graph, weighted({"abab": 2}), limits=limits))
    assert (found.value, found.left_out) == (None, 2)


def test_twenty_choices_one_after_the_other_stay_small() -> None:
    """Each prefix is one state, however many runs it has: every choice has two silent ways."""
    rules = [f"x{k}{way} '': p{k} -> {way}{k}" for k in range(20) for way in "lr"]
    rules += [f"{way}{k} 'a': {way}{k} -> p{k + 1}" for k in range(20) for way in "lr"]
    net = make_net(*rules, initial="p0", final="p20")
    assert of_runs(net, {"a" * 20: 1}).value == 1.0


def test_the_heaviest_escaping_edges_come_first() -> None:
    found = of_runs(FLOWER, {"abg": 5, "ach": 2})
    assert found.escaping(3)[0].cases == 7
    assert found.escaping(0) == ()
    assert len(found.escaping(10**6)) == len(found.escaping_states)


def test_variants_with_a_common_beginning_share_their_states() -> None:
    found = of_prefixes(PARALLEL, {"abdeg": 1, "abdeh": 1, "adbeg": 1})
    assert len(found.cases) == 1 + 4 + 2 + 4
    assert as_variants([]).counts.sum() == 0
