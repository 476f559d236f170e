"""A flow that is written as BPMN and read again is the same flow."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from lxml import etree

from api.composition import bpmn_of
from engine.definitions.bpmn.drawing import drawing_of
from engine.definitions.bpmn.reader import read_bpmn_bytes
from engine.definitions.bpmn.vocabulary import OWN
from engine.definitions.bpmn.writer import write_bpmn
from engine.definitions.flow import Flow, Node, NodeKind, Termination
from engine.definitions.versions import content_hash
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused
from engine.rendering.bpmn_layout import layout_drawing
from engine.vocabulary import Language
from tests.engine.definitions.files import problems_of
from tests.engine.rendering.geometry import faults
from tests.flows_strategy import flows, placeless, titles
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.whole_flows import whole_flow

LAW = settings(deadline=None, derandomize=True, max_examples=100)


@st.composite
def graphs(draw: st.DrawFn) -> Flow:
    flow = whole_flow(random.Random(draw(st.integers(0, 10**6))), draw(st.integers(2, 5)))
    assume(not problems_of(write_flow(flow)))  # built from blocks, some of them are not what a reader takes
    return flow


@st.composite
def staffed_graphs(draw: st.DrawFn) -> Flow:
    """Every construct, with what a flow says of steps wherever they stand: roles, aliases, risks, scripts."""
    flow, roles = draw(graphs()), {f"role-{i}": title for i, title in enumerate(draw(st.lists(titles(), max_size=3)))}

    def staffed(node: Node) -> Node:
        if node.kind is not NodeKind.STEP:
            return node
        role = draw(st.sampled_from([None, *roles]))
        aliases = tuple(f"{node.id} {number}" for number in range(draw(st.integers(0, 2))))
        risk, script = draw(st.none() | titles()), draw(st.none() | titles())
        return replace(node, role=role, aliases=aliases, risk=risk, script=script)

    found = replace(flow, roles=roles, nodes=tuple(map(staffed, flow.nodes)))
    assume(not problems_of(write_flow(found)))
    return found


@LAW
@given(staffed_graphs(), st.sampled_from(Language))
def test_yaml_to_bpmn_to_yaml_is_the_same_text(flow: Flow, language: Language) -> None:
    try:
        text = bpmn_of(flow, language=language)
    except InputRefused:  # a character that XML cannot carry
        reject()
    again = read_bpmn_bytes(text.encode()).flow
    assert write_flow(again) == write_flow(flow)
    assert content_hash(again) == content_hash(flow)


@LAW
@given(flows(), st.sampled_from(Language))
def test_writing_and_reading_gives_the_flow_again(flow: Flow, language: Language) -> None:
    try:
        text = write_bpmn(flow, language=language)
    except InputRefused:  # a character that XML cannot carry
        reject()
    assert placeless(read_bpmn_bytes(text.encode()).flow) == placeless(flow)


@LAW
@given(graphs())
def test_every_construct_comes_back(flow: Flow) -> None:
    again = read_bpmn_bytes(bpmn_of(flow, language=Language.EN).encode())
    assert placeless(again.flow) == placeless(flow)


@LAW
@given(st.one_of(flows(), graphs()), st.sampled_from(Language))
def test_nothing_is_drawn_over_anything_else(flow: Flow, language: Language) -> None:
    drawing = drawing_of(flow)
    assert faults(drawing, layout_drawing(drawing, language=language)) == []


def without_own(text: str) -> str:
    """The file as a tool would leave it that keeps nothing of other tools."""
    root = etree.fromstring(text.encode())
    for element in list(root.iter()):
        for name in [str(name) for name in element.attrib if OWN in str(name)]:
            del element.attrib[name]
        if etree.QName(element).namespace == OWN:
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    return etree.tostring(root, encoding="unicode")


def is_plain(flow: Flow) -> bool:
    """Whether BPMN alone can say it."""
    repeats = [node.repeat for node in flow.nodes if node.repeat is not None]
    return (
        flow.termination is Termination.IMPLICIT
        and not flow.plans
        and not any(node.logged or node.optional or node.ends is Termination.EXPLICIT for node in flow.nodes)
        and all(r.at_least in {0, 1, r.at_most} and not (r.parallel and r.at_least != r.at_most) for r in repeats)
    )


@settings(LAW, suppress_health_check=[HealthCheck.filter_too_much])
@given(graphs().filter(is_plain))
def test_the_elements_of_bpmn_alone_mean_the_same(flow: Flow) -> None:
    read = read_bpmn_bytes(without_own(write_bpmn(flow)).encode()).flow
    assert flow_language(read, 4) == flow_language(flow, 4)
