"""The attributes of a log as classes of cases: who, where, what and how much, one class for each case and attribute.

A case attribute gives the case its value; an attribute of events, the resource among them, the first value that an
event of the case has: what was known when the case began, so that it is hardly a result of what went wrong later. Where
the values change within cases, each step has a view of its own: the first value that an event of that step has in the
case.

Values are classes as they are; numbers with many values are cut into bands of about a quarter of the cases each, so
that one exact test serves all, whatever the distribution (the usual test by rank is far from exact where most values
tie). Equal values are never parted. Cases without a value belong to no class and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.log import EVENT_COLUMNS, Log

Rows = NDArray[np.int64]
Codes = NDArray[np.signedinteger[Any]]

RESOURCE = "resource"
BANDS = 4
"""Numbers are cut into so many bands of about as many cases each."""
_FEW_NUMBERS = 10
"""Numbers with no more values than this are classes as they are."""
_MISSING = -1
_VARIANT = re.compile(r"[\W_]*(case)?[\W_]*variant[\W_]*(index|id|name|no)?[\W_]*\d*[\W_]*", re.IGNORECASE)
"""What tools call the column that names the sequence of activities: it is the deviation, and explains none."""


class Scope(StrEnum):
    """Whose value an attribute's value is: the case's, that of its first event that has one, or that of a step's."""

    CASE = "case"
    FIRST_EVENT = "first-event"
    STEP = "step"


class LeftOut(StrEnum):
    """Why an attribute was not tested."""

    ONE_VALUE = "one-value"
    TOO_MANY_VALUES = "too-many-values"
    VARIANT = "variant"
    NO_CLASSES = "no-classes"


@dataclass(frozen=True, slots=True)
class AttributeClass:
    """A value of an attribute, or a band of its numbers.

    Attributes:
        attribute: Its name in the log.
        scope: Whose value.
        step: Label of the step, for ``Scope.STEP``, else "".
        value: The value as text, or None for a band.
        low, high: The least and the largest value of a band, None at an end that no other band lies beyond.
    """

    attribute: str
    scope: Scope
    step: str = ""
    value: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False, slots=True)
class AttributeCases:
    """One attribute over the cases.

    Attributes:
        classes: Its classes that have enough cases, most cases first.
        codes: Class of each case: its index, one past the last for any other value, −1 without a value. Integers as
            short as they can be, because there is one for each case and attribute.
    """

    classes: tuple[AttributeClass, ...]
    codes: Codes


@dataclass(frozen=True, slots=True)
class AttributeLeftOut:
    """An attribute that was not tested.

    Attributes:
        attribute: Its name.
        scope: Whose value.
        values: Distinct values over the cases.
        reason: Why.
    """

    attribute: str
    scope: Scope
    values: int
    reason: LeftOut


@dataclass(frozen=True, eq=False, slots=True)
class CaseAttributes:
    """The attributes of a log.

    Attributes:
        tested: Those with classes, by scope, name and step.
        left_out: Those that are in none of the tested ones.
    """

    tested: tuple[AttributeCases, ...]
    left_out: tuple[AttributeLeftOut, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How small and how many classes may be.

    Attributes:
        cases: Cases that a class has at least.
        classes: Classes of one attribute at most; the largest are taken.
    """

    cases: int
    classes: int


def case_attributes(
    log: Log, labels: NDArray[np.int32], steps: Iterable[tuple[int, str]], bounds: Bounds
) -> CaseAttributes:
    """Cut the cases of a log into classes, attribute by attribute.

    Args:
        log: The log. Its order matters only in which event of a case is the first.
        labels: int32 label of each event's step, −1 for activities that are none.
        steps: Label and name of the steps whose events are looked at on their own.
        bounds: Which classes count.
    """
    tested: list[AttributeCases] = []
    left_out: list[AttributeLeftOut] = []
    for name, scope, step, values in _columns(log, labels, list(steps)):
        made = _classes(AttributeClass(name, scope, step), values, bounds)
        if isinstance(made, AttributeCases):
            tested.append(made)
        elif scope is not Scope.STEP:
            left_out.append(made)
    seen = {one.classes[0].attribute for one in tested}
    unseen = [one for one in left_out if one.attribute not in seen]
    return CaseAttributes(
        tuple(sorted(tested, key=_place)), tuple(sorted(unseen, key=lambda one: (one.attribute, one.scope)))
    )


def _place(one: AttributeCases) -> tuple[int, str, str]:
    first = one.classes[0]
    return list(Scope).index(first.scope), first.attribute, first.step


def _columns(
    log: Log, labels: NDArray[np.int32], steps: list[tuple[int, str]]
) -> Iterator[tuple[str, Scope, str, pl.Series]]:
    """Every attribute in every view: name, scope, step, and one value for each case, null where it has none."""
    for name in log.cases.columns[1:]:
        yield name, Scope.CASE, "", log.cases[name]
    cases = log.events["case"].to_numpy().astype(np.int64)
    rows_of = {name: np.flatnonzero(labels == label) for label, name in steps}
    for name in log.events.columns:
        if name in EVENT_COLUMNS and name != RESOURCE:
            continue
        values = log.events[name]
        if values.null_count() == len(values):
            continue
        filled = np.flatnonzero(values.is_not_null().to_numpy())
        first = _first_of_each(filled, cases)
        spread = _spread(values, first, cases, log.cases.height)
        yield name, Scope.FIRST_EVENT, "", spread
        if values.dtype.is_nested() or not (values != spread.gather(cases)).any():
            continue  # the same throughout each case, so a step's own view would show nothing new
        for step, rows in rows_of.items():
            known = rows[values.gather(rows).is_not_null().to_numpy()]
            yield name, Scope.STEP, step, _spread(values, _first_of_each(known, cases), cases, log.cases.height)


def _first_of_each(rows: Rows, cases: Rows) -> Rows:
    """Of increasing rows the first of each case."""
    found: Rows = rows[np.diff(cases[rows], prepend=-1) > 0]
    return found


def _spread(values: pl.Series, rows: Rows, cases: Rows, height: int) -> pl.Series:
    """The values of some rows, at most one of each case, as one value for each case."""
    where = np.full(height, -1, dtype=np.int64)
    where[cases[rows]] = rows
    index = pl.Series(where)
    return values.gather(index.set(index < 0, None))


def _classes(blank: AttributeClass, values: pl.Series, bounds: Bounds) -> AttributeCases | AttributeLeftOut:
    """One attribute's classes, or why it has none."""

    def refused(distinct: int, reason: LeftOut) -> AttributeLeftOut:
        return AttributeLeftOut(blank.attribute, blank.scope, distinct, reason)

    if _VARIANT.fullmatch(blank.attribute):
        return refused(values.drop_nulls().n_unique(), LeftOut.VARIANT)
    if values.dtype.is_temporal() or values.dtype.is_nested() or values.dtype == pl.Binary:
        return refused(values.drop_nulls().n_unique(), LeftOut.NO_CLASSES)
    values = _plain(values, bounds)
    distinct = values.drop_nulls().n_unique()
    if distinct < 2:
        return refused(distinct, LeftOut.ONE_VALUE)
    if values.dtype.is_numeric() and distinct > _FEW_NUMBERS:
        return _bands(blank, values)
    if distinct * bounds.cases > values.len() - values.null_count():
        return refused(distinct, LeftOut.TOO_MANY_VALUES)
    return _values(blank, values, bounds) or refused(distinct, LeftOut.TOO_MANY_VALUES)


def _plain(values: pl.Series, bounds: Bounds) -> pl.Series:
    """Text, truth values, whole numbers or finite floating ones; text of many values that is numbers is numbers."""
    kind = values.dtype
    if kind in {pl.Categorical, pl.Enum}:
        values = values.cast(pl.String)
    elif kind.is_decimal():
        values = values.cast(pl.Float64)
    elif kind == pl.String and values.drop_nulls().n_unique() > bounds.classes:
        numbers = _finite(values.cast(pl.Float64, strict=False))
        return numbers if numbers.null_count() == values.null_count() else values
    return _finite(values) if values.dtype.is_float() else values


def _finite(values: pl.Series) -> pl.Series:
    return values.set(~values.is_finite().fill_null(value=True), None)


def _values(blank: AttributeClass, values: pl.Series, bounds: Bounds) -> AttributeCases | None:
    """Each value that has enough cases is a class; the order of equally frequent ones is that of their text."""
    column = values.alias("value")
    counts = column.drop_nulls().value_counts(name="cases").filter(pl.col("cases") >= bounds.cases)
    text = pl.col("value").cast(pl.String).str.replace(r"\.0$", "") if values.dtype.is_float() else pl.col("value")
    named = counts.with_columns(text.cast(pl.String).alias("text"))
    chosen = named.sort(["cases", "text"], descending=[True, False]).head(bounds.classes)
    if chosen.is_empty():
        return None
    places = pl.int_range(chosen.height, dtype=pl.Int32, eager=True)
    code = pl.col("value").replace_strict(chosen["value"], places, default=chosen.height, return_dtype=pl.Int32)
    codes = column.to_frame().select(pl.when(pl.col("value").is_null()).then(_MISSING).otherwise(code).cast(pl.Int32))
    classes = tuple(replace(blank, value=value) for value in chosen["text"].to_list())
    return AttributeCases(classes, _short(codes.to_series().to_numpy(), len(classes)))


def _bands(blank: AttributeClass, values: pl.Series) -> AttributeCases:
    """Bands of about as many cases each. A value that fills a band is one; what lies between such is cut evenly."""
    known = values.is_not_null().to_numpy()
    numbers, of_case, counts = np.unique(
        values.drop_nulls().cast(pl.Float64).to_numpy(), return_inverse=True, return_counts=True
    )
    full = counts * BANDS >= counts.sum()
    stretch = np.cumsum(full) * 2 - full  # full values have stretches of their own, odd ones
    before = np.cumsum(counts) - counts
    opens = np.concatenate([[True], np.diff(stretch) > 0])
    within = before - np.maximum.accumulate(np.where(opens, before, 0))
    keys = stretch * (BANDS + 1) + within * BANDS // counts.sum()
    starts = np.flatnonzero(np.concatenate([[True], np.diff(keys) > 0]))
    ends = np.append(starts[1:], len(numbers)) - 1
    band = np.searchsorted(starts, np.arange(len(numbers)), side="right") - 1
    codes = np.full(len(known), _MISSING, dtype=np.int8)
    codes[known] = band[of_case]
    classes = tuple(
        replace(blank, value=f"{numbers[start]:.15g}")
        if start == end
        else replace(
            blank,
            low=float(numbers[start]) if start else None,
            high=float(numbers[end]) if end < len(numbers) - 1 else None,
        )
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    )
    return AttributeCases(classes, codes)


def _short(codes: Codes, classes: int) -> Codes:
    return codes.astype(np.int8 if classes < np.iinfo(np.int8).max else np.int32)
