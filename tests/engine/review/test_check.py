"""A check names what is wrong with a process, where, and how a case gets there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.definitions.titles import Title
from engine.errors import Problem, Severity
from engine.limits import Limits
from engine.messages.catalogue import has_text, problem_text
from engine.nets.process import ProcessFormat, process_of_flow, process_of_net
from engine.nets.soundness import FindingKind, Verdict
from engine.review.check import check
from engine.vocabulary import Language
from tests.engine.nets.test_soundness import entangled
from tests.making import make_flow, make_net

MIXED = make_flow("start -> x -> a -> y -> end", "x -> b -> y", kinds={"x": "exclusive", "y": "parallel"})
DOUBLED = make_flow("start -> x -> a -> y -> end", "x -> b -> y", kinds={"x": "parallel", "y": "exclusive"})


def behaviour(problems: tuple[Problem, ...]) -> list[Problem]:
    return [problem for problem in problems if problem.code.startswith("check.")]


def test_a_sound_flow_has_no_errors() -> None:
    report = check(process_of_flow(make_flow("start -> a -> b -> end")))
    assert (report.is_clean, report.soundness.verdict, behaviour(report.problems)) == (True, Verdict.SOUND, [])


def test_lint_is_part_of_a_check() -> None:
    report = check(process_of_flow(make_flow("start -> a -> x -> b -> end", kinds={"x": "exclusive"})))
    assert "flow.gateway-passes-through" in {problem.code for problem in report.problems}
    assert report.is_clean
    assert not report.is_spotless


def test_a_deadlock_stands_at_the_line_of_what_waits_with_its_run() -> None:
    report = check(process_of_flow(MIXED), source="mixed.yaml")
    first = next(problem for problem in report.problems if problem.code == "check.deadlock")
    assert (first.place.source, first.place.line, first.place.element) == ("mixed.yaml", 13, "y")
    assert (first.values["run"], first.values["nodes"]) == ("[x.to.a] → a", "y")


def test_an_improper_end_names_the_work_that_is_left() -> None:
    found = [p for p in check(process_of_flow(DOUBLED)).problems if p.code == "check.improper-completion"]
    assert [(p.values["nodes"], p.values["run"]) for p in found] == [("b", "[x] → a")]


def test_a_point_of_no_return_that_is_the_deadlock_itself_is_told_once() -> None:
    net = make_net("a: i -> o", "b: i -> p")
    report = check(process_of_net(net))
    assert FindingKind.OPTION_TO_COMPLETE in {finding.kind for finding in report.soundness.findings}
    assert [problem.code for problem in behaviour(report.problems)] == ["check.deadlock", "check.not-a-workflow-net"]


def test_problems_stand_in_the_order_of_lines() -> None:
    lines = [problem.place.line or 0 for problem in check(process_of_flow(MIXED)).problems]
    assert lines == sorted(lines)


def test_a_spent_budget_is_a_warning_with_its_size() -> None:
    report = check(process_of_net(make_net(*entangled(3))), limits=Limits(soundness_markings=3))
    unknown = next(problem for problem in report.problems if problem.code == "check.unknown")
    assert (unknown.severity, unknown.values["markings"]) == (Severity.WARNING, 6)
    assert report.is_clean


def test_deadlocks_that_are_not_shown_are_counted() -> None:
    net = make_net("c: i -> o", *(f"a{k}: i -> p{k}" for k in range(15)))
    more = [p for p in check(process_of_net(net)).problems if p.code == "check.more-deadlocks"]
    assert [problem.values["rest"] for problem in more] == [5]


def test_a_net_of_another_shape_is_only_information() -> None:
    report = check(process_of_net(make_net("a: i -> o", "b: o -> p", final="o | p")))
    assert report.is_spotless == (report.soundness.verdict is Verdict.SOUND)


UNSOUND = (
    make_net("a: i -> i, q", "b: i -> o"),
    make_net("t1: i -> p", "t2: p -> q", "t3: q -> p", "a: x -> o"),
    make_net("a: i -> p, q", "b: p -> o", "c: q -> o"),
    make_net("a: i -> o", "a2 'a': i, o -> o"),
    make_net("a: i -> p", "b: i -> q", "c: p -> o", "d: q -> r", "e: r -> q"),
    make_net("c: i -> o", *(f"a{k}: i -> p{k}" for k in range(15))),
)


@pytest.mark.parametrize("language", Language)
def test_every_problem_has_a_sentence_and_a_remedy(language: Language) -> None:
    problems = [problem for net in UNSOUND for problem in behaviour(check(process_of_net(net)).problems)]
    assert {problem.code for problem in problems} >= {"check.livelock", "check.unbounded", "check.more-deadlocks"}
    for problem in problems:
        text = problem_text(problem, language)
        assert text.sentence
        assert text.remedy


@pytest.mark.parametrize("kind", FindingKind)
def test_every_kind_of_finding_has_texts(kind: FindingKind) -> None:
    codes = (f"check.{kind.value}", f"check.{kind.value}.remedy")
    assert all(has_text(code, language) for code in codes for language in Language)


def test_a_file_of_a_modeler_is_told_by_names_and_found_by_ids() -> None:
    flow = make_flow("start -> x -> a -> y -> end", "x -> b -> y", kinds={"x": "exclusive", "y": "exclusive"})
    names = {"a": Title("Greet", "Greet"), "b": Title("Serve", "服务"), "x": Title("How?", "How?")}
    nodes = tuple(replace(node, title=names.get(node.id, Title("", ""))) for node in flow.nodes)
    process = process_of_flow(replace(flow, nodes=nodes))
    for form, node, targets in ((ProcessFormat.BPMN, "How?", "Greet, Serve / 服务"), (ProcessFormat.YAML, "x", "a, b")):
        found = check(replace(process, format=form)).problems
        silent = next(problem for problem in found if problem.code == "flow.branch-without-condition")
        assert (silent.values["node"], silent.values["targets"]) == (node, targets)
        assert silent.place.element == "nodes.x"


def test_a_run_through_a_file_of_a_modeler_is_told_by_names() -> None:
    process = replace(process_of_flow(MIXED), format=ProcessFormat.BPMN)
    (plain,) = [p for p in check(process_of_flow(MIXED)).problems if p.code == "check.deadlock"][:1]
    (named,) = [p for p in check(process).problems if p.code == "check.deadlock"][:1]
    titles = {node.id: node.title.en for node in process.flow.nodes}
    steps = str(plain.values["run"]).split(" → ")
    assert str(named.values["run"]).split(" → ") == [titles.get(step) or step for step in steps]
