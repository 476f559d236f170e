"""The lazy search on hostile nets, and beside the compiled one on real logs."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.conformance.alignments import align, align_prefixes
from engine.conformance.lazy_net import prepare
from engine.conformance.search_graph import compile_search
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
from engine.nets.net import Net
from engine.nets.process import read_process
from engine.vocabulary import AlignmentStatus
from tests.laws.test_alignment_laws import as_variants, replayed
from tests.making import make_net
from tests.shared_data import shared

SMALL = Limits(lazy_nodes=50_000)


def parallel(count: int) -> Net:
    names = range(1, count + 1)
    return make_net(
        "s: i -> " + ", ".join(f"p{k}" for k in names),
        *(f"a{k}: p{k} -> q{k}" for k in names),
        "t: " + ", ".join(f"q{k}" for k in names) + " -> o",
    )


def test_any_order_of_22_parallel_steps_costs_nothing() -> None:
    rng, net = random.Random(1), parallel(22)
    names = [f"a{k}" for k in range(1, 23)]
    traces = [tuple(rng.sample(names, 22)) for _ in range(20)]
    found = align(net, as_variants(traces))
    assert found.costs.tolist() == [0] * 20
    assert (found.statuses == 0).all()


def test_disturbed_orders_of_22_parallel_steps_are_exact() -> None:
    net = parallel(22)
    names = [f"a{k}" for k in range(1, 23)]
    traces = [(), tuple(names[:5]), ("a3", "a3", "?"), (*reversed(names), "a1")]
    found = align(net, as_variants(traces))
    assert found.costs.tolist() == [22, 17, 23, 1]
    for alignment in found.per_variant:
        assert alignment.status is AlignmentStatus.OPTIMAL
        assert net.is_final(replayed(net, alignment))


def test_an_unbounded_net_is_aligned() -> None:
    net = make_net("a: i -> i, q", "b: i -> o")
    found = align(net, as_variants([("a", "a", "b"), ("b",), ()]), limits=SMALL)
    assert found.costs.tolist() == [2, 0, 1]
    assert (found.statuses == 0).all()


def test_an_unbounded_silent_loop_before_an_end_out_of_reach_ends() -> None:
    net = make_net("t1: i -> i, q", "a: i -> p", "b: x -> o")
    found = align(net, as_variants([("a",), ()]), limits=SMALL)
    assert [alignment.status for alignment in found.per_variant] == [AlignmentStatus.UNREACHABLE] * 2


def test_a_source_transition_does_no_harm() -> None:
    net = make_net("g: -> q", "a: i -> o")
    found = align(net, as_variants([("a",), ("g", "a"), ("a", "g", "g")]), limits=SMALL)
    assert found.costs.tolist() == [0, 1, 2]
    assert (found.statuses == 0).all()


def test_twelve_doublings_are_fired_one_by_one() -> None:
    doublings = [f"t{k}: d{k - 1} -> 2*d{k}" for k in range(1, 13)]
    net = make_net(*doublings, "z: 4096*d12 -> o", initial="d0")
    found = align(prepare(net, longest=2, limits=SMALL), as_variants([("z",), ("z", "z"), ()]), limits=SMALL)
    assert found.costs.tolist() == [0, 1, 1]
    assert len(found.alignment(0).moves) == 4096


def test_nothing_is_called_unreachable_without_proof() -> None:
    """Tokens that can be made and taken without end, next to an end that can never come: the budget says so."""
    net = make_net("t1: i -> i, q", "t2: q -> r", "t3: r, i -> i", "a: i, x -> o", "t4: y -> x", "t5: x, q -> y, o",
                   initial="i, y", final="3*o")  # fmt: skip
    found = align(net, as_variants([("a",)]), limits=Limits(lazy_nodes=2_000, compiled_markings=100))
    assert found.alignment(0).status in {AlignmentStatus.BUDGET, AlignmentStatus.OPTIMAL}


def test_a_running_case_may_stop_only_where_an_end_can_come() -> None:
    net = make_net("a: i -> p", "b: i -> dead", "c: p -> o", "d: dead -> dead")
    found = align_prefixes(prepare(net, longest=2, limits=SMALL), as_variants([("a",), ("b",), ("b", "d")]))
    assert found.costs.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("model", "log"),
    [
        ("models/08_receipt-im.pnml", "logs/08_receipt.xes.gz"),
        ("models/03_repairExample-im.pnml", "logs/03_repairExample.xes.gz"),
        ("models/12_roadtraffic_1t_per_variant-imf.pnml", "logs/12_roadtraffic_1t_per_variant.xes.gz"),
        ("models/a22/a22.pnml", "models/a22/a22f0n50.xes.gz"),
    ],
)
def test_costs_and_deviations_equal_those_of_the_compiled_search(model: str, log: str) -> None:
    net, variants = read_process(shared(model)).net, find_variants(read_log(shared(log)))
    longest = int(np.diff(variants.offsets).max())
    compiled = align(compile_search(net), variants)
    lazily = align(prepare(net, longest=longest, limits=DEFAULT_LIMITS), variants)
    assert lazily.costs.tolist() == compiled.costs.tolist()
    assert lazily.statuses.tolist() == compiled.statuses.tolist()
    assert [len(a.moves) for a in lazily.per_variant] == [len(a.moves) for a in compiled.per_variant]
