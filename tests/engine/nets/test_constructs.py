"""What each construct of the flow language means: its net accepts what a token game on the graph accepts."""

from __future__ import annotations

import pytest

from engine.definitions.yaml_reader import read_flow_text
from engine.errors import InputRefused, LimitExceeded
from engine.limits import Limits
from engine.nets.compile import compile_flow
from engine.nets.soundness import Verdict, check_soundness
from tests.engine.nets.constructs import CONSTRUCTS, TWO_ENDS, around, construct, flow_of
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.net_language import net_language

IMPLICIT = frozenset(name for name, text in CONSTRUCTS.items() if "ends: implicit\nnodes" in text)


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_net_accepts_what_the_graph_accepts(name: str) -> None:
    flow = construct(name)
    accepted = flow_language(flow, 6)
    assert accepted
    assert net_language(compile_flow(flow), 6) == accepted


@pytest.mark.parametrize("name", sorted(CONSTRUCTS.keys() - IMPLICIT))
def test_every_one_of_them_is_sound(name: str) -> None:
    assert check_soundness(compile_flow(construct(name))).verdict is Verdict.SOUND


WORDS = {
    "a logged event": "a w z",
    "an optional logged event": "a z, a w z",
    "a silent event between steps": "a z",
    "an event-based gateway": "a c, a m b",
    "a step repeated up to three times": "a z, a a z, a a a z",
    "a step that may be left out or repeated without end": "z, a z, a a z, a a a z, a a a a z",
    "a step repeated at least twice": "a a z, a a a z, a a a a z",
    "instances of a step": "a a z, a a a z",
    "no instance of a sub-flow": "a z, a x y z",
    "a step interrupted": "c, a b",
    "a step interrupted by a logged event": "a b, t c",
    "a repeated step interrupted": "c, a b, a c, a a b",
    "a parallel sub-flow interrupted": "a c, a x c, a y c, a x y c, a y x c, a x y z, a y x z",
    "an error caught by its name": "a x z, a y c",
    "an error beside other work": "a x y z, a y x z, a y t c, a x y t c, a y x t c",
    "an error caught further out": "a x c, a x y c, a y x c, a x y z, a y x z",
    "an error that nobody catches": "a y, a x z",
    "a terminating end": "b, a b, b a, a b c, b a c",
    "a terminating end in a sub-flow": "a y z, a x y z, a y x z",
    "a flow that ends implicitly": "a b c, a c b",
    "a sub-flow that ends implicitly": "a x y z, a y x z",
    "an event beside a step": "a b, a b c, a c b, c a b",
    "a plan of a sub-flow": "a r z, a x r z, a y r z, a x y r z, a y x r z, a x y z, a y x z",
    "a plan of a repeated step": "a b, r b, a a b, a r b, a a r b",
}


@pytest.mark.parametrize("name", WORDS)
def test_the_words_are_those_a_designer_expects(name: str) -> None:
    found = {" ".join(word) for word in net_language(compile_flow(construct(name)), 5)}
    assert found == set(WORDS[name].split(", "))


def wide(branches: int) -> str:
    """A sub-flow of parallel steps, with an event that interrupts it."""
    steps = ", ".join(f"x{i}: {{step: X{i}}}" for i in range(branches))
    ways = ", ".join(f"p -> x{i} -> q" for i in range(branches))
    inside = f"    nodes: {{s: start, p: parallel, {steps}, q: parallel, e: end}}\n    edges: [s -> p, {ways}, q -> e]"
    return around(inside, "t: {event: Late, timer: 1d, on: sub}\nf: end", "t -> f")


def test_cancelling_is_bounded_and_says_by_what() -> None:
    flow = read_flow_text(wide(6))
    assert compile_flow(flow).transitions
    with pytest.raises(LimitExceeded) as refusal:
        compile_flow(flow, limits=Limits(cancelled_markings=50))
    (problem,) = refusal.value.problems
    assert (problem.values["limit"], problem.place.element) == ("cancelled_markings", "sub")


def test_what_cannot_be_cancelled_is_built_in_as_it_is() -> None:
    uncancelled = wide(8).replace("timer: 1d, on: sub", "timer: 1d, on: a")
    assert len(compile_flow(read_flow_text(uncancelled)).transitions) < 20


def test_a_sub_flow_that_goes_wrong_inside_goes_wrong_as_a_whole() -> None:
    flow = read_flow_text(around(TWO_ENDS))
    assert check_soundness(compile_flow(flow)).verdict is Verdict.UNSOUND
    assert flow_language(flow, 6) == net_language(compile_flow(flow), 6) == set()


def test_an_endless_inside_is_found_unbounded_not_refused() -> None:
    endless = """    nodes: {s: start, m: exclusive, p: parallel, x: {step: X}, y: {step: Y}, g: exclusive,
      e: end, e2: end}
    edges: [s -> m -> p -> x -> g -> e, g -> m, p -> y -> e2]"""
    assert check_soundness(compile_flow(read_flow_text(around(endless)))).verdict is Verdict.UNBOUNDED


def test_instances_are_bounded_for_flows_that_no_file_was_read_for() -> None:
    flow = construct("instances of a sub-flow")
    with pytest.raises(LimitExceeded) as refusal:
        compile_flow(flow, limits=Limits(instances=1))
    assert refusal.value.problems[0].values["limit"] == "instances"


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_transitions_stand_in_the_order_of_the_nodes(name: str) -> None:
    flow = construct(name)
    order = [node.id for node in flow.nodes]
    positions = [order.index(transition.node) for transition in compile_flow(flow).transitions]
    assert positions == sorted(positions)


def test_what_a_gateway_chose_is_known_wherever_it_is_built_in() -> None:
    net = compile_flow(construct("an error beside other work"))
    chosen = {(t.node, t.chosen) for t in net.transitions if t.chosen}
    assert chosen == {("g", ("q",)), ("g", ("bad",))}


@pytest.mark.parametrize("kind", ["a plan", "a boundary event"])
def test_nothing_leaves_the_branches_of_an_inclusive_block(kind: str) -> None:
    steps = "x: inclusive\na: {step: A}\nb: {step: B}\ny: inclusive\n"
    block = "start -> x -> a -> y -> end, x -> b -> y"
    if kind == "a plan":
        plan = "plans: {p: {risk: R, at: a, on: {timer: 1d}, path: [r], rejoin: end}}"
        text = flow_of(steps + "r: {step: R}", block, rest=plan)
    else:
        edges = block.replace("start -> x", "start -> m -> x") + ", t -> m"
        text = flow_of(steps + "m: exclusive\nt: {event: T, timer: 1d, on: a}", edges)
    with pytest.raises(InputRefused) as refusal:
        compile_flow(read_flow_text(text))
    assert [problem.code for problem in refusal.value.problems] == ["net.inclusive-left"]
