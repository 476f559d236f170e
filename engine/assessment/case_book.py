"""The case book: what became of each case, beside an assessment, so that every lost unit can be followed to its events.

It is made of columns; whatever is the same for all cases of an explanation stands there once.

::

    finding ── losses ── cases ── explanations ── deviations ── event positions, moves
                           └───── missed (instances of standards and branches) ── moment, event positions

Two laws hold, whatever the flow and the log:

- the units of ``losses`` add up, per finding, to ``Finding.lost``, and per dimension to denominator − numerator;
- every lost unit belongs to one deviation of an explanation, or to one missed instance: over the cases, the units of
  ``deviations`` and ``missed`` add up to the same.

A lost unit of adaptability, a case that did not recover, belongs to the first thing that kept it from recovering.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import polars as pl

from engine.assessment.assessment import Assessment
from engine.conformance.standards.instances import KINDS
from engine.logs.parts import CountedParts
from engine.vocabulary import DeviationKind, Dimension

DIMENSIONS = tuple(dimension.value for dimension in Dimension)
LOST = {dimension: f"lost_{dimension}" for dimension in DIMENSIONS}
"""Dimension → the column of a case's lost units."""
LOSING = (Dimension.COMPLETENESS.value, Dimension.ORDERING.value, Dimension.ADAPTABILITY.value)
"""The dimensions that deviations of alignments lose units of."""

_MOMENT = pl.Datetime("us", "UTC")
_POSITIONS = pl.List(pl.UInt32)
_DIMENSION = pl.Enum(DIMENSIONS)

CASES: dict[str, pl.DataType] = {
    "case": pl.UInt32(),
    "case_id": pl.String(),
    "explanation": pl.UInt32(),
    "variant": pl.UInt32(),
    "closed": pl.Boolean(),
    "ended": pl.Boolean(),
    "explained": pl.Boolean(),
    "start": _MOMENT,
    "end": _MOMENT,
    "duration": pl.Int64(),
    "touch": pl.Int64(),
    "events": pl.UInt32(),
    "cost": pl.UInt32(),
    **{name: pl.UInt32() for name in LOST.values()},
    "lost": pl.UInt32(),
    "deviations": pl.UInt32(),
    "missed": pl.UInt32(),
    "wrong_branches": pl.UInt32(),
    "disturbed": pl.Boolean(),
    "recovered": pl.Boolean(),
    "finding": pl.UInt32(),
}
"""One row for each case, in the log's order; ``case`` counts them from 0. ``explained``: whether its explanation is
exact, else it counts in no dimension and ``cost`` is the best that is known. ``duration`` and ``touch`` are
microseconds, null where its events do not tell. ``deviations`` are those of its alignment; ``missed`` its missed
instances of standards, ``wrong_branches`` those of branches. ``recovered`` is null unless the case is closed and was
disturbed; ``finding`` is the index of the finding of adaptability that says why it did not recover."""

LOSSES: dict[str, pl.DataType] = {
    "case": pl.UInt32(),
    "dimension": _DIMENSION,
    "finding": pl.UInt32(),
    "units": pl.UInt32(),
}
"""What each case lost: ``finding`` is an index into the findings of the dimension. By case, dimension and finding."""

SUMMARIES: dict[str, pl.DataType] = {
    "summary": pl.UInt32(),
    "key": pl.String(),
    "kind": pl.Enum([kind.value for kind in DeviationKind]),
    "steps": pl.List(pl.String()),
    "standard": pl.String(),
    "other_branch": pl.Boolean(),
    "branch": pl.List(pl.String()),
    "count": pl.UInt64(),
    "cases": pl.UInt64(),
    **{name: pl.UInt64() for name in LOST.values()},
}
"""One row for each of ``Assessment.deviations``, in the same order, with the units lost by all its occurrences.
``key`` is that of its name (``deviation_names``)."""

DEVIATIONS: dict[str, pl.DataType] = {
    "explanation": pl.UInt32(),
    "number": pl.UInt32(),
    "summary": pl.UInt32(),
    "positions": _POSITIONS,
    "moves": _POSITIONS,
    "cost": pl.UInt32(),
    **{LOST[name]: pl.UInt32() for name in LOSING},
}
"""The deviations of alignments, by explanation and then by their first move. ``positions``: 0-based positions of its
events in the case; ``moves``: of its moves in the alignment; the units are those that each case loses."""

MISSED: dict[str, pl.DataType] = {
    "case": pl.UInt32(),
    "summary": pl.UInt32(),
    "check": pl.UInt32(),
    "kind": pl.Enum([kind.value for kind in KINDS]),
    "dimension": _DIMENSION,
    "moment": _MOMENT,
    "first": pl.UInt32(),
    "second": pl.UInt32(),
    LOST[Dimension.ADAPTABILITY.value]: pl.UInt32(),
}
"""The missed instances of standards and branches, by case and then by check. Each loses one unit of ``dimension``, and
perhaps one of adaptability. ``first`` and ``second`` are the positions of its events in the case, null without one."""

EXPLANATIONS: dict[str, pl.DataType] = {
    "explanation": pl.UInt32(),
    "variant": pl.UInt32(),
    "open": pl.Boolean(),
    "known": pl.Boolean(),
    "cases": pl.UInt64(),
    "cost": pl.UInt32(),
    "fitness": pl.Float64(),
    "activities": _POSITIONS,
    "move_kinds": pl.List(pl.UInt8()),
    "move_positions": pl.List(pl.Int32()),
    "move_steps": pl.List(pl.Int32()),
}
"""A variant together with open or closed. ``activities`` index the names of kind ``activity``; of the moves,
``move_kinds`` index ``MOVE_KINDS``, ``move_positions`` are −1 for model and silent moves, and ``move_steps`` index the
names of kind ``step``, −1 where the move does no visible step. ``fitness`` is null for open cases."""

NAMES: dict[str, pl.DataType] = {"kind": pl.Enum(["activity", "step"]), "name": pl.String()}
"""Names of activities and of steps, each kind in the order of its numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class CaseBook:
    """The tables of a case book; their columns stand beside this class, under the tables' names in capitals."""

    cases: pl.DataFrame
    losses: pl.DataFrame
    summaries: pl.DataFrame
    deviations: pl.DataFrame
    missed: pl.DataFrame
    explanations: pl.DataFrame
    names: pl.DataFrame

    def tables(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Name and content of each table."""
        for one in fields(self):
            yield one.name, getattr(self, one.name)


@dataclass(frozen=True, eq=False, slots=True)
class AssessedCases:
    """An assessment, and what became of each case in it.

    Attributes:
        assessment: As ``assess`` returns it.
        cases: Every case, deviation and lost unit behind it.
        counted: The events that it was judged by.
    """

    assessment: Assessment
    cases: CaseBook
    counted: CountedParts


@dataclass(frozen=True, eq=False, slots=True)
class BookTables:
    """The tables of a case book that lies in files or in memory, to be read as far as a question needs."""

    cases: pl.LazyFrame
    losses: pl.LazyFrame
    summaries: pl.LazyFrame
    deviations: pl.LazyFrame
    missed: pl.LazyFrame
    explanations: pl.LazyFrame
    names: pl.LazyFrame


TABLES = tuple(one.name for one in fields(CaseBook))
"""The names of the tables."""


def table(columns: Mapping[str, object], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A table of the book: columns of any fitting type, brought to those of its schema."""
    return pl.DataFrame(dict(columns)).select(pl.col(name).cast(kind) for name, kind in schema.items())


def number(value: int) -> pl.Expr:
    """A number that somebody asked for, which may be larger than any in the book."""
    return pl.lit(value, dtype=pl.Int64)
