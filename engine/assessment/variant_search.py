"""Searching a case book by variants: which of them the cases follow that are looked for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.assessment.case_book import LOST, BookTables, number
from engine.assessment.case_search import CaseFilter, matching


@dataclass(frozen=True, eq=False, slots=True)
class VariantPage:
    """Some explanations of those that have matching cases.

    Attributes:
        rows: Rows of ``EXPLANATIONS`` with ``matching``, the number of matching cases; most of them first.
        total: How many were found in all.
        cases: How many cases match.
        next: Number of the last explanation of the page, to go on behind it; None at the end.
    """

    rows: pl.DataFrame
    total: int
    cases: int
    next: int | None


def page_of_variants(book: BookTables, wanted: CaseFilter, *, after: int, limit: int) -> VariantPage:
    """A page of the explanations that have cases which a filter lets through.

    Args:
        book: The book.
        wanted: The filter.
        after: Number of the explanation, counted from 1, behind which the page begins; 0 for the first page.
        limit: At most so many.
    """
    counts = matching(book, wanted).group_by("explanation").agg(pl.len().alias("matching")).collect()
    counts = counts.sort(["matching", "explanation"], descending=[True, False])
    total, cases = counts.height, int(counts["matching"].sum())
    if after:
        last = counts.filter(pl.col("explanation") == number(after - 1))["matching"]
        border = int(last[0]) if len(last) else 0
        behind = (pl.col("matching") == border) & (pl.col("explanation") > number(after - 1))
        counts = counts.filter((pl.col("matching") < border) | behind)
    chosen = counts.head(limit)
    rows = book.explanations.filter(pl.col("explanation").is_in(chosen["explanation"].implode())).collect()
    rows = chosen.join(rows, on="explanation", how="left", maintain_order="left")
    return VariantPage(rows, total, cases, int(chosen["explanation"][-1]) + 1 if counts.height > limit else None)


def deviations_of_explanations(book: BookTables, explanations: pl.Series) -> pl.DataFrame:
    """The deviations of the alignments of some explanations: ``DEVIATIONS`` with every dimension and no ``moment``."""
    found = book.deviations.filter(pl.col("explanation").is_in(explanations.implode())).collect()
    lacking = [pl.lit(0, dtype=pl.UInt32).alias(name) for name in LOST.values() if name not in found.columns]
    return found.with_columns(*lacking, pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("moment")).sort(
        "explanation", "number"
    )
