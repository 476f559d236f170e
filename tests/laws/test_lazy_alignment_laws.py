"""Laws of the lazy search: it finds what the plain twin finds, on nets that are small enough for the twin."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given

from engine.conformance.alignments import align, align_prefixes
from engine.conformance.costs import STANDARD_COSTS, Costs
from engine.conformance.kernels import lazy_bound
from engine.conformance.lazy_net import LazyNet, prepare
from engine.limits import DEFAULT_LIMITS
from engine.nets.net import SILENT, Net
from engine.vocabulary import AlignmentStatus
from tests.laws.test_alignment_laws import as_variants, examples, expected_of, law, replayed, seeds
from tests.making import make_net
from tests.oracles.alignment import PlainCosts, align_plainly
from tests.oracles.random_nets import random_trace


def lazy(net: Net) -> LazyNet:
    """A net prepared for the lazy search of short traces."""
    return prepare(net, longest=10, limits=DEFAULT_LIMITS)


@law
@given(seed=seeds)
def test_cost_and_moves_equal_the_plain_twin(seed: int) -> None:
    for net, traces in examples(20_000 + seed):
        for trace, alignment in zip(traces, align(lazy(net), as_variants(traces)).per_variant, strict=True):
            assert alignment.status is AlignmentStatus.OPTIMAL
            assert (alignment.cost, alignment.moves) == expected_of(net, trace)


@law
@given(seed=seeds)
def test_prefix_alignments_equal_the_plain_twin(seed: int) -> None:
    for net, traces in examples(21_000 + seed):
        for trace, alignment in zip(traces, align_prefixes(lazy(net), as_variants(traces)).per_variant, strict=True):
            assert alignment.status is AlignmentStatus.OPTIMAL
            assert (alignment.cost, alignment.moves) == expected_of(net, trace, prefix=True)


@law
@given(seed=seeds)
def test_other_costs_and_forbidden_moves_equal_the_plain_twin(seed: int) -> None:
    rng = random.Random(22_000 + seed)
    for net, traces in examples(23_000 + seed):
        log = {name: rng.randint(0, 3) for name in "abcd?"}
        model = {name: rng.randint(0, 3) for name in net.labels}
        forbidden = frozenset(t.id for t in net.transitions if t.label != SILENT and rng.random() < 0.2)
        plain = PlainCosts(
            log=log.__getitem__,
            model=lambda t, net=net, model=model, forbidden=forbidden: (  # type: ignore[misc]  # bound per net
                None if net.transitions[t].id in forbidden else model[net.labels[net.transitions[t].label]]
            ),
        )
        found = align(lazy(net), as_variants(traces), costs=Costs(log=log, model=model, forbidden=forbidden))
        for trace, alignment in zip(traces, found.per_variant, strict=True):
            expected = expected_of(net, trace, costs=plain)
            if expected is None:
                assert alignment.status is AlignmentStatus.UNREACHABLE
            else:
                assert (alignment.cost, alignment.moves) == expected


def blocks(rng: random.Random) -> Net:
    """Two parallel blocks in sequence, with a choice and a loop inside, labels shared between branches."""
    names = [rng.choice("abcd") for _ in range(5)]
    return make_net(
        "s: i -> p, q",
        f"x1 '{names[0]}': p -> x",
        f"x2 '{names[1]}': p -> x",
        f"x3 '{names[2]}': q -> y",
        "t1: y -> q",
        "t2: x, y -> m",
        "t3: m -> u, v",
        f"x4 '{names[3]}': u -> w",
        f"x5 '{names[4]}': v -> z",
        "t4: v -> z",
        "t5: w, z -> o",
    )


@pytest.mark.parametrize("seed", range(40))
def test_several_final_markings_and_shared_labels(seed: int) -> None:
    rng = random.Random(seed)
    net = blocks(rng)
    finals = np.zeros((2, len(net.places)), dtype=np.int32)
    finals[0, net.places.index("o")] = 1
    finals[1, [net.places.index("x"), net.places.index("y")]] = 1
    net = Net(
        net.name, net.places, net.transitions, net.labels, net.before, net.after, net.initial, finals,
        net.label_of_activity,
    )  # fmt: skip
    traces = [random_trace(rng, longest=4) for _ in range(6)]
    for trace, alignment in zip(traces, align(lazy(net), as_variants(traces)).per_variant, strict=True):
        assert (alignment.cost, alignment.moves) == align_plainly(net, trace)


@pytest.mark.parametrize("seed", range(40))
def test_bounds_are_admissible_and_consistent(seed: int) -> None:
    """For any limit that is at least the optimum, all along the chosen alignment."""
    rng = random.Random(seed)
    net = blocks(rng)
    prepared = lazy(net)
    views = prepared.views
    _, _, _, by_label, (model_costs, _, _, ends) = prepared._space(8, STANDARD_COSTS)
    trace = random_trace(rng, longest=5)
    labels, log_costs = net.codes(trace), np.ones(len(trace), dtype=np.int32)
    found = align_plainly(net, trace)
    assert found is not None
    through = np.zeros((2, len(trace) + 1, len(views[1])), dtype=np.int32)
    bounds = np.zeros_like(through)
    single = lazy_bound.through_all(views, by_label, (labels, log_costs), model_costs, ends, through, bounds)
    assert single <= found[0]
    for most in (found[0], found[0] + 1, lazy_bound.NEVER - 1):
        order = np.arange(len(views[2]))
        total = lazy_bound.fill(views, order, by_label, (labels, log_costs), model_costs, (through, most), ends, bounds)
        assert total <= found[0]
        along, states, position = [int(total)], views[2].copy(), 0
        for move in found[1]:
            if move.transition is not None:
                states = views[1][states, move.transition]
            position += move.position is not None
            phase = int(move.position is None and position < len(trace))
            along.append(int(bounds[phase, position, states].sum()))
        assert along[-1] == 0
        steps = [0 if move.kind.value in {"sync", "silent"} else 1 for move in found[1]]
        assert all(before <= step + after for before, step, after in zip(along[:-1], steps, along[1:], strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_past_the_budget_bounds_are_honest_and_moves_a_run(seed: int) -> None:
    rng = random.Random(seed)
    net = blocks(rng)
    traces = [random_trace(rng, longest=4) for _ in range(4)]
    limits = DEFAULT_LIMITS.__class__(lazy_nodes=6)
    for trace, alignment in zip(traces, align(lazy(net), as_variants(traces), limits=limits).per_variant, strict=True):
        expected = align_plainly(net, trace)
        assert expected is not None
        assert alignment.lower_bound <= expected[0]
        if alignment.cost is not None:
            assert alignment.cost >= expected[0]
            assert net.is_final(replayed(net, alignment))
