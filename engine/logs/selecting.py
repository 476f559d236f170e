"""A part of a log: some of its cases, with everything that belongs to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.log import Log


def case_starts(log: Log) -> pl.Series:
    """The moment at which each case began: its earliest start or, without one, its earliest time.

    Returns:
        ``Datetime("us", "UTC")`` for each case of the log, in its order; null for a case without a timestamp.
    """
    earliest = log.events.group_by("case").agg(pl.min_horizontal(pl.col("start").min(), pl.col("time").min()))
    cases = pl.DataFrame({"case": pl.Series(range(log.cases.height), dtype=pl.UInt32)})
    return cases.join(earliest, on="case", how="left", maintain_order="left")["start"]


def select_cases(log: Log, chosen: NDArray[np.bool_]) -> Log:
    """The part of a log that some cases are.

    Args:
        log: A log.
        chosen: One truth value for each case, in the order of ``log.cases``.

    Returns:
        A log with those cases in the same order. Activities keep their numbers; name, hash and warnings are the
        whole log's.
    """
    number = pl.DataFrame(
        {"case": np.flatnonzero(chosen).astype(np.uint32), "_new": np.arange(int(chosen.sum()), dtype=np.uint32)}
    )
    events = log.events.join(number, on="case", how="inner", maintain_order="left")
    events = events.with_columns(case=pl.col("_new")).select(log.events.columns)
    return replace(log, cases=log.cases.filter(pl.Series(chosen)), events=events)


def started_within(log: Log, since: datetime, until: datetime) -> Log:
    """The part of a log that the cases are which started in a period.

    Args:
        log: A log.
        since: The first moment of the period.
        until: The first moment after it.

    Returns:
        The log with those cases; those without a timestamp, of which no one knows when they started, are not among
        them.
    """
    starts = case_starts(log)
    return select_cases(log, ((starts >= since) & (starts < until)).fill_null(value=False).to_numpy())
