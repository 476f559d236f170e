"""How a flow is laid out, each figure on a flow where it can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.definitions.flow import Boundary, Edge, Flow, Node, NodeKind, Repeat, Trigger, TriggerKind
from engine.definitions.rules import AttributeRef, Authority, AuthorityLimit
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from engine.errors import Severity
from engine.messages.catalogue import has_text, problem_text
from engine.review.design import Design, FlowForm, design, design_notes
from engine.review.simplicity import simplicity
from engine.vocabulary import Dimension, Language
from tests.engine.nets.constructs import CONSTRUCTS, construct
from tests.making import make_flow

LINE = make_flow("start -> a -> b -> end")
WAIT = Trigger(TriggerKind.TIMER, "1d")


def altered(flow: Flow, node: str, **changes: object) -> Flow:
    """The flow with one node changed."""
    nodes = tuple(
        replace(one, **changes) if one.id == node else one  # type: ignore[arg-type]  # any of its attributes
        for one in flow.nodes
    )
    return replace(flow, nodes=nodes)


def deciding(*roles: str) -> Flow:
    """Steps that lead into a choice one after the other, each with a role; the other way of each choice is an end."""
    names = [f"s{k}" for k in range(len(roles))]
    chains = ["start -> " + " -> ".join(f"{name} -> x{name}" for name in names) + " -> end"]
    chains += [f"x{name} -> end{name}" for name in names]
    kinds = {f"x{name}": "exclusive" for name in names}
    return make_flow(*chains, kinds=kinds, roles=dict(zip(names, roles, strict=True)))


def test_a_plain_line() -> None:
    assert design(LINE) == Design(
        form=FlowForm.LINEAR, approval_levels=0, extension_points=0, risk_steps=0, covered_risks=0
    )
    assert design(LINE).contingency_coverage is None


def test_optional_and_repeated_steps_stay_on_the_line() -> None:
    assert design(make_flow("start -> a -> b -> end", optional=["a"])).form is FlowForm.LINEAR
    assert design(altered(LINE, "b", repeat=Repeat(1, 3))).form is FlowForm.LINEAR


@pytest.mark.parametrize("kind", ["exclusive", "parallel", "inclusive"])
def test_what_depends_on_the_case_is_an_order(kind: str) -> None:
    flow = make_flow("start -> x -> a -> y -> end", "x -> b -> y", kinds={"x": kind, "y": kind})
    assert design(flow).form is FlowForm.ORDER


def test_a_way_back_is_an_order() -> None:
    kinds = {"x": "exclusive", "y": "exclusive"}
    assert design(make_flow("start -> x -> a -> y -> end", "y -> x", kinds=kinds)).form is FlowForm.ORDER


def test_a_flow_that_waits_between_steps_is_intermittent() -> None:
    waits = altered(make_flow("start -> a -> e -> b -> end", kinds={"e": "event"}), "e", event=WAIT)
    assert design(waits).form is FlowForm.INTERMITTENT
    assert design(altered(waits, "e", throws=True)).form is FlowForm.LINEAR
    either = make_flow("start -> x -> a -> end", "x -> b -> end", kinds={"x": "event-based"})
    assert design(either).form is FlowForm.INTERMITTENT


def test_an_event_on_a_border_stops_no_work_between_steps() -> None:
    late = Node("late", NodeKind.EVENT, Title("late", "late"), event=WAIT, boundary=Boundary("a"))
    flow = replace(LINE, nodes=(*LINE.nodes, late), edges=(*LINE.edges, Edge("late", "end")))
    assert design(flow).form is FlowForm.LINEAR


def test_levels_are_counted_where_the_decision_goes_to_another_role() -> None:
    assert design(deciding("clerk", "clerk")).approval_levels == 1
    assert design(deciding("clerk", "head", "director")).approval_levels == 3
    assert design(deciding("clerk", "head", "clerk")).approval_levels == 3


def test_a_loop_counts_each_role_once() -> None:
    flow = deciding("clerk", "head")
    back = replace(flow, edges=(*flow.edges, Edge("xs1", "s0")))
    assert design(back).approval_levels == 2


def test_a_step_with_an_authority_limit_decides() -> None:
    limits = (AuthorityLimit("clerk", Fraction(500)), AuthorityLimit("head", None))
    rule = Authority("a", AttributeRef("a", "amount"), limits)
    standard = Standard("s", Title("s", "s"), rule, Fraction(1), Fraction(0), Dimension.ORDERING)
    flow = make_flow("start -> a -> b -> end", roles={"a": "clerk", "b": "head"})
    assert design(flow).approval_levels == 0
    assert design(replace(flow, standards=(standard,))).approval_levels == 1


def test_room_is_counted_where_work_can_change() -> None:
    flow = make_flow("start -> a -> b -> c -> end", optional=["a"], plans=[("p", "b", "r", "c")])
    assert design(flow).extension_points == 2
    assert design(altered(flow, "c", repeat=Repeat(0, None))).extension_points == 3
    late = Node("late", NodeKind.EVENT, Title("", ""), event=WAIT, boundary=Boundary("a", interrupting=False))
    assert design(replace(flow, nodes=(*flow.nodes, late))).extension_points == 3


def test_coverage_is_of_the_steps_at_risk() -> None:
    flow = make_flow("start -> a -> b -> c -> end", plans=[("p", "b", "r", "c")])
    risky = altered(flow, "a", risk=Title("No parts", "缺件"))
    found = design(risky)
    assert (found.risk_steps, found.covered_risks, found.contingency_coverage) == (2, 1, 0.5)
    (note,) = [note for note in design_notes(risky) if note.code == "design.risk-without-plan"]
    assert (note.severity, note.place.line, note.values["step"]) == (Severity.WARNING, 11, "a")


def test_a_large_flow_is_noted_with_its_size() -> None:
    large = make_flow("start -> " + " -> ".join(f"s{k}" for k in range(49)) + " -> end")
    (note,) = [note for note in design_notes(large) if note.code == "design.large"]
    assert (note.severity, note.values["nodes"]) == (Severity.INFO, 51)
    fits = make_flow("start -> " + " -> ".join(f"s{k}" for k in range(48)) + " -> end")
    assert "design.large" not in {note.code for note in design_notes(fits)}


def test_many_levels_are_noted() -> None:
    codes = [{note.code for note in design_notes(deciding(*"abcd"[:levels]))} for levels in (3, 4)]
    assert ["design.many-approval-levels" in found for found in codes] == [False, True]


def test_a_flow_without_room_is_noted() -> None:
    assert [note.code for note in design_notes(LINE)] == ["design.no-room"]
    assert design_notes(make_flow("start -> a -> b -> end", optional=["b"])) == ()


def in_a_sub_flow() -> Flow:
    """``a`` then a sub-flow of a choice between ``b`` and ``c``, then ``d``."""
    flow = make_flow(
        "start -> a -> sub -> d -> end",
        "begin -> x -> b -> over",
        "x -> c -> over",
        kinds={"sub": "sub-flow", "x": "exclusive", "begin": "start", "over": "end"},
        roles={"a": "desk", "b": "workshop", "c": "desk", "d": "cash"},
    )
    inside = {"begin", "x", "b", "c", "over"}
    return replace(flow, nodes=tuple(replace(n, parent="sub") if n.id in inside else n for n in flow.nodes))


def test_hand_overs_go_into_a_sub_flow_and_out_of_it() -> None:
    assert simplicity(in_a_sub_flow()).hand_overs == 3  # a to b, b to d, c to d


def test_the_depth_of_a_sub_flow_is_added() -> None:
    nested = in_a_sub_flow()
    assert simplicity(nested).depth == 2
    other = Node("y", NodeKind.EXCLUSIVE, Title("", ""))
    edges = [e for e in nested.edges if e.target != "sub"]
    deeper = replace(
        nested, nodes=(*nested.nodes, other), edges=(*edges, Edge("a", "y"), Edge("y", "sub"), Edge("y", "d"))
    )
    assert simplicity(deeper).depth == 3


def test_a_sub_flow_without_a_split_is_one_deep() -> None:
    flow = make_flow(
        "start -> a -> sub -> end",
        "begin -> b -> over",
        kinds={"sub": "sub-flow", "begin": "start", "over": "end"},
    )
    nested = replace(
        flow, nodes=tuple(replace(n, parent="sub") if n.id in ("begin", "b", "over") else n for n in flow.nodes)
    )
    assert (simplicity(flow).depth, simplicity(nested).depth) == (0, 1)


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_every_construct_of_the_language_has_figures(name: str) -> None:
    flow = construct(name)
    found, figures = design(flow), simplicity(flow)
    assert found.form in FlowForm
    assert 0 <= found.covered_risks <= found.risk_steps
    assert figures.steps <= figures.nodes
    assert 0 < figures.simplicity <= 1


@pytest.mark.parametrize("language", Language)
def test_forms_and_notes_are_named_in_both_languages(language: Language) -> None:
    assert all(has_text(f"form.{form}", language) for form in FlowForm)
    assert all(problem_text(note, language).remedy for note in design_notes(LINE))
