"""Token replay: the textbook's figures, silent and equally labelled transitions, hostile nets, limits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.conformance.alignments import align
from engine.conformance.forced_replay import Tokens
from engine.conformance.token_replay import TokenReplay, replay_tokens
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
from engine.nets.net import Net
from engine.nets.process import read_process
from tests.laws.test_alignment_laws import as_variants
from tests.making import make_net
from tests.shared_data import shared
from tests.textbook import FLOWER, IN_ORDER, PARALLEL, REJECTING, textbook_log


def replayed(net: Net, *traces: str) -> list[Tokens]:
    """The tokens of each trace, written with one letter for each activity."""
    found = replay_tokens(net, as_variants([tuple(trace) for trace in traces]))
    return [found.of(variant) for variant in range(len(traces))]


@pytest.mark.parametrize(
    ("net", "trace", "tokens"),
    [
        (PARALLEL, "acdeh", Tokens(7, 7, 0, 0)),
        (IN_ORDER, "adceh", Tokens(6, 6, 1, 1)),
        (REJECTING, "ade", Tokens(5, 5, 2, 2)),
    ],
)
def test_the_textbook_s_traces(net: Net, trace: str, tokens: Tokens) -> None:
    assert replayed(net, trace) == [tokens]


@pytest.mark.parametrize(
    ("net", "ignored", "fitness"),
    [(PARALLEL, "", 1.0), (IN_ORDER, "", 0.9504), (REJECTING, "bfg", 0.8797), (FLOWER, "", 1.0)],
)
def test_the_textbook_s_log(net: Net, ignored: str, fitness: float) -> None:
    """The textbook leaves out events of activities that a net does not have; here they would count."""
    assert replay_tokens(net, textbook_log(without=ignored)).log_fitness == pytest.approx(fitness, abs=5e-5)


def test_activities_that_the_net_does_not_have_count() -> None:
    assert replay_tokens(REJECTING, textbook_log()).log_fitness == pytest.approx(0.780393, abs=5e-7)
    net = make_net("a: i -> p", "b: p -> o")
    assert replayed(net, "ab", "azb") == [Tokens(3, 3, 0, 0), Tokens(4, 4, 1, 1)]
    assert replayed(net, "azb")[0].fitness == 0.75


def test_an_accepted_trace_needs_the_right_one_of_two_equal_labels() -> None:
    net = make_net("x 'a': i -> p", "y 'a': i -> q", "b: p -> o", "c: q -> o")
    assert replayed(net, "ab", "ac") == [Tokens(3, 3, 0, 0)] * 2


def test_an_accepted_trace_needs_the_right_silent_way() -> None:
    net = make_net("t1: i -> p", "t2: i -> q", "t3: q -> r", "a: p -> o", "b: r -> o")
    assert replayed(net, "a", "b") == [Tokens(3, 3, 0, 0), Tokens(4, 4, 0, 0)]


def test_silent_transitions_to_the_end_count_too() -> None:
    """Three silent transitions after the first a, or one before the second."""
    net = make_net("x 'a': i -> p", "t1: p -> q", "t2: q -> r", "t3: r -> o", "t4: i -> h", "y 'a': h -> o")
    assert replayed(net, "a") == [Tokens(3, 3, 0, 0)]


def test_what_fits_replays_without_loss_up_to_where_it_stops_to_fit() -> None:
    net = make_net("x 'a': i -> p", "y 'a': i -> q", "b: p -> p2", "c: q -> q2", "d: p2 -> o", "e: q2 -> o")
    assert replayed(net, "ac", "acd") == [Tokens(3, 3, 1, 1), Tokens(4, 4, 1, 1)]


def test_silent_transitions_fire_only_where_they_help() -> None:
    net = make_net("a: i -> p", "t1: p -> q", "t2: q -> p", "b: p -> o", "c: q -> o")
    assert replayed(net, "ab", "ac") == [Tokens(3, 3, 0, 0), Tokens(4, 4, 0, 0)]


def test_a_silent_transition_fires_where_it_leaves_fewer_tokens_missing() -> None:
    """Step b may be skipped, so all that is wrong is that a was left out: one token is missing, one remains."""
    net = make_net("s: i -> p, q", "a: p -> p2", "b: q -> q2", "t1: q -> q2", "c: p2, q2 -> o")
    assert replayed(net, "c") == [Tokens(5, 5, 1, 1)]


def test_arc_weights_count() -> None:
    net = make_net("a: i -> 2*p", "b: 3*p -> o")
    assert replayed(net, "ab", "aab") == [Tokens(4, 5, 1, 0), Tokens(6, 6, 1, 1)]


def test_the_final_marking_is_the_one_that_costs_least() -> None:
    net = make_net("a: i -> p", "b: p -> o", final="2*o | p | o")
    assert replayed(net, "a", "ab", "") == [Tokens(2, 2, 0, 0), Tokens(3, 3, 0, 0), Tokens(1, 1, 1, 1)]


def test_weighted_means_over_cases() -> None:
    net = make_net("a: i -> p", "b: p -> o")
    variants = as_variants([("a", "b"), ("a",)])
    found = replay_tokens(net, dataclasses.replace(variants, counts=np.array([3, 1], dtype=np.int64)))
    assert found.total == Tokens(11, 11, 1, 1)
    assert found.average_fitness == pytest.approx(7 / 8)
    assert found.log_fitness == pytest.approx(10 / 11)
    assert (found.fitting_cases, found.incomplete_cases) == (3, 0)


def test_no_case_has_no_fitness() -> None:
    found = replay_tokens(make_net("a: i -> o"), as_variants([]))
    assert (found.average_fitness, found.log_fitness, found.total) == (None, None, Tokens())


@pytest.mark.parametrize(
    ("net", "fits"),
    [
        (make_net("t1: i -> p", "t2: p -> r", "t3: r -> p", "a: p -> o"), True),
        (make_net("t1: i -> p", "t2: p -> q", "t3: q -> p", "a: x -> o"), False),
        (make_net("a: i -> p", "b: i -> q", "c: p, q -> o"), False),
        (make_net("a: i -> p, q", "b: p -> o", "c: q -> o"), False),
        (make_net("s: i -> p", "a: 2*p -> o"), False),
        (make_net("t0: i -> 2*d1", "t1: d1 -> 2*d2", "z 'a': 4*d2 -> o"), True),
        (make_net("a: i -> o", "d: i, o -> o"), True),
        (make_net(initial="i", final="i"), False),
        (make_net("a: i -> o", initial="2*i"), False),
    ],
)
def test_hostile_nets_are_replayed(net: Net, fits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    found = replay_tokens(net, as_variants([("a",)]))
    assert found.fits.tolist() == [fits]
    assert 0 <= found.fitness[0] <= 1


@pytest.mark.parametrize(
    "net",
    [
        make_net("a: i -> i, q", "b: i -> o"),
        make_net("t1: i -> i, q", "a: i -> p", "b: x -> o"),
        make_net("g: -> q", "a: i -> o"),
    ],
)
def test_an_unbounded_net_is_past_the_limit(net: Net) -> None:
    with pytest.raises(LimitExceeded, match="alignment_markings"):
        replay_tokens(net, as_variants([("a",)]))


def test_a_search_past_its_limit_says_so_and_ends() -> None:
    """With a token that was added, the silent loop fills q without end."""
    net = make_net("a: i -> o", "b: x -> p", "t1: p -> p, q", "c: q, r -> o")
    limits = dataclasses.replace(DEFAULT_LIMITS, replay_markings=50)
    found: TokenReplay = replay_tokens(net, as_variants([("a",), ("b", "c")]), limits=limits)
    assert found.complete.tolist() == [True, False]
    assert (found.incomplete_cases, found.fits.tolist()) == (1, [True, False])


def test_many_parallel_skips_do_not_explode() -> None:
    """2¹⁴ markings of silent skips; only those that can help the event are searched."""
    branches = [rule for k in range(14) for rule in (f"a{k}: p{k} -> q{k}", f"x{k} '': p{k} -> q{k}")]
    fork, join = ", ".join(f"p{k}" for k in range(14)), ", ".join(f"q{k}" for k in range(14))
    net = make_net(f"s: i -> {fork}", *branches, f"b: {join} -> o")
    found = replay_tokens(net, as_variants([("b",), ("a3", "a3", "b")]))
    assert found.of(0) == Tokens(30, 30, 0, 0)
    assert found.of(1).missing == found.of(1).remaining == 1


@pytest.mark.parametrize(
    ("log", "model", "tokens", "fitting"),
    [
        ("08_receipt.xes.gz", "08_receipt-im", (52815, 52815, 0, 0), 1434),
        ("08_receipt.xes.gz", "08_receipt-imf", (15650, 15657, 863, 856), 713),
        ("03_repairExample.xes.gz", "03_repairExample-imf", (27324, 27116, 104, 312), 1000),
        ("02_teleclaims.xes.gz", "02_teleclaims-imf", (98627, 98627, 1536, 1536), 1976),
    ],
)
def test_real_logs(log: str, model: str, tokens: tuple[int, ...], fitting: int) -> None:
    variants = find_variants(read_log(shared(f"logs/{log}")))
    net = read_process(shared(f"models/{model}.pnml")).net
    found = replay_tokens(net, variants)
    assert (found.total, found.fitting_cases) == (Tokens(*tokens), fitting)
    assert found.fits.tolist() == (align(net, variants).costs == 0).tolist()
