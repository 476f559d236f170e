"""Footprints: the textbook's comparison, and what counts as following."""

from __future__ import annotations

import pytest

from engine.conformance.footprints import DifferingPair, Footprints, Relation, compare_footprints
from engine.conformance.search_graph import compile_search
from engine.errors import LimitExceeded
from engine.nets.net import Net
from tests.making import make_net
from tests.textbook import FLOWER, IN_ORDER, PARALLEL, textbook_log, weighted


def compared(net: Net, cases: dict[str, int]) -> Footprints:
    return compare_footprints(compile_search(net), weighted(cases))


def relation(net: Net, first: str, second: str) -> Relation:
    """The net's relation, read from its comparison with a log that shows nothing."""
    found = compared(net, {"": 1})
    pairs = {(pair.first, pair.second): pair.net for pair in found.differing}
    return pairs.get((first, second), Relation.UNRELATED)


def test_the_textbook_s_comparisons() -> None:
    log = textbook_log()
    assert compare_footprints(compile_search(PARALLEL), log).agreement == 1.0
    in_order = compare_footprints(compile_search(IN_ORDER), log)
    assert (in_order.differing_cells, in_order.cells, in_order.agreement) == (12, 64, 0.8125)
    assert compare_footprints(compile_search(FLOWER), log).differing_cells == 45


def test_differing_pairs_say_what_differs_what_the_net_forbids_first() -> None:
    net = make_net("a: i -> p", "b: p -> q", "c: q -> o")
    assert compared(net, {"abc": 9, "acb": 4}).differing == (
        DifferingPair("b", "c", Relation.PARALLEL, Relation.PRECEDES, 9, 4),
        DifferingPair("a", "c", Relation.PRECEDES, Relation.UNRELATED, 4, 0),
    )


def test_an_activity_that_repeats_is_parallel_to_itself() -> None:
    found = compared(make_net("a: i -> o"), {"aa": 2})
    assert found.differing == (DifferingPair("a", "a", Relation.PARALLEL, Relation.UNRELATED, 2, 2),)
    assert found.agreement == 0.0


def test_silent_transitions_do_not_come_between() -> None:
    net = make_net("a: i -> p", "t1: p -> q", "t2: q -> r", "b: r -> o")
    assert relation(net, "a", "b") is Relation.PRECEDES


def test_only_runs_that_can_end_count() -> None:
    net = make_net("a: i -> p", "b: p -> o", "c: p -> dead")
    assert relation(net, "a", "b") is Relation.PRECEDES
    assert relation(net, "a", "c") is Relation.UNRELATED


def test_parallel_work_and_a_loop() -> None:
    parallel = make_net("s: i -> p, q", "a: p -> p2", "b: q -> q2", "t1: p2, q2 -> o")
    assert relation(parallel, "a", "b") is Relation.PARALLEL
    loop = make_net("a: i -> p", "t1: p -> i", "t2: p -> o")
    assert relation(loop, "a", "a") is Relation.PARALLEL


def test_activities_that_the_net_does_not_have_are_rows_too() -> None:
    found = compared(make_net("a: i -> p", "b: p -> o"), {"azb": 1})
    assert found.activities == ("a", "b", "z")
    assert (found.differing_cells, found.cells) == (6, 9)


def test_a_net_without_a_run_relates_nothing() -> None:
    found = compared(make_net("a: x -> p", "b: p -> o"), {"ab": 1})
    assert not found.can_follow.any()
    assert found.differing_cells == 2


def test_nothing_at_all_has_no_agreement() -> None:
    assert compared(make_net(initial="i", final="i"), {}).agreement is None


def test_a_net_past_the_limit_is_refused_by_name() -> None:
    with pytest.raises(LimitExceeded, match="alignment_markings"):
        compared(make_net("a: i -> i, q", "b: i -> o"), {"a": 1})
