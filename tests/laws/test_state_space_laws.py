"""Laws of exploring a net and of folding its silent moves away: both equal their plain twins."""

from __future__ import annotations

import dataclasses
import itertools
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conformance.search_graph import SearchGraph, graph_of
from engine.nets.kernels import states
from engine.nets.net import Net
from engine.nets.state_space import Exploration, StateSpace, explore
from tests.making import make_net
from tests.oracles.random_nets import nested_net, random_net, reading_net, wild_net
from tests.oracles.reduction import PlainGraph, reduce_plainly
from tests.oracles.state_space import PlainSpace, explore_plainly, reaches_plainly

NETS_PER_EXAMPLE = 10
seeds = st.integers(min_value=0, max_value=2**32 - 1)
law = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def as_plain(space: StateSpace) -> PlainSpace:
    """A state space in the form of its plain twin, states without edges past the last one left out as there."""
    rows = [slice(a, b) for a, b in pairwise(space.offsets.tolist())]
    edges = {
        s: list(zip(space.transitions[row].tolist(), space.targets[row].tolist(), strict=True))
        for s, row in enumerate(rows)
    }
    parents = list(zip(space.parents.tolist(), space.parent_transitions.tolist(), strict=True))
    return PlainSpace(space.status.value, [space.marking(s) for s in range(space.count)], edges, parents, space.cover)


def same_space(space: StateSpace, plain: PlainSpace) -> bool:
    """Whether both found the same; the plain twin has no entry for states that it did not come to."""
    found = as_plain(space)
    unvisited = {state for state, edges in found.edges.items() if state not in plain.edges and not edges}
    found.edges = {state: edges for state, edges in found.edges.items() if state not in unvisited}
    return found == plain


@law
@given(seed=seeds)
def test_exploration_equals_the_plain_twin(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(NETS_PER_EXAMPLE):
        net, most = wild_net(rng), rng.choice([1, 2, 7, 60, 250])
        space, plain = explore(net, max_markings=most, max_bytes=1 << 26), explore_plainly(net, max_markings=most)
        assert same_space(space, plain)
        if space.status is Exploration.COMPLETE:
            highest = max(map(max, plain.markings))
            assert space.width == next(width for width in (1, 8, 32) if highest >> width == 0)


def test_wild_nets_are_of_every_kind() -> None:
    """What the law above relies on: every width, every end, markings of one word and of several."""
    spaces = [explore(wild_net(random.Random(seed)), max_markings=7, max_bytes=1 << 26) for seed in range(400)]
    kinds = {(space.width, space.status.value) for space in spaces}
    assert kinds >= {(w, end) for w in (1, 8, 32) for end in ("complete", "budget")}
    assert kinds >= {(8, "unbounded"), (32, "unbounded")}
    assert {(space.width, space.words.shape[1] > 1) for space in spaces} >= {
        (1, True),
        (1, False),
        (8, True),
        (32, True),
    }


@law
@given(seed=seeds)
def test_structured_nets_are_explored_as_by_the_plain_twin(seed: int) -> None:
    net = nested_net(random.Random(seed), 4)
    assert same_space(explore(net, max_markings=1_500, max_bytes=1 << 26), explore_plainly(net, max_markings=1_500))


@law
@given(seed=seeds)
def test_what_reaches_a_goal_equals_the_plain_twin(seed: int) -> None:
    """On graphs with long ways back to earlier states, which going over the states a few times does not settle."""
    rng = random.Random(seed)
    count = rng.randint(1, 60)
    back = rng.random()
    edges = [
        sorted(
            {rng.randrange(count) for _ in range(rng.randint(0, 2))} | ({s - 1} if s and rng.random() < back else set())
        )
        for s in range(count)
    ]
    goals = {s for s in range(count) if rng.random() < 0.1} if rng.random() < 0.5 else {0}
    offsets = np.cumsum([0, *map(len, edges)]).astype(np.int64)
    targets = np.array([target for row in edges for target in row], dtype=np.int32)
    is_goal = np.isin(np.arange(count), list(goals))
    found = states.reaches(offsets, targets, is_goal)
    assert set(np.flatnonzero(found).tolist()) == reaches_plainly(edges, goals)
    assert np.flatnonzero(is_goal).tolist() == sorted(goals)


def as_plain_graph(graph: SearchGraph, full: list[int]) -> PlainGraph:
    """A search graph in the form of its plain twin."""
    at, target, transition, label, skip = graph.edges
    path_at, path = graph.paths
    end_skip, end_at, end_path = graph.ends
    rows, poss, must, _ = graph.bound
    columns = (target, transition, label, skip)
    paths = [tuple(path[a:b].tolist()) for a, b in pairwise(path_at.tolist())]
    edges = list(zip(*(column.tolist() for column in columns), paths, strict=True))
    return PlainGraph(
        full,
        [edges[a:b] for a, b in pairwise(at.tolist())],
        [
            tuple(end_path[a:b].tolist()) if skip >= 0 else None
            for skip, a, b in zip(end_skip.tolist(), end_at[:-1], end_at[1:], strict=True)
        ],
        [_labels(poss[row]) for row in rows],
        [_labels(must[row]) for row in rows],
    )


def _labels(words: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> set[int]:
    return {64 * w + bit for w, word in enumerate(words.tolist()) for bit in range(64) if word >> bit & 1}


def agree(net: Net) -> bool:
    """Whether a net's search graph equals the plain one; true of one whose runs never end, which has no states."""
    space = explore(net, max_markings=100_000, max_bytes=1 << 26)
    graph = graph_of(space)
    if not space.coreachable[0]:
        return graph.states == 0
    plain = reduce_plainly(space)
    return as_plain_graph(graph, plain.full) == plain


@law
@given(seed=seeds)
def test_folding_silent_moves_equals_the_plain_twin_on_wild_nets(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(NETS_PER_EXAMPLE):
        assert agree(random_net(rng))
        assert agree(reading_net(rng))


def small_nested_net(rng: random.Random, depth: int, *, labels: int) -> Net:
    """One with so few markings that the plain twin is quick."""
    while True:
        net = nested_net(rng, depth, labels=labels)
        if explore(net, max_markings=150, max_bytes=1 << 26).status is Exploration.COMPLETE:
            return net


@law
@given(seed=seeds)
def test_folding_silent_moves_equals_the_plain_twin_on_structured_nets(seed: int) -> None:
    rng = random.Random(seed)
    net = small_nested_net(rng, rng.randint(1, 4), labels=rng.choice([2, 6, 200]))
    assert agree(net)


def test_a_step_that_a_silent_move_has_to_come_before_is_kept() -> None:
    """Both before and after t1 the step a can happen, but t1 cannot happen after it."""
    net = make_net("t1: p, s -> p, q", "a: p -> r", "b: r, s -> o", "c: r, q -> o", initial="p, s")
    assert sorted(graph_of(explore(net, max_markings=99, max_bytes=1 << 26)).edges[4].tolist()) == [0, 0, 0, 1]
    assert agree(net)


@pytest.mark.parametrize("labels", [63, 64, 65, 130])
def test_more_labels_than_one_word_holds(labels: int) -> None:
    """One chain of steps; every other one can be left out, so both sets differ from state to state."""
    rules = [f"x{k} 'l{k}': q{k} -> q{k + 1}" for k in range(labels)]
    rules += [f"y{k} '': q{k} -> q{k + 1}" for k in range(0, labels, 2)]
    net = make_net(*rules, initial="q0", final=f"q{labels}")
    graph = as_plain_graph(graph_of(explore(net, max_markings=1_000, max_bytes=1 << 26)), [])
    assert graph.poss[0] == set(range(labels))
    assert graph.must[0] == set(range(1, labels, 2))
    assert agree(net)


@pytest.mark.parametrize("steps", [63, 64, 65, 140])
def test_more_steps_in_one_marking_than_one_word_holds(steps: int) -> None:
    """Beside them a silent move that may come before or after each, and for some has to come before."""
    rules = [f"a{k}: p, r -> q, r" for k in range(0, steps, 2)] + [f"b{k}: p, s -> q, s" for k in range(1, steps, 2)]
    rules += [f"c{k}: p -> q" for k in range(3)]
    assert agree(make_net("t1: r -> s", *rules, "d: q, s -> o", initial="p, r"))


def test_silent_ways_longer_than_the_first_room() -> None:
    """Before a step, after it up to the end, and two of unlike length to the same step."""
    rules = [f"t{k}: p{k} -> p{k + 1}" for k in range(90)] + [f"t{100 + k}: q{k} -> q{k + 1}" for k in range(90)]
    rules += ["a: p90 -> q0", "b: p40 -> q0", "a2 'a': p90 -> q5", "t200: p0 -> p50", "c: q0 -> p0", "d: q90 -> p20"]
    assert agree(make_net(*rules, initial="p0", final="q90"))


@pytest.mark.parametrize("seed", range(3))
def test_more_edges_and_closures_than_the_first_room_holds(seed: int) -> None:
    """A machine of many states whose silent moves lead far."""
    rng = random.Random(seed)
    rules = [f"t{k}: p{k} -> p{rng.randrange(40)}" for k in range(40)]
    rules += [f"x{k} 'l{rng.randrange(90)}': p{rng.randrange(40)} -> p{rng.randrange(40)}" for k in range(120)]
    assert agree(make_net(*rules, initial="p0", final="p0"))


def test_a_token_that_is_read_needs_no_more_bits_beside_many_places() -> None:
    """Steps take and put back a token in one word of a marking and move another in the next word."""
    idle = ", ".join(f"idle{k}" for k in range(80))
    net = make_net(f"never: p, x -> {idle}", "a: p, q -> p, r", "b: p, r -> p, q", "c: p, q -> o", initial="p")
    marked = np.array([place in ("p", "q") for place in net.places], dtype=np.int32)
    space = explore(dataclasses.replace(net, initial=marked), max_markings=99, max_bytes=1 << 26)
    assert net.places.index("p") < 64 < net.places.index("q")
    assert (space.width, space.count, space.status) == (1, 3, Exploration.COMPLETE)


def test_label_sets_that_no_order_of_the_states_settles_soon() -> None:
    """The work goes on from the first state to the last, the second, the last but one, and so on."""
    count = 20
    way = [
        state for pair in zip(range(count // 2), range(count - 1, count // 2 - 1, -1), strict=True) for state in pair
    ]
    rules = [f"f{k}: i -> p{k}" for k in range(count)]
    rules += [f"x{a}: p{a} -> p{b}" for a, b in itertools.pairwise(way)] + [f"x{way[-1]}: p{way[-1]} -> o"]
    assert agree(make_net(*rules))
