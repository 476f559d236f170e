"""Accepted deviations: what somebody has decided to accept, for a reason and for a time.

An acceptance changes no score. It is told beside: which deviations are accepted, and how many of a dimension's lost
units they stand for. A lost unit is accepted where the deviation or the missed instance that lost it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from engine.assessment.case_book import DIMENSIONS, LOST, BookTables
from engine.assessment.case_search import deviations_of


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That a deviation is accepted.

    Attributes:
        id: Its number.
        key: Key of the deviation.
        case: Id of the one case in which it is accepted, or None for all.
        reason: Why.
        expires: The first moment at which it no longer counts, or None.
    """

    id: int
    key: str
    case: str | None
    reason: str
    expires: datetime | None


@dataclass(frozen=True, eq=False, slots=True)
class Accepted:
    """What acceptances come to in one assessment.

    Attributes:
        by_key: Key → its acceptances in force, those for all cases first.
        units: Number of the summary → dimension → accepted lost units.
    """

    by_key: Mapping[str, Sequence[Acceptance]]
    units: Mapping[int, Mapping[str, int]]

    def of(self, key: str, case: str | None = None) -> Acceptance | None:
        """What accepts a deviation everywhere or, if a case is given, in this case; None where nothing does."""
        return next((one for one in self.by_key.get(key, ()) if one.case is None or one.case == case), None)

    @property
    def of_dimensions(self) -> Mapping[str, int]:
        """Dimension → accepted lost units."""
        return {name: sum(units[name] for units in self.units.values()) for name in DIMENSIONS}


def accepted_in(book: BookTables, acceptances: Sequence[Acceptance]) -> Accepted:
    """Hold acceptances that are in force against a case book."""
    if not acceptances:
        return Accepted({}, {})
    by_key: dict[str, list[Acceptance]] = {}
    for one in sorted(acceptances, key=lambda one: (one.case is not None, one.id)):
        by_key.setdefault(one.key, []).append(one)
    concerned = book.summaries.filter(pl.col("key").is_in(sorted(by_key))).collect()
    keys = dict(concerned.select("summary", "key").iter_rows())
    everywhere = {number for number, key in keys.items() if by_key[key][0].case is None}
    in_cases = {number: by_key[key] for number, key in keys.items() if number not in everywhere}
    units = _units(concerned.filter(pl.col("summary").is_in(sorted(everywhere))))
    if in_cases:
        ids = sorted({one.case for found in in_cases.values() for one in found if one.case is not None})
        cases = book.cases.filter(pl.col("case_id").is_in(ids)).select("case", "case_id", "explanation").collect()
        pairs = [(n, one.case) for n, found in in_cases.items() for one in found]
        wanted = pl.DataFrame(pairs, schema={"summary": pl.UInt32, "case_id": pl.String}, orient="row").unique()
        rows = deviations_of(book, cases).join(cases.select("case", "case_id"), on="case")
        units |= _units(rows.join(wanted, on=["summary", "case_id"], how="semi"))
    return Accepted(by_key, units)


def _units(rows: pl.DataFrame) -> dict[int, Mapping[str, int]]:
    """Number of the summary → dimension → lost units."""
    sums = rows.group_by("summary").agg(pl.col(name).cast(pl.Int64).sum() for name in LOST.values())
    return {row["summary"]: {name: row[LOST[name]] for name in DIMENSIONS} for row in sums.iter_rows(named=True)}
