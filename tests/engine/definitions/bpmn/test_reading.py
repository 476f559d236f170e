"""What each construct of BPMN becomes in a flow."""

from __future__ import annotations

from html import escape

import pytest

from engine.definitions.bpmn.conditions import exclude_each_other
from engine.definitions.flow import Boundary, Flow, NodeKind, Repeat, Termination, Trigger, TriggerKind
from engine.nets.compile import compile_flow
from tests.engine.definitions.bpmn.making import chain, conditional, document, element, notes, read, task
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.net_language import net_language

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def edges(flow: Flow) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in flow.edges}


def language(flow: Flow) -> set[tuple[str, ...]]:
    """The sequences of steps up to length five that the flow allows; its net allows the same."""
    found = flow_language(flow, 5)
    assert net_language(compile_flow(flow), 5) == found
    return found


def kinds(flow: Flow) -> dict[str, NodeKind]:
    return {node.id: node.kind for node in flow.nodes}


def test_a_plain_process_is_a_plain_flow() -> None:
    found = read(document(START, task("a"), task("b"), END, chain("s", "a", "b", "e")))
    flow = found.flow
    assert [node.id for node in flow.nodes] == ["s", "a", "b", "e"]
    assert edges(flow) == {("s", "a"), ("a", "b"), ("b", "e")}
    assert (flow.id, flow.title.en, flow.termination) == ("p", "P", Termination.IMPLICIT)
    assert (flow.by_id["a"].line, found.notes) == (3, ())
    assert language(flow) == {("a", "b")}


# The five constructs that other readers lose


def test_a_timer_on_the_border_keeps_its_path() -> None:
    timer = element("timerEventDefinition", "d", "<timeDuration>P7D</timeDuration>")
    late = element("boundaryEvent", "late", timer, attachedToRef="a")
    flow = read(
        document(START, task("a"), task("b"), task("c"), END, late, chain("s", "a", "b", "e"), chain("late", "c", "e"))
    ).flow
    assert flow.by_id["late"].boundary == Boundary("a", interrupting=True)
    assert flow.by_id["late"].event == Trigger(TriggerKind.TIMER, "7d")
    assert {("late", "c"), ("c", "e")} <= edges(flow)
    assert language(flow) == {("a", "b"), ("c",)}


def test_an_error_of_a_sub_process_is_caught_on_its_border() -> None:
    inside = '<startEvent id="i"/>' + task("x") + '<endEvent id="bad"><errorEventDefinition errorRef="err"/></endEvent>'
    sub = element("subProcess", "sub", inside + chain("i", "x", "bad"), name="Sub")
    border = '<boundaryEvent id="b" attachedToRef="sub"><errorEventDefinition errorRef="err"/></boundaryEvent>'
    parts = (
        START,
        sub,
        border,
        task("after"),
        task("mend"),
        END,
        chain("s", "sub", "after", "e"),
        chain("b", "mend", "e"),
    )
    flow = read(document(*parts, beside='<error id="err" name="Broken"/>')).flow
    assert flow.by_id["bad"].event == flow.by_id["b"].event == Trigger(TriggerKind.ERROR, "Broken")
    assert {node.id for node in flow.nodes if node.parent == "sub"} == {"i", "x", "bad"}
    assert language(flow) == {("x", "mend")}


def test_the_flow_around_a_sub_process_stays() -> None:
    sub = element("subProcess", "sub", '<startEvent id="i"/>' + task("x") + '<endEvent id="j"/>' + chain("i", "x", "j"))
    flow = read(document(START, task("a"), sub, task("b"), END, chain("s", "a", "sub", "b", "e"))).flow
    assert [node.id for node in flow.nodes if node.parent is None] == ["s", "a", "sub", "b", "e"]
    assert kinds(flow)["sub"] is NodeKind.SUB_FLOW
    assert {("a", "sub"), ("sub", "b"), ("i", "x"), ("x", "j")} <= edges(flow)
    assert language(flow) == {("a", "x", "b")}


def test_an_event_based_gateway_leads_to_each_of_its_events() -> None:
    message = element("intermediateCatchEvent", "m", '<messageEventDefinition messageRef="msg"/>', name="Answer")
    timer = element("intermediateCatchEvent", "t", "<timerEventDefinition/>", name="Late")
    parts = (START, '<eventBasedGateway id="g"/>', message, timer, task("a"), task("b"), END)
    ways = chain("s", "g", "m", "a", "e") + chain("g", "t", "b", "e")
    flow = read(document(*parts, ways, beside='<message id="msg" name="Answer"/>')).flow
    assert kinds(flow)["g"] is NodeKind.EVENT_BASED
    assert {("g", "m"), ("g", "t")} <= edges(flow)
    assert flow.by_id["m"].event == Trigger(TriggerKind.MESSAGE, "Answer")
    assert language(flow) == {("a",), ("b",)}


def test_a_task_with_two_ways_out_splits() -> None:
    flow = read(
        document(START, task("a"), task("b"), task("c"), END, chain("s", "a", "b", "e"), chain("a", "c", "e"))
    ).flow
    assert {("a", "b"), ("a", "c")} <= edges(flow)
    assert not any(node.kind is NodeKind.EXCLUSIVE for node in flow.nodes)
    assert language(flow) == {("a", "b", "c"), ("a", "c", "b")}


# Conditions


def test_conditions_behind_a_task_choose_any_of_its_ways() -> None:
    ways = (
        chain("s", "a")
        + conditional("a", "b", "case.x")
        + conditional("a", "c", "case.y")
        + chain("b", "e")
        + chain("c", "e")
    )
    flow = read(document(START, task("a"), task("b"), task("c"), END, ways)).flow
    assert language(flow) == {("a", "b"), ("a", "c"), ("a", "b", "c"), ("a", "c", "b")}
    assert not any(edge.when for edge in flow.edges if edge.source == "a")


def test_what_has_no_condition_beside_some_that_have_is_always_taken() -> None:
    ways = chain("s", "a", "b", "e") + conditional("a", "c", "case.y") + chain("c", "e")
    flow = read(document(START, task("a"), task("b"), task("c"), END, ways)).flow
    assert language(flow) == {("a", "b"), ("a", "b", "c"), ("a", "c", "b")}
    assert any(edge.when == "case.y" for edge in flow.edges)


def test_a_default_is_the_way_taken_otherwise() -> None:
    gateway = element("exclusiveGateway", "g", default="g.c")
    ways = chain("s", "g", "c", "e") + conditional("g", "b", "case.x") + chain("b", "e")
    flow = read(document(START, gateway, task("b"), task("c"), END, ways)).flow
    assert {(e.target, e.when, e.otherwise) for e in flow.edges if e.source == "g"} == {
        ("b", "case.x", False),
        ("c", None, True),
    }
    assert language(flow) == {("b",), ("c",)}


def test_a_condition_that_is_not_cel_is_told() -> None:
    ways = chain("s", "g", "c", "e") + conditional("g", "b", "${approved == 'true'}") + chain("b", "e")
    text = document(START, '<exclusiveGateway id="g"/>', task("b"), task("c"), END, ways)
    assert notes(text)["bpmn.condition"] == "${approved == 'true'}"
    assert not any(edge.when for edge in read(text).flow.edges)


def test_a_condition_behind_a_parallel_gateway_means_nothing() -> None:
    ways = chain("s", "g", "c", "e") + conditional("g", "b", "case.x") + chain("b", "e")
    text = document(START, '<parallelGateway id="g"/>', task("b"), task("c"), END, ways)
    assert "bpmn.condition-ignored" in notes(text)
    assert not any(edge.when for edge in read(text).flow.edges)


# Beginnings and ends


def test_without_events_everything_begins_and_ends_where_nothing_leads() -> None:
    flow = read(document(task("a"), task("b"), task("c"), chain("a", "c") + chain("b", "c"))).flow
    assert edges(flow) == {("start", "a"), ("start", "b"), ("a", "c"), ("b", "c"), ("c", "end")}
    assert (kinds(flow)["start"], kinds(flow)["end"]) == (NodeKind.START, NodeKind.END)
    assert language(flow) == {("a", "b", "c", "c"), ("b", "a", "c", "c"), ("a", "c", "b", "c"), ("b", "c", "a", "c")}


def test_several_start_events_are_a_choice() -> None:
    starts = element("startEvent", "m", "<messageEventDefinition/>")
    starts += element("startEvent", "t", "<timerEventDefinition/>")
    flow = read(document(starts, task("a"), task("b"), END, chain("m", "a", "e") + chain("t", "b", "e"))).flow
    choice = next(node for node in flow.nodes if node.kind is NodeKind.EVENT_BASED)
    assert edges(flow) >= {("start", choice.id), (choice.id, "m"), (choice.id, "t"), ("m", "a"), ("t", "b")}
    assert kinds(flow)["m"] is NodeKind.EVENT
    assert language(flow) == {("a",), ("b",)}


def test_a_terminating_end_terminates() -> None:
    end = '<endEvent id="e"><terminateEventDefinition/></endEvent>'
    flow = read(document(START, task("a"), task("b"), end, chain("s", "a", "b", "e"))).flow
    assert flow.by_id["e"].terminates


# Links, twins, loops, calls, handlers


def test_links_are_joined() -> None:
    throw = '<intermediateThrowEvent id="out" name="L"><linkEventDefinition name="L"/></intermediateThrowEvent>'
    catch = '<intermediateCatchEvent id="in" name="L"><linkEventDefinition name="L"/></intermediateCatchEvent>'
    flow = read(
        document(START, task("a"), throw, catch, task("b"), END, chain("s", "a", "out") + chain("in", "b", "e"))
    ).flow
    assert ("out", "in") in edges(flow)
    assert kinds(flow)["out"] is kinds(flow)["in"] is NodeKind.EXCLUSIVE
    assert language(flow) == {("a", "b")}


def test_two_flows_between_the_same_nodes_both_stay() -> None:
    twice = chain("a", "b") + '<sequenceFlow id="again" sourceRef="a" targetRef="b"/>'
    flow = read(document(START, task("a"), task("b"), END, chain("s", "a") + twice + chain("b", "e"))).flow
    between = next(node.id for node in flow.nodes if node.kind is NodeKind.EXCLUSIVE)
    assert edges(flow) >= {("a", "b"), ("a", between), (between, "b")}
    assert language(flow) == {("a", "b", "b")}


@pytest.mark.parametrize(
    ("loop", "repeat"),
    [
        ("<standardLoopCharacteristics/>", Repeat(1, None)),
        ('<standardLoopCharacteristics testBefore="true" loopMaximum="3"/>', Repeat(0, 3)),
        ("<multiInstanceLoopCharacteristics/>", Repeat(1, None)),
        (
            "<multiInstanceLoopCharacteristics><loopCardinality>4</loopCardinality></multiInstanceLoopCharacteristics>",
            Repeat(4, 4),
        ),
    ],
)
def test_a_task_is_repeated(loop: str, repeat: Repeat) -> None:
    flow = read(document(START, task("a", loop), task("b"), END, chain("s", "a", "b", "e"))).flow
    assert flow.by_id["a"].repeat == repeat


def test_instances_of_a_sub_process_run_beside_each_other() -> None:
    many = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    sub = element("subProcess", "sub", many + task("x") + task("y") + chain("x", "y"), name="Sub")
    flow = read(document(START, sub, END, chain("s", "sub", "e"))).flow
    assert flow.by_id["sub"].repeat == Repeat(3, 3, parallel=True)


def test_a_call_of_a_process_in_the_file_is_that_process() -> None:
    other = f'<process id="q"><startEvent id="qs"/>{task("x")}<endEvent id="qe"/>{chain("qs", "x", "qe")}</process>'
    call = element("callActivity", "call", name="Call", calledElement="q")
    found = read(document(START, task("a"), call, END, chain("s", "a", "call", "e"), beside=other))
    assert {node.id for node in found.flow.nodes if node.parent == "call"} == {"qs", "x", "qe"}
    assert "bpmn.call-written-out" in {note.code for note in found.notes}
    assert language(found.flow) == {("a", "x")}


def test_a_process_called_twice_is_there_twice_with_names_apart() -> None:
    other = f'<process id="q"><startEvent id="qs"/>{task("x")}{chain("qs", "x")}</process>'
    calls = element("callActivity", "c1", name="1", calledElement="q") + element(
        "callActivity", "c2", name="2", calledElement="q"
    )
    flow = read(document(START, calls, END, chain("s", "c1", "c2", "e"), beside=other)).flow
    assert sorted(step.title.en for step in flow.steps) == ["X", "X (2)"]


def test_a_call_of_what_is_not_in_the_file_is_one_step() -> None:
    text = document(
        START,
        task("a"),
        element("callActivity", "call", name="Call", calledElement="gone"),
        END,
        chain("s", "a", "call", "e"),
    )
    assert kinds(read(text).flow)["call"] is NodeKind.STEP
    assert "bpmn.call-not-given" in notes(text)


def test_an_interrupting_event_sub_process_is_caught_on_the_border_of_what_is_around_it() -> None:
    begin = '<startEvent id="on"><messageEventDefinition/></startEvent>'
    handler = element(
        "subProcess", "handler", begin + task("h") + chain("on", "h"), name="Handle", triggeredByEvent="true"
    )
    inner = '<startEvent id="i"/>' + task("x") + chain("i", "x") + handler
    sub = element("subProcess", "sub", inner, name="Sub")
    flow = read(document(START, sub, task("b"), END, chain("s", "sub", "b", "e"))).flow
    border = next(node for node in flow.nodes if node.boundary is not None)
    merge = next(node for node in flow.nodes if node.kind is NodeKind.EXCLUSIVE)
    assert border.boundary == Boundary("sub", interrupting=True)
    assert flow.by_id["handler"].parent is None
    assert edges(flow) >= {(border.id, "handler"), ("sub", merge.id), ("handler", merge.id), (merge.id, "b")}
    assert language(flow) == {("x", "b"), ("h", "b"), ("x", "h", "b")}


def test_an_event_sub_process_of_the_process_puts_the_rest_into_a_sub_flow() -> None:
    begin = '<startEvent id="on"><messageEventDefinition/></startEvent>'
    handler = element(
        "subProcess", "handler", begin + task("h") + chain("on", "h"), name="Handle", triggeredByEvent="true"
    )
    flow = read(document(START, task("a"), task("b"), END, chain("s", "a", "b", "e"), handler)).flow
    whole = next(node for node in flow.nodes if node.kind is NodeKind.SUB_FLOW and node.id != "handler")
    assert {node.id for node in flow.nodes if node.parent == whole.id} == {"s", "a", "b", "e"}
    assert next(node for node in flow.nodes if node.boundary is not None).boundary == Boundary(whole.id)
    assert language(flow) == {("a", "b"), ("h",), ("a", "h"), ("a", "b", "h")}


# Names, lanes, lists


def test_the_innermost_lane_is_the_role() -> None:
    inner = '<childLaneSet id="ls2"><lane id="l2" name="Clerk"><flowNodeRef>a</flowNodeRef></lane></childLaneSet>'
    outer = f'<lane id="l1" name="Office"><flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef>{inner}</lane>'
    flow = read(
        document(f'<laneSet id="ls">{outer}</laneSet>', START, task("a"), task("b"), END, chain("s", "a", "b", "e"))
    ).flow
    assert (flow.by_id["a"].role, flow.by_id["b"].role) == ("clerk", "office")
    assert {role: title.en for role, title in flow.roles.items()} == {"office": "Office", "clerk": "Clerk"}


def test_steps_in_a_sub_process_have_the_role_of_its_lane() -> None:
    lane = '<laneSet id="ls"><lane id="l" name="经理"><flowNodeRef>sub</flowNodeRef></lane></laneSet>'
    sub = element("subProcess", "sub", task("x") + task("y") + chain("x", "y"), name="Sub")
    flow = read(document(lane, START, sub, END, chain("s", "sub", "e"))).flow
    assert flow.by_id["x"].role == flow.by_id["y"].role == "role-1"
    assert flow.roles["role-1"].zh == "经理"


def test_ids_that_a_flow_cannot_carry_are_made_from_names_and_kept_as_aliases() -> None:
    parts = (START, element("task", "_1-a", name="Check it"), element("task", "_2-b", name="检查"), END)
    found = read(document(*parts, chain("s", "_1-a", "_2-b", "e")))
    first, second = found.flow.steps
    assert (first.id, first.aliases) == ("check-it", ("_1-a",))
    assert (second.title.zh, second.aliases) == ("检查", ("_2-b",))
    assert found.elements[first.id] == "_1-a"


def test_steps_of_one_name_are_told_apart() -> None:
    same = element("task", "a", name="Check") + element("task", "b", name="Check")
    text = document(START, same, END, chain("s", "a", "b", "e"))
    assert [step.title.en for step in read(text).flow.steps] == ["Check", "Check (2)"]
    assert notes(text)["bpmn.same-name"] == "Check (2)"


MISPLACED = '<b:task xmlns:b="urn:other" id="o"/>'
LOOP = "<standardLoopCharacteristics><loopCondition>x</loopCondition></standardLoopCharacteristics>"
TIMER = '<timerEventDefinition><extensionElements><y xmlns="urn:tool"/></extensionElements></timerEventDefinition>'


@pytest.mark.parametrize(
    ("inside", "beside", "code", "what"),
    [
        (MISPLACED, "", "bpmn.of-a-tool", "urn:other"),
        ('<y xmlns=""/>', "", "bpmn.of-a-tool", "-"),
        ("", MISPLACED, "bpmn.of-a-tool", "urn:other"),
        ("", '<wonder id="w"/>', "bpmn.set-aside", "wonder"),
        ("", '<collaboration><participant id="o" processRef="x"/></collaboration>', "bpmn.set-aside", "participant"),
        (f'<task id="l" name="L">{LOOP}</task>' + chain("b", "l"), "", "bpmn.set-aside", "loopCondition"),
        (f'<boundaryEvent id="x" attachedToRef="a">{TIMER}</boundaryEvent>', "", "bpmn.of-a-tool", "urn:tool"),
        ('<laneSet><lane id="n"><flowNodeRef>gone</flowNodeRef></lane></laneSet>', "", "bpmn.set-aside", "flowNodeRef"),
    ],
)
def test_nothing_is_dropped_in_silence_wherever_it_stands(inside: str, beside: str, code: str, what: str) -> None:
    text = document(START, task("a"), task("b"), END, inside, chain("s", "a", "b", "e"), beside=beside)
    assert (code, what) in {(note.code, note.values.get("what")) for note in read(text).notes}


def test_a_condition_that_says_it_is_in_another_language_is_told() -> None:
    way = conditional("g", "a", "case.x").replace("<conditionExpression", '<conditionExpression language="groovy"')
    ways = chain("s", "g", "b", "e") + way + chain("a", "e")
    text = document(START, '<exclusiveGateway id="g"/>', task("a"), task("b"), END, ways)
    assert notes(text)["bpmn.condition"] == "case.x"
    assert [edge.when for edge in read(text).flow.edges if edge.source == "g"] == [None, None]


def test_a_node_in_two_lanes_is_told() -> None:
    lanes = "".join(f'<lane id="{i}" name="{i}"><flowNodeRef>a</flowNodeRef></lane>' for i in ("one", "two"))
    text = document(f"<laneSet>{lanes}</laneSet>", START, task("a"), task("b"), END, chain("s", "a", "b", "e"))
    assert read(text).flow.by_id["a"].role == "two"
    assert "bpmn.two-lanes" in notes(text)


def test_what_says_nothing_about_order_is_listed() -> None:
    data = '<dataObject id="d1"/><textAnnotation id="t1"><text>Hm</text></textAnnotation><group id="g1"/>'
    tool = '<extensionElements><x:y xmlns:x="urn:tool"/></extensionElements>'
    pool, message = '<participant id="pp" processRef="p"/>', '<messageFlow id="mf" sourceRef="a" targetRef="b"/>'
    beside = f'<collaboration id="c">{pool}{message}</collaboration>'
    text = document(START, task("a", tool), task("b"), END, data, chain("s", "a", "b", "e"), beside=beside)
    listed = {(note.code, note.values["what"], note.values["ids"]) for note in read(text).notes}
    assert listed == {
        ("bpmn.set-aside", "dataObject", "d1"),
        ("bpmn.set-aside", "textAnnotation", "t1"),
        ("bpmn.set-aside", "group", "g1"),
        ("bpmn.set-aside", "messageFlow", "mf"),
        ("bpmn.of-a-tool", "urn:tool", "a"),
    }


def test_a_timer_that_is_no_fixed_span_is_told() -> None:
    timer = element("timerEventDefinition", "d", "<timeCycle>R6/P1D</timeCycle>")
    late = element("boundaryEvent", "late", timer, attachedToRef="a", cancelActivity="false")
    text = document(START, task("a"), task("b"), END, late, chain("s", "a", "b", "e") + chain("late", "b"))
    assert read(text).flow.by_id["late"].boundary == Boundary("a", interrupting=False)
    assert notes(text)["bpmn.timer"] == "R6/P1D"
    assert "bpmn.once-at-most" in notes(text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("${ok}", "${!ok}"),
        ("${ok}", "${!(ok)}"),
        ("= approved", "= not(approved)"),
        ("#{state == 'new'}", "#{state == 'old'}"),
        ("case.n == 1", "case.n == 2.0"),
        ("(a || b)", "!(a || b)"),
    ],
)
def test_conditions_behind_a_task_that_exclude_each_other_are_a_choice(first: str, second: str) -> None:
    assert exclude_each_other([first, second])
    assert exclude_each_other([second, first])
    ways = conditional("a", "b", escape(first)) + conditional("a", "c", escape(second))
    flow = read(
        document(START, task("a"), task("b"), task("c"), END, chain("s", "a") + ways, chain("b", "e"), chain("c", "e"))
    ).flow
    assert language(flow) == {("a", "b"), ("a", "c")}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("${ok}", "${ok}"),
        ("${ok}", "${good}"),
        ("x == 1", "x == 1.0"),
        ("x == 'a'", 'x == "a"'),
        ("x == 1", "y == 2"),
        ("x != 1", "x != 2"),
        ("a || b", "!a || b"),
        ("a || b", "!(a) || b"),
        ("a == b", "!a == b"),
        ("x == 1 || y", "x == 2"),
    ],
)
def test_conditions_that_may_hold_at_once_are_not_taken_for_a_choice(first: str, second: str) -> None:
    assert not exclude_each_other([first, second])
    assert not exclude_each_other([second, first])


def test_a_default_beside_one_condition_is_a_choice() -> None:
    first = element("task", "a", name="A", default="a.c")
    ways = chain("s", "a") + conditional("a", "b", "case.x") + chain("a", "c", "e") + chain("b", "e")
    assert language(read(document(START, first, task("b"), task("c"), END, ways)).flow) == {("a", "b"), ("a", "c")}


def test_an_error_that_nothing_inside_throws_may_come_at_any_time() -> None:
    sub = element("subProcess", "sub", task("x") + task("y") + chain("x", "y"), name="Sub")
    border = '<boundaryEvent id="b" attachedToRef="sub"><errorEventDefinition/></boundaryEvent>'
    parts = (START, sub, border, task("a"), task("m"), END, chain("s", "sub", "a", "e"), chain("b", "m", "e"))
    assert language(read(document(*parts)).flow) == {("x", "y", "a"), ("m",), ("x", "m"), ("x", "y", "m")}


def test_a_path_that_does_not_interrupt_runs_beside() -> None:
    late = '<boundaryEvent id="l" cancelActivity="false" attachedToRef="a"><timerEventDefinition/></boundaryEvent>'
    parts = (START, task("a"), task("b"), task("c"), END, late, chain("s", "a", "b", "e"), chain("l", "c", "e"))
    assert language(read(document(*parts)).flow) == {("a", "b"), ("c", "a", "b"), ("a", "c", "b"), ("a", "b", "c")}


def inclusive(*parts: str, default: str = "") -> Flow:
    """A task, an inclusive gateway ``g``, and whatever follows; two tasks more."""
    gateway = element("inclusiveGateway", "g", default=default)
    return read(document(START, task("a"), gateway, task("b"), task("c"), END, chain("s", "a", "g"), *parts)).flow


def test_ways_that_no_inclusive_gateway_joins_are_a_choice_among_their_sets() -> None:
    flow = inclusive(conditional("g", "b", "case.x"), conditional("g", "c", "case.y"), chain("b", "e"), chain("c", "e"))
    assert language(flow) == {("a", "b"), ("a", "c"), ("a", "b", "c"), ("a", "c", "b")}
    assert {edge.when for edge in flow.edges if edge.source == "g"} == {
        "(case.x) && !(case.y)",
        "!(case.x) && (case.y)",
        "(case.x) && (case.y)",
    }


def test_the_default_of_an_inclusive_gateway_is_taken_alone() -> None:
    flow = inclusive(conditional("g", "b", "case.x"), chain("g", "c", "e"), chain("b", "e"), default="g.c")
    assert language(flow) == {("a", "b"), ("a", "c")}


def test_ways_that_an_inclusive_gateway_joins_stay() -> None:
    join = '<inclusiveGateway id="j"/>'
    ways = chain("g", "b", "j", "e") + chain("g", "c", "j")
    flow = inclusive(join, ways)
    assert kinds(flow)["g"] is NodeKind.INCLUSIVE
    assert language(flow) == {("a", "b"), ("a", "c"), ("a", "b", "c"), ("a", "c", "b")}


def test_an_inclusive_join_of_alternatives_lets_every_token_pass() -> None:
    """It waits while a token may come to its other way in (13.4.3), and there is none."""
    choice, join = '<exclusiveGateway id="g"/>', '<inclusiveGateway id="j"/>'
    late = element("boundaryEvent", "l", "<timerEventDefinition/>", attachedToRef="b")
    ways = chain("s", "g", "a", "j", "d", "e") + chain("g", "b", "e") + chain("l", "c", "j")
    text = document(START, choice, task("a"), task("b"), task("c"), task("d"), late, join, END, ways)
    assert language(read(text).flow) == {("a", "d"), ("b",), ("c", "d")}
    assert "bpmn.inclusive-passes" in notes(text)


def test_an_inclusive_join_in_a_loop_is_passed_each_time() -> None:
    join, again = '<inclusiveGateway id="j"/>', '<exclusiveGateway id="g"/>'
    text = document(
        START, join, task("a"), again, task("b"), END, chain("s", "j", "a", "g", "b", "e") + chain("g", "j")
    )
    assert language(read(text).flow) == {("a",) * n + ("b",) for n in range(1, 5)}


def test_an_inclusive_join_waits_for_a_path_that_runs_beside() -> None:
    join = '<inclusiveGateway id="j"/>'
    beside = element("boundaryEvent", "l", "<timerEventDefinition/>", attachedToRef="a", cancelActivity="false")
    ways = chain("s", "a", "j", "b", "e") + chain("l", "c", "j")
    flow = read(document(START, task("a"), task("b"), task("c"), beside, join, END, ways)).flow
    assert kinds(flow)["j"] is NodeKind.INCLUSIVE
