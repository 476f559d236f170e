from __future__ import annotations

import pytest

from engine.definitions.flow import NodeKind
from engine.mining.process_tree import SILENT, Operator, Tree, flow_of_tree, simplified
from tests.engine.mining.language import language

A, B, C, D = (Tree(activity=name) for name in "abcd")


def tree(operator: Operator, *parts: Tree) -> Tree:
    return Tree(operator, None, parts)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (A, {"a"}),
        (tree(Operator.SEQUENCE, A, B), {"ab"}),
        (tree(Operator.EXCLUSIVE, A, B), {"a", "b"}),
        (tree(Operator.EXCLUSIVE, A, SILENT), {"", "a"}),
        (tree(Operator.EXCLUSIVE, tree(Operator.SEQUENCE, A, B), SILENT), {"", "ab"}),
        (tree(Operator.PARALLEL, A, tree(Operator.SEQUENCE, B, C)), {"abc", "bac", "bca"}),
        (tree(Operator.INCLUSIVE, A, B), {"a", "b", "ab", "ba"}),
        (tree(Operator.LOOP, A, B), {"a", "aba"}),
        (tree(Operator.LOOP, A, SILENT), {"a", "aa", "aaa", "aaaa"}),
        (tree(Operator.LOOP, SILENT, A), {"", "a", "aa", "aaa", "aaaa"}),
        (tree(Operator.LOOP, tree(Operator.EXCLUSIVE, A, SILENT), B), {"", "a", "b", "ab", "ba", "aba"} | {"bb"}),
    ],
)
def test_flow_has_the_language_of_its_tree(model: Tree, expected: set[str]) -> None:
    found = language(flow_of_tree("x", model), longest=4)
    assert expected <= found
    assert {trace for trace in found if len(trace) <= 2} == {trace for trace in expected if len(trace) <= 2}
    assert model.operator is Operator.LOOP or found == expected


def test_choice_between_a_step_and_nothing_is_an_optional_step() -> None:
    flow = flow_of_tree("x", tree(Operator.SEQUENCE, A, tree(Operator.EXCLUSIVE, B, SILENT)))
    assert [(node.id, node.optional) for node in flow.steps] == [("a", False), ("b", True)]
    assert all(node.kind is not NodeKind.EXCLUSIVE for node in flow.nodes)


def test_nested_choices_become_one() -> None:
    nested = tree(Operator.EXCLUSIVE, tree(Operator.EXCLUSIVE, SILENT, A), SILENT, B)
    assert simplified(nested) == tree(Operator.EXCLUSIVE, A, B, SILENT)


def test_silent_parts_of_a_sequence_vanish() -> None:
    assert simplified(tree(Operator.SEQUENCE, SILENT, A, SILENT)) == A


def test_nothing_repeated_is_nothing() -> None:
    assert simplified(tree(Operator.LOOP, SILENT, SILENT)) == SILENT


def test_order_of_branches_means_nothing() -> None:
    assert simplified(tree(Operator.PARALLEL, B, A)) == simplified(tree(Operator.PARALLEL, A, B))


def test_activity_in_two_leaves_is_refused() -> None:
    with pytest.raises(ValueError, match="one leaf"):
        flow_of_tree("x", tree(Operator.SEQUENCE, A, A))
