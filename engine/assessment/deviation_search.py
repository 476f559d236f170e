"""Searching a case book by deviations: equal ones together, most frequent first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from engine.assessment.case_book import LOST, BookTables
from engine.assessment.deviation_names import DeviationName
from engine.vocabulary import DeviationKind, Dimension


@dataclass(frozen=True, slots=True)
class DeviationFilter:
    """Which deviations are looked for; what is None does not matter.

    Attributes:
        kind: Of this kind.
        step: That name this step.
        standard: That come from this standard.
        dimension: That lost units in it.
        accepted: That are accepted in all cases, or are not.
    """

    kind: DeviationKind | None = None
    step: str | None = None
    standard: str | None = None
    dimension: Dimension | None = None
    accepted: bool | None = None


@dataclass(frozen=True, eq=False, slots=True)
class DeviationPage:
    """Some of the deviations that were found.

    Attributes:
        rows: Rows of ``SUMMARIES``.
        total: How many were found in all.
        next: Number of the last one of the page, counted from 1, to go on behind it; None at the end.
    """

    rows: pl.DataFrame
    total: int
    next: int | None


def with_deviation(
    summaries: pl.LazyFrame, *, kind: DeviationKind | None, step: str | None, standard: str | None
) -> pl.LazyFrame:
    """Those of a kind, that name a step, that come from a standard; what is None does not matter."""
    if kind is not None:
        summaries = summaries.filter(pl.col("kind") == kind.value)
    if step is not None:
        summaries = summaries.filter(pl.col("steps").list.contains(step))
    if standard is not None:
        summaries = summaries.filter(pl.col("standard") == standard)
    return summaries


def page_of_deviations(
    book: BookTables, wanted: DeviationFilter, *, accepted: Collection[str], after: int, limit: int
) -> DeviationPage:
    """A page of the deviations that a filter lets through.

    Args:
        book: The book.
        wanted: The filter.
        accepted: Keys of the deviations that are accepted in all cases.
        after: Number of the deviation, counted from 1, behind which the page begins; 0 for the first page.
        limit: At most so many.
    """
    found = with_deviation(book.summaries, kind=wanted.kind, step=wanted.step, standard=wanted.standard)
    if wanted.dimension is not None:
        found = found.filter(pl.col(LOST[wanted.dimension.value]) > 0)
    if wanted.accepted is not None:
        found = found.filter(pl.col("key").is_in(sorted(accepted)) == wanted.accepted)
    numbers = found.select("summary").collect()["summary"]
    rest = numbers.filter(numbers.cast(pl.Int64) >= after)
    rows = book.summaries.filter(pl.col("summary").is_in(rest.head(limit).implode())).collect()
    return DeviationPage(rows, len(numbers), int(rest[limit - 1]) + 1 if len(rest) > limit else None)


def lost_by_dimension(book: BookTables) -> Mapping[Dimension, int]:
    """What all deviations lost: denominator − numerator of each dimension."""
    sums = book.summaries.select(*LOST.values()).sum().collect().row(0, named=True)
    return {dimension: int(sums[LOST[dimension.value]] or 0) for dimension in Dimension}


def deviation_by_key(book: BookTables, key: str) -> DeviationName | None:
    """What a key stands for, or None where the book has no such deviation."""
    found = book.summaries.filter(pl.col("key") == key).collect()
    if not found.height:
        return None
    row = found.row(0, named=True)
    return DeviationName(row["kind"], tuple(row["steps"]), row["standard"], row["other_branch"], tuple(row["branch"]))
