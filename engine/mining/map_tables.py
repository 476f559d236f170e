"""What a process map is counted from: one row for each activity, and one for each pair that directly follows.

Everything is done on columns; a million events take a fraction of a second. Times are of clocks, in microseconds: work
lasts from an event's start to its time; waiting lasts from the moment an event ended (its time or, without one, its
start) to the moment the next one began (its start or, without one, its time). Where two overlap nobody waits: 0.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from engine.logs.log import Log
from engine.mining.directly_follows import BEGIN, FINISH

LAST = 1_000_000
"""The place of the last event of a case."""
LONG = 0.9
"""The quantile that says how long something takes where it takes long."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, over the occurrences of which it is known; interpolated linearly between two.

    Attributes:
        known: Of how many occurrences it is known.
        total: The sum of all, in microseconds.
        median: In microseconds; None where nothing is known.
        long: The 90th percentile, in microseconds.
    """

    known: int = 0
    total: int = 0
    median: float | None = None
    long: float | None = None


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity.

    Attributes:
        code: Its number in the log.
        name: Its name.
        events: Events of it.
        cases: Cases that have it.
        positions: The sum of the places of its events in their cases, from 0 for the first to ``LAST`` for the last;
            whole numbers, so that the sum does not depend on the order of the cases.
        work: From start to time, where an event says both.
        waiting: Since the case's previous event; a first event waits for nothing that the log knows.
    """

    code: int
    name: str
    events: int
    cases: int
    positions: int
    work: Times
    waiting: Times


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two activities, the second directly after the first; or ``BEGIN`` and one, or one and ``FINISH``.

    Attributes:
        first, second: Numbers in the log.
        count: How often.
        cases: Cases in which it occurs.
        between: From the end of the first event to the beginning of the second.
    """

    first: int
    second: int
    count: int
    cases: int
    between: Times


def activity_rows(log: Log) -> tuple[ActivityRow, ...]:
    """Every activity that has events, in no particular order."""
    case = pl.col("case")
    since = _micros(_begun() - _ended().shift(1))
    rows = log.events.lazy().select(
        "activity",
        "case",
        position=pl.lit(_places(log)),
        work=_micros(pl.col("time") - pl.col("start")),
        waiting=pl.when(case == case.shift(1)).then(since),
    )
    grouped = rows.group_by("activity").agg(
        pl.len().alias("events"),
        _cases().alias("cases"),
        pl.col("position").sum().alias("positions"),
        *_times("work"),
        *_times("waiting"),
    )
    return tuple(
        ActivityRow(
            row["activity"],
            log.activities[row["activity"]],
            row["events"],
            row["cases"],
            row["positions"],
            _times_of(row, "work"),
            _times_of(row, "waiting"),
        )
        for row in grouped.collect().to_dicts()
    )


def pair_rows(log: Log, shown: Collection[int]) -> tuple[PairRow, ...]:
    """What directly follows what when only some activities are looked at, in no particular order.

    The events of all other activities are left out, and what then stands beside each other in a case follows each
    other. So the time between the two holds whatever was left out between them.

    Args:
        log: The log.
        shown: Numbers of the activities that are looked at.
    """
    events = log.events.lazy().select("case", "activity", begun=_begun(), ended=_ended())
    if len(set(shown)) < len(log.activities):
        looked_at = pl.Series([code in set(shown) for code in range(len(log.activities))], dtype=pl.Boolean)
        events = events.filter(pl.lit(looked_at).gather(pl.col("activity")))
    case, activity = pl.col("case"), pl.col("activity").cast(pl.Int64)
    goes_on = case == case.shift(-1)
    rows = events.select(
        "case",
        opens=(case != case.shift(1)).fill_null(value=True),
        first=activity,
        second=pl.when(goes_on).then(activity.shift(-1)).otherwise(FINISH),
        between=pl.when(goes_on).then(_micros(pl.col("begun").shift(-1) - pl.col("ended"))),
    ).collect()
    count = (pl.len().alias("count"), _cases().alias("cases"))
    follows = rows.group_by("first", "second").agg(*count, *_times("between")).to_dicts()
    opens = rows.filter("opens").group_by("first").agg(*count).to_dicts()
    return (
        *(PairRow(r["first"], r["second"], r["count"], r["cases"], _times_of(r, "between")) for r in follows),
        *(PairRow(BEGIN, r["first"], r["count"], r["cases"], Times()) for r in opens),
    )


def _places(log: Log) -> pl.Series:
    """Where each event stands in its case, from 0 to ``LAST``."""
    cases = log.events["case"].to_numpy().astype(np.int64)
    lengths = np.bincount(cases, minlength=log.cases.height)
    begins = np.cumsum(lengths) - lengths
    return pl.Series((np.arange(len(cases)) - begins[cases]) * LAST // np.maximum(lengths[cases] - 1, 1))


def _cases() -> pl.Expr:
    """How many cases the events of a group belong to; they stand in the order of the cases."""
    return (pl.col("case") != pl.col("case").shift(1)).sum() + 1


def _begun() -> pl.Expr:
    return pl.coalesce("start", "time")


def _ended() -> pl.Expr:
    return pl.coalesce("time", "start")


def _micros(span: pl.Expr) -> pl.Expr:
    return span.dt.total_microseconds().clip(lower_bound=0)


def _times(name: str) -> tuple[pl.Expr, ...]:
    span = pl.col(name)
    return (
        span.count().alias(f"{name} known"),
        span.sum().alias(f"{name} total"),
        span.median().alias(f"{name} median"),
        span.quantile(LONG, "linear").alias(f"{name} long"),
    )


def _times_of(row: dict[str, int | float | None], name: str) -> Times:
    known, total = row[f"{name} known"], row[f"{name} total"]
    return Times(int(known or 0), int(total or 0), row[f"{name} median"], row[f"{name} long"])
