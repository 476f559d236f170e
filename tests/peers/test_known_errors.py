"""Errors of other tools that were met on the way: each is shown on a small input beside the right answer.

They are here so that nobody trusts a peer as an oracle where it is wrong, and so that a version that mends one is
noticed. Warnings of the peers are their own affair; as errors they would change pm4py's verdict on a net.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.conformance.alignment import Alignments
from engine.conformance.alignments import align
from engine.logs.reading import read_log
from engine.logs.variants import Variants, find_variants
from engine.nets.process import read_process
from engine.vocabulary import AlignmentStatus
from tests.laws.test_alignment_laws import as_variants
from tests.making import make_net
from tests.peers.aligners import (
    Trace,
    library,
    pm4py_answers,
    pm4py_cost,
    pm4py_log,
    r4pm_costs,
    write_net,
    write_traces,
)
from tests.shared_data import shared

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]

ALIGNERS = "pm4py.algo.conformance.alignments.petri_net.algorithm"
RECEIPT = "models/08_receipt-imf.pnml"


def receipt() -> tuple[Variants, Alignments]:
    variants = find_variants(read_log(shared("logs/08_receipt.xes.gz")))
    return variants, align(read_process(shared(RECEIPT)).net, variants)


def by_variant(name: str, net: Path, traces: Sequence[Trace], **parameters: Any) -> list[Any]:
    """What one of pm4py's aligners says of each trace, past its check of the net."""
    algorithm = library(ALIGNERS)
    read = library("pm4py").read_pnml(str(net))
    chosen = getattr(algorithm.Variants, name)
    return [algorithm.apply(trace, *read, variant=chosen, parameters=parameters) for trace in pm4py_log(traces)]


def test_pm4pys_dijkstra_of_less_memory_has_the_right_cost_and_a_wrong_fitness() -> None:
    """It divides by the length of the shortest run alone. Over the whole log it says .570 for .815."""
    variants, own = receipt()
    shortest = np.argsort(np.diff(variants.offsets), kind="stable")[:5].tolist()
    found = by_variant("VERSION_DIJKSTRA_LESS_MEMORY", shared(RECEIPT), [variants.sequence(v) for v in shortest])
    assert [pm4py_cost(answer) for answer in found] == own.costs[shortest].tolist() == [3, 5, 3, 5, 3]
    assert [answer["fitness"] for answer in found] == [0.25, -0.25, 0.25, -0.25, 0.25]
    assert own.fitness[shortest].tolist() == pytest.approx([1 - 3 / 5, 1 - 5 / 7, 1 - 3 / 7, 1 - 5 / 7, 1 - 3 / 7])


def test_pm4pys_process_tree_aligner_calls_optimal_what_is_not() -> None:
    """Its total for the receipt log is 2468, the optimum 2465: one variant of three cases costs it one more."""
    variants, own = receipt()
    trees = library("pm4py.algo.conformance.alignments.process_tree.algorithm")
    cases = [variants.sequence(v) for v in range(len(variants)) for _ in range(int(variants.counts[v]))]
    tree = library("pm4py").discover_process_tree_inductive(pm4py_log(cases), noise_threshold=0.2)
    suspects = np.flatnonzero((own.costs == 5) & (variants.counts == 3)).tolist()
    log = pm4py_log([variants.sequence(v) for v in suspects])
    found = trees.apply(log, tree, variant=trees.Variants.SEARCH_GRAPH_PT)
    assert own.total_cost == 2465
    assert sum(answer["cost"] - 5 for answer in found) == 1
    assert all(answer["optimal"] for answer in found)


def test_pm4pys_aligners_ignore_arc_weights(tmp_path: Path) -> None:
    """The second step is due twice. With weights ignored once is right, and the sound net is refused as unsound."""
    net = make_net("a: i -> 2*p", "b: p -> q", "c: 2*q -> o")
    traces = [("a", "b", "b", "c"), ("a", "b", "c")]
    path = write_net(net, tmp_path)
    for name in ("VERSION_STATE_EQUATION_A_STAR", "VERSION_DIJKSTRA_NO_HEURISTICS"):
        assert [pm4py_cost(answer) for answer in by_variant(name, path, traces)] == [1, 0]
    with pytest.raises(Exception, match="not a easy sound net"):
        pm4py_answers(path, traces)
    assert align(net, as_variants(traces)).costs.tolist() == [0, 1]
    assert r4pm_costs(path, write_traces(traces, tmp_path)) == dict(zip(traces, [0, 1], strict=True))


def test_pm4py_says_none_for_timed_out_and_for_impossible_and_its_fitness_drops_both(tmp_path: Path) -> None:
    variants, own = receipt()
    fastest = [variants.sequence(v) for v in np.argsort(np.diff(variants.offsets), kind="stable")[:2].tolist()]
    timed_out = pm4py_answers(shared(RECEIPT), fastest, max_align_time_trace=0.0)
    dead = make_net("s: i -> p", "a: 2*p -> o", "t1: p -> r")
    impossible = by_variant("VERSION_DIJKSTRA_LESS_MEMORY", write_net(dead, tmp_path), [("a",)])
    assert timed_out == [None, None]
    assert impossible == [None]
    exact = pm4py_answers(shared(RECEIPT), fastest[:1])
    fitness = library("pm4py.algo.evaluation.replay_fitness.variants.alignment_based").evaluate([*exact, None, None])
    assert fitness["averageFitness"] == pytest.approx(0.4)
    (alone,) = align(dead, as_variants([("a",)])).per_variant
    assert (alone.status, alone.cost, alone.fitness) == (AlignmentStatus.UNREACHABLE, None, 0.0)
    assert align(dead, as_variants([("a",)])).not_optimal == 1
    assert own.not_optimal == 0


def test_pm4pys_token_replay_does_not_see_an_activity_that_the_model_lacks(tmp_path: Path) -> None:
    net = make_net("a: i -> p", "b: p -> o")
    pm4py = library("pm4py")
    trace = ("a", "zzz", "b")
    read = pm4py.read_pnml(str(write_net(net, tmp_path)))
    (answer,) = pm4py.conformance_diagnostics_token_based_replay(pm4py_log([trace]), *read)
    assert (answer["trace_is_fit"], answer["trace_fitness"]) == (True, 1.0)
    assert align(net, as_variants([trace])).costs.tolist() == [1]


def test_pm4pys_token_replay_miscounts_fitting_cases() -> None:
    """Every case of the receipt log fits the model that was discovered without noise; ten are said not to."""
    variants, _ = receipt()
    model = shared("models/08_receipt-im.pnml")
    pm4py = library("pm4py")
    traces = [variants.sequence(v) for v in range(len(variants))]
    answers = pm4py.conformance_diagnostics_token_based_replay(pm4py_log(traces), *pm4py.read_pnml(str(model)))
    fit = sum(int(n) for n, answer in zip(variants.counts, answers, strict=True) if answer["trace_is_fit"])
    assert fit == 1424
    assert align(read_process(model).net, variants).fitting_cases == 1434


def test_r4pms_token_replay_takes_silent_transitions_and_foreign_activities_and_miscounts(tmp_path: Path) -> None:
    """A fitting case is said to lack a token and to leave one; a foreign event leaves no trace."""
    routed, plain = make_net("a: i -> p", "t1: p -> q", "b: q -> o"), make_net("a: i -> p", "b: p -> o")
    fitting, foreign = ("a", "b"), ("a", "zzz", "b")
    assert r4pm_tokens(write_net(routed, tmp_path), write_traces([fitting], tmp_path)) == (1, 1)
    assert r4pm_tokens(write_net(plain, tmp_path), write_traces([foreign], tmp_path)) == (0, 0)
    assert align(routed, as_variants([fitting])).costs.tolist() == [0]
    assert align(plain, as_variants([foreign])).costs.tolist() == [1]


def r4pm_tokens(net: Path, traces: Path) -> tuple[int, int]:
    """Missing and remaining tokens by r4pm's token replay."""
    r4pm = library("r4pm")
    log = r4pm.import_item("EventLogActivityProjection", str(traces))
    read = library("r4pm.petri_net").import_pnml(str(net))
    answer = library("r4pm.bindings").apply_token_based_replay(read, log)["Ok"]
    r4pm.remove_item(log)
    return answer["missing"], answer["remaining"]
