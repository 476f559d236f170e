"""Discovered flows of real logs, held against the optimal totals that are known for the same miner's nets."""

from __future__ import annotations

from functools import cache

import pytest

from engine.conformance.alignments import align
from engine.definitions.flow import Flow, NodeKind
from engine.logs.log import Log
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
from engine.mining.discovery import Miner, discover
from engine.nets.compile import compile_flow
from engine.nets.soundness import Verdict, check_soundness
from tests.shared_data import shared

TOTALS = {
    "08_receipt.xes.gz": 2465,
    "03_repairExample.xes.gz": 108,
    "07_bpic2013_incidents.xes.gz": 725,
    "02_teleclaims.xes.gz": 6416,
    "12_roadtraffic_1t_per_variant.xes.gz": 74,
    "helpdesk.xes.gz": 751,
}


@cache
def log_named(name: str) -> Log:
    return read_log(shared(f"logs/{name}"))


def total_cost(flow: Flow, log: Log) -> int:
    alignments = align(compile_flow(flow), find_variants(log))
    assert alignments.not_optimal == 0
    return alignments.total_cost


@pytest.mark.parametrize(("name", "total"), TOTALS.items())
def test_inductive_flow_costs_what_the_miners_own_net_costs(name: str, total: int) -> None:
    log = log_named(name)
    assert total_cost(discover(log, miner=Miner.INDUCTIVE, noise=0.2), log) == total


@pytest.mark.parametrize("name", TOTALS)
def test_inductive_flow_without_noise_fits_every_case(name: str) -> None:
    log = log_named(name)
    assert total_cost(discover(log, miner=Miner.INDUCTIVE, noise=0), log) == 0


@pytest.mark.parametrize("miner", [Miner.INDUCTIVE, Miner.DIRECTLY_FOLLOWS])
@pytest.mark.parametrize("name", TOTALS)
def test_discovered_flows_are_sound(name: str, miner: Miner) -> None:
    flow = discover(log_named(name), miner=miner, noise=0.1)
    assert check_soundness(compile_flow(flow)).verdict is Verdict.SOUND


def test_heuristics_flow_of_the_claims_log_keeps_what_runs_side_by_side() -> None:
    flow = discover(log_named("02_teleclaims.xes.gz"), miner=Miner.HEURISTICS, noise=0.2)
    assert [node.id for node in flow.nodes if node.kind is NodeKind.PARALLEL] == ["all_after_assess_claim"]
    assert check_soundness(compile_flow(flow)).verdict is Verdict.UNSOUND
