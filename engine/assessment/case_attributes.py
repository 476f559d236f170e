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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.attribute_columns import MISSING, AttributeColumn, attribute_columns
from engine.logs.log import Log

Rows = NDArray[np.int64]
Codes = NDArray[np.signedinteger[Any]]

BANDS = 4
"""Numbers are cut into so many bands of about as many cases each."""
_FEW_NUMBERS = 10
"""Numbers with no more values than this are classes as they are."""
_VARIANT = re.compile(r"(case)?variant(index|id|name|no)?\d*", re.IGNORECASE)
"""What tools call the column that names the sequence of activities: it is the deviation, and explains none."""
_BETWEEN = re.compile(r"[\W_]+")


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
    looked_at = list(steps)
    return classified(attribute_columns(log, labels, looked_at), [step for _, step in looked_at], bounds)


def classified(columns: Iterable[AttributeColumn], steps: Sequence[str], bounds: Bounds) -> CaseAttributes:
    """Cut cases into classes, attribute by attribute.

    Args:
        columns: The attributes of all cases.
        steps: Names of the steps whose events are looked at on their own, in their order.
        bounds: Which classes count.
    """
    tested: list[AttributeCases] = []
    left_out: list[AttributeLeftOut] = []
    for blank, column, codes in _views(columns, steps, bounds):
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
    """The values of an attribute, as they are compared.

    Attributes:
        distinct: Its values in their order; text, truth values, or finite numbers.
        codes: int32 place of each of the values as they are in the log, and one more, −1, for a missing value.
        reason: Why it cannot be cut into classes, or None.
    """

    distinct: pl.Series
    codes: NDArray[np.int32]
    reason: LeftOut | None = None


def _views(
    columns: Iterable[AttributeColumn], steps: Sequence[str], bounds: Bounds
) -> Iterator[tuple[AttributeClass, _Column, NDArray[np.int32]]]:
    """Every attribute in every view: what it is called, its values, and the code of each case."""
    for seen in columns:
        if not seen.of_case and not seen.filled:
            continue
        column = _column(seen, bounds)
        scope = Scope.CASE if seen.of_case else Scope.FIRST_EVENT
        yield AttributeClass(seen.name, scope), column, column.codes[seen.first]
        one, other = np.divmod(seen.differing, max(len(seen.distinct), 1))
        if (column.codes[one] == column.codes[other]).all():
            continue  # the same throughout each case, so a step's own view would show nothing new
        for step in steps:
            if step in seen.at_steps:
                yield AttributeClass(seen.name, Scope.STEP, step), column, column.codes[seen.at_steps[step]]


def _column(seen: AttributeColumn, bounds: Bounds) -> _Column:
    values = seen.distinct
    nothing = np.full(len(values) + 1, MISSING, dtype=np.int32)
    if not seen.is_usable:
        return _Column(values, nothing, LeftOut.ONE_VALUE if values.dtype == pl.Null else LeftOut.NO_CLASSES)
    plain = _plain(values, bounds)
    reason = LeftOut.VARIANT if _VARIANT.fullmatch(_BETWEEN.sub("", seen.name)) else None
    if plain.dtype.is_numeric():
        numbers, nothing[:-1] = np.unique(plain.cast(pl.Float64).to_numpy(), return_inverse=True)
        return _Column(pl.Series(numbers), nothing, reason)
    order = plain.arg_sort().to_numpy()
    nothing[order] = np.arange(len(order), dtype=np.int32)
    return _Column(plain.gather(order), nothing, reason)


def _plain(distinct: pl.Series, bounds: Bounds) -> pl.Series:
    """The same values; text of many values that is all numbers as numbers."""
    if distinct.dtype == pl.String and len(distinct) > bounds.classes:
        numbers = distinct.cast(pl.Float64, strict=False)
        return numbers if numbers.is_finite().fill_null(value=False).all() else distinct
    return distinct


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
    place[chosen], place[-1] = np.arange(len(chosen)), MISSING  # the last is that of a code of −1
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
    band = np.full(len(counts) + 1, MISSING, dtype=np.int8)
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
