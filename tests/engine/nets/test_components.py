"""S-components and the relation of places, held against explored markings."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from engine.nets.components import markable, never_emptied, s_components, together
from engine.nets.state_space import explore
from tests.making import make_net
from tests.oracles.random_nets import random_net


def test_parallel_branches_are_covered_one_component_each() -> None:
    net = make_net("s: i -> p, q", "a: p -> x", "b: q -> y", "j: x, y -> o")
    found = [{net.places[place] for place in component} for component in s_components(net)]
    assert found == [{"i", "p", "x", "o"}, {"i", "q", "y", "o"}]


def test_a_place_with_two_tokens_or_a_weighted_arc_is_in_no_component() -> None:
    assert s_components(make_net("a: i -> o", initial="i, i", final="o, o")) == []
    assert s_components(make_net("a: 2*i -> o", initial="i, i")) == []


def test_a_place_that_only_grows_is_in_no_component() -> None:
    net = make_net("a: i -> i, q", "b: i -> o")
    assert [{net.places[p] for p in component} for component in s_components(net)] == [{"i", "o"}]
    assert never_emptied(net)[net.places.index("q")]


@pytest.mark.parametrize("seed", range(60))
def test_a_component_holds_one_token_in_every_marking(seed: int) -> None:
    net = random_net(random.Random(seed))
    space = explore(net, max_markings=1_000, max_bytes=1 << 24)
    markings = [space.marking(state) for state in range(space.count)]
    assert len(markings) == space.count
    for component in s_components(net):
        assert {sum(marking[place] for place in component) for marking in markings} == {1}


@pytest.mark.parametrize("seed", range(60))
def test_places_that_hold_tokens_at_once_are_together(seed: int) -> None:
    net = random_net(random.Random(seed))
    space, related, marked = explore(net, max_markings=1_000, max_bytes=1 << 24), together(net), markable(net)
    assert space.count > 0
    for state in range(space.count):
        marking = space.marking(state)
        here = [place for place, tokens in enumerate(marking) if tokens]
        assert all(related[p, q] and related[q, p] for p, q in combinations(here, 2))
        assert all(related[p, p] for p in here if marking[p] > 1)
        assert marked[here].all()


def test_places_of_different_blocks_are_not_together() -> None:
    net = make_net("s: i -> p, q", "a: p -> x", "b: q -> y", "j: x, y -> m", "c: m -> o")
    related, place = together(net), net.places.index
    assert related[place("p"), place("y")]
    assert not related[place("p"), place("x")]
    assert not related[place("p"), place("m")]
