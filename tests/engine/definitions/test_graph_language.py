"""Events, sub-flows, calls and repetition in the flow file: what is read, what is written, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.flow import Boundary, Flow, NodeKind, Repeat, Termination, Trigger, TriggerKind
from engine.definitions.yaml_reader import read_flow, read_flow_text
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused, Problem
from engine.limits import Limits
from tests.engine.definitions.files import flow_file, problems_of
from tests.engine.nets.constructs import CONSTRUCTS, around, construct, flow_of
from tests.flows_strategy import placeless

REFUND = flow_of(
    "check: {step: Check the claim, role: clerk}\npay: {step: Pay back}\nask: {step: Ask again}",
    "start -> check -> pay -> end",
    head="ends: implicit\nroles: {clerk: Clerk}\n",
    rest="plans: {unclear: {risk: Unclear, at: check, on: {message: unclear}, path: [ask], rejoin: check}}\n",
).replace("flow: f", "flow: refund")
SHOP = flow_of("a: {step: A}\nback: {call: refund}\nz: {step: Z}", "start -> a -> back -> z -> end")


def called(texts: dict[str, str], text: str = SHOP, limits: Limits | None = None) -> Flow:
    return read_flow_text(text, called=texts.get, limits=limits or Limits())


def refused(texts: dict[str, str], text: str = SHOP, limits: Limits | None = None) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as refusal:
        called(texts, text, limits)
    return refusal.value.problems


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_every_construct_is_written_as_it_was_read(name: str) -> None:
    flow = construct(name)
    assert placeless(read_flow_text(write_flow(flow))) == placeless(flow)


def test_an_event_between_nodes() -> None:
    node = flow_of("a: {step: A}\nw: {event: Parts, message: parts}\nz: {step: Z}", "start -> a -> w -> z -> end")
    found = read_flow_text(node).by_id["w"]
    assert (found.kind, found.event) == (NodeKind.EVENT, Trigger(TriggerKind.MESSAGE, "parts"))
    assert not found.is_visible


def test_an_event_on_a_border_interrupts_unless_it_says_not() -> None:
    assert construct("a step interrupted").by_id["t"].boundary == Boundary("a", interrupting=True)
    assert construct("an event beside a step").by_id["t"].boundary == Boundary("a", interrupting=False)


def test_true_stands_for_any_error() -> None:
    assert construct("an error beside other work").by_id["t"].event == Trigger(TriggerKind.ERROR, "")


def test_a_logged_event_is_found_in_a_log_by_its_names() -> None:
    event = "w: {event: {en: Parts, zh: 到货}, signal: parts, logged: true, aliases: [arrived]}"
    flow = read_flow_text(flow_of(f"a: {{step: A}}\n{event}\nz: {{step: Z}}", "start -> a -> w -> z -> end"))
    assert {name for name, step in flow.step_of_activity.items() if step == "w"} == {"w", "Parts", "到货", "arrived"}
    assert [step.id for step in flow.steps] == ["a", "w", "z"]


def test_a_silent_event_shares_no_name_with_steps() -> None:
    text = flow_of("a: {step: A}\nw: {event: A, timer: 1d}\nz: {step: Z}", "start -> a -> w -> z -> end")
    assert problems_of(text) == ()
    assert problems_of(text.replace("timer: 1d", "timer: 1d, logged: true"))[0].code == "flow.name-clash"


def test_repetition() -> None:
    assert construct("a step repeated at least twice").by_id["a"].repeat == Repeat(2, None)
    assert construct("an optional step repeated").by_id["a"].repeat == Repeat(1, 2)
    assert construct("instances of a sub-flow").by_id["sub"].repeat == Repeat(1, 2, parallel=True)


def test_too_many_instances_are_past_a_limit() -> None:
    (problem,) = problems_of(flow_of("a: {step: A, repeat: {at-most: 21}}\nb: {step: B}", "start -> a -> b -> end"))
    assert (problem.code, problem.values["limit"]) == ("limit.exceeded", "instances")


def test_what_is_inside_a_sub_flow_stands_behind_it() -> None:
    flow = construct("an embedded sub-flow")
    assert [node.id for node in flow.nodes] == ["start", "a", "sub", "s", "x", "y", "e", "z", "end"]
    assert [node.id for node in flow.nodes if node.parent == "sub"] == ["s", "x", "y", "e"]
    assert [edge.source for edge in flow.edges] == ["start", "a", "sub", "z", "s", "x", "y"]


def test_a_sub_flow_ends_as_it_says_or_as_what_contains_it() -> None:
    assert construct("a sub-flow that ends as its flow does").termination_of("sub") is Termination.IMPLICIT
    assert construct("a sub-flow that ends implicitly").termination_of("sub") is Termination.IMPLICIT
    assert construct("an embedded sub-flow").termination_of("sub") is Termination.EXPLICIT


def test_a_sub_flow_needs_a_start_and_an_end_of_its_own() -> None:
    problems = problems_of(around("    nodes: {x: {step: X}}\n    edges: []"))
    assert [problem.code for problem in problems] == ["flow.no-start", "flow.no-end"]


def test_nodes_inside_a_sub_flow_have_to_be_reached_there() -> None:
    inside = "    nodes: {s: start, x: {step: X}, y: {step: Y}, e: end}\n    edges: [s -> x -> e]"
    assert [(p.code, p.place.element) for p in problems_of(around(inside))] == [("flow.unreachable", "nodes.y")]


def test_a_called_flow_becomes_a_sub_flow() -> None:
    flow = called({"refund": REFUND})
    back = flow.by_id["back"]
    assert (back.kind, back.calls, back.ends) == (NodeKind.SUB_FLOW, "refund", Termination.IMPLICIT)
    inside = [node.id for node in flow.nodes if node.parent == "back"]
    assert inside == ["back.start", "back.check", "back.pay", "back.ask", "back.end"]
    assert [(plan.id, plan.at, plan.path) for plan in flow.plans] == [("back.unclear", "back.check", ("back.ask",))]
    assert flow.roles["clerk"].en == "Clerk"


def test_a_call_is_written_as_a_call() -> None:
    flow = called({"refund": REFUND})
    text = write_flow(flow)
    assert "call: refund" in text
    assert "Pay back" not in text
    assert placeless(called({"refund": REFUND}, text)) == placeless(flow)


def test_the_hash_changes_with_a_called_flow() -> None:
    other = REFUND.replace("Pay back", "Pay out")
    assert called({"refund": REFUND}).source_hash != called({"refund": other}).source_hash


def test_called_flows_are_read_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP, "utf-8")
    (tmp_path / "refund.yaml").write_text(REFUND, "utf-8")
    assert "back.pay" in read_flow(tmp_path / "shop.yaml").by_id


def test_a_call_without_its_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP, "utf-8")
    with pytest.raises(InputRefused) as refusal:
        read_flow(tmp_path / "shop.yaml")
    assert [problem.code for problem in refusal.value.problems] == ["flow.call-not-found"]


def test_a_call_leads_to_no_other_folder() -> None:
    asked: list[str] = []
    text = SHOP.replace("call: refund", "call: ../refund")
    with pytest.raises(InputRefused) as refusal:
        read_flow_text(text, called=asked.append)
    assert [problem.code for problem in refusal.value.problems] == ["flow.bad-id"]
    assert asked == []


def test_flows_that_call_each_other_in_a_ring_are_refused() -> None:
    ring = SHOP.replace("flow: f", "flow: refund").replace("call: refund", "call: f")
    (problem,) = refused({"refund": ring, "f": SHOP})
    assert (problem.code, problem.values["ring"]) == ("flow.call-cycle", "f → refund → f")
    assert problem.place.source == "refund.yaml"


def test_calls_are_bounded_in_depth() -> None:
    texts = {f"f{i}": SHOP.replace("flow: f", f"flow: f{i}").replace("refund", f"f{i + 1}") for i in range(20)}
    (problem,) = refused(texts, SHOP.replace("refund", "f0"), Limits(call_depth=3))
    assert (problem.code, problem.values["limit"]) == ("limit.exceeded", "call_depth")


def test_a_called_file_holds_the_flow_it_is_named_after() -> None:
    (problem,) = refused({"refund": REFUND.replace("flow: refund", "flow: payback")})
    assert (problem.code, problem.values["found"]) == ("flow.call-mismatch", "payback")


def test_problems_of_a_called_flow_are_told_with_its_name() -> None:
    (problem,) = refused({"refund": REFUND.replace("start -> check", "start -> chek")})
    assert (problem.code, problem.place.source, problem.place.line) == ("flow.misspelt-node", "refund.yaml", 11)


def test_one_flow_called_twice_would_share_its_names() -> None:
    text = SHOP.replace("back: {call: refund}", "back: {call: refund}\n  again: {call: refund}")
    (problem,) = refused({"refund": REFUND}, text.replace("-> z", "-> again -> z"))
    assert (problem.code, problem.place.line, problem.values["node"]) == ("flow.called-twice", 7, "back")


def test_a_flow_that_two_called_flows_call_is_called_twice() -> None:
    texts = {name: SHOP.replace("flow: f", f"flow: {name}") for name in ("one", "two")}
    texts["two"] = texts["two"].replace("step: A", "step: B").replace("step: Z", "step: Y")
    outer = flow_of("one: {call: one}\ntwo: {call: two}", "start -> one -> two -> end")
    (problem,) = refused({**texts, "refund": REFUND}, outer)
    assert (problem.code, problem.values["called"]) == ("flow.called-twice", "refund")


def test_called_flows_count_among_the_nodes() -> None:
    problems = refused({"refund": REFUND}, limits=Limits(flow_nodes=8))
    assert [problem.values["limit"] for problem in problems] == ["flow_nodes"]


def test_a_standard_may_name_a_logged_event() -> None:
    nodes = "w: {event: Parts, signal: parts, logged: true}"
    text = flow_file(nodes=nodes, edges="- a -> w -> end", rest="standards: {s: {response: [w, b], within: 1d}}")
    assert problems_of(text) == ()
    silent = problems_of(text.replace(", logged: true", ""))
    assert [problem.code for problem in silent] == ["flow.not-a-step"]


def test_a_misspelt_key_of_an_event_is_named() -> None:
    text = flow_of("a: {step: A}\nw: {event: W, timmer: 1d}\nz: {step: Z}", "start -> a -> w -> z -> end")
    (problem,) = problems_of(text)
    assert (problem.code, problem.values["suggestion"]) == ("flow.misspelt-key", "timer")
