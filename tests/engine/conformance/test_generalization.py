"""Generalization: figures by hand."""

from __future__ import annotations

import pytest

from engine.conformance.alignments import align
from engine.conformance.generalization import Generalization, generalization
from engine.nets.net import Net
from tests.making import make_net
from tests.textbook import FLOWER, PARALLEL, textbook_log, weighted


def of(net: Net, cases: dict[str, int]) -> Generalization:
    return generalization(align(net, weighted(cases)))


def test_by_hand() -> None:
    """A ran 4 times, b 4, c never: 1 − (½ + ½ + 1) ÷ 3."""
    found = of(make_net("a: i -> p", "b: p -> o", "c: p -> o"), {"ab": 4})
    assert found.value == pytest.approx(1 / 3)
    assert (found.executions.tolist(), found.unvisited, found.cases) == ([4, 4, 0], 1, 4)


def test_silent_transitions_and_model_moves_are_executions() -> None:
    """Of 9 cases none does b, which every run contains: each of the three ran 9 times."""
    found = of(make_net("a: i -> p", "t1: p -> q", "b: q -> o"), {"a": 9})
    assert found.executions.tolist() == [9, 9, 9]
    assert found.value == pytest.approx(2 / 3)


def test_a_loop_counts_each_time() -> None:
    assert of(make_net("a: i -> i", "b: i -> o"), {"aaab": 3}).executions.tolist() == [9, 3]


def test_equal_labels_are_counted_apart() -> None:
    net = make_net("x 'a': i -> p", "y 'a': i -> q", "b: p -> o", "c: q -> o")
    assert of(net, {"ab": 4, "ac": 1}).executions.tolist() == [4, 1, 4, 1]


def test_the_textbook_s_log() -> None:
    found = [generalization(align(net, textbook_log())).value for net in (PARALLEL, FLOWER)]
    assert found == [pytest.approx(0.960740, abs=5e-7)] * 2


def test_what_has_no_alignment_is_left_out_and_counted() -> None:
    found = of(make_net("a: x -> o"), {"a": 3})
    assert (found.value, found.cases, found.left_out) == (None, 0, 3)


def test_no_case_and_no_transition_have_no_generalization() -> None:
    assert of(make_net("a: i -> o"), {}).value is None
    assert of(make_net(initial="i", final="i"), {"": 1}).value is None
