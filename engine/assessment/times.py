"""Times for people: how long cases take, wait and are worked on. All in clock time, all in seconds.

A case counts where its first and last event have a time (cycle time), and where every event has a start and a time
(touch and waiting time). Touch time is the time in which at least one event of the case was worked on; waiting time is
the rest of the cycle time; flow efficiency is the sum of the touch times over the sum of the cycle times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.conformance.performed import EventTable

Moments = NDArray[np.datetime64]
Spans = NDArray[np.timedelta64]
Truths = NDArray[np.bool_]

MICROSECONDS = 1_000_000


def quantile_seconds(spans: Spans, share: float) -> float | None:
    """A quantile of time spans, interpolated between neighbours; unknown ones (NaT) do not count; None without any."""
    known = spans[~np.isnat(spans)].astype(np.int64)
    return float(np.quantile(known, share)) / MICROSECONDS if len(known) else None


def median_seconds(spans: Spans) -> float | None:
    """The median of time spans, as ``quantile_seconds``."""
    return quantile_seconds(spans, 0.5)


@dataclass(frozen=True, eq=False, slots=True)
class CaseTimes:
    """The times of each case; timedelta64[us] where no other word stands, NaT where the events do not tell.

    Attributes:
        begin, end: Its first and its last moment (``EventTable.spans``); datetime64[us].
        touch: In which at least one event was worked on.
    """

    begin: Moments
    end: Moments
    touch: Spans

    @classmethod
    def of(cls, events: EventTable) -> CaseTimes:
        """The times of the cases of a log."""
        begin, end = events.spans
        return cls(begin, end, np.where(np.isnat(end - begin), np.timedelta64("NaT", "us"), _touch(events)))

    @classmethod
    def joined(cls, parts: Sequence[CaseTimes]) -> CaseTimes:
        """The times of the cases of several parts, one after the other."""
        columns = zip(*((part.begin, part.end, part.touch) for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    @property
    def cycle(self) -> Spans:
        """From the first to the last moment."""
        found: Spans = self.end - self.begin
        return found

    @property
    def waiting(self) -> Spans:
        """Cycle time that is not touch time."""
        found: Spans = self.cycle - self.touch
        return found


def _touch(events: EventTable) -> Spans:
    """The length of the union of each case's intervals."""
    frame = pl.DataFrame(
        {"case": events.case, "start": events.start.astype(np.int64), "time": events.time.astype(np.int64)}
    )
    known = ~(np.isnat(events.start) | np.isnat(events.time))
    cases = len(events.offsets) - 1
    complete = (np.bincount(events.case[known], minlength=cases) == events.count_of_case) & (events.count_of_case > 0)
    worked = (
        frame.filter(pl.Series(complete[events.case]) if len(events.case) else pl.lit(value=False))
        .with_columns(pl.max_horizontal("start", "time").alias("time"))
        .sort("case", "start")
        .with_columns(pl.col("time").cum_max().shift(1).over("case").alias("reached"))
        .with_columns((pl.col("time") - pl.max_horizontal("start", "reached")).clip(0).alias("new"))
        .group_by("case")
        .agg(pl.col("new").sum())
    )
    found = np.full(cases, np.timedelta64("NaT", "us"))
    found[worked["case"].to_numpy()] = worked["new"].to_numpy().astype("timedelta64[us]")
    return found


def step_spans(events: EventTable) -> pl.DataFrame:
    """How long each performed event took, and how long its case waited for it.

    Returns:
        ``label`` (Int32), ``duration`` and ``wait`` (Int64, microseconds, null where unknown).
    """
    previous = np.full(len(events.time), np.datetime64("NaT", "us"))
    previous[1:] = np.where(events.case[1:] == events.case[:-1], events.time[:-1], previous[1:])
    rows = np.flatnonzero(events.performed)
    return pl.DataFrame(
        {
            "label": events.label[rows],
            "duration": _span_column(events.time[rows] - events.start[rows]),
            "wait": _span_column(events.begun[rows] - previous[rows]),
        }
    )


def _span_column(spans: NDArray[np.timedelta64]) -> pl.Series:
    """Time spans as microseconds, null where unknown."""
    return pl.Series(spans.astype(np.int64)).set(pl.Series(np.isnat(spans)), None)
