from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.assessment.case_attributes import (
    AttributeCases,
    AttributeClass,
    Bounds,
    CaseAttributes,
    LeftOut,
    Scope,
    case_attributes,
)
from engine.logs.log import Log
from tests.engine.assessment.pattern_making import with_attributes
from tests.oracles.small_logs import log

BOUNDS = Bounds(cases=5, classes=50)


def attributes_of(made: Log, steps: Sequence[tuple[int, str]] = (), bounds: Bounds = BOUNDS) -> CaseAttributes:
    codes = made.events["activity"].to_numpy()
    return case_attributes(made, codes.astype(np.int32), steps, bounds)


def one_attribute(values: Sequence[Any], bounds: Bounds = BOUNDS, name: str = "amount") -> CaseAttributes:
    """The attributes of a log of as many cases, each with one value."""
    return attributes_of(with_attributes(log(*["a"] * len(values)), cases={name: values}), bounds=bounds)


def only(found: CaseAttributes) -> AttributeCases:
    assert len(found.tested) == 1
    return found.tested[0]


def reason(found: CaseAttributes) -> LeftOut:
    assert found.tested == ()
    return found.left_out[0].reason


def names(one: AttributeCases) -> list[str | None]:
    return [a_class.value for a_class in one.classes]


def bands(one: AttributeCases) -> list[tuple[str | None, float | None, float | None, int]]:
    sizes = np.bincount(one.codes[one.codes >= 0], minlength=len(one.classes)).tolist()
    return [(c.value, c.low, c.high, size) for c, size in zip(one.classes, sizes, strict=True)]


def test_values_are_classes_the_most_frequent_first() -> None:
    one = only(one_attribute(["app"] * 5 + ["phone"] * 7 + ["desk"] * 5))
    assert names(one) == ["phone", "app", "desk"]
    assert one.codes.tolist() == [1] * 5 + [0] * 7 + [2] * 5


def test_rare_values_are_compared_with_but_no_class_and_missing_ones_are_neither() -> None:
    one = only(one_attribute(["app"] * 20 + ["fax"] * 4 + [None] * 6))
    assert names(one) == ["app"]
    assert one.codes.tolist() == [0] * 20 + [1] * 4 + [-1] * 6


def test_of_many_values_the_most_frequent_are_taken() -> None:
    values = [f"v{number}" for number in range(30) for _ in range(6 + number)]
    one = only(one_attribute(values, Bounds(cases=5, classes=3)))
    assert names(one) == ["v29", "v28", "v27"]
    assert (one.codes == 3).sum() == len(values) - 35 - 34 - 33


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["same"] * 20, LeftOut.ONE_VALUE),
        (["same"] * 19 + [None], LeftOut.ONE_VALUE),
        ([None] * 20, LeftOut.ONE_VALUE),
        ([f"id {number}" for number in range(5_000)], LeftOut.TOO_MANY_VALUES),
        ([f"id {number // 4}" for number in range(40)], LeftOut.TOO_MANY_VALUES),
        ([datetime(2026, 1, 1 + day, tzinfo=UTC) for day in range(20)], LeftOut.NO_CLASSES),
        ([7.5] * 20, LeftOut.ONE_VALUE),
        ([float("nan")] * 20, LeftOut.ONE_VALUE),
    ],
)
def test_what_makes_no_classes_is_left_out_with_the_reason(values: list[Any], why: LeftOut) -> None:
    assert reason(one_attribute(values)) == why


@pytest.mark.parametrize(
    "name", ["variant", "Variant (2)", "variant-index", "Variant index", "(case)_variant", "variant_id"]
)
def test_a_column_that_names_the_variant_is_left_out(name: str) -> None:
    assert reason(one_attribute(["1"] * 10 + ["2"] * 10, name=name)) == LeftOut.VARIANT


@pytest.mark.parametrize("name", ["product variant", "invariant", "variantly"])
def test_another_column_is_not_mistaken_for_one(name: str) -> None:
    assert names(only(one_attribute(["1"] * 10 + ["2"] * 10, name=name))) == ["1", "2"]


def test_numbers_are_cut_into_quarters() -> None:
    one = only(one_attribute(list(range(100, 0, -1))))
    assert bands(one) == [(None, None, 25, 25), (None, 26, 50, 25), (None, 51, 75, 25), (None, 76, None, 25)]
    assert one.codes[0] == 3


def test_few_numbers_are_classes_as_they_are() -> None:
    assert names(only(one_attribute([1.0, 2.0, 2.5] * 10))) == ["1", "2", "2.5"]
    assert names(only(one_attribute([True] * 9 + [False] * 6))) == ["true", "false"]


def test_a_number_that_most_cases_share_is_a_class_of_its_own() -> None:
    one = only(one_attribute([0.0] * 80 + [float(number) for number in range(1, 21)]))
    assert bands(one) == [("0", None, None, 80), (None, 1, None, 20)]
    one = only(one_attribute([9.0] * 60 + [float(number) / 10 for number in range(1, 41)]))
    assert bands(one) == [(None, None, 2.5, 25), (None, 2.6, 4.0, 15), ("9", None, None, 60)]


def test_text_of_many_values_that_are_numbers_is_numbers() -> None:
    one = only(one_attribute([str(number) for number in range(100)]))
    assert bands(one)[0] == (None, None, 24, 25)
    assert reason(one_attribute([*(str(number) for number in range(99)), "n/a"])) == LeftOut.TOO_MANY_VALUES


def test_what_is_no_finite_number_is_missing() -> None:
    one = only(one_attribute([float("inf"), float("nan"), *(float(number) for number in range(40))]))
    assert one.codes[:2].tolist() == [-1, -1]
    assert bands(one)[3] == (None, 30, None, 10)


def test_an_attribute_of_events_is_that_of_the_first_event_that_has_one() -> None:
    made = with_attributes(
        log(*["a b c"] * 12), events={"branch": [None, "north", "south"] * 6 + ["south", "x", None] * 6}
    )
    one = only(attributes_of(made))
    assert one.classes[0].scope == Scope.FIRST_EVENT
    assert [one.classes[code].value for code in one.codes.tolist()] == ["north"] * 6 + ["south"] * 6


def test_a_step_has_a_view_of_its_own_where_values_change_within_cases() -> None:
    made = with_attributes(
        log(*["a b b"] * 6, *["a"] * 6), events={"resource": ["Li", "Wang", "Li"] * 6 + ["Zhao"] * 6}
    )
    found = attributes_of(made, [(1, "b")])
    assert [(one.classes[0].scope, one.classes[0].step) for one in found.tested] == [(Scope.FIRST_EVENT, "")]
    made = with_attributes(log(*["a b"] * 12), events={"resource": ["Li", "Wang", "Li", "Zhao"] * 6})
    found = attributes_of(made, [(1, "b")])
    (one,) = found.tested
    assert (one.classes[0].scope, one.classes[0].step) == (Scope.STEP, "b")
    assert names(one) == ["Wang", "Zhao"]
    assert found.left_out == ()


def test_a_value_that_never_changes_within_a_case_is_looked_at_once() -> None:
    made = with_attributes(log(*["a b"] * 12), events={"branch": ["north", "north", "south", "south"] * 6})
    assert [one.classes[0].scope for one in attributes_of(made, [(1, "b")]).tested] == [Scope.FIRST_EVENT]


def test_a_log_without_events_or_cases_has_no_attributes() -> None:
    assert attributes_of(log()).tested == ()
    empty = with_attributes(log("", ""), cases={"channel": ["app", "phone"]})
    assert attributes_of(empty).left_out[0].reason == LeftOut.TOO_MANY_VALUES


def test_categories_are_text() -> None:
    made = log(*["a"] * 10)
    kinds = pl.Series("kind", ["x"] * 5 + ["y"] * 5, dtype=pl.Categorical)
    one = only(attributes_of(with_attributes(made, cases={"kind": kinds.to_list()})))
    other = only(attributes_of(Log(made.name, made.activities, made.cases.with_columns(kinds), made.events)))
    assert names(one) == names(other) == ["x", "y"]


def test_classes_are_told_apart_by_all_they_are() -> None:
    assert AttributeClass("a", Scope.CASE, value="1") != AttributeClass("a", Scope.FIRST_EVENT, value="1")


@pytest.mark.parametrize(
    ("values", "tested"),
    [
        (pl.Series("x", [[1], [2]] * 10), False),
        (pl.Series("x", [{"y": 1}, {"y": 2}] * 10), False),
        (pl.Series("x", [b"p", b"q"] * 10), False),
        (pl.Series("x", [timedelta(hours=1), timedelta(hours=2)] * 10), False),
        (pl.Series("x", [None] * 20, dtype=pl.Null), False),
        (pl.Series("x", [Decimal("1.50"), Decimal(2)] * 10), True),
        (pl.Series("x", [0, 2**64 - 1] * 10, dtype=pl.UInt64), True),
        (pl.Series("x", ["p", "q"] * 10, dtype=pl.Enum(["q", "p"])), True),
        (pl.Series("x", [1, -1] * 10, dtype=pl.Int8), True),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_any_type_of_column_is_cut_or_left_out(values: pl.Series, *, tested: bool) -> None:
    made = log(*["a"] * len(values))
    columns = Log(made.name, made.activities, made.cases.with_columns(values), made.events.with_columns(y=values))
    found = attributes_of(columns)
    assert {one.classes[0].attribute for one in found.tested} == ({"x", "y"} if tested else set())
    assert len(found.tested) + len(found.left_out) == (1 if values.dtype == pl.Null else 2)
