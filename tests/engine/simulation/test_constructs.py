"""Every construct of the flow language can be played out, and what was played fits the flow it came from."""

from __future__ import annotations

import pytest

from engine.conformance.alignments import align
from engine.logs.variants import find_variants
from engine.nets.compile import compile_flow
from engine.simulation.playout import simulate
from engine.simulation.settings import SimulationSettings
from tests.engine.nets.constructs import CONSTRUCTS, construct


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_what_was_played_fits(name: str) -> None:
    flow = construct(name)
    net = compile_flow(flow)
    played = simulate(flow, net, cases=20, seed=3, settings=SimulationSettings())
    assert played.log.cases.height == 20
    assert not align(net, find_variants(played.log)).costs.any()
