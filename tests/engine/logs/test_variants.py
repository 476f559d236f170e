"""Variants depend on what the cases hold and on nothing else."""

from __future__ import annotations

import numpy as np

from engine.logs.variants import find_variants
from tests.engine.logs.making import log_of


def test_most_frequent_first_then_by_names() -> None:
    variants = find_variants(log_of("b", "a b", "a b", "a"))
    assert [variants.sequence(number) for number in range(len(variants))] == [("a", "b"), ("a",), ("b",)]
    assert variants.counts.tolist() == [2, 1, 1]
    assert variants.of_case.tolist() == [2, 0, 0, 1]


def test_an_empty_case_has_the_empty_variant() -> None:
    variants = find_variants(log_of("a", "", ""))
    assert variants.sequence(0) == ()
    assert variants.counts.tolist() == [2, 1]


def test_neither_order_of_cases_nor_numbering_matters() -> None:
    one, other = find_variants(log_of("a b", "c", "b")), find_variants(log_of("b", "c", "a b"))
    assert one.activities == other.activities
    assert np.array_equal(one.codes, other.codes)
    assert np.array_equal(one.offsets, other.offsets)
    assert np.array_equal(one.of_case, other.of_case[::-1])


def test_a_log_without_cases_has_no_variant() -> None:
    assert len(find_variants(log_of())) == 0
