"""What a called flow says of its own work, under its caller's ids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from engine.definitions.bpmn.reader import read_bpmn_bytes
from engine.definitions.bpmn.writer import write_bpmn
from engine.definitions.flow import Flow
from engine.definitions.lint import lint
from engine.definitions.renaming import renamed_rule
from engine.definitions.rules import AttributeRef, CycleTime, Duration, Response, Rule
from engine.definitions.yaml_reader import read_flow_text
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused, Problem
from tests.engine.nets.constructs import flow_of
from tests.flows_strategy import placeless
from tests.standards_strategy import Named, rules_of

STOCK = flow_of(
    "look: {step: Look, at-most: 5m}\nfetch: {step: Fetch}",
    "start -> look -> fetch -> end",
    rest="standards: {quick: {response: [look, fetch], within: 1h}}\n",
).replace("flow: f", "flow: stock")
REPAIR = flow_of(
    "fix: {step: Fix}\nstock: {call: stock}\nlate: {step: Say so}\nwork:\n  sub-flow: Work\n"
    "  nodes: {s: start, paint: {step: Paint}, dry: {step: Dry}, e: end}\n  edges: [s -> paint -> dry -> e]",
    "start -> fix -> stock -> work -> end",
    head="calendar: office\n",
    rest=(
        "seasons: {peak: {days: [11-11]}}\n"
        "plans: {late: {risk: Late, at: fix, on: {timer: 1d}, path: [late], rejoin: fix}}\n"
        "standards:\n"
        "  in-a-day: {cycle-time: {at-most: 1 workdays}, season: peak}\n"
        "  painted: {cycle-time: {at-most: 2h}, inside: work}\n"
        "  agreed: {agreement: [case.estimate, fix.actual], within: 10%}\n"
        "  kindly: {intention: Be kind, about: [fix]}\n"
    ),
).replace("flow: f", "flow: repair")
SHOP = flow_of(
    "take: {step: Take}\nrepair: {call: repair}\ngive: {step: Give}",
    "start -> take -> repair -> give -> end",
    head="calendar: office\n",
    rest=(
        "standards: {done: {response: [take, repair.fix], within: 1d}, left: {count: give, at-least: 1}}\n"
        "weights: {work: {weight: 3, steps: [repair.fix, repair.stock.look]}}\n"
    ),
)
CALLED = {"stock": STOCK, "repair": REPAIR}.get


def shop(text: str = SHOP) -> Flow:
    return read_flow_text(text, called=CALLED)


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as refusal:
        shop(text)
    return refusal.value.problems


def test_standards_come_along_behind_the_callers_own() -> None:
    assert [(standard.id, standard.inside) for standard in shop().standards] == [
        ("done", None),
        ("left", None),
        ("repair.in-a-day", "repair"),
        ("repair.painted", "repair.work"),
        ("repair.agreed", "repair"),
        ("repair.stock.look.at-most", "repair.stock"),
        ("repair.stock.quick", "repair.stock"),
    ]


def test_their_steps_and_seasons_have_the_callers_ids() -> None:
    found = {standard.id: standard for standard in shop().standards}
    assert isinstance(found["repair.in-a-day"].rule, CycleTime)
    assert found["repair.in-a-day"].season == "repair.peak"
    assert [season.id for season in shop().seasons] == ["repair.peak"]
    assert found["repair.agreed"].steps == ("repair.fix",)
    quick, look = found["repair.stock.quick"].rule, found["repair.stock.look.at-most"].rule
    assert isinstance(quick, Response)
    assert isinstance(look, Duration)
    assert (quick.first, quick.second, look.step) == ("repair.stock.look", "repair.stock.fetch", "repair.stock.look")
    assert [(one.id, one.about) for one in shop().intentions] == [("repair.kindly", ("repair.fix",))]


def test_all_of_it_stands_in_the_line_of_the_call() -> None:
    flow = shop()
    line = flow.by_id["repair"].line
    lines = [(one.id, one.line) for one in flow.standards]
    lines += [(one.id, one.line) for one in flow.seasons]
    lines += [(one.id, one.line) for one in flow.intentions]
    lines += [(one.id, one.line) for one in flow.plans]
    assert {at for name, at in lines if name.startswith("repair.")} == {line}
    assert any(problem.code == "flow.standard-vague" and problem.place.line == line for problem in lint(flow))


def test_only_what_the_caller_says_is_written() -> None:
    text = write_flow(shop())
    assert "in-a-day" not in text
    assert placeless(shop(text)) == placeless(shop())


def test_a_bpmn_file_keeps_it_too() -> None:
    again = read_bpmn_bytes(write_bpmn(shop()).encode()).flow
    assert placeless(again) == placeless(shop())


@pytest.mark.parametrize("calendar", ["", "calendar: china-office\n"])
def test_days_are_counted_by_one_calendar(calendar: str) -> None:
    (problem,) = refused(SHOP.replace("calendar: office\n", calendar))
    assert (problem.code, problem.place.element) == ("flow.call-calendar", "nodes.repair")
    assert problem.values["found"] == "office"


def test_a_calendar_that_nothing_counts_by_may_differ() -> None:
    text = flow_of("a: {step: A}\nstock: {call: stock}", "start -> a -> stock -> end")
    stock = STOCK.replace("\nnodes:", "\ncalendar: office\nnodes:", 1)
    assert read_flow_text(text, called={"stock": stock}.get).calendar is None


def test_a_standard_may_be_about_a_sub_flow_that_is_written_out() -> None:
    flow = read_flow_text(REPAIR, called=CALLED)
    assert flow.steps_inside == {"stock": ("stock.look", "stock.fetch"), "work": ("paint", "dry")}
    assert "painted: {cycle-time: {at-most: 2h}, inside: work}" in write_flow(flow)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(rules_of(Named(["a", "b", "c"], ("r",), [])))
def test_a_renamed_rule_is_about_the_renamed_steps_and_nothing_else(rule: Rule) -> None:
    def named(step: str) -> str:
        return f"x.{step}"

    renamed = renamed_rule(rule, named)
    assert renamed.steps == tuple(named(step) for step in rule.steps)
    assert renamed_rule(renamed, lambda step: step.removeprefix("x.")) == rule


def test_attributes_of_the_case_keep_their_names() -> None:
    found = next(standard for standard in shop().standards if standard.id == "repair.agreed")
    assert replace(found).rule.first == AttributeRef(None, "estimate")  # type: ignore[union-attr]
