"""What a good file means, and how a file as a whole is refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from engine.calendars import CalendarChoice
from engine.definitions.flow import Edge, NodeKind, Plan, Stage, Trigger, TriggerKind, WeightGroup
from engine.definitions.standards import StandardKind, TimeUnit
from engine.definitions.titles import Title
from engine.definitions.yaml_reader import read_flow, read_flow_text
from engine.errors import InputRefused, LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.vocabulary import Dimension
from tests.engine.definitions.files import flow_file, problems_of

WHOLE = """\
trueline: 1
flow: visit
title: {en: Visit, zh: 上门}
stage: after-sale
calendar: china-office
roles: {fitter: {zh: 安装工}}
nodes:
  start: start
  go:    {step: {en: Go there, zh: 上门}, role: fitter, aliases: [出发], at-least: 7m, at-most: 2h}
  ok:    {exclusive: Works?}
  fix:   {step: Fix, optional: true}
  call:  {step: Call}
  end:   end
edges:
  - start -> go -> ok
  - {from: ok, to: fix, when: "case.broken"}
  - {from: ok, to: end, otherwise: true}
  - fix -> end
standards:
  fixed:   {response: [go, fix], within: 1 workday, share: 96%, tolerance: 0.04}
  ordered: {precedence: [go, fix], title: 先上门, dimension: completeness}
  quick:   {cycle-time: {at-most: 6 workhours}}
plans:
  lost: {risk: Lost, at: go, on: {timer: 1h}, path: [call], rejoin: ok}
weights:
  all: {weight: 3, steps: [go, fix]}
"""


def test_head() -> None:
    flow = read_flow_text(WHOLE)
    assert (flow.id, flow.title, flow.stage, flow.calendar) == (
        "visit",
        Title("Visit", "上门"),
        Stage.AFTER_SALE,
        CalendarChoice("china-office"),
    )


def test_a_title_in_one_language_serves_both() -> None:
    assert read_flow_text(WHOLE).roles == {"fitter": Title("安装工", "安装工")}


def test_nodes_keep_their_order_and_lines() -> None:
    nodes = read_flow_text(WHOLE).nodes
    assert [(node.id, node.line) for node in nodes] == [
        (name, line) for line, name in enumerate(["start", "go", "ok", "fix", "call", "end"], start=8)
    ]


def test_a_step_has_role_aliases_and_freedom() -> None:
    flow = read_flow_text(WHOLE)
    go, fix = flow.by_id["go"], flow.by_id["fix"]
    assert (go.kind, go.role, go.aliases, go.optional) == (NodeKind.STEP, "fitter", ("出发",), False)
    assert fix.optional


def test_edges_of_chains_and_conditions() -> None:
    assert [replace(edge, line=0) for edge in read_flow_text(WHOLE).edges] == [
        Edge("start", "go"),
        Edge("go", "ok"),
        Edge("ok", "fix", when="case.broken"),
        Edge("ok", "end", otherwise=True),
        Edge("fix", "end"),
    ]


def test_times_on_a_step_are_standards() -> None:
    at_least, at_most = read_flow_text(WHOLE).standards[:2]
    assert (at_least.id, at_least.kind, at_least.steps) == ("go.at-least", StandardKind.DURATION, ("go",))
    assert at_least.at_least is not None
    assert at_least.at_least.amount == 7 * 60 * 1_000_000
    assert (at_most.title, at_most.dimension) == (Title("Go there ≤ 2h", "上门 ≤ 2h"), Dimension.EFFICIENCY)


def test_a_response_with_a_limit() -> None:
    fixed = read_flow_text(WHOLE).standards[2]
    assert fixed.at_most is not None
    assert (fixed.at_most.unit, fixed.at_most.amount) == (TimeUnit.WORKDAYS, 1)
    assert (fixed.share, fixed.tolerance) == (Fraction(96, 100), Fraction(4, 100))
    assert (fixed.dimension, fixed.title) == (Dimension.EFFICIENCY, Title("Fixed", "Fixed"))


def test_a_precedence_counts_where_the_file_says() -> None:
    ordered = read_flow_text(WHOLE).standards[3]
    assert (ordered.kind, ordered.steps) == (StandardKind.PRECEDENCE, ("go", "fix"))
    assert (ordered.dimension, ordered.title.zh) == (Dimension.COMPLETENESS, "先上门")


def test_a_cycle_time_is_about_the_case() -> None:
    quick = read_flow_text(WHOLE).standards[4]
    assert quick.at_most is not None
    assert (quick.kind, quick.steps, quick.at_most.unit) == (StandardKind.CYCLE_TIME, (), TimeUnit.WORKING)


def test_a_plan() -> None:
    assert read_flow_text(WHOLE).plans == (
        Plan("lost", Title("Lost", "Lost"), "go", Trigger(TriggerKind.TIMER, "1h"), ("call",), "ok", line=24),
    )


def test_weights() -> None:
    assert read_flow_text(WHOLE).weights == (WeightGroup("all", Title("All", "All"), 3, ("go", "fix")),)


def test_a_file_is_read_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "visit.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    flow = read_flow(path)
    assert flow.id == "visit"
    assert flow.source_hash == hashlib.sha256(path.read_bytes()).hexdigest()


def test_bytes_that_are_not_utf8_are_refused_at_their_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes(flow_file(rest="title: 接待").encode("gbk"))
    with pytest.raises(InputRefused) as refusal:
        read_flow(path)
    problem = refusal.value.problems[0]
    assert (problem.code, problem.place.source, problem.place.line) == ("flow.not-utf8", "gbk.yaml", 10)


@pytest.mark.parametrize("text", ["\ud800", 'a: "\\ud800"', 'title: "\\UFFFFFFFF"', "a: \x00", "\x07"])
def test_what_is_no_text_is_refused(text: str) -> None:
    assert problems_of(text)


def test_unquoted_words_stay_words() -> None:
    flow = read_flow_text(flow_file(nodes="x: {step: no, aliases: [007, null, 1e3]}", edges="- a -> x -> b"))
    assert (flow.by_id["x"].title.en, flow.by_id["x"].aliases) == ("no", ("007", "null", "1e3"))


def test_all_problems_come_at_once_in_the_order_of_lines() -> None:
    text = flow_file(nodes="c: {stp: C}", edges="- a -> d", rest="stage: x\nweights: {w: {weight: 0, steps: [a]}}")
    lines = [problem.place.line or 0 for problem in problems_of(text)]
    assert lines == [8, 8, 11, 12, 13]


def test_a_problem_says_where_in_the_file_it_is() -> None:
    (problem,) = problems_of(flow_file(rest="roles: {r: {en: ''}}"))
    assert (problem.place.element, problem.place.line) == ("roles.r.en", 10)


def test_a_title_is_answered_with_its_id() -> None:
    (problem,) = problems_of(flow_file(nodes="c: {step: 打印工单}", edges="- a -> 打印工单 -> b"))[:1]
    assert problem.values["suggestion"] == "c"


def test_problems_past_the_limit_are_counted() -> None:
    problems = problems_of(flow_file(rest="\n".join(f"k{n}: 1" for n in range(250))))
    assert len(problems) == DEFAULT_LIMITS.problems + 1
    assert (problems[-1].code, problems[-1].values["rest"]) == ("flow.more-problems", 50)


@pytest.mark.parametrize("text", ["[" * 70 + "]" * 70, flow_file(rest="title: " + "{a: " * 64 + "1" + "}" * 64)])
def test_deep_nesting_is_refused(text: str) -> None:
    (problem,) = problems_of(text)
    assert problem.values["limit"] == "nesting"


def test_a_long_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(WHOLE + "#" * 2000)
    with pytest.raises(LimitExceeded) as refusal:
        read_flow(path, limits=Limits(flow_bytes=2000))
    assert refusal.value.problems[0].values["found"] == path.stat().st_size


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        (Limits(flow_nodes=5), "flow_nodes"),
        (Limits(flow_edges=3), "flow_edges"),
        (Limits(label_characters=3), "label_characters"),
        (Limits(condition_characters=3), "condition_characters"),
        (Limits(flow_bytes=10), "flow_bytes"),
    ],
)
def test_limits_are_kept(limits: Limits, limit: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        read_flow_text(WHOLE, limits=limits)
    assert {problem.values["limit"] for problem in refusal.value.problems} == {limit}


def test_too_many_inclusive_branches_are_refused() -> None:
    names = [f"s{n}" for n in range(9)]
    nodes = "\n".join(["fork: inclusive", "join: inclusive", *(f"{name}: {{step: {name}}}" for name in names)])
    edges = "\n".join(["- b -> fork", *(f"- fork -> {name} -> join" for name in names), "- join -> end"])
    (problem,) = problems_of(flow_file(nodes=nodes, edges=edges))
    assert (problem.values["limit"], problem.values["found"]) == ("inclusive_branches", 9)


def test_several_ends_are_allowed() -> None:
    flow = read_flow_text(flow_file(nodes="lost: {end: Lost}", edges="- a -> lost"))
    assert [node.id for node in flow.nodes if node.kind is NodeKind.END] == ["end", "lost"]


def test_a_plan_that_cannot_be_read_does_not_leave_its_steps_unreachable() -> None:
    text = flow_file(nodes="c: {step: C}", rest="plans: {p: {at: a, on: {timer: 1d}, path: [c], rejoin: b}}")
    assert [problem.code for problem in problems_of(text)] == ["flow.missing-key"]


def test_a_hundred_thousand_unknown_names_are_refused_soon() -> None:
    edges = "\n".join(f"- {'x' * 20}{n} -> y{n}" for n in range(9000))
    assert len(problems_of(flow_file(edges=edges))) == DEFAULT_LIMITS.problems + 1
