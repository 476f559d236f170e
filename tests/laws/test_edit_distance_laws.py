"""The cost of an alignment is the edit distance between the case and the nearest word of the net, weights and all.

The distance is taken from a list of the net's words and the textbook's longest common subsequence: no search at all.
A word that is nearer than the cost found is shorter than case and cost together, so the list need not be longer.
"""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conformance.alignment import Alignments
from engine.conformance.alignments import align, align_prefixes
from engine.nets.net import Net
from engine.vocabulary import AlignmentStatus
from tests.laws.test_alignment_laws import as_variants
from tests.oracles.net_language import edit_cost, net_language, net_prefixes
from tests.oracles.random_nets import random_net, random_trace

LONGEST_WORD = 7
WEIGHTS = (1, 1, 2, 2, 3, 4)

seeds = st.integers(min_value=0, max_value=2**32 - 1)
law = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def examples(seed: int, weights: tuple[int, ...]) -> list[tuple[Net, list[tuple[str, ...]]]]:
    rng = random.Random(seed)
    return [(random_net(rng, weights=weights), [random_trace(rng, longest=4) for _ in range(4)]) for _ in range(8)]


def check(traces: list[tuple[str, ...]], found: Alignments, words: set[tuple[str, ...]]) -> int:
    """Hold the costs against the words of at most ``LONGEST_WORD`` labels; how many could be held."""
    held = 0
    for trace, alignment in zip(traces, found.per_variant, strict=True):
        assert alignment.status is AlignmentStatus.OPTIMAL
        assert alignment.cost is not None
        if len(trace) + alignment.cost <= LONGEST_WORD:
            assert alignment.cost == edit_cost(trace, words)
            held += 1
    return held


@law
@given(seed=seeds)
def test_the_cost_of_a_whole_case_is_its_edit_distance(seed: int) -> None:
    for weights in ((1,), WEIGHTS):
        held = [
            check(traces, align(net, as_variants(traces)), net_language(net, LONGEST_WORD))
            for net, traces in examples(seed, weights)
        ]
        assert sum(held) > len(held)


@law
@given(seed=seeds)
def test_the_cost_of_a_running_case_is_its_edit_distance_to_what_may_yet_end(seed: int) -> None:
    for weights in ((1,), WEIGHTS):
        held = [
            check(traces, align_prefixes(net, as_variants(traces)), net_prefixes(net, LONGEST_WORD))
            for net, traces in examples(1_000 + seed, weights)
        ]
        assert sum(held) > len(held)
