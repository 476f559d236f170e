"""BPMN that is refused: hostile XML, broken references, and what a flow cannot say, each by its element."""

from __future__ import annotations

import pytest

from engine.definitions.bpmn.reader import read_bpmn_bytes
from engine.errors import InputRefused, LimitExceeded
from engine.limits import Limits
from engine.nets.process import read_process_bytes
from tests.engine.definitions.bpmn.making import chain, codes, document, element, problems, task

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
PLAIN = (START, task("a"), task("b"), END, chain("s", "a", "b", "e"))
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB.encode() + document(*PLAIN).encode(), "bpmn.doctype"),
        (f'<?xml version="1.0" encoding="UTF-16"?>{BOMB}{document(*PLAIN)}'.encode("utf-16"), "bpmn.doctype"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "bpmn.doctype"),
        (document(*PLAIN).encode()[:-40], "bpmn.not-xml"),
        (document(*PLAIN).replace("&", "").replace("<task", "<ta&sk").encode(), "bpmn.not-xml"),
        (b"", "bpmn.not-xml"),
        (b"<html/>", "bpmn.not-bpmn"),
        (document(*PLAIN).replace("20100524", "20990101").encode(), "bpmn.not-bpmn"),
        (document(*PLAIN).replace("definitions", "process").encode(), "bpmn.not-bpmn"),
        (document().encode(), "bpmn.no-process"),
        (document(*PLAIN).replace('<task id="a"', '<task id="b"').encode(), "bpmn.duplicate-id"),
        (document(*PLAIN).replace('<task id="a"', "<task").encode(), "bpmn.missing-id"),
    ],
)
def test_what_is_no_sound_file_is_refused(data: bytes, code: str) -> None:
    assert code in codes(data)


def test_utf_16_is_read() -> None:
    text = f'<?xml version="1.0" encoding="UTF-16"?>{document(*PLAIN)}'
    assert len(read_bpmn_bytes(text.encode("utf-16")).flow.steps) == 2


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ('<sequenceFlow id="x" sourceRef="a" targetRef="gone"/>', "bpmn.dangling"),
        ('<sequenceFlow id="x" sourceRef="a"/>', "bpmn.dangling"),
        ('<sequenceFlow id="x" sourceRef="a" targetRef="s"/>', "bpmn.edge-into-start"),
        ('<sequenceFlow id="x" sourceRef="e" targetRef="a"/>', "bpmn.edge-out-of-end"),
        ('<boundaryEvent id="x" attachedToRef="gone"><timerEventDefinition/></boundaryEvent>', "bpmn.dangling"),
        ('<boundaryEvent id="x" attachedToRef="s"><timerEventDefinition/></boundaryEvent>', "bpmn.dangling"),
        ('<boundaryEvent id="x" attachedToRef="a"/>', "bpmn.boundary-without-trigger"),
        ('<task id="x" name="X"/>', "bpmn.no-way-in"),
        ('<complexGateway id="x"/>', "bpmn.complex-gateway"),
        ('<adHocSubProcess id="x"/>', "bpmn.ad-hoc"),
        ('<task id="x" isForCompensation="true"/>', "bpmn.compensation"),
        ('<boundaryEvent id="x" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>', "bpmn.compensation"),
        ('<boundaryEvent id="x" attachedToRef="a"><cancelEventDefinition/></boundaryEvent>', "bpmn.cancel"),
        ('<eventBasedGateway id="x" eventGatewayType="Parallel"/>', "bpmn.parallel-event-gateway"),
        (
            '<intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent>',
            "bpmn.link-without-target",
        ),
        (
            '<intermediateCatchEvent id="x"><linkEventDefinition name="L"/></intermediateCatchEvent>',
            "bpmn.link-without-source",
        ),
        ('<wonder id="x"/>', "bpmn.unknown-element"),
        ('<choreographyTask id="x"/>', "bpmn.choreography"),
        (
            '<boundaryEvent id="x" attachedToRef="a"><timerEventDefinition/><signalEventDefinition/></boundaryEvent>',
            "bpmn.multiple-event",
        ),
        (
            '<intermediateCatchEvent id="x"><messageEventDefinition messageRef="gone"/></intermediateCatchEvent>',
            "bpmn.dangling",
        ),
        ('<callActivity id="x" calledElement="p"/>', "bpmn.call-loop"),
        ('<exclusiveGateway id="x" default="gone"/>', "bpmn.dangling"),
        ('<exclusiveGateway id="x" default="a.b"/>', "bpmn.dangling"),
        ('<task id="x" startQuantity="2"/>', "bpmn.quantity"),
        ('<task id="x" completionQuantity="3"/>', "bpmn.quantity"),
        ('<task id="x"><standardLoopCharacteristics/><multiInstanceLoopCharacteristics/></task>', "bpmn.two-loops"),
        ('<intermediateCatchEvent id="x"><terminateEventDefinition/></intermediateCatchEvent>', "bpmn.event-place"),
        ('<endEvent id="x"><timerEventDefinition/></endEvent>', "bpmn.event-place"),
        ('<endEvent id="x"><linkEventDefinition name="L"/></endEvent>', "bpmn.event-place"),
    ],
)
def test_a_part_that_a_flow_cannot_say_is_refused_by_element_and_line(part: str, code: str) -> None:
    found = [problem for problem in problems(document(*PLAIN, part)) if problem.code == code]
    assert [(problem.place.element, problem.place.line) for problem in found] == [("x", 7)]


def test_all_problems_come_at_once_in_the_order_of_lines() -> None:
    text = document('<complexGateway id="g"/>', *PLAIN, '<adHocSubProcess id="h"/>', chain("a", "gone"))
    assert codes(text) == ["bpmn.complex-gateway", "bpmn.ad-hoc", "bpmn.dangling"]


def test_edges_of_a_refused_element_are_no_second_problem() -> None:
    text = document(START, task("a"), '<complexGateway id="g"/>', task("b"), END, chain("s", "a", "g", "b", "e"))
    assert "bpmn.dangling" not in codes(text)


def test_an_edge_across_the_border_of_a_sub_process_is_refused() -> None:
    sub = element("subProcess", "sub", task("x") + task("y") + chain("x", "y"))
    assert codes(document(START, sub, END, chain("s", "sub", "e"), chain("s", "x"))) == ["bpmn.dangling"]


def test_an_event_sub_process_beside_its_surroundings_is_refused() -> None:
    begin = '<startEvent id="on" isInterrupting="false"><messageEventDefinition/></startEvent>'
    handler = element("subProcess", "h", begin + task("x") + chain("on", "x"), triggeredByEvent="true")
    assert codes(document(*PLAIN, handler)) == ["bpmn.handler-beside"]


def test_parallel_instances_of_a_sub_process_need_a_number() -> None:
    sub = element("subProcess", "sub", "<multiInstanceLoopCharacteristics/>" + task("x") + task("y") + chain("x", "y"))
    assert codes(document(START, sub, END, chain("s", "sub", "e"))) == ["bpmn.instances-unknown"]


def test_an_escalation_thrown_inside_is_not_caught_as_if_it_came_from_outside() -> None:
    end = '<endEvent id="up"><escalationEventDefinition/></endEvent>'
    sub = element("subProcess", "sub", task("x") + end + chain("x", "up"))
    border = '<boundaryEvent id="b" attachedToRef="sub"><escalationEventDefinition/></boundaryEvent>'
    text = document(START, sub, border, task("a"), END, chain("s", "sub", "a", "e"), chain("b", "a"))
    assert codes(text) == ["bpmn.escalation-inside"]


def test_a_ring_that_nothing_leads_into_is_unreachable() -> None:
    ring = task("x") + task("y") + chain("x", "y") + '<sequenceFlow id="back" sourceRef="y" targetRef="x"/>'
    assert codes(document(*PLAIN, ring)) == ["flow.unreachable", "flow.unreachable"]


def test_several_processes_are_listed_to_choose_from() -> None:
    other = f'<process id="q" name="Other">{task("x")}{task("y")}{chain("x", "y")}</process>'
    text = document(*PLAIN, beside=other)
    (problem,) = problems(text)
    assert (problem.code, problem.values["known"]) == ("bpmn.several-processes", "p (P), q (Other)")
    assert [step.id for step in read_bpmn_bytes(text.encode(), process="Other").flow.steps] == ["x", "y"]
    with pytest.raises(InputRefused) as refusal:
        read_bpmn_bytes(text.encode(), process="third")
    assert [p.code for p in refusal.value.problems] == ["bpmn.no-such-process"]


def test_the_only_executable_process_is_meant() -> None:
    other = f'<process id="q" isExecutable="true">{task("x")}{task("y")}{chain("x", "y")}</process>'
    assert read_bpmn_bytes(document(*PLAIN, beside=other).encode()).process == "q"


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(bpmn_bytes=100), "bpmn_bytes"),
        (Limits(nesting=2), "nesting"),
        (Limits(flow_nodes=3), "flow_nodes"),
        (Limits(flow_edges=2), "flow_edges"),
        (Limits(label_characters=0), "label_characters"),
    ],
)
def test_limits_are_named(limits: Limits, name: str) -> None:
    assert {(p.code, p.values["limit"]) for p in problems(document(*PLAIN), limits)} == {("limit.exceeded", name)}


def test_calls_of_calls_stop_at_the_limit_of_nodes() -> None:
    def call(caller: int, number: int) -> str:
        return element("callActivity", f"c{caller}.{number}", name="C", calledElement=f"p{caller + 1}")

    called = "".join(f'<process id="p{i}">{call(i, 1)}{call(i, 2)}</process>' for i in range(1, 14))
    called += f'<process id="p14">{task("x")}{task("y")}</process>'
    text = document(call(0, 1), call(0, 2), process='id="p0"', beside=called)
    assert [(p.code, p.values["limit"]) for p in problems(text)] == [("limit.exceeded", "flow_nodes")]


def test_deep_nesting_is_refused_before_it_is_read() -> None:
    deep = "<subProcess>" * 10_000 + "</subProcess>" * 10_000
    with pytest.raises(InputRefused) as refusal:
        read_bpmn_bytes(document(deep).encode())
    assert isinstance(refusal.value, LimitExceeded) or refusal.value.problems[0].code == "bpmn.not-xml"


@pytest.mark.parametrize("shared", ['<message id="d"/>', '<wonderEventDefinition id="d"/>'])
def test_an_event_shares_only_what_an_event_can_be_about(shared: str) -> None:
    event = element("intermediateCatchEvent", "x", "<eventDefinitionRef>d</eventDefinitionRef>")
    parts = (START, task("a"), task("b"), event, END, chain("s", "a", "x", "b", "e"))
    assert codes(document(*parts, beside=shared)) == ["bpmn.unknown-element"]


@pytest.mark.parametrize(("source", "target"), [("t", "b"), ("a", "c")])
def test_a_link_is_the_only_way_between_its_events(source: str, target: str) -> None:
    throws = element("intermediateThrowEvent", "t", '<linkEventDefinition name="L"/>')
    catches = element("intermediateCatchEvent", "c", '<linkEventDefinition name="L"/>')
    parts = (START, task("a"), throws, catches, task("b"), END, chain("s", "a", "t"), chain("c", "b", "e"))
    assert codes(document(*parts, chain(source, target))) == ["bpmn.link-with-flow"]


def test_several_processes_need_ids() -> None:
    other = '<process name="Q"><task id="x"/></process>'
    assert codes(document(task("a"), task("b"), process='name="P"', beside=other)) == ["bpmn.missing-id"] * 2


def test_an_inclusive_join_of_ways_that_run_beside_each_other_is_refused_by_element() -> None:
    split, join = '<parallelGateway id="g"/>', '<inclusiveGateway id="j"/>'
    ways = chain("s", "g", "a", "j", "e") + chain("g", "b", "j")
    with pytest.raises(InputRefused) as refusal:
        read_process_bytes(document(START, split, task("a"), task("b"), join, END, ways).encode(), source="f.bpmn")
    assert [(p.code, p.place.element) for p in refusal.value.problems] == [("net.inclusive-unmatched", "j")]
