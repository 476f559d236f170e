"""What the lifecycle of events (lifecycle:transition, XES 1849) makes of a log: all events, completions, or intervals.

An event without a lifecycle is complete, as in the standard. Letters' case does not matter. Both modes that select look
at each activity by itself, because many systems write states of their own ("Wait - User") where the standard has
transitions: an activity that never has what a mode looks for keeps all its events, and that is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from engine.errors import Place, Problem, Severity
from engine.logs.assembly import numbered
from engine.logs.log import Log

INSTANCE = "concept:instance"
"""The event attribute that tells apart occurrences of one activity that run at the same time."""


class Lifecycle(StrEnum):
    """Which events of a log count, and as what.

    ``all``: every event, as it stands. ``complete``: completions; of an activity that has any, its other events are
    left out. ``pair``: of an activity that has starts and completions, each start becomes one interval with the first
    completion that follows it and is still free (first in, first out; within the same ``concept:instance`` where that
    is given); events of other transitions are left out, starts without a completion stay.
    """

    ALL = "all"
    COMPLETE = "complete"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Transitions:
    """Which activities of a log have starts, and which have completions.

    Attributes:
        starts: Names of those with starts.
        completes: Names of those with completions.
    """

    starts: frozenset[str]
    completes: frozenset[str]

    @classmethod
    def of(cls, log: Log) -> Transitions:
        """Those of a log."""
        marked = log.events.select("activity", "lifecycle").unique().select("activity", **_is_start_or_complete())
        having = (marked.filter(column)["activity"].unique().to_list() for column in ("start", "complete"))
        return cls(*(frozenset(log.activities[code] for code in codes) for codes in having))

    @classmethod
    def joined(cls, parts: Iterable[Transitions]) -> Transitions:
        """Those of a log whose parts have these."""
        every = tuple(parts)
        return cls(
            frozenset().union(*(part.starts for part in every)), frozenset().union(*(part.completes for part in every))
        )

    @property
    def usual(self) -> Lifecycle:
        """How starts and completions are read where nothing else is asked for: paired where an activity has both."""
        return Lifecycle.PAIR if self.starts & self.completes else Lifecycle.ALL


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a mode did to a log.

    Attributes:
        events: How many events were left out.
        starts: How many starts had no completion.
    """

    events: int = 0
    starts: int = 0

    def warnings(self, name: str, strange: int) -> tuple[Problem, ...]:
        """The same as warnings about a log of that name.

        Args:
            name: The log's name.
            strange: How many of its activities have no completions.
        """
        return (
            *_warning("log.lifecycle-left-out", name, self.events),
            *_warning("log.start-unpaired", name, self.starts),
            *_warning("log.lifecycle-not-standard", name, strange),
        )


def has_both(log: Log) -> bool:
    """Whether some activity has both starts and completions, so that pairing would make intervals."""
    return Transitions.of(log).usual is Lifecycle.PAIR


def usual_lifecycle(log: Log) -> Lifecycle:
    """How starts and completions are read where nothing else is asked for: paired where an activity has both."""
    return Transitions.of(log).usual


def apply_lifecycle(log: Log, mode: Lifecycle | None) -> Log:
    """The log with only the events that count; None for the usual mode of the log.

    An interval stands where its completion stood. It keeps the completion's time and attributes; what the completion
    leaves null is taken from the start, whose time becomes ``start``; but for the lifecycle, since it is a completion.

    Returns:
        A log with the same cases; it carries the warnings of the given one, and how many events were left out
        (``log.lifecycle-left-out``), how many starts had no completion (``log.start-unpaired``) and how many
        activities kept events that are no completions (``log.lifecycle-not-standard``).
    """
    if mode is Lifecycle.ALL:
        return log
    transitions = Transitions.of(log)
    counted, left_out = events_that_count(log, mode or transitions.usual, transitions)
    if counted is log:
        return log
    strange = len(set(log.activities) - transitions.completes)
    return replace(counted, warnings=(*log.warnings, *left_out.warnings(log.name, strange)))


def events_that_count(log: Log, mode: Lifecycle, transitions: Transitions) -> tuple[Log, LeftOut]:
    """A log, or a part of one, with only the events that count, and what was left out; no warnings are added.

    Args:
        log: The log or the part.
        mode: Which events count.
        transitions: Those of the whole log.
    """
    if mode is Lifecycle.ALL or not len(log.events):
        return log, LeftOut()
    marked = _marked(log, transitions)
    if mode is Lifecycle.COMPLETE:
        kept = marked["complete"] | ~marked["has_complete"]
        events, unpaired = log.events.filter(kept), 0
    else:
        kept = marked["start"] | marked["complete"] | ~marked["both"]
        events, unpaired = _paired(log.events.filter(kept), marked.filter(kept))
    codes, renumbered = numbered(events["activity"])
    counted = replace(
        log,
        activities=tuple(log.activities[code] for code in codes.to_list()),
        events=events.with_columns(renumbered.alias("activity")),
    )
    return counted, LeftOut(int((~kept).sum()), unpaired)


def _is_start_or_complete() -> dict[str, pl.Expr]:
    transition = pl.col("lifecycle").str.strip_chars().str.to_lowercase().fill_null("complete")
    return {"start": transition == "start", "complete": transition == "complete"}


def _marked(log: Log, transitions: Transitions) -> pl.DataFrame:
    """For each event whether it is a start or a completion, and what its activity has."""
    completes = [name in transitions.completes for name in log.activities]
    both = [name in transitions.completes and name in transitions.starts for name in log.activities]
    codes = log.events["activity"]
    return log.events.select("activity", **_is_start_or_complete()).with_columns(
        has_complete=pl.Series(completes, dtype=pl.Boolean).gather(codes),
        both=pl.Series(both, dtype=pl.Boolean).gather(codes),
    )


def _paired(events: pl.DataFrame, marked: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Starts joined to completions, and how many starts found none.

    Starts wait in a queue. Walking through a group, +1 for a start and -1 for a completion, a completion finds the
    queue empty exactly where the walk reaches a new lowest point below 0. The others take the starts in order.
    """
    group = ["case", "activity", *([INSTANCE] if INSTANCE in events.columns else [])]
    walk = events.select(*group).with_row_index("row").hstack(marked.select("start", "complete", "both"))
    walk = walk.filter("both").with_columns(
        level=pl.when("start").then(1).otherwise(-1).cum_sum().over(group),
    )
    lowest = pl.min_horizontal(pl.col("level").cum_min().over(group).shift(1).over(group), pl.lit(0))
    walk = walk.with_columns(taken=pl.col("complete") & (pl.col("level") >= pl.coalesce(lowest, 0)))
    starts = walk.filter("start").select(*group, start_row="row", turn=pl.int_range(pl.len()).over(group))
    ends = walk.filter("taken").select(*group, end_row="row", turn=pl.int_range(pl.len()).over(group))
    pairs = starts.join(ends, on=[*group, "turn"], how="left", nulls_equal=True)
    found = pairs.filter(pl.col("end_row").is_not_null())
    rows = events.with_row_index("row")
    began = rows.select(
        start_row="row",
        began=pl.coalesce("start", "time"),
        **{
            f"of start: {name}": pl.col(name)
            for name in events.columns
            if name not in ("case", "activity", "start", "time", "lifecycle")
        },
    )
    joined = (
        rows.filter(~pl.col("row").is_in(found["start_row"].implode()))
        .join(
            found.select("end_row", "start_row"), left_on="row", right_on="end_row", how="left", maintain_order="left"
        )
        .join(began, on="start_row", how="left", maintain_order="left")
    )
    filled = joined.with_columns(
        pl.coalesce("start", "began").alias("start"),
        *(pl.coalesce(name, f"of start: {name}") for name in events.columns if f"of start: {name}" in joined.columns),
    )
    return filled.select(events.columns), len(pairs) - len(found)


def _warning(code: str, name: str, count: int) -> tuple[Problem, ...]:
    return (Problem(code, Place(name), {}, Severity.WARNING, count),) if count else ()
