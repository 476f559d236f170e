"""The state space: what is found, in which order, and where it stops."""

from __future__ import annotations

import dataclasses
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from engine.nets.net import Net
from engine.nets.pnml import read_pnml
from engine.nets.state_space import Exploration, StateSpace, explore
from tests.making import make_net
from tests.oracles.state_space import explore_plainly
from tests.shared_data import shared

ROOMY = 1 << 30


def parallel(branches: int) -> Net:
    """N6: a split, one step on each branch, a join."""
    names = range(branches)
    starts, ends = ", ".join(f"p{k}" for k in names), ", ".join(f"q{k}" for k in names)
    return make_net(f"s: i -> {starts}", *(f"a{k}: p{k} -> q{k}" for k in names), f"j: {ends} -> o")


def found(net: Net, *, max_markings: int = 100_000, max_bytes: int = ROOMY) -> StateSpace:
    return explore(net, max_markings=max_markings, max_bytes=max_bytes)


def runs_are_right(space: StateSpace) -> bool:
    """Whether firing each state's path leads to its marking, and each edge to its target."""
    net = space.net
    for state in range(space.count):
        marking: tuple[int, ...] = tuple(net.initial.tolist())
        for t in space.path_to(state):
            marking = net.fire(marking, t)
        if marking != space.marking(state):
            return False
        for e in range(space.offsets[state], space.offsets[state + 1]):
            if net.fire(marking, int(space.transitions[e])) != space.marking(int(space.targets[e])):
                return False
    return True


@pytest.mark.parametrize("branches", [1, 5, 12, 16])
def test_parallel_branches_have_a_marking_for_each_subset(branches: int) -> None:
    space = found(parallel(branches))
    assert (space.status, space.count) == (Exploration.COMPLETE, 2**branches + 2)
    assert len(space.targets) == branches * 2 ** (branches - 1) + 2
    assert len(np.unique(space.words, axis=0)) == space.count


def test_more_enabled_transitions_than_the_first_room_holds() -> None:
    """A thousand branches: a thousand firings of one state, a hundred thousand edges, sixteen words a marking."""
    net = make_net(*(f"a{k}: i -> p{k}" for k in range(1_000)), *(f"b{k}: p{k} -> o" for k in range(1_000)))
    space = found(net)
    assert (space.status, space.count, len(space.targets)) == (Exploration.COMPLETE, 1_002, 2_000)
    assert runs_are_right(space)


def test_tables_grow_past_every_first_size() -> None:
    net = parallel(11)
    plain = explore_plainly(net, max_markings=10_000)
    space = found(net)
    assert [space.marking(state) for state in range(space.count)] == plain.markings
    assert space.targets.tolist() == [target for row in plain.edges.values() for _, target in row]


def test_a_net_without_transitions_has_one_marking() -> None:
    space = found(make_net("never: x -> o"))
    assert (space.status, space.count, space.offsets.tolist()) == (Exploration.COMPLETE, 1, [0, 0])
    assert space.marking(0) == tuple(space.net.initial.tolist())


@pytest.mark.parametrize(
    ("net", "repeated"),
    [
        (make_net("a: i -> i, q", "b: i -> o"), ["a"]),  # N1
        (make_net("t1: i -> i, q", "a: i -> p", "b: x -> o"), ["t1"]),  # N7
        (make_net("g: -> q", "a: i -> o"), ["g"]),  # N11
        (make_net("a: i -> 300*i"), ["a"]),
        (make_net("a: p -> q", "b: q -> p, p", initial="p"), ["a", "b"]),
    ],
    ids=["N1", "N7", "N11", "past a byte", "in two steps"],
)
def test_unbounded_nets_are_recognised(net: Net, repeated: list[str]) -> None:
    space = found(net)
    assert space.status is Exploration.UNBOUNDED
    assert space.pumping is not None
    path, loop = space.pumping
    marking = tuple(net.initial.tolist())
    for t in path:
        marking = net.fire(marking, t)
    covered = marking
    for t in loop:
        assert net.enabled(marking, t)
        marking = net.fire(marking, t)
    assert marking != covered
    assert all(more >= less for more, less in zip(marking, covered, strict=True))
    assert sorted(net.transitions[t].id for t in loop) == repeated


@pytest.mark.parametrize(("tokens", "width"), [(1, 1), (2, 8), (255, 8), (256, 32), (65_535, 32)])
def test_counts_get_the_width_that_they_need(tokens: int, width: int) -> None:
    space = found(make_net(f"a: i -> {tokens}*p, q", f"b: q, {tokens}*p -> o"))
    assert (space.status, space.count, space.width) == (Exploration.COMPLETE, 3, width)
    assert max(space.marking(1)) == tokens
    assert runs_are_right(space)


def test_a_count_that_no_width_holds_spends_the_budget() -> None:
    net = make_net("a: q -> p", initial="q, p", final="p")
    much = 2**31 - 1
    after = dataclasses.replace(net.after, weights=np.array([much], dtype=np.int32))
    space = found(dataclasses.replace(net, after=after, initial=np.array([3, much], dtype=np.int32)))
    assert (space.status, space.count, space.marking(1)) == (Exploration.BUDGET, 2, (2, 2 * much))


@pytest.mark.parametrize("most", [1, 2, 3, 100, 1_023, 1_024, 1_025, 4_097])
def test_no_more_markings_than_allowed(most: int) -> None:
    space = found(parallel(12), max_markings=most)
    assert (space.status, space.count) == (Exploration.BUDGET, most)
    assert runs_are_right(space)


def test_as_many_markings_as_there_are_is_enough() -> None:
    assert found(parallel(12), max_markings=4_098).status is Exploration.COMPLETE


def test_an_exploration_that_stops_keeps_each_edge_at_its_state() -> None:
    """The deadlock after c has no edges, even if the budget is spent at the very next state."""
    net = make_net("c: i -> x", "a: i -> p", "b: p -> q", "d: p -> r", "e: q -> o")
    space = found(net, max_markings=4)
    assert space.status is Exploration.BUDGET
    rows = [space.transitions[a:b].tolist() for a, b in pairwise(space.offsets.tolist())]
    assert rows == [[0, 1], [], [2], []]


@pytest.mark.parametrize("mebibytes", [1, 2, 5, 11, 30])
def test_the_budget_of_bytes_is_what_is_allocated(mebibytes: int) -> None:
    found(parallel(3))  # compiled outside of what is measured
    tracemalloc.start()
    try:
        space = found(parallel(16), max_markings=10**6, max_bytes=mebibytes << 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert space.status is (Exploration.COMPLETE if mebibytes == 30 else Exploration.BUDGET)
    assert peak <= (mebibytes << 20) + (256 << 10)
    assert space.count * 8 > (mebibytes << 20) // 60 or mebibytes == 30  # and most of it was used


def test_a_budget_of_no_bytes_still_has_the_first_markings() -> None:
    space = found(parallel(16), max_markings=10**6, max_bytes=0)
    assert space.status is Exploration.BUDGET
    assert 1 <= space.count <= 1_024


@pytest.mark.parametrize(
    ("name", "markings", "edges"),
    [("08_receipt-im", 944, 6_490), ("bpic2012-imf", 722, 4_766), ("12_roadtraffic_1t_per_variant-im", 906, 6_526)],
)
def test_discovered_nets(name: str, markings: int, edges: int) -> None:
    space = found(read_pnml(shared(f"models/{name}.pnml")))
    assert (space.status, space.count, len(space.targets)) == (Exploration.COMPLETE, markings, edges)
    assert runs_are_right(space)
    assert space.coreachable.all()
