"""Laws of alignments where sizes matter: many labels, goals, nodes and moves, large costs, small budgets."""

from __future__ import annotations

import dataclasses
import random
from itertools import pairwise

import numpy as np
import pytest

from engine.conformance.alignment import Alignment
from engine.conformance.alignments import align, align_prefixes
from engine.conformance.costs import Costs
from engine.conformance.kernels import bounds, search
from engine.conformance.kernels.common import BUDGET, DENSE_CELLS, slot
from engine.conformance.search_graph import compile_search
from engine.limits import DEFAULT_LIMITS
from engine.nets.net import SILENT, Net, Transition
from engine.vocabulary import AlignmentStatus, Explanation, MoveKind
from tests.laws.test_alignment_laws import as_variants, examples, replayed
from tests.making import make_net
from tests.oracles.alignment import STANDARD, PlainCosts, TooManyOptimaError, align_plainly
from tests.oracles.random_nets import random_trace, reading_net

UNCOUNTED = dataclasses.replace(DEFAULT_LIMITS, explanation_nodes=1)


def agrees(net: Net, trace: tuple[str, ...], found: Alignment, costs: PlainCosts = STANDARD) -> bool:
    """Whether an alignment is the plain twin's, where that can enumerate the optimal ones."""
    try:
        expected = align_plainly(net, trace, costs=costs, counted=found.explanation is Explanation.GLOBAL)
    except TooManyOptimaError:
        return True
    if expected is None:
        return found.status is AlignmentStatus.UNREACHABLE
    return (found.cost, found.moves) == expected


def spread(net: Net, places: list[int], size: int) -> Net:
    """The same net with its labels at these places among many that no transition carries."""
    names = [f"unused {number}" for number in range(size)]
    for place, name in zip(places, net.labels, strict=False):
        names[place] = name
    transitions = tuple(
        t if t.label == SILENT else Transition(t.id, places[t.label], t.node, t.purpose) for t in net.transitions
    )
    activities = {name: places[label] for name, label in net.label_of_activity.items()}
    return dataclasses.replace(net, labels=tuple(names), transitions=transitions, label_of_activity=activities)


@pytest.mark.parametrize("seed", range(3))
def test_labels_in_other_words_of_a_set_change_nothing(seed: int) -> None:
    rng = random.Random(seed)
    for net, traces in examples(30_000 + seed):
        wide = spread(net, rng.sample([0, 1, 31, 62, 63, 64, 65, 127, 128, 150], len(net.labels)), 151)
        variants, costs = as_variants(traces), Costs(log={"a": 2, "?": 3}, model={"b": 2})
        assert align(wide, variants).per_variant == align(net, variants).per_variant
        assert align_prefixes(wide, variants).per_variant == align_prefixes(net, variants).per_variant
        assert align(wide, variants, costs=costs).per_variant == align(net, variants, costs=costs).per_variant


@pytest.mark.parametrize("seed", range(3))
def test_bounds_are_what_their_definition_says(seed: int) -> None:
    """The log cost of what cannot come any more, and the model cost of what has to come and is not in the rest."""
    rng = random.Random(31_000 + seed)
    for net, traces in examples(31_000 + seed):
        wide = spread(net, rng.sample([0, 1, 31, 62, 63, 64, 65, 127, 128, 150], len(net.labels)), 151)
        graph = compile_search(wide)
        (rows, poss, must, _), size = graph.bound, len(wide.labels)
        assert len(np.unique(np.hstack([poss, must]), axis=0)) == len(poss)
        label_costs = np.array([rng.randint(0, 4) for _ in range(size)], dtype=np.int32)
        for trace in traces:
            labels = wide.codes(trace)
            log_costs = np.array([rng.randint(0, 4) for _ in trace], dtype=np.int32)
            guide = np.full((len(trace) + 1, 3), 7, np.uint64), np.full((len(trace) + 1, size + 1), 7, np.int32)
            bounds.suffixes((labels, log_costs), *guide)
            for i in range(len(trace) + 1):
                ahead = set(labels[i:].tolist()) - {-1}
                for row in range(len(poss)):
                    can, has_to = _members(poss[row]), _members(must[row])
                    lost = sum(int(log_costs[k]) for k in range(i, len(trace)) if labels[k] not in can)
                    absent = sum(int(label_costs[label]) for label in has_to - ahead)
                    state = rows.tolist().index(row)
                    assert bounds.label_bound(i, state, (rows, poss, must), guide, label_costs) == lost + absent
                    assert bounds.is_complete(i, row, must, guide[0]) == (has_to <= ahead)
                    assert {label for label in range(size) if bounds.has(poss, row, label)} == can


def _members(words: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> set[int]:
    return {64 * w + bit for w, word in enumerate(words.tolist()) for bit in range(64) if word >> bit & 1}


@pytest.mark.parametrize("seed", range(3))
def test_the_labels_of_each_state_s_own_edges(seed: int) -> None:
    rng = random.Random(seed)
    for net, _ in examples(32_000 + seed):
        graph = compile_search(spread(net, rng.sample([0, 1, 31, 63, 64, 127, 128, 150], len(net.labels)), 151))
        at, label = graph.edges[0], graph.edges[3]
        own = [set(label[a:b].tolist()) for a, b in pairwise(at)]
        assert [_members(words) for words in graph.bound[3]] == own


@pytest.mark.parametrize("seed", range(4))
def test_several_final_markings(seed: int) -> None:
    rng = random.Random(33_000 + seed)
    checked = 0
    while checked < 15:
        net = reading_net(rng)
        if not compile_search(net).has_end:
            continue
        for trace in (random_trace(rng), random_trace(rng)):
            assert agrees(net, trace, align(net, as_variants([trace])).alignment(0))
        checked += 1


@pytest.mark.parametrize("seed", range(3))
def test_large_costs_equal_the_plain_twin(seed: int) -> None:
    """Costs far apart need many buckets; some moves still cost nothing."""
    rng = random.Random(34_000 + seed)
    for net, traces in examples(34_000 + seed):
        log = {name: rng.choice([0, 1, 63, 64, 65, 1_000]) for name in "abcd?"}
        model = {name: rng.choice([0, 1, 63, 64, 65, 1_000]) for name in net.labels}
        forbidden = frozenset(t.id for t in net.transitions if t.label != SILENT and rng.random() < 0.1)
        plain = PlainCosts(
            log=log.__getitem__,
            model=lambda t, net=net, model=model, forbidden=forbidden: (  # type: ignore[misc]  # bound per net
                None if net.transitions[t].id in forbidden else model[net.labels[net.transitions[t].label]]
            ),
        )
        for limits in (DEFAULT_LIMITS, UNCOUNTED):
            found = align(net, as_variants(traces), costs=Costs(log, model, forbidden), limits=limits)
            for trace, one in zip(traces, found.per_variant, strict=True):
                assert agrees(net, trace, one, plain)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("most", [1, 2, 3, 5, 8])
def test_a_budget_of_nodes_gives_the_optimum_or_honest_bounds(seed: int, most: int) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, search_nodes=most)
    for net, traces in examples(35_000 + seed):
        optima = align(net, as_variants(traces)).per_variant
        for best, found in zip(optima, align(net, as_variants(traces), limits=limits).per_variant, strict=True):
            assert best.cost is not None
            assert found.cost is not None
            if found.status is AlignmentStatus.OPTIMAL:
                assert found == best
            else:
                assert found.status is AlignmentStatus.BUDGET
                assert found.lower_bound <= best.cost <= found.cost
                assert net.is_final(replayed(net, found))


def test_a_search_ends_at_the_number_of_nodes_allowed() -> None:
    """The run a b c has four nodes; the budget is spent when as many have been met."""
    net = make_net("a: i -> p", "b: p -> q", "c: q -> o")
    statuses = [
        align(net, as_variants([("a", "b", "c")]), limits=dataclasses.replace(DEFAULT_LIMITS, search_nodes=most))
        .alignment(0)
        .status
        for most in range(1, 8)
    ]
    assert statuses == [AlignmentStatus.BUDGET] * 4 + [AlignmentStatus.OPTIMAL] * 3


@pytest.mark.parametrize("most", [1, 2, 4, 9, 20])
def test_whatever_room_there_is_to_count_deviations_the_choice_is_one_of_two(most: int) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, explanation_nodes=most)
    for net, traces in examples(36_000 + most):
        for trace, found in zip(traces, align(net, as_variants(traces), limits=limits).per_variant, strict=True):
            assert agrees(net, trace, found)


@pytest.mark.parametrize("branches", [3, 4, 5, 17, 40])
def test_many_states_in_which_a_run_can_stop(branches: int) -> None:
    """As many goals as branches; the last of them is the one from which a short way goes on."""
    rules = [f"a{k} 'a': i -> p{k}" for k in range(branches)]
    rules += [f"b{k} 'b': p{k} -> {'o' if k == branches - 1 else f'q{k}'}" for k in range(branches)]
    rules += [f"c{k} 'c': q{k} -> o" for k in range(branches - 1)]
    net = make_net(*rules)
    for trace in [("a",), ("a", "x"), ("x", "a", "b"), ("a", "b"), ("a", "b", "c"), ("c",), ()]:
        whole, prefix = align(net, as_variants([trace])), align_prefixes(net, as_variants([trace]))
        assert (whole.alignment(0).cost, whole.alignment(0).moves) == align_plainly(net, trace)
        assert (prefix.alignment(0).cost, prefix.alignment(0).moves) == align_plainly(net, trace, prefix=True)


@pytest.mark.parametrize(("steps", "explanation"), [(30, Explanation.GLOBAL), (32, Explanation.LOCAL)])
def test_open_moves_of_many_steps_fit_one_word_or_are_not_counted(steps: int, explanation: Explanation) -> None:
    """Either half of the chain can be the one that is misplaced; the open moves of a step take two bits."""
    net = make_net(*(f"x{k} 'l{k}': q{k} -> q{k + 1}" for k in range(steps)), initial="q0", final=f"q{steps}")
    trace = tuple(f"l{(k + steps // 2) % steps}" for k in range(steps))
    found = align(net, as_variants([trace])).alignment(0)
    assert (found.cost, found.explanation) == (steps, explanation)
    assert found.moves == align(net, as_variants([trace]), limits=UNCOUNTED).alignment(0).moves


@pytest.mark.parametrize(
    "costs",
    [Costs(log={"x": 2}), Costs(log={"x": 0}, model={"b": 0, "c": 0, "x": 0})],
    ids=["a dear log move", "nothing costs anything"],
)
def test_the_number_of_moves_counts_where_optimal_alignments_differ_in_it(costs: Costs) -> None:
    """One log move costs what two model moves do; no step has moves of both kinds."""
    net = make_net("x: i -> p", "b: p -> q", "c: q -> o", "t1: i -> o")
    counted = align(net, as_variants([("x",)]), costs=costs).alignment(0)
    other = align(net, as_variants([("x",)]), costs=costs, limits=UNCOUNTED).alignment(0)
    assert [move.kind for move in counted.moves] == [MoveKind.LOG, MoveKind.SILENT]
    assert [move.kind for move in other.moves] == [MoveKind.SYNC, MoveKind.MODEL, MoveKind.MODEL]


def chains(length: int) -> Net:
    """Three chains of steps in parallel, with labels of their own."""
    starts, ends = [f"{name}0" for name in "uvw"], [f"{name}{length}" for name in "uvw"]
    rules = [f"x{name}{k} '{name}{k}': {name}{k} -> {name}{k + 1}" for name in "uvw" for k in range(length)]
    return make_net(*rules, initial=", ".join(starts), final=", ".join(ends))


def _increasing(numbers: list[int]) -> int:
    """The length of the longest increasing subsequence."""
    longest = [0] * len(numbers)
    for k, number in enumerate(numbers):
        longest[k] = 1 + max((longest[m] for m in range(k) if numbers[m] < number), default=0)
    return max(longest, default=0)


def test_nodes_and_moves_past_the_first_room_cost_what_the_chains_cost() -> None:
    """Label sets see nothing amiss in shuffled steps, so thousands of nodes are met."""
    rng, length = random.Random(37), 6
    net = chains(length)
    orders = [rng.sample(range(length), length) for _ in "uvw"]
    rest = {name: [f"{name}{k}" for k in order] for name, order in zip("uvw", orders, strict=True)}
    trace = tuple(rest[name].pop(0) for name in rng.sample("uvw" * length, 3 * length))
    first, again, short = align(net, as_variants([trace, trace, ("u0",)]), limits=UNCOUNTED).per_variant
    assert first.cost == 2 * sum(length - _increasing(order) for order in orders)
    assert first == again  # the first of them made the stores grow
    assert short == align(net, as_variants([("u0",)])).alignment(0)
    assert_explains(net, trace, first)


def assert_explains(net: Net, trace: tuple[str, ...], one: Alignment) -> None:
    """The moves give back the trace and a run, and cost what they are said to."""
    assert [move.position for move in one.moves if move.position is not None] == list(range(len(trace)))
    assert net.is_final(replayed(net, one))
    assert one.cost == sum(move.kind in {MoveKind.LOG, MoveKind.MODEL} for move in one.moves)


def test_a_budget_is_kept_where_all_nodes_cost_the_same() -> None:
    """They all stand in one bucket; a search stops after the node that spends the budget."""
    net = chains(4)
    graph, trace = compile_search(net), ("u0", "v0", "u1", "w0", "v1")
    free, labels = np.zeros(len(net.labels), dtype=np.int32), net.codes(trace)
    offsets, events = np.array([0, len(trace)]), np.zeros(len(trace), dtype=np.int32)
    costs = np.zeros(len(net.transitions), dtype=np.int32), free
    statuses, _, visited, *_ = search.solve(graph.space, costs, offsets, labels, events, (50, 1))
    assert statuses.tolist() == [BUDGET]
    assert 50 <= visited[0] <= 50 + 1 + 2 * 3


def test_one_node_with_more_moves_than_the_first_room_holds() -> None:
    """Nothing costs anything, so every model move and every synchronous move of the start is kept at once."""
    net = make_net(*(f"a{k} 'a': i -> {k}*p" for k in range(1, 2_101)), "b: p -> ", final="")
    found = align_prefixes(net, as_variants([("a",)]), costs=Costs(log={"a": 0}, model={"a": 0}), limits=UNCOUNTED)
    assert found.alignment(0).cost == 0
    assert [(move.kind, move.transition) for move in found.alignment(0).moves] == [(MoveKind.SYNC, 0)]


def test_more_moves_than_the_first_room_holds() -> None:
    """Silent moves before a step, and at the end, of many variants."""
    silent = 90
    rules = [f"t{k}: q{k} -> q{k + 1}" for k in range(silent)] + [f"a: q{silent} -> r0", f"b: q{silent} -> r0"]
    rules += [f"t{silent + k}: r{k} -> r{k + 1}" for k in range(silent)]
    net = make_net(*rules, initial="q0", final=f"r{silent}")
    traces = [("a",), ("b",), ("a", "a"), ("b", "x"), ("x",), ()]
    alone = [align(net, as_variants([trace])).alignment(0) for trace in traces]
    assert [one.cost for one in alone] == [0, 0, 1, 1, 2, 1]
    assert [len(one.moves) for one in alone] == [2 * silent + more for more in (1, 1, 2, 2, 2, 1)]
    for trace, one in zip(traces, alone, strict=True):
        assert_explains(net, trace, one)
    assert list(align(net, as_variants(traces * 6)).per_variant) == alone * 6


def test_a_trace_of_unknown_events_is_all_log_moves() -> None:
    """Past the first room for nodes, arcs and moves."""
    net = make_net("a: i -> p", "t1: p -> i", "b: p -> o")
    trace = ("?",) * 5_000
    found = align(net, as_variants([trace])).alignment(0)
    assert (found.cost, len(found.moves)) == (5_002, 5_002)
    assert_explains(net, trace, found)


def test_a_hashed_table_that_grew_finds_every_node_again() -> None:
    rng, states, count = random.Random(38), 50, 700
    drawn = rng.sample(range(100 * states), count)
    position, state = np.array(drawn, np.int32) // states, np.array(drawn, np.int32) % states
    nodes = (position, state, np.zeros(count, np.int32), np.zeros(count, np.int32), np.zeros(count, np.int32))
    arcs = (np.zeros(4, np.int32), np.zeros(4, np.int32), np.zeros(4, np.int32), np.zeros(4, np.int32))
    table = (np.full(16, -1, dtype=np.int32), False, states)
    table, nodes, arcs = search._with_room(table, nodes, arcs, (count, 4, 9))
    found = [int(table[0][slot(table, nodes, key // states, key % states)]) for key in drawn]
    assert found == list(range(count))
    assert 2 * (count + 9) <= len(table[0])
    assert min(len(column) for column in (*nodes, *arcs)) >= 4 + 9
    assert all(len(column) >= count + 9 for column in nodes)


def test_a_state_that_ends_as_late_but_does_not_go_on_as_late_is_passed_by() -> None:
    """After a1 the case could end as it does in the chosen way, yet its own way on has the silent move too early."""
    net = make_net(
        "a1 'a': i -> p", "t1: p -> m", "b1 'b': m -> o", "a2 'a': i -> q", "b2 'b': q -> r", "t2: r -> o",
        final="o | m",
    )  # fmt: skip
    found = align(net, as_variants([("a", "b")])).alignment(0)
    assert (found.cost, found.moves) == align_plainly(net, ("a", "b"))


def test_a_hashed_table_is_as_exact_as_a_dense_one() -> None:
    """The long trace that brings the hashed table, and makes it grow, is itself explained."""
    rules = [f"x{k}: q{k} -> q{k + 1}" for k in range(300)]
    net = make_net("c: q0 -> q300", *rules, initial="q0", final="q300")
    long = ("?",) * 60_000
    assert compile_search(net).states * len(long) > DENSE_CELLS
    found = align(net, as_variants([("x0", "c"), long]))
    assert [one.cost for one in found.per_variant] == [1, len(long) + 1]
    assert_explains(net, long, found.alignment(1))
