"""Nets made to mislead an aligner: each gets its right cost, or the plain answer that no run of it ends.

The costs of every short trace are held against the net's words, listed by hand. Nets past the budget of markings are
in ``test_hostile_nets_lazily.py``.
"""

from __future__ import annotations

from itertools import product

import pytest

from engine.conformance.alignment import Alignment
from engine.conformance.alignments import align, align_prefixes
from engine.nets.net import Net
from engine.vocabulary import AlignmentStatus, MoveKind
from tests.engine.nets.test_soundness import HOSTILE
from tests.laws.test_alignment_laws import as_variants
from tests.making import make_net
from tests.oracles.alignment import align_plainly
from tests.oracles.net_language import edit_cost, net_language

WORDS: dict[str, set[tuple[str, ...]]] = {"N2": {("a",)}, "N8c": {("a",)}, "N9": {("a",)}, "N10": {()}}
"""All that the net accepts."""
DEAD = ("N3", "N4", "N5", "N8", "N12")
"""Nets whose final marking cannot be reached."""
WEIGHTED = {
    "a loop that changes two for three": make_net("a: i -> 2*p", "b: 2*p -> 3*q", "d: 3*q -> 2*p", "c: 3*q -> o"),
    "the same step twice": make_net("a: i -> 5*p", "b: 2*p -> q", "c: 2*q, p -> o"),
}
"""Nets whose arc weights decide."""
SHORTEST = {"a loop that changes two for three": ("a", "b", "c"), "the same step twice": ("a", "b", "b", "c")}


def hostile(number: str) -> Net:
    """A net of the collection by its number."""
    return next(net for name, (net, _, _) in HOSTILE.items() if name.split()[0] == number)


def traces_of(net: Net, longest: int = 3) -> list[tuple[str, ...]]:
    """Every trace of the net's labels, one that no net has and one that this net may lack."""
    names = dict.fromkeys([*net.labels, "a", "?"])
    return [trace for length in range(longest + 1) for trace in product(names, repeat=length)]


def prefixes(words: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {word[:length] for word in words for length in range(len(word) + 1)}


def events(alignment: Alignment) -> list[int | None]:
    return [move.position for move in alignment.moves if move.kind in {MoveKind.SYNC, MoveKind.LOG}]


@pytest.mark.parametrize("number", WORDS)
def test_every_short_trace_costs_its_distance_to_the_nearest_word(number: str) -> None:
    net = hostile(number)
    traces = traces_of(net)
    assert net_language(net, 4) == WORDS[number]
    for trace, whole, running in zip(
        traces,
        align(net, as_variants(traces)).per_variant,
        align_prefixes(net, as_variants(traces)).per_variant,
        strict=True,
    ):
        assert whole.status is running.status is AlignmentStatus.OPTIMAL
        assert whole.cost == edit_cost(trace, WORDS[number])
        assert running.cost == edit_cost(trace, prefixes(WORDS[number]))
        assert events(whole) == events(running) == list(range(len(trace)))


@pytest.mark.parametrize("number", WORDS)
def test_every_short_trace_is_explained_as_the_plain_twin_does(number: str) -> None:
    net = hostile(number)
    traces = traces_of(net)
    whole, running = align(net, as_variants(traces)), align_prefixes(net, as_variants(traces))
    for variant, trace in enumerate(traces):
        for found, prefix in ((whole, False), (running, True)):
            alignment = found.alignment(variant)
            assert (alignment.cost, alignment.moves) == align_plainly(net, trace, prefix=prefix)


def test_weights_that_are_met_take_three_silent_moves() -> None:
    (alignment,) = align(hostile("N8c"), as_variants([("a",)])).per_variant
    assert [move.kind for move in alignment.moves] == [MoveKind.SILENT] * 3 + [MoveKind.SYNC]


@pytest.mark.parametrize("number", DEAD)
def test_no_case_of_a_net_that_never_ends_is_explained_or_dropped(number: str) -> None:
    net = hostile(number)
    traces = traces_of(net)
    for found in (align(net, as_variants(traces)), align_prefixes(net, as_variants(traces))):
        assert {(a.status, a.cost, a.fitness, a.moves) for a in found.per_variant} == {
            (AlignmentStatus.UNREACHABLE, None, 0.0, ())
        }
        assert found.not_optimal == len(traces)
        assert (found.total_cost, found.fitting_cases, found.average_fitness) == (0, 0, 0.0)


@pytest.mark.parametrize("name", SHORTEST)
def test_arc_weights_count(name: str) -> None:
    net = WEIGHTED[name]
    traces = [trace for trace in traces_of(net) if "?" not in trace]
    words = net_language(net, 7)
    assert min(words, key=len) == SHORTEST[name]
    for trace, alignment in zip(traces, align(net, as_variants(traces)).per_variant, strict=True):
        assert alignment.cost == edit_cost(trace, words)


def test_without_weights_the_same_net_would_have_other_costs() -> None:
    """So that a compiler which forgets weights fails here."""
    light = make_net("a: i -> p", "b: p -> q", "c: q, p -> o")
    heavy = WEIGHTED["the same step twice"]
    assert align(heavy, as_variants([("a", "b", "b", "c")])).costs.tolist() == [0]
    assert align(light, as_variants([("a", "b", "b", "c")])).costs.tolist() == [-1]
