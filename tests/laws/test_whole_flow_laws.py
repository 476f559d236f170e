"""Laws of the whole flow language: nets, files and the token game agree on whatever can be written."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conformance.causality import find_causality
from engine.definitions.flow import Flow
from engine.definitions.yaml_reader import read_flow_text
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused
from engine.nets.compile import compile_flow
from engine.nets.net import Net
from engine.nets.pnml import read_pnml_bytes, write_pnml
from tests.engine.definitions.files import problems_of
from tests.flows_strategy import placeless
from tests.making import same_net
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.net_language import net_language
from tests.oracles.whole_flows import whole_flow

LAW = settings(deadline=None, derandomize=True, max_examples=100)
_LARGEST = 200
"""Transitions of the largest net that is played in plain Python."""
STRUCTURAL = frozenset({"flow.too-few-steps", "flow.event-based-target", "flow.no-way-to-end"})


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    return whole_flow(random.Random(draw(st.integers(0, 10**6))), draw(st.integers(2, 5)))


def net_of(flow: Flow) -> Net | None:
    """The net, or None where it is refused or large."""
    try:
        net = compile_flow(flow)
    except InputRefused:
        return None
    return net if len(net.transitions) <= _LARGEST else None


@LAW
@given(flows())
def test_a_flow_and_its_net_accept_the_same(flow: Flow) -> None:
    net = net_of(flow)
    assert net is None or net_language(net, 4) == flow_language(flow, 4)


@LAW
@given(flows())
def test_pnml_keeps_the_net(flow: Flow) -> None:
    net = net_of(flow)
    assert net is None or same_net(read_pnml_bytes(write_pnml(net).encode()).net, net)


@LAW
@given(flows())
def test_what_was_written_reads_the_same(flow: Flow) -> None:
    reasons = {problem.code for problem in problems_of(write_flow(flow))}
    if reasons:  # built from blocks, some of them are not what a reader takes
        assert reasons <= STRUCTURAL
        return
    read = read_flow_text(write_flow(flow))
    one, other = placeless(read), placeless(flow)
    assert {node.id: node for node in one.nodes} == {node.id: node for node in other.nodes}
    assert set(one.edges) == set(other.edges)
    assert replace(one, nodes=(), edges=()) == replace(other, nodes=(), edges=())
    assert write_flow(read) == write_flow(read_flow_text(write_flow(read)))


def test_most_of_these_flows_are_compiled_and_played() -> None:
    played = [net_of(whole_flow(random.Random(seed), 4)) for seed in range(60)]
    assert sum(net is not None for net in played) >= 35


def test_many_of_them_accept_something() -> None:
    nets = [net for seed in range(40) if (net := net_of(whole_flow(random.Random(seed), 3))) is not None]
    assert sum(bool(net_language(net, 4)) for net in nets) >= 20


@pytest.mark.parametrize("seed", range(5))
def test_compiling_twice_gives_the_same_net(seed: int) -> None:
    nets = [net_of(whole_flow(random.Random(seed), 3)) for _ in range(2)]
    assert (nets[0] is None) == (nets[1] is None)
    assert nets[0] is None or nets[1] is None or same_net(nets[0], nets[1])


@LAW
@given(flows(), st.integers(0, 10**6))
def test_every_run_can_be_followed_token_by_token(flow: Flow, seed: int) -> None:
    net = net_of(flow)
    if net is None:
        return
    rng, marking, fired = random.Random(seed), tuple(net.initial.tolist()), []
    for _ in range(30):
        enabled = [t for t in range(len(net.transitions)) if net.enabled(marking, t)]
        if not enabled:
            break
        fired.append(rng.choice(enabled))
        marking = net.fire(marking, fired[-1])
    causes = find_causality(net.token_flow, fired).causes
    assert all(cause < index for index, found in enumerate(causes) for cause in found)
