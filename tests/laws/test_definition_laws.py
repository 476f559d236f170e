"""Laws of the flow file: reading undoes writing, and no text makes the reader fail in a way of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.durations import days_of, parse_time_span
from engine.definitions.flow import Flow
from engine.definitions.lint import lint
from engine.definitions.standards import Standard
from engine.definitions.yaml_reader import read_flow_text
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused, Problem, Severity
from tests.flows_strategy import flows, placeless, titles
from tests.standards_strategy import Named, standards

LAWS = settings(deadline=None, derandomize=True, max_examples=80)
PIECES = (
    *("trueline: 1\n", "flow: f\n", "nodes:\n", "edges:\n", "standards:\n", "plans:\n", "weights:\n", "roles:\n"),
    *("  a: start\n", "  b: {step: B}\n", "  c: end\n", "  - a -> b -> c\n", "  - {from: a, to: b, when: x}\n"),
    *("  p: {at: b, on: {timer: 1d}, path: [b], rejoin: c}\n", "  s: {precedence: [a, b]}\n"),
    *("[", "]", "{", "}", ": ", "- ", "? ", "&a ", "*a ", "!!x ", '"\\ud800"', '"\\UFFFFFFFF"', "\t", "\x00", "---\n"),
    *("  s: {all-of: [b], before: c}\n", "  s: {change: {mean: case.x}, per: day}\n", "seasons:\n", "at-most: -10%"),
    *("  s: {fields: b, require: [{name: x, one-of: []}]}\n", "  s: {authority: b, amount: b., limits: {r: -}}\n"),
    *("  s: {quicker: case.x, than: 1}\n", "  s: {rating: .x, scale: [], at-least: y}\n", "second-tier: {", "when: x"),
    *("%YAML 1.1\n", "#", "'", "|\n", ">\n", "预约"),
)


FOUR_STEPS = """\
trueline: 1
flow: f
roles: {agent: A, chef: B}
nodes: {start: start, a: {step: A}, b: {step: B}, c: {step: C}, d: {step: D}, end: end}
edges: [start -> a -> b -> c -> d -> end]
seasons: {peak: {days: [11-11]}}
"""
TIME_WORDS = st.sampled_from(["same", "next", "calendar", "day", "days", "workday", "1", "20", "当天", "自然日"])


def outcome(text: str) -> tuple[Flow | None, tuple[Problem, ...]]:
    """The flow of a text, or the problems for which it is refused."""
    try:
        return read_flow_text(text, source="any.yaml"), ()
    except InputRefused as refusal:
        return None, refusal.problems


@LAWS
@given(flows())
def test_reading_undoes_writing(flow: Flow) -> None:
    assert placeless(read_flow_text(write_flow(flow))) == placeless(flow)


@settings(LAWS, max_examples=400)
@given(standards("s", Named(("a", "b", "c", "d"), ("agent", "chef"), ("peak",)), titles()))
def test_a_standard_of_any_rule_is_read_as_it_was_written(standard: Standard) -> None:
    small = read_flow_text(FOUR_STEPS)
    (read,) = read_flow_text(write_flow(replace(small, standards=(standard,)))).standards
    assert replace(read, line=0) == standard


@LAWS
@given(flows())
def test_writing_is_settled_after_one_round(flow: Flow) -> None:
    text = write_flow(flow)
    assert write_flow(read_flow_text(text)) == text


@LAWS
@given(flows())
def test_lint_finds_no_errors_in_what_can_be_read(flow: Flow) -> None:
    assert all(problem.severity is not Severity.ERROR for problem in lint(flow))


@LAWS
@given(flows())
def test_every_name_of_a_step_means_that_step(flow: Flow) -> None:
    for step in flow.steps:
        names = (step.id, step.title.en, step.title.zh, *step.aliases)
        assert {flow.step_of_activity[name] for name in names} == {step.id}


@settings(LAWS, max_examples=250)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=25).map("".join))
def test_any_text_is_read_or_refused_with_reasons(text: str) -> None:
    flow, problems = outcome(text)
    assert (flow is None) == bool(problems)
    assert all(problem.place.source == "any.yaml" for problem in problems)


@LAWS
@given(flows(), st.data())
def test_a_damaged_file_is_read_or_refused_with_lines(flow: Flow, data: st.DataObject) -> None:
    text = write_flow(flow)
    cut = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:cut] + data.draw(st.sampled_from(PIECES)) + text[cut + 1 :]
    read, problems = outcome(damaged)
    assert (read is None) == bool(problems)
    assert all(problem.place.line is not None for problem in problems)


@LAWS
@given(st.integers(0, 99), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_a_written_time_means_its_sum(days: int, hours: int, minutes: int, seconds: int) -> None:
    span = parse_time_span(f"{days}d{hours}h {minutes} 分钟{seconds}s")
    assert span is not None
    assert span.amount == (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000
    assert days_of(span) == pytest.approx(days + hours / 24 + minutes / 1440 + seconds / 86400)


@LAWS
@given(st.text(alphabet="0123456789 dhms天小时workdays-.", max_size=12) | st.lists(TIME_WORDS).map(" ".join))
def test_any_text_is_a_time_or_not(text: str) -> None:
    span = parse_time_span(text)
    assert span is None or (span.amount >= 0 and span.text == text.strip())
