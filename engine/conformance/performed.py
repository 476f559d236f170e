"""The events of a log next to the steps they perform: what standards and statistics are read from.

Everything is a column; a row is an event, in the order of ``Log.events``. Rows of one case stand together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.lifecycle import Transitions
from engine.logs.log import Log

Rows = NDArray[np.int64]
Moments = NDArray[np.datetime64]
Truths = NDArray[np.bool_]

NEVER = np.datetime64("NaT", "us")
_LATEST = np.iinfo(np.int64).max
_EARLIEST = np.iinfo(np.int64).min  # which is also how NumPy stores NaT


@dataclass(frozen=True, eq=False)
class EventTable:
    """Events as arrays.

    Attributes:
        offsets: int64, one more than there are cases; case c has the rows ``offsets[c]:offsets[c + 1]``.
        case: int64 index of the case.
        label: int32 label of the step that the activity means, −1 for activities the net does not know.
        performed: Whether the event performs its step (it is synchronous or misplaced).
        start, time: datetime64[us] in UTC, NaT where the log does not say.
        pending: Whether the event is a start whose completion has not come; its time is when work began.
    """

    offsets: Rows
    case: Rows
    label: NDArray[np.int32]
    performed: Truths
    start: Moments
    time: Moments
    pending: Truths

    @classmethod
    def of(
        cls,
        log: Log,
        label_of_activity: Mapping[str, int],
        performed: Truths,
        *,
        paired: bool = False,
        completes: Collection[str] | None = None,
    ) -> EventTable:
        """The events of a log.

        Args:
            log: The log.
            label_of_activity: Activity name → label, as in a net.
            performed: One truth value for each event.
            paired: Whether starts and completions were paired (``Lifecycle.PAIR``), so that a start that is left, of an
                activity that has completions, is pending.
            completes: Names of the activities that have completions, where the log is a part of one; else the log says.
        """
        labels = np.array([label_of_activity.get(name, -1) for name in log.activities], dtype=np.int32)
        codes = log.events["activity"].to_numpy()
        case = log.events["case"].to_numpy().astype(np.int64)
        return cls(
            offsets=offsets_of(log),
            case=case,
            label=labels[codes] if len(labels) else np.zeros(0, dtype=np.int32),
            performed=performed,
            start=as_moments(log.events["start"]),
            time=as_moments(log.events["time"]),
            pending=_pending(log, completes) if paired else np.zeros(log.events.height, dtype=np.bool_),
        )

    @cached_property
    def count_of_case(self) -> Rows:
        """int64 events of each case."""
        return np.diff(self.offsets)

    def rows_of(self, label: int) -> Rows:
        """Rows of the events of one step, performed or not, increasing."""
        return np.flatnonzero(self.label == label) if label >= 0 else np.zeros(0, dtype=np.int64)

    def performed_rows(self, label: int) -> Rows:
        """Rows of the events that perform one step, increasing."""
        rows = self.rows_of(label)
        return rows[self.performed[rows]]

    def time_of(self, rows: Rows) -> Moments:
        """The times of rows, NaT where a row is −1."""
        times = np.full(len(rows), NEVER)
        times[rows >= 0] = self.time[rows[rows >= 0]]
        return times

    @cached_property
    def begun(self) -> Moments:
        """When each event's work began: its start, else its time."""
        return np.where(np.isnat(self.start), self.time, self.start)

    @cached_property
    def spans(self) -> tuple[Moments, Moments]:
        """Begin and end of each case; see ``Stay``."""
        return self.whole.begin, self.whole.end

    @cached_property
    def whole(self) -> Stay:
        """The whole of each case."""
        return self.stay(np.arange(len(self.case)))

    def stay(self, rows: Rows) -> Stay:
        """The part of each case that some rows make up.

        Args:
            rows: Increasing.
        """
        first, last = np.full((2, len(self.offsets) - 1), -1, dtype=np.int64)
        begin, end = np.full((2, len(self.offsets) - 1), NEVER)
        if len(rows):
            filled, start = np.unique(self.case[rows], return_index=True)
            first[filled], last[filled] = rows[start], rows[np.append(start[1:], len(rows)) - 1]
            begun, time = self.begun[rows], self.time[rows]
            began = np.where(np.isnat(begun), _LATEST, begun.astype(np.int64))
            earliest = np.minimum.reduceat(began, start).astype("datetime64[us]")
            latest = np.maximum.reduceat(time.astype(np.int64), start).astype("datetime64[us]")
            begin[filled] = np.where(np.isnat(self.begun[first[filled]]), NEVER, earliest)
            latest = np.where(latest < begin[filled], begin[filled], latest)
            end[filled] = np.where(np.isnat(self.time[last[filled]]), NEVER, latest)
        return Stay(first, last, begin, end)


@dataclass(frozen=True, eq=False, slots=True)
class Stay:
    """From when to when each case is in the whole flow, or in a sub-flow; arrays in the order of ``Log.cases``.

    Attributes:
        first, last: Rows of its first and last event there, −1 for a case without one.
        begin: The earliest start of these events. NaT where the first of them has no time, because it may then have
            begun earlier.
        end: The latest time of these events, which is never before the begin. NaT where the last of them has none.
    """

    first: Rows
    last: Rows
    begin: Moments
    end: Moments


@dataclass(frozen=True, eq=False, slots=True)
class CaseTable:
    """What is known of each case; arrays in the order of ``Log.cases``.

    Attributes:
        closed: Whether it is judged as closed.
        ended: Whether its aligned run reached an end with nothing left unfinished.
    """

    closed: Truths
    ended: Truths


def _pending(log: Log, completes: Collection[str] | None) -> Truths:
    """For each event of a paired log whether it is a start without a completion."""
    transition = pl.col("lifecycle").str.strip_chars().str.to_lowercase().fill_null("complete")
    known = Transitions.of(log).completes if completes is None else completes
    completed = pl.Series([name in known for name in log.activities], dtype=pl.Boolean).gather(log.events["activity"])
    return log.events.select(((transition == "start") & completed).alias("pending"))["pending"].to_numpy()


def offsets_of(log: Log) -> Rows:
    """int64 row offsets of the cases of a log, one more than there are cases."""
    counts = np.bincount(log.events["case"].to_numpy(), minlength=log.cases.height)
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])


def as_moments(column: pl.Series) -> Moments:
    """A column of timestamps as datetime64[us], NaT for null."""
    return column.dt.replace_time_zone(None).to_physical().fill_null(_EARLIEST).to_numpy().astype("datetime64[us]")


def as_moment(moment: datetime | None) -> np.datetime64:
    """A moment as datetime64[us] in UTC, NaT for None. A moment without a zone is taken as UTC."""
    if moment is None:
        return NEVER
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment, "us")
