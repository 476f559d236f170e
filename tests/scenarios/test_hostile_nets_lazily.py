"""Nets too large to be compiled, or endless: the search has to make do with the states it comes to."""

from __future__ import annotations

import dataclasses
import random

import pytest

from engine.conformance.alignments import align, align_prefixes
from engine.limits import DEFAULT_LIMITS
from engine.nets.net import Net
from engine.vocabulary import AlignmentStatus
from tests.engine.nets.test_soundness import HOSTILE
from tests.laws.test_alignment_laws import as_variants
from tests.making import make_net

OPTIMAL, BUDGET, UNREACHABLE = AlignmentStatus.OPTIMAL, AlignmentStatus.BUDGET, AlignmentStatus.UNREACHABLE
NETS = {name.split()[0]: net for name, (net, _, _) in HOSTILE.items()}
SCARCE = dataclasses.replace(DEFAULT_LIMITS, alignment_markings=10_000, search_nodes=50_000)
"""So little that giving up comes soon."""
BRANCHES = [f"a{number}" for number in range(22)]
PARALLEL = make_net(
    "s: i -> " + ", ".join(f"p{number}" for number in range(22)),
    *(f"a{number}: p{number} -> q{number}" for number in range(22)),
    "t: " + ", ".join(f"q{number}" for number in range(22)) + " -> o",
)
"""N6, its join silent."""


def costs(net: Net, traces: list[tuple[str, ...]], *, prefix: bool = False) -> list[int | None]:
    """The costs of traces, each of which has to be exact."""
    found = (align_prefixes if prefix else align)(net, as_variants(traces))
    assert {alignment.status for alignment in found.per_variant} == {OPTIMAL}
    return [alignment.cost for alignment in found.per_variant]


def test_n1_what_grows_without_end_is_aligned() -> None:
    """Of ⟨a a b⟩ only b can be kept: each a leaves a token that nothing takes away."""
    traces = [("a", "a", "b"), ("b",), ("a",), (), ("b", "b"), ("?", "b")]
    assert costs(NETS["N1"], traces) == [2, 0, 2, 1, 1, 1]
    assert costs(NETS["N1"], traces, prefix=True) == [2, 0, 1, 0, 1, 1]


def test_what_grows_and_is_taken_away_is_aligned_by_its_weights() -> None:
    net = make_net("a: i -> i, q", "b: i, 3*q -> o")
    traces = [("a", "a", "a", "b"), ("a", "a", "b"), ("a", "a", "a", "a", "b"), ("b",), ()]
    assert costs(net, traces) == [0, 1, 1, 3, 4]


@pytest.mark.parametrize("seed", range(5))
def test_n6_any_order_of_twenty_two_parallel_steps_fits(seed: int) -> None:
    order = random.Random(seed).sample(BRANCHES, len(BRANCHES))
    again = [*order, order[0]]
    assert costs(PARALLEL, [tuple(order), tuple(order[1:]), tuple(again)]) == [0, 1, 1]
    assert costs(PARALLEL, [tuple(order[:5]), tuple(again)], prefix=True) == [0, 1]


def test_n7_a_silent_loop_that_grows_and_never_ends_is_given_up() -> None:
    for search in (align, align_prefixes):
        found = search(NETS["N7"], as_variants([("a",), ()]), limits=SCARCE)
        assert {alignment.status for alignment in found.per_variant} <= {BUDGET, UNREACHABLE}
        assert found.not_optimal == 2


def test_n11_what_appears_from_nowhere_is_aligned() -> None:
    traces = [("a",), ("g", "a"), ("g",), ("a", "g"), ()]
    assert costs(NETS["N11"], traces) == [0, 1, 2, 1, 1]
    assert costs(NETS["N11"], traces, prefix=True) == [0, 1, 1, 1, 0]


def test_n13_four_thousand_tokens_are_paid_or_given_up() -> None:
    (alignment,) = align(NETS["N13"], as_variants([("a",)]), limits=SCARCE).per_variant
    assert alignment.status in {OPTIMAL, BUDGET}
    assert alignment.lower_bound == 0
    assert alignment.status is BUDGET or alignment.cost == 0
