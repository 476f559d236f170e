"""Attributes as they are seen in some neighbouring cases: distinct values, and which of them each case has first.

What is seen in parts of a log can be joined to what is seen in the log, because a value keeps its place in its part's
list of distinct values, and the lists can be made one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.log import EVENT_COLUMNS, Log

Rows = NDArray[np.int64]
Places = NDArray[np.int32]

RESOURCE = "resource"
MISSING = -1


@dataclass(frozen=True, eq=False, slots=True)
class AttributeColumn:
    """One attribute in some neighbouring cases. A place is an index into ``distinct``, −1 where there is no value.

    Attributes:
        name: Its name in the log.
        of_case: Whether it belongs to cases; else to events.
        distinct: Its distinct values, of any order; floating-point numbers that are not finite are none.
        first: int32 place of each case's value: of the case, or the first that an event of the case has.
        at_steps: For each step whose events have values, int32 place of the first value that each case has there.
        differing: int64 pairs of places, first value of a case × number of distinct values + another value in it.
        filled: Whether it has values at all, those that are no numbers included.
    """

    name: str
    of_case: bool
    distinct: pl.Series
    first: Places
    at_steps: Mapping[str, Places] = field(default_factory=dict)
    differing: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    filled: bool = True

    @property
    def is_usable(self) -> bool:
        """Whether its values can be compared at all: no moments and no lists."""
        kind = self.distinct.dtype
        return not (kind.is_temporal() or kind.is_nested() or kind in {pl.Binary, pl.Object, pl.Null})

    @classmethod
    def joined(cls, parts: Sequence[AttributeColumn]) -> AttributeColumn:
        """One attribute in all cases of several parts, one after the other."""
        if len(parts) == 1:
            return parts[0]
        distinct = pl.concat([part.distinct for part in parts]).unique(maintain_order=True)
        maps = [_places_in(distinct, part.distinct) for part in parts]
        steps = dict.fromkeys(step for part in parts for step in part.at_steps)
        return cls(
            parts[0].name,
            parts[0].of_case,
            distinct,
            np.concatenate([known[part.first] for known, part in zip(maps, parts, strict=True)]),
            {step: np.concatenate([_at_step(step, *pair) for pair in zip(parts, maps, strict=True)]) for step in steps},
            np.unique(
                np.concatenate([_pairs(part, known, len(distinct)) for part, known in zip(parts, maps, strict=True)])
            ),
            any(part.filled for part in parts),
        )


def attribute_columns(
    log: Log, labels: NDArray[np.int32], steps: Sequence[tuple[int, str]]
) -> Iterator[AttributeColumn]:
    """Every attribute of a log, or of a part of one: those of cases, then those of events, the resource among them.

    Args:
        log: The log or part.
        labels: int32 label of each event's step, −1 for activities that are none.
        steps: Label and name of the steps whose events are looked at on their own.
    """
    for name in log.cases.columns[1:]:
        distinct, rows, places = _distinct(log.cases[name])
        first = np.full(log.cases.height, MISSING, dtype=np.int32)
        first[rows] = places
        yield AttributeColumn(name, of_case=True, distinct=distinct, first=first)
    cases = log.events["case"].to_numpy().astype(np.int64)
    for name in log.events.columns:
        if name in EVENT_COLUMNS and name != RESOURCE:
            continue
        values = log.events[name]
        distinct, rows, places = _distinct(values)
        first = _first_of_each_case(places, cases[rows], log.cases.height)
        found = labels[rows]
        at_steps = {}
        for label, step in steps:
            here = np.flatnonzero(found == label)
            if len(here):
                at_steps[step] = _first_of_each_case(places[here], cases[rows[here]], log.cases.height)
        begun = first[cases[rows]].astype(np.int64)
        others = np.flatnonzero(begun != places)
        yield AttributeColumn(
            name,
            of_case=False,
            distinct=distinct,
            first=first,
            at_steps=at_steps,
            differing=np.unique(begun[others] * len(distinct) + places[others]),
            filled=values.null_count() < len(values),
        )


def _distinct(values: pl.Series) -> tuple[pl.Series, Rows, Places]:
    """The distinct values of a column, the rows that have one, and the place of each of these."""
    kind = values.dtype
    if kind.is_temporal() or kind.is_nested() or kind in {pl.Binary, pl.Object, pl.Null}:
        return values.head(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    if kind in {pl.Categorical, pl.Enum}:
        values = values.cast(pl.String)
    if kind.is_float():
        values = values.set(~values.is_finite().fill_null(value=True), None)
    rows = np.flatnonzero(values.is_not_null().to_numpy())
    known = values.drop_nulls()
    distinct = known.unique()
    return distinct, rows, _places_in(distinct, known)[:-1]


def _places_in(distinct: pl.Series, values: pl.Series) -> Places:
    """int32 place of each value in a list that has them all, and one more, −1, which stands for a missing value."""
    if not len(values):
        return np.array([MISSING], dtype=np.int32)
    if distinct.dtype == pl.String:
        places = values.cast(pl.Enum(distinct)).to_physical()
    else:
        places = values.replace_strict(distinct, pl.int_range(len(distinct), dtype=pl.Int32, eager=True))
    return np.append(places.to_numpy().astype(np.int32), np.int32(MISSING))


def _first_of_each_case(places: Places, cases: Rows, height: int) -> Places:
    """Of some values in the order of their cases, the first in each case; −1 where there is none."""
    opens = np.diff(cases, prepend=-1) > 0
    found = np.full(height, MISSING, dtype=np.int32)
    found[cases[opens]] = places[opens]
    return found


def _at_step(step: str, part: AttributeColumn, known: Places) -> Places:
    if step not in part.at_steps:
        return np.full(len(part.first), MISSING, dtype=np.int32)
    return known[part.at_steps[step]]


def _pairs(part: AttributeColumn, known: Places, size: int) -> Rows:
    one, other = np.divmod(part.differing, max(len(part.distinct), 1))
    return known[one].astype(np.int64) * size + known[other]
