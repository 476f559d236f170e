from __future__ import annotations

import pytest

from engine.conformance.causality import find_causality
from tests.making import make_net

PARALLEL = make_net("s: i -> p, q", "a: p -> r", "b: q -> u", "t: r, u -> o")
SPLIT, A, B, JOIN = range(4)


def test_parallel_moves_do_not_depend_on_each_other() -> None:
    found = find_causality(PARALLEL.token_flow, [SPLIT, B, A, JOIN])
    assert found.causes == ((), (0,), (0,), (1, 2))
    assert found.last == (3,)


def test_log_moves_take_no_part() -> None:
    found = find_causality(PARALLEL.token_flow, [SPLIT, -1, A])
    assert found.causes == ((), (), (0,))
    assert found.last == (0, 2)


def test_a_place_gives_its_oldest_token_first() -> None:
    net = make_net("a: i -> p", "b: 1*p -> o", initial="2*i", final="2*o")
    assert find_causality(net.token_flow, [0, 0, 1, 1]).causes == ((), (), (0,), (1,))


def test_weighted_arcs_take_tokens_of_several_makers() -> None:
    net = make_net("a: i -> 2*p", "b: 3*p -> o, p", initial="2*i", final="o, p")
    assert find_causality(net.token_flow, [0, 0, 1]).causes == ((), (), (0, 1))


def test_a_huge_weight_costs_no_time() -> None:
    net = make_net("a: i -> 60000*p", "b: 60000*p -> o")
    assert find_causality(net.token_flow, [0, 1]).causes == ((), (0,))


def test_a_move_that_is_not_enabled_is_refused() -> None:
    with pytest.raises(ValueError, match="not enabled"):
        find_causality(PARALLEL.token_flow, [A])


def test_followed_by_is_transitive_and_leaves_the_move_itself_out() -> None:
    found = find_causality(PARALLEL.token_flow, [SPLIT, A, B, JOIN])
    assert found.followed_by([False, False, False, True]) == [True, True, True, False]
    assert found.followed_by([False, True, False, False]) == [True, False, False, False]


def test_blocks_join_what_depends_on_each_other_and_no_siblings() -> None:
    found = find_causality(PARALLEL.token_flow, [SPLIT, A, B, JOIN])
    assert found.blocks({1, 2}, {0, 3}) == ((1,), (2,))
    assert found.blocks({1, 2, 3}, {0}) == ((1, 2, 3),)
    assert found.blocks({0, 3}, {1}) == ((0, 3),)
    assert found.blocks({0, 3}, set()) == ((0,), (3,))
