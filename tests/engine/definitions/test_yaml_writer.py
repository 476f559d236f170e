"""Flows written as YAML for people."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.definitions.titles import Title
from engine.definitions.yaml_reader import read_flow_text
from engine.definitions.yaml_writer import write_flow
from tests.engine.definitions.files import flow_file
from tests.engine.definitions.test_yaml_reader import WHOLE

FLOW = read_flow_text(WHOLE)


def test_plain_edges_are_chains() -> None:
    assert "  - start -> go -> ok\n" in write_flow(FLOW)


def test_short_nodes_stay_on_one_line() -> None:
    line = "  go: {step: {en: Go there, zh: 上门}, role: fitter, aliases: [出发], at-least: 7m, at-most: 2h}\n"
    assert line in write_flow(FLOW)


def test_long_nodes_get_a_line_for_each_key() -> None:
    node = replace(FLOW.by_id["fix"], aliases=tuple("long alias " + letter * 12 for letter in "abcdef"))
    flow = replace(FLOW, nodes=tuple(node if n.id == "fix" else n for n in FLOW.nodes))
    assert "  fix:\n    step: Fix\n    aliases: [long alias aaaaaaaaaaaa," in write_flow(flow)


@pytest.mark.parametrize("title", ["yes", "null", "a: b", "# x", "- x", "'", '"', "{x}", "a\\b", "7", "\u200b", "x:"])
def test_texts_that_would_mean_something_else_are_quoted(title: str) -> None:
    flow = replace(FLOW, title=Title(title, title))
    assert read_flow_text(write_flow(flow)).title.en == title
    assert 'title: "' in write_flow(flow)


def test_what_is_usual_is_left_out() -> None:
    text = write_flow(read_flow_text(flow_file(rest="standards: {s: {precedence: [a, b], share: 100%}}")))
    assert "  s: {precedence: [a, b]}\n" in text


@pytest.mark.parametrize(("share", "text"), [(Fraction(24, 25), "96%"), (Fraction(1, 8), "12.5%")])
def test_shares_are_exact(share: Fraction, text: str) -> None:
    flow = replace(FLOW, standards=(replace(FLOW.standards[3], share=share),))
    assert f"share: {text}" in write_flow(flow)


def test_a_share_without_a_decimal_is_refused() -> None:
    flow = replace(FLOW, standards=(replace(FLOW.standards[3], share=Fraction(1, 3)),))
    with pytest.raises(ValueError, match="decimal"):
        write_flow(flow)


def test_a_standard_of_a_step_that_is_missing_is_refused() -> None:
    flow = replace(FLOW, standards=(replace(FLOW.standards[0], id="nobody.at-least"),))
    with pytest.raises(ValueError, match="step"):
        write_flow(flow)


def test_a_standard_of_a_step_with_more_than_a_time_is_refused() -> None:
    flow = replace(FLOW, standards=(replace(FLOW.standards[0], share=Fraction(1, 2)),))
    with pytest.raises(ValueError, match="only a time"):
        write_flow(flow)
