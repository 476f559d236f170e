"""The measures beside pm4py's: equal where pm4py follows the definition, and each place where it does not by name."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.conformance.alignments import align
from engine.conformance.footprints import compare_footprints
from engine.conformance.generalization import generalization
from engine.conformance.precision import Precision, precision_of_prefixes, precision_of_runs
from engine.conformance.search_graph import compile_search
from engine.conformance.token_replay import replay_tokens
from engine.logs.reading import read_log
from engine.logs.variants import Variants, find_variants
from engine.mining.library import load
from engine.nets.net import Net
from engine.nets.pnml import write_pnml
from engine.nets.process import read_process
from tests.making import make_net
from tests.oracles.measures import PlainNet, successors_plainly
from tests.shared_data import shared
from tests.textbook import FLOWER, IN_ORDER, PARALLEL, textbook_log, weighted

pytestmark = [
    pytest.mark.pm4py,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(importlib.util.find_spec("pm4py") is None, reason="needs pm4py, the `discovery` extra"),
]

QUIET = {"show_progress_bar": False}


class Peer:
    """One log and one net, as pm4py takes them."""

    def __init__(self, path: Path, variants: Variants) -> None:
        self.net = load("pm4py.read").read_pnml(str(path))
        log = load("pm4py.objects.log.obj")
        self.log = log.EventLog(
            [
                log.Trace([log.Event({"concept:name": name}) for name in variants.sequence(variant)])
                for variant in range(len(variants))
                for _ in range(int(variants.counts[variant]))
            ]
        )

    def replay(self) -> list[dict[str, Any]]:
        found = load("pm4py.algo.conformance.tokenreplay.algorithm").apply(self.log, *self.net, parameters=QUIET)
        return list(found)

    def tokens(self) -> tuple[int, ...]:
        found = self.replay()
        names = ("produced", "consumed", "missing", "remaining")
        return tuple(sum(int(case[f"{name}_tokens"]) for case in found) for name in names)

    def fitting(self) -> int:
        return sum(bool(case["trace_is_fit"]) for case in self.replay())

    def precision(self, variant: str) -> float:
        module = load(f"pm4py.algo.evaluation.precision.variants.{variant}")
        return float(module.apply(self.log, *self.net, parameters=QUIET))

    def generalization(self) -> float:
        module = load("pm4py.algo.evaluation.generalization.algorithm")
        return float(module.apply(self.log, *self.net, parameters=QUIET))

    def can_follow(self) -> set[tuple[str, str]]:
        net, initial, _ = self.net
        found = load("pm4py.algo.discovery.footprints.petri.variants.reach_graph").apply(net, initial)
        return set(found["sequence"]) | set(found["parallel"])


def of_net(folder: Path, net: Net, variants: Variants) -> Peer:
    """A net goes to pm4py by way of a PNML file."""
    path = folder / "net.pnml"
    path.write_text(write_pnml(net), "utf-8")
    return Peer(path, variants)


def of_shared(log: str, model: str) -> tuple[Peer, Net, Variants]:
    path = shared(f"models/{model}.pnml")
    variants = find_variants(read_log(shared(f"logs/{log}.xes.gz" if "." not in log else f"logs/{log}")))
    return Peer(path, variants), read_process(path).net, variants


def without_ends(precision: Precision) -> float:
    """pm4py's weights: a state counts for the cases that go on from it; the beginning for all."""
    weights = precision.going_on.copy()
    weights[0] = precision.cases[0]
    return float((weights * precision.executed).sum() / (weights * precision.available).sum())


def pairs_of(net: Net) -> set[tuple[str, str]]:
    """The labels that can directly follow each other."""
    found = compare_footprints(compile_search(net), weighted({"": 1}))
    return {(found.activities[a], found.activities[b]) for a, b in np.argwhere(found.can_follow).tolist()}


PAIRS = [
    ("running-example.xes", "01_running-example-im"),
    ("03_repairExample", "03_repairExample-im"),
    ("03_repairExample", "03_repairExample-imf"),
    ("02_teleclaims", "02_teleclaims-imf"),
]


@pytest.mark.parametrize(("log", "model"), PAIRS)
def test_token_counts_are_equal(log: str, model: str) -> None:
    peer, net, variants = of_shared(log, model)
    found = replay_tokens(net, variants)
    total = found.total
    assert peer.tokens() == (total.produced, total.consumed, total.missing, total.remaining)
    assert peer.fitting() == found.fitting_cases


@pytest.mark.parametrize(("log", "model"), PAIRS)
def test_precision_over_prefixes_is_equal_but_for_the_ends_of_cases(log: str, model: str) -> None:
    peer, net, variants = of_shared(log, model)
    found = without_ends(precision_of_prefixes(compile_search(net), variants))
    assert peer.precision("etconformance_token") == pytest.approx(found, abs=1e-12)
    assert peer.precision("align_etconformance") == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("net", [PARALLEL, IN_ORDER, FLOWER])
def test_precision_of_the_textbook_s_nets_is_equal(net: Net, tmp_path: Path) -> None:
    peer, graph = of_net(tmp_path, net, textbook_log()), compile_search(net)
    found = without_ends(precision_of_prefixes(graph, textbook_log()))
    assert peer.precision("align_etconformance") == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize(("log", "model"), PAIRS[:2])
def test_generalization_is_equal_where_every_case_fits(log: str, model: str) -> None:
    peer, net, variants = of_shared(log, model)
    assert peer.generalization() == pytest.approx(generalization(align(net, variants)).value, abs=1e-12)


@pytest.mark.parametrize("model", ["01_running-example-im", "03_repairExample-im", "02_teleclaims-imf"])
def test_footprints_of_real_nets_are_equal(model: str) -> None:
    path = shared(f"models/{model}.pnml")
    assert Peer(path, weighted({})).can_follow() == pairs_of(read_process(path).net)


# Where pm4py differs from the definitions


def test_pm4py_s_replay_ignores_activities_that_the_net_does_not_have(tmp_path: Path) -> None:
    net, variants = make_net("a: i -> p", "b: p -> o"), weighted({"azb": 1})
    assert of_net(tmp_path, net, variants).fitting() == 1
    assert replay_tokens(net, variants).fitting_cases == 0


def test_pm4py_s_replay_misses_cases_that_fit() -> None:
    peer, net, variants = of_shared("08_receipt", "08_receipt-im")
    assert peer.fitting() == 1424
    assert replay_tokens(net, variants).fitting_cases == align(net, variants).fitting_cases == 1434


def test_pm4py_s_replay_takes_the_wrong_one_of_two_equal_labels(tmp_path: Path) -> None:
    net = make_net("x 'a': i -> p", "y 'a': i -> q", "b: p -> o", "c: q -> o")
    variants = weighted({"ab": 1, "ac": 1})
    assert of_net(tmp_path, net, variants).fitting() == 1
    assert replay_tokens(net, variants).fitting_cases == 2


def test_pm4py_s_replay_adds_the_whole_weight_of_an_arc_for_one_missing_token(tmp_path: Path) -> None:
    net, variants = make_net("a: i -> p", "b: 2*p -> o"), weighted({"ab": 1})
    assert of_net(tmp_path, net, variants).tokens() == (3, 4, 1, 1)
    total = replay_tokens(net, variants).total
    assert (total.produced, total.consumed, total.missing, total.remaining) == (3, 4, 1, 0)


def test_pm4py_s_precision_leaves_out_the_ends_of_cases(tmp_path: Path) -> None:
    net, variants = make_net("a: i -> p", "b: p -> p", final="p"), weighted({"a": 1})
    assert of_net(tmp_path, net, variants).precision("align_etconformance") == 1.0
    graph = compile_search(net)
    assert precision_of_runs(graph, align(graph, variants)).value == 1 / 2


def test_pm4py_s_precision_aligns_nothing(tmp_path: Path) -> None:
    """Only x was too much, but pm4py finds no prefix that fits, and no precision at all."""
    net, variants = make_net("a: i -> p", "b: p -> o", "c: p -> o"), weighted({"xac": 1})
    assert of_net(tmp_path, net, variants).precision("align_etconformance") == 0.0
    graph = compile_search(net)
    assert precision_of_runs(graph, align(graph, variants)).value == 2 / 3


def test_pm4py_s_precision_sees_the_shortest_silent_way_only(tmp_path: Path) -> None:
    net = make_net(
        "t1: i -> p", "t2: i -> q", "t3: q -> r", "x 'a': p -> p2", "y 'a': r -> r2", "b: p2 -> o", "c: r2 -> o"
    )
    variants, graph = weighted({"ab": 1}), compile_search(net)
    assert of_net(tmp_path, net, variants).precision("align_etconformance") == 1.0
    assert precision_of_runs(graph, align(graph, variants)).value == 2 / 3


def test_pm4py_s_precision_overlooks_markings_between_silent_transitions(tmp_path: Path) -> None:
    """After c both silent transitions may fire or not; b needs the second alone."""
    net = make_net("c: i -> p, q", "t1: p -> p2", "t2: q -> q2", "b: p, q2 -> o", "a: p2, q2 -> o")
    variants, graph = weighted({"ca": 1}), compile_search(net)
    assert of_net(tmp_path, net, variants).precision("align_etconformance") == 1.0
    assert precision_of_runs(graph, align(graph, variants)).value == 2 / 3


def test_pm4py_s_generalization_counts_what_its_replay_fired_not_the_aligned_run(tmp_path: Path) -> None:
    """B was left out by all 4 cases; the aligned runs contain it."""
    net, variants = make_net("a: i -> p", "b: p -> q", "c: q -> o"), weighted({"ac": 4})
    assert of_net(tmp_path, net, variants).generalization() == pytest.approx(1 / 3)
    assert generalization(align(net, variants)).value == pytest.approx(1 / 2)


def test_pm4py_s_footprints_contain_what_can_never_end(tmp_path: Path) -> None:
    net = make_net("a: i -> p", "b: p -> o", "c: p -> dead")
    assert ("a", "c") in of_net(tmp_path, net, weighted({})).can_follow()
    found = compare_footprints(compile_search(net), weighted({"ab": 1}))
    assert found.agreement == 1.0


def test_pm4py_s_footprints_overlook_markings_between_silent_transitions() -> None:
    path = shared("models/helpdesk-imf.pnml")
    net, peer = read_process(path).net, Peer(path, weighted({}))
    assert pairs_of(net) == successors_plainly(PlainNet(net))
    assert peer.can_follow() < pairs_of(net)
    assert ("Assign seriousness", "RESOLVED") in pairs_of(net) - peer.can_follow()
