"""A flow that is written as BPMN and read again is the same flow."""

from __future__ import annotations

from hypothesis import given

from engine.definitions.bpmn.reader import read_bpmn_bytes
from engine.definitions.bpmn.writer import write_bpmn
from engine.definitions.flow import Flow
from tests.flows_strategy import flows, placeless


@given(flows())
def test_writing_and_reading_gives_the_flow_again(flow: Flow) -> None:
    again = read_bpmn_bytes(write_bpmn(flow).encode()).flow
    assert placeless(again) == placeless(flow)
