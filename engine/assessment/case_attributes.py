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
    for blank, column, codes in _views(log, labels, list(steps), bounds):
        made = _classes(blank, column, codes, bounds)
        if isinstance(made, AttributeCases):
            tested.append(made)
        elif blank.scope is not Scope.STEP:
            left_out.append(made)
    seen = {one.classes[0].attribute for one in tested}
    unseen = [one for one in left_out if one.attribute not in seen]
    return CaseAttributes(
        tuple(sorted(tested, key=_place)), tuple(sorted(unseen, key=lambda one: (one.attribute, one.scope)))
    )


def _place(one: AttributeCases) -> tuple[int, str, str]:
    first = one.classes[0]
    return list(Scope).index(first.scope), first.attribute, first.step


@dataclass(frozen=True, eq=False, slots=True)
class _Column:
    """One attribute of cases or events, its values as numbers.

    Attributes:
        distinct: Its values in their order; text, truth values, or finite numbers.
        codes: int32 place of each row's value, −1 without one.
        reason: Why it cannot be cut into classes, or None.
    """

    distinct: pl.Series
    codes: NDArray[np.int32]
    reason: LeftOut | None = None


def _views(
    log: Log, labels: NDArray[np.int32], steps: list[tuple[int, str]], bounds: Bounds
) -> Iterator[tuple[AttributeClass, _Column, NDArray[np.int32]]]:
    """Every attribute in every view: what it is called, its values, and the code of each case."""
    for name in log.cases.columns[1:]:
        column = _column(log.cases[name], bounds)
        yield AttributeClass(name, Scope.CASE), column, column.codes
    cases = log.events["case"].to_numpy().astype(np.int64)
    rows_of = {name: np.flatnonzero(labels == label) for label, name in steps}
    for name in log.events.columns:
        values = log.events[name]
        if (name in EVENT_COLUMNS and name != RESOURCE) or values.null_count() == len(values):
            continue
        column = _column(values, bounds)
        first = _first_of_each_case(column.codes, np.arange(len(cases)), cases, log.cases.height)
        yield AttributeClass(name, Scope.FIRST_EVENT), column, first
        if (np.where(column.codes < 0, first[cases], column.codes) == first[cases]).all():
            continue  # the same throughout each case, so a step's own view would show nothing new
        for step, rows in rows_of.items():
            own = _first_of_each_case(column.codes, rows, cases, log.cases.height)
            yield AttributeClass(name, Scope.STEP, step), column, own


def _column(values: pl.Series, bounds: Bounds) -> _Column:
    nothing = np.full(len(values), _MISSING, dtype=np.int32)
    if values.dtype.is_temporal() or values.dtype.is_nested() or values.dtype in {pl.Binary, pl.Object, pl.Null}:
        return _Column(values.head(0), nothing, LeftOut.ONE_VALUE if values.dtype == pl.Null else LeftOut.NO_CLASSES)
    plain = _plain(values, bounds)
    reason = LeftOut.VARIANT if _VARIANT.fullmatch(values.name) else None
    if plain.dtype.is_numeric():
        known = plain.is_not_null().to_numpy()
        numbers, nothing[known] = np.unique(plain.drop_nulls().cast(pl.Float64).to_numpy(), return_inverse=True)
        return _Column(pl.Series(numbers), nothing, reason)
    distinct = plain.drop_nulls().unique().sort()
    if distinct.is_empty():
        return _Column(distinct, nothing, reason)
    places = pl.int_range(len(distinct), dtype=pl.Int32, eager=True)
    codes = plain.replace_strict(distinct, places, default=None, return_dtype=pl.Int32).fill_null(_MISSING)
    return _Column(distinct, codes.to_numpy(), reason)


def _plain(values: pl.Series, bounds: Bounds) -> pl.Series:
    """Text, truth values, whole numbers or finite floating ones; text of many values that is numbers is numbers."""
    kind = values.dtype
    if kind in {pl.Categorical, pl.Enum}:
        return values.cast(pl.String)
    if kind == pl.String and values.drop_nulls().n_unique() > bounds.classes:
        numbers = _finite(values.cast(pl.Float64, strict=False))
        return numbers if numbers.null_count() == values.null_count() else values
    return _finite(values) if kind.is_float() else values


def _finite(values: pl.Series) -> pl.Series:
    return values.set(~values.is_finite().fill_null(value=True), None)


def _first_of_each_case(codes: NDArray[np.int32], rows: Rows, cases: Rows, height: int) -> NDArray[np.int32]:
    """Of some rows, increasing, the first value in each case; −1 where there is none."""
    known = rows[codes[rows] >= 0]
    known = known[np.diff(cases[known], prepend=-1) > 0]
    found = np.full(height, _MISSING, dtype=np.int32)
    found[cases[known]] = codes[known]
    return found


def _classes(
    blank: AttributeClass, column: _Column, codes: NDArray[np.int32], bounds: Bounds
) -> AttributeCases | AttributeLeftOut:
    """One view's classes, or why it has none."""
    counts = np.bincount(codes + 1, minlength=len(column.distinct) + 1)[1:]
    distinct, cases = int((counts > 0).sum()), int(counts.sum())

    def refused(reason: LeftOut) -> AttributeLeftOut:
        return AttributeLeftOut(blank.attribute, blank.scope, distinct, reason)

    if column.reason is not None:
        return refused(column.reason)
    if distinct < 2:
        return refused(LeftOut.ONE_VALUE)
    if column.distinct.dtype.is_numeric() and distinct > _FEW_NUMBERS:
        return _bands(blank, column, codes, counts)
    if distinct * bounds.cases > cases or counts.max() < bounds.cases:
        return refused(LeftOut.TOO_MANY_VALUES)
    return _values(blank, column, codes, counts, bounds=bounds)


def _values(
    blank: AttributeClass, column: _Column, codes: NDArray[np.int32], counts: Rows, *, bounds: Bounds
) -> AttributeCases:
    """Each value that has enough cases is a class; equally frequent ones are in their own order."""
    order = np.argsort(-counts, kind="stable")[: bounds.classes]
    chosen = order[counts[order] >= bounds.cases]
    texts = [_text(value) for value in column.distinct.gather(chosen).to_list()]
    place = np.full(len(counts) + 1, len(chosen), dtype=np.int32)
    place[chosen], place[-1] = np.arange(len(chosen)), _MISSING  # the last is that of a code of −1
    return AttributeCases(tuple(replace(blank, value=text) for text in texts), _short(place, len(chosen))[codes])


def _bands(blank: AttributeClass, column: _Column, codes: NDArray[np.int32], counts: Rows) -> AttributeCases:
    """Bands of about as many cases each. A value that fills a band is one; what lies between such is cut evenly."""
    present = np.flatnonzero(counts)
    numbers, sizes, cases = column.distinct.gather(present).to_numpy(), counts[present], counts.sum()
    full = sizes * BANDS >= cases
    stretch = np.cumsum(full) * 2 - full  # full values have stretches of their own, odd ones
    before = np.cumsum(sizes) - sizes
    opens = np.diff(stretch, prepend=-1) > 0
    within = before - np.maximum.accumulate(np.where(opens, before, 0))
    keys = stretch * (BANDS + 1) + within * BANDS // cases
    starts = np.flatnonzero(np.diff(keys, prepend=-1) > 0)
    ends = np.append(starts[1:], len(numbers)) - 1
    band = np.full(len(counts) + 1, _MISSING, dtype=np.int8)
    band[present] = np.searchsorted(starts, np.arange(len(numbers)), side="right") - 1
    classes = tuple(
        replace(blank, value=_text(float(numbers[start])))
        if start == end
        else replace(
            blank,
            low=float(numbers[start]) if start else None,
            high=float(numbers[end]) if end < len(numbers) - 1 else None,
        )
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    )
    return AttributeCases(classes, band[codes])


def _text(value: str | bool | float) -> str:  # noqa: FBT001 - a value of a column
    """A value as the log's reader would write it; whole numbers without a point."""
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else f"{value:.15g}"


def _short(codes: Codes, classes: int) -> Codes:
    return codes.astype(np.int8 if classes < np.iinfo(np.int8).max else np.int32)
