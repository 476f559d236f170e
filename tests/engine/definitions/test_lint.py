"""What a reviewer would ask about a readable flow."""

from __future__ import annotations

from engine.definitions.lint import lint
from engine.definitions.yaml_reader import read_flow_text
from engine.errors import Problem, Severity
from tests.engine.definitions.files import flow_file

ORDERED = "standards: {s: {precedence: [a, b]}}"
NOTES = {"flow.steps-without-order", "flow.no-plans"}


def warnings(text: str) -> list[Problem]:
    return [problem for problem in lint(read_flow_text(text)) if problem.severity is Severity.WARNING]


def choice(*edges: str, kind: str = "exclusive") -> str:
    return flow_file(nodes=f"x: {kind}\nc: {{step: C}}", edges="\n".join(["- b -> x", "- c -> end", *edges]))


def test_a_plain_flow_has_notes_only() -> None:
    found = lint(read_flow_text(flow_file()))
    assert {problem.code for problem in found} == NOTES
    assert {problem.severity for problem in found} == {Severity.INFO}


def test_steps_without_order_are_one_note() -> None:
    found = lint(
        read_flow_text(
            flow_file(
                nodes="c: {step: C}",
                edges="- a -> c -> b",
                rest=ORDERED.replace("}}", "}, t: {duration: c, at-most: 1h}}"),
            )
        )
    )
    (note,) = [problem for problem in found if problem.code == "flow.steps-without-order"]
    assert (note.count, note.place.line, note.values["steps"]) == (1, 8, "c")


def test_steps_of_plans_need_no_order() -> None:
    plan = "plans: {p: {risk: R, at: a, on: {timer: 1d}, path: [c], rejoin: b}}"
    found = lint(read_flow_text(flow_file(nodes="c: {step: C}", rest=f"{ORDERED}\n{plan}")))
    assert [problem.code for problem in found] == ["flow.domains-uncovered"]


def test_many_steps_are_listed_in_part() -> None:
    chain = " -> ".join(f"s{n}" for n in range(12))
    nodes = "\n".join(f"s{n}: {{step: S{n}}}" for n in range(12))
    text = flow_file(nodes=nodes, edges=f"- a -> {chain} -> b", rest=ORDERED)
    (note,) = [p for p in lint(read_flow_text(text)) if p.code == "flow.steps-without-standard"]
    assert note.count == 12
    assert str(note.values["steps"]).endswith("s9, …")


def test_a_gateway_that_decides_nothing() -> None:
    (found,) = warnings(flow_file(nodes="x: parallel").replace("a -> b", "a -> x -> b"))
    assert (found.code, found.place.line, found.values["node"]) == ("flow.gateway-passes-through", 8, "x")


def test_a_loop_back_into_a_split_would_wait_for_ever() -> None:
    edges = "- fork -> c -> join\n- fork -> d -> join\n- join -> again -> end\n- again -> fork"
    nodes = "fork: parallel\njoin: parallel\nagain: exclusive\nc: {step: C}\nd: {step: D}"
    text = flow_file(nodes=nodes, edges=edges).replace("a -> b -> end", "a -> b -> fork")
    assert [p.code for p in warnings(text)] == ["flow.gateway-waits-and-splits", "flow.branch-without-condition"]


def test_branches_that_say_nothing() -> None:
    (found,) = warnings(choice("- {from: x, to: c, when: case.x}", "- x -> end"))
    assert (found.code, found.values["targets"]) == ("flow.branch-without-condition", "end")


def test_conditions_that_may_all_fail() -> None:
    edges = ["- {from: x, to: c, when: case.x}", "- {from: x, to: end, when: '!case.x'}"]
    assert [p.code for p in warnings(choice(*edges, kind="exclusive"))] == ["flow.no-otherwise"]


def test_a_complete_choice_is_fine() -> None:
    edges = ["- {from: x, to: c, when: case.x}", "- {from: x, to: end, otherwise: true}"]
    assert warnings(choice(*edges)) == []


def test_a_condition_without_a_choice() -> None:
    edges = "- b -> x\n- {from: x, to: end, when: case.x}\n- a -> x"
    (found,) = warnings(flow_file(nodes="x: exclusive", edges=edges))
    assert found.code == "flow.condition-on-only-way"


def test_plans_that_look_alike() -> None:
    plan = "risk: R, at: a, on: {timer: 1d}, path: [c], rejoin: b"
    (found,) = warnings(flow_file(nodes="c: {step: C}", rest=f"plans: {{p: {{{plan}}}, q: {{{plan}}}}}"))
    assert (found.code, found.values["other"], found.values["plan"]) == ("flow.plans-alike", "p", "q")


def test_a_role_that_nobody_has() -> None:
    (found,) = warnings(flow_file(rest="roles: {r: R}"))
    assert (found.code, found.values["role"]) == ("flow.unused-role", "r")


def test_working_time_needs_a_calendar() -> None:
    standard = "standards: {s: {response: [a, b], within: 2 workdays}}"
    (found,) = warnings(flow_file(rest=standard))
    assert found.code == "flow.working-time-without-calendar"
    assert warnings(flow_file(rest=f"{standard}\ncalendar: office")) == []


def test_an_interruption_that_leaves_no_trace_excuses_what_was_skipped() -> None:
    late = "t: {event: Late, timer: 1d, on: b}"
    (warning,) = warnings(flow_file(nodes=late, edges="- t -> end", rest=ORDERED))
    assert (warning.code, warning.values["at"]) == ("flow.silent-interruption", "b")
    assert warnings(flow_file(nodes=late.replace("on: b", "on: b, logged: true"), edges="- t -> end")) == []
    assert warnings(flow_file(nodes=f"{late}\nc: {{step: C}}", edges="- t -> c -> end")) == []
    optional = flow_file(nodes=f"{late}\nc: {{step: C, optional: true}}", edges="- t -> c -> end")
    assert [warning.code for warning in warnings(optional)] == ["flow.silent-interruption"]


def test_an_interruption_that_leads_to_the_next_step_leaves_no_trace_either() -> None:
    late = "t: {event: Late, timer: 1d, on: a}\nm: exclusive"
    text = flow_file(nodes=late, edges="- t -> m", rest=ORDERED).replace("a -> b", "a -> m -> b")
    (warning,) = warnings(text)
    assert (warning.code, warning.place.element) == ("flow.silent-interruption", "nodes.t")


def test_a_role_of_a_sub_flow_is_used() -> None:
    inside = "s: {sub-flow: S, role: r, nodes: {s1: start, c: {step: C}, s2: end}, edges: [s1 -> c -> s2]}"
    assert warnings(flow_file(nodes=inside, edges="- b -> s -> end", rest="roles: {r: R}")) == []
