"""Alignments: known optima of real logs, hostile nets, ties, budgets."""

from __future__ import annotations

import dataclasses

import pytest

from engine.conformance.alignments import align
from engine.conformance.costs import Costs
from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
from engine.nets.net import Net
from engine.nets.process import read_process
from engine.vocabulary import AlignmentStatus, MoveKind
from tests.laws.test_alignment_laws import as_variants
from tests.making import make_net
from tests.oracles.alignment import align_plainly
from tests.shared_data import shared

# Totals and averages as several independent aligners computed them; log, model, variants, total, average fitness.
OPTIMA = [
    ("08_receipt.xes.gz", "08_receipt-imf", 116, 2465, 0.815495),
    ("08_receipt.xes.gz", "08_receipt-im", 116, 0, 1.0),
    ("03_repairExample.xes.gz", "03_repairExample-imf", 77, 108, 0.992960),
    ("03_repairExample.xes.gz", "03_repairExample-im", 77, 0, 1.0),
    ("12_roadtraffic_1t_per_variant.xes.gz", "12_roadtraffic_1t_per_variant-imf", 231, 74, 0.961950),
    ("07_bpic2013_incidents.xes.gz", "07_bpic2013_incidents-imf", 1511, 725, 0.994114),
    ("07_bpic2013_incidents.xes.gz", "07_bpic2013_incidents-im", 1511, 0, 1.0),
    ("02_teleclaims.xes.gz", "02_teleclaims-imf", 12, 6416, 0.879615),
    ("helpdesk.xes.gz", "helpdesk-imf", 226, 751, None),
    ("running-example.xes", "01_running-example-im", 6, 0, 1.0),
]


def aligned(net: Net, *traces: str) -> list[tuple[int | None, str]]:
    """Cost and moves of each trace, written with one letter for each activity."""
    found = align(net, as_variants([tuple(trace) for trace in traces]))
    return [(a.cost, " ".join(_word(net, m.kind, m.transition) for m in a.moves)) for a in found.per_variant]


def _word(net: Net, kind: MoveKind, transition: int | None) -> str:
    return kind.value if transition is None else f"{kind.value}:{net.transitions[transition].id}"


@pytest.mark.parametrize(("log", "model", "variants", "total", "average"), OPTIMA)
def test_known_optimum(log: str, model: str, variants: int, total: int, average: float | None) -> None:
    distinct = find_variants(read_log(shared(f"logs/{log}")))
    found = align(read_process(shared(f"models/{model}.pnml")).net, distinct)
    assert len(distinct) == variants
    assert (found.total_cost, found.total_cost_upper, found.not_optimal) == (total, total, 0)
    assert average is None or found.average_fitness == pytest.approx(average, abs=5e-7)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("log", "model", "total", "average"),
    [
        ("bpic2012.xes.gz", "bpic2012-imf", 1603, None),
        ("roadtraffic_fines.xes.gz", "12_roadtraffic_1t_per_variant-imf", 188_007, 0.793021),
    ],
)
def test_known_optimum_of_a_large_log(log: str, model: str, total: int, average: float | None) -> None:
    found = align(read_process(shared(f"models/{model}.pnml")).net, find_variants(read_log(shared(f"logs/{log}"))))
    assert found.total_cost == total
    assert average is None or found.average_fitness == pytest.approx(average, abs=5e-7)


@pytest.mark.parametrize(("name", "total"), [("a12", 1060), ("a22", 1444)])
def test_known_optimum_of_a_noisy_artificial_log(name: str, total: int) -> None:
    distinct = find_variants(read_log(shared(f"models/{name}/{name}f0n50.xes.gz")))
    assert align(read_process(shared(f"models/{name}/{name}.pnml")).net, distinct).total_cost == total


@pytest.mark.parametrize(
    ("net", "trace", "cost"),
    [
        (make_net("t1: i -> p", "t2: p -> r", "t3: r -> p", "a: p -> o"), "a", 0),
        (make_net("t0: i -> 2*d1", "t1: d1 -> 2*d2", "z 'a': 4*d2 -> o"), "a", 0),
        (make_net("a: i -> o", "d: i, o -> o"), "a", 0),
        (make_net(initial="i", final="i"), "a", 1),
    ],
)
def test_hostile_net_is_aligned(net: Net, trace: str, cost: int) -> None:
    assert aligned(net, trace)[0][0] == cost


@pytest.mark.parametrize(
    "net",
    [
        make_net("t1: i -> p", "t2: p -> q", "t3: q -> p", "a: x -> o"),
        make_net("a: i -> p", "b: i -> q", "c: p, q -> o"),
        make_net("a: i -> p, q", "b: p -> o", "c: q -> o"),
        make_net("s: i -> p", "a: 2*p -> o"),
        make_net("a: i -> o", initial="2*i"),
    ],
)
def test_a_net_without_a_run_explains_nothing_and_drops_no_case(net: Net) -> None:
    found = align(net, as_variants([("a",), ()]))
    assert [a.status for a in found.per_variant] == [AlignmentStatus.UNREACHABLE] * 2
    assert (found.average_fitness, found.log_fitness, found.not_optimal) == (0.0, 0.0, 2)


def test_a_spent_search_budget_gives_bounds_and_a_whole_alignment() -> None:
    net = make_net("a: i -> p", "b: p -> i", "c: i -> o")
    limits = dataclasses.replace(DEFAULT_LIMITS, search_nodes=2)
    found = align(net, as_variants([tuple("abab"), ("x",)]), limits=limits)
    first = found.alignment(0)
    assert first.status is AlignmentStatus.BUDGET
    assert (first.lower_bound, first.cost, len(first.moves)) == (1, 5, 5)
    assert (found.total_cost, found.total_cost_upper, found.not_optimal) == (3, 7, 2)


def test_the_first_silent_path_wins_before_the_first_transition() -> None:
    net = make_net("t1: i -> p", "t2: i -> q", "a2 'a': q -> o", "a1 'a': p -> o")
    assert aligned(net, "a") == [(0, "silent:t1 sync:a1")]


def test_the_first_transition_wins_where_paths_are_equal() -> None:
    net = make_net("y 'a': i -> p", "x 'a': i -> p", "c: p -> o")
    assert aligned(net, "ac") == [(0, "sync:y sync:c")]


def test_a_short_silent_way_now_beats_a_long_one_later() -> None:
    net = make_net("t1: i, q -> p, q", "t2: i -> m", "t3: m -> p", "r: q -> q2", "z: p, q2 -> o", initial="i, q")
    assert aligned(net, "rz") == [(0, "silent:t1 sync:r sync:z")]


def test_silent_moves_come_as_late_as_they_can() -> None:
    net = make_net("t1: i -> p", "r: q -> q2", "z: p, q2 -> o", initial="i, q")
    assert aligned(net, "rz") == [(0, "sync:r silent:t1 sync:z")]


def test_fewer_log_moves_win_before_fewer_moves() -> None:
    net = make_net("a: i -> p", "c 'b': p -> q", "d: q -> o", "t9: p -> o")
    assert aligned(net, "ab") == [(1, "sync:a sync:c model:d")]


def test_the_earlier_event_is_synchronous_and_the_model_move_late() -> None:
    net = make_net("a: i -> p", "b: p -> q", "c: q -> o")
    assert aligned(net, "aac", "c") == [(2, "sync:a log model:b sync:c"), (2, "model:a model:b sync:c")]


def test_the_choice_is_the_twin_s_on_every_tie_above() -> None:
    nets = [
        make_net("t1: i -> p", "t2: i -> q", "a2 'a': q -> o", "a1 'a': p -> o"),
        make_net("t1: i, q -> p, q", "t2: i -> m", "t3: m -> p", "r: q -> q2", "z: p, q2 -> o", initial="i, q"),
        make_net("a: i -> p", "c 'b': p -> q", "d: q -> o", "t9: p -> o"),
    ]
    for net, trace in zip(nets, [("a",), ("r", "z"), ("a", "b")], strict=True):
        found = align(net, as_variants([trace])).alignment(0)
        assert (found.cost, found.moves) == align_plainly(net, trace)


def test_costs_out_of_range_are_refused_all_at_once() -> None:
    with pytest.raises(InputRefused) as refusal:
        Costs(log={"a": -1}, model={"b": 5_000})
    assert [problem.values["name"] for problem in refusal.value.problems] == ["a", "b"]
