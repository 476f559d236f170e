"""Searching a case book: which cases, in which order, a page at a time. Tables are read only as far as is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from engine.assessment.case_book import LOST, BookTables, number
from engine.assessment.deviation_search import with_deviation
from engine.vocabulary import DeviationKind, Dimension


class CaseOrder(StrEnum):
    """The order of cases; equal ones stand in the order of the log.

    ``worst``: most lost units first. ``longest``: by duration, unknown ones last. ``newest``: by start, unknown ones
    last.
    """

    WORST = "worst"
    LONGEST = "longest"
    NEWEST = "newest"


_COLUMNS = {CaseOrder.WORST: "lost", CaseOrder.LONGEST: "duration", CaseOrder.NEWEST: "start"}
_LAST = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are looked for; what is None does not matter.

    Attributes:
        kind, step, standard: They have a deviation of this kind, that names this step, that comes from this standard;
            the three are asked of one deviation.
        dimension: They lost units in it.
        finding: They lost units by this finding of the dimension, by its index; needs ``dimension``.
        variant: They follow this variant, by its index.
        closed: They were judged as closed, or as open.
        min_cost: Their alignment costs at least so much.
        text: Their id contains it, whatever the case of its letters.
        numbers: They are among these, by their numbers from 0: several cases of a log may have one id.
        key: They have a deviation of this key; asked of the same deviation as kind, step and standard.
    """

    kind: DeviationKind | None = None
    step: str | None = None
    standard: str | None = None
    dimension: Dimension | None = None
    finding: int | None = None
    variant: int | None = None
    closed: bool | None = None
    min_cost: int | None = None
    text: str | None = None
    numbers: frozenset[int] | None = None
    key: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class CasePage:
    """Some cases of those that were found.

    Attributes:
        cases: Rows of ``CASES``, in their order.
        total: How many were found in all.
        next: Number of the last case of the page, to go on behind it; None at the end.
    """

    cases: pl.DataFrame
    total: int
    next: int | None


def matching(book: BookTables, wanted: CaseFilter) -> pl.LazyFrame:
    """The cases that a filter lets through, in the log's order."""
    found = book.cases
    if any(asked is not None for asked in (wanted.kind, wanted.step, wanted.standard, wanted.key)):
        found = found.filter(_having(book, wanted))
    if wanted.dimension is not None:
        found = found.filter(pl.col(LOST[wanted.dimension.value]) > 0)
        if wanted.finding is not None:
            losses = book.losses.filter(
                pl.col("dimension") == wanted.dimension.value, pl.col("finding") == number(wanted.finding)
            )
            found = found.filter(pl.col("case").is_in(_column(losses, "case").implode()))
    if wanted.variant is not None:
        found = found.filter(pl.col("variant") == number(wanted.variant))
    if wanted.closed is not None:
        found = found.filter(pl.col("closed") == wanted.closed)
    if wanted.min_cost is not None:
        found = found.filter(pl.col("cost") >= number(wanted.min_cost))
    if wanted.text is not None:
        lowered = pl.col("case_id").str.to_lowercase()
        found = found.filter(lowered.str.contains(wanted.text.lower(), literal=True))
    if wanted.numbers is not None:
        found = found.filter(pl.col("case").is_in(pl.Series(sorted(wanted.numbers), dtype=pl.UInt32).implode()))
    return found


def page_of_cases(book: BookTables, wanted: CaseFilter, order: CaseOrder, *, after: int, limit: int) -> CasePage:
    """A page of the cases that a filter lets through.

    Args:
        book: The book.
        wanted: The filter.
        order: The order.
        after: Number of the case, counted from 1, behind which the page begins; 0 for the first page.
        limit: At most so many.
    """
    value = pl.col(_COLUMNS[order]).to_physical().cast(pl.Int64).fill_null(_LAST).alias("value")
    keys = matching(book, wanted).select("case", value).collect()
    rest = keys.lazy()
    if after:
        last = book.cases.filter(pl.col("case") == number(after - 1)).select(value).collect()["value"]
        border = int(last[0]) if len(last) else _LAST
        equal = (pl.col("value") == border) & (pl.col("case") > number(after - 1))
        rest = rest.filter((pl.col("value") < border) | equal)
    # asked for together, so that only the first ones are looked for and nothing else is sorted
    found = rest.sort(["value", "case"], descending=[True, False]).head(limit + 1).collect()["case"]
    first = found.head(limit)
    return CasePage(cases_of(book, first), keys.height, int(first[-1]) + 1 if len(found) > limit else None)


def cases_of(book: BookTables, cases: pl.Series) -> pl.DataFrame:
    """The rows of some cases, in their order."""
    rows = book.cases.filter(pl.col("case").is_in(cases.implode())).collect()
    return pl.DataFrame({"case": cases.cast(pl.UInt32)}).join(rows, on="case", how="left", maintain_order="left")


def cases_called(book: BookTables, name: str) -> pl.DataFrame:
    """The cases of an id, in the log's order; a log may hold several."""
    return book.cases.filter(pl.col("case_id") == name).collect()


def deviations_of(book: BookTables, cases: pl.DataFrame) -> pl.DataFrame:
    """Every deviation and every missed instance of some cases.

    Returns:
        ``case``, ``summary``, ``number`` (of its explanation's deviations; null for missed instances), ``check`` (null
        for deviations), ``positions``, ``moves`` (empty for missed instances), ``cost``, ``moment`` (null for
        deviations) and the lost units of each dimension; deviations first, each case's together.
    """
    wanted = cases.select("case", "explanation")
    explanations = wanted["explanation"].unique().implode()
    found = book.deviations.filter(pl.col("explanation").is_in(explanations)).collect()
    aligned = wanted.join(found, on="explanation").drop("explanation")
    missed = book.missed.filter(pl.col("case").is_in(wanted["case"].implode())).collect()
    instances = missed.select(
        "case",
        "summary",
        "check",
        "moment",
        pl.concat_list("first", "second").list.drop_nulls().list.unique(maintain_order=True).alias("positions"),
        *(
            (pl.col("dimension") == name).cast(pl.UInt32).alias(LOST[name])
            for name in LOST
            if name != Dimension.ADAPTABILITY
        ),
        LOST[Dimension.ADAPTABILITY.value],
    )
    every = pl.concat([aligned, instances], how="diagonal")
    empty = pl.lit([], dtype=pl.List(pl.UInt32))
    lost = [pl.col(name).fill_null(0) for name in LOST.values()]
    return every.with_columns(*lost, pl.col("cost").fill_null(0), pl.col("moves").fill_null(empty)).sort(
        "case", "number", "check", nulls_last=True, maintain_order=True
    )


def losses_of_case(book: BookTables, case: int) -> pl.DataFrame:
    """What a case lost: ``dimension``, ``finding``, ``units``."""
    return book.losses.filter(pl.col("case") == case).select("dimension", "finding", "units").collect()


def summaries_of(book: BookTables, numbers: Sequence[int] | None = None) -> dict[int, dict[str, object]]:
    """Number → row of some equal deviations, or of all."""
    rows = book.summaries
    if numbers is not None:
        rows = rows.filter(pl.col("summary").is_in(list(numbers)))
    return {row["summary"]: row for row in rows.collect().iter_rows(named=True)}


def _having(book: BookTables, wanted: CaseFilter) -> pl.Expr:
    """Whether a case has a deviation as it is looked for."""
    chosen = with_deviation(book.summaries, kind=wanted.kind, step=wanted.step, standard=wanted.standard)
    if wanted.key is not None:
        chosen = chosen.filter(pl.col("key") == wanted.key)
    summaries = pl.col("summary").is_in(_column(chosen, "summary").implode())
    explanations = _column(book.deviations.filter(summaries), "explanation").unique()
    cases = _column(book.missed.filter(summaries), "case").unique()
    return pl.col("explanation").is_in(explanations.implode()) | pl.col("case").is_in(cases.implode())


def _column(rows: pl.LazyFrame, name: str) -> pl.Series:
    return rows.select(name).collect()[name]
