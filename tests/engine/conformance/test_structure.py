from __future__ import annotations

from engine.conformance.structure import Structure
from engine.definitions.flow import Flow
from engine.definitions.yaml_reader import read_flow_text
from engine.nets.compile import compile_flow
from tests.engine.nets.constructs import around, construct
from tests.making import make_flow

NESTED = make_flow(
    "start -> x",
    "x -> a -> y",
    "x -> p -> z",
    "z -> b -> w",
    "z -> c -> w",
    "w -> y -> d -> end",
    kinds=dict.fromkeys("xyzw", "exclusive"),
)
INCLUSIVE = make_flow(
    "start -> i", "i -> a -> j", "i -> b -> j", "j -> end", kinds={"i": "inclusive", "j": "inclusive"}
)


def is_elsewhere(flow: Flow, step: str, run: str) -> bool:
    """Whether a run that fired the transitions of these nodes left the step's branch out."""
    net = compile_flow(flow)
    fired = [index for index, transition in enumerate(net.transitions) if transition.node in run.split()]
    return Structure(net, flow).is_on_other_branch(step, fired)


def test_a_step_of_the_branch_not_taken() -> None:
    assert is_elsewhere(NESTED, "b", "x a d")
    assert is_elsewhere(NESTED, "a", "x p z b d")


def test_a_step_of_an_inner_branch_not_taken() -> None:
    assert is_elsewhere(NESTED, "c", "x p z b d")


def test_a_step_outside_every_branch() -> None:
    assert not is_elsewhere(NESTED, "d", "x a")


def test_a_gateway_that_was_not_reached_has_not_chosen() -> None:
    assert not is_elsewhere(NESTED, "a", "")


def test_an_inclusive_branch_is_no_exclusive_one() -> None:
    assert not is_elsewhere(INCLUSIVE, "b", "i a")


def test_a_branch_behind_an_event_that_did_not_happen() -> None:
    flow = construct("an event-based gateway")
    assert is_elsewhere(flow, "c", "a m b")
    assert not is_elsewhere(flow, "c", "a")


def test_what_is_inside_a_sub_flow_is_on_its_branch() -> None:
    inside = "    nodes: {s: start, x: {step: X}, e: end}\n    edges: [s -> x -> e]"
    text = around(inside, "g: exclusive\nj: exclusive\nc: {step: C}", "g -> c -> j\nj -> z")
    flow = read_flow_text(text.replace("start -> a -> sub -> z", "start -> a -> g -> sub -> j, z"))
    assert is_elsewhere(flow, "x", "a g c z")
    assert not is_elsewhere(flow, "x", "a g s x e z")


def test_a_step_of_a_plan_is_on_no_branch() -> None:
    flow = make_flow(
        "start -> x", "x -> a -> end", "x -> b -> end", kinds={"x": "exclusive"}, plans=[("p", "a", "r", "a")]
    )
    assert not is_elsewhere(flow, "r", "x a")
