"""Laws of discovery, on random small logs."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conformance.alignments import align
from engine.definitions.flow import Flow
from engine.definitions.yaml_reader import read_flow_text
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused
from engine.logs.variants import find_variants
from engine.mining.discovery import Miner, discover
from engine.nets.compile import compile_flow
from engine.nets.soundness import Verdict, check_soundness
from tests.engine.mining.small_logs import log_of

ACTIVITIES = ("a", "b", "c", "d", "Ä b", "ä_b", "接待", "问诊", "end", "1")

traces = st.lists(st.lists(st.sampled_from(ACTIVITIES), max_size=7), min_size=1, max_size=12)
logs = traces.filter(lambda log: len({activity for trace in log for activity in trace}) > 1)
noises = st.sampled_from([0.0, 0.1, 0.5, 1.0])


@given(log=logs)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_inductive_flow_without_noise_fits_every_case(log: list[list[str]]) -> None:
    found = log_of(*log)
    flow = discover(found, miner=Miner.INDUCTIVE, noise=0)
    assert align(compile_flow(flow), find_variants(found)).total_cost == 0


@given(log=logs)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_directly_follows_flow_without_noise_fits_every_case(log: list[list[str]]) -> None:
    found = log_of(*log)
    flow = discover(found, miner=Miner.DIRECTLY_FOLLOWS, noise=0)
    assert align(compile_flow(flow), find_variants(found)).total_cost == 0


@pytest.mark.parametrize("miner", Miner)
@given(log=logs, noise=noises)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_discovered_flow_survives_its_file(miner: Miner, log: list[list[str]], noise: float) -> None:
    with suppress(InputRefused):  # so much noise that one step is left
        assert_readable(discover(log_of(*log), miner=miner, noise=noise))


@pytest.mark.parametrize("miner", [Miner.INDUCTIVE, Miner.DIRECTLY_FOLLOWS])
@given(log=logs, noise=noises)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_flow_of_choices_or_blocks_is_sound(miner: Miner, log: list[list[str]], noise: float) -> None:
    with suppress(InputRefused):  # as above
        flow = discover(log_of(*log), miner=miner, noise=noise)
        assert check_soundness(compile_flow(flow)).verdict is Verdict.SOUND


def assert_readable(flow: Flow) -> None:
    """Whether a flow reads as it was written."""
    read = read_flow_text(write_flow(flow))
    assert [(node.id, node.kind, node.title, node.optional) for node in read.nodes] == [
        (node.id, node.kind, node.title, node.optional) for node in flow.nodes
    ]
    assert sorted((edge.source, edge.target) for edge in read.edges) == sorted(
        (edge.source, edge.target) for edge in flow.edges
    )
