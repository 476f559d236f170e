"""What the lifecycle of events (lifecycle:transition, XES 1849) makes of a log: all events, completions, or intervals.

An event without a lifecycle is complete, as in the standard. Letters' case does not matter. Both modes that select look
at each activity by itself, because many systems write states of their own ("Wait - User") where the standard has
transitions: an activity that never has what a mode looks for keeps all its events, and that is counted.
"""

from __future__ import annotations

from dataclasses import replace
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


def has_both(log: Log) -> bool:
    """Whether some activity has both starts and completions, so that pairing would make intervals."""
    return bool(_marked(log)["both"].any())


def usual_lifecycle(log: Log) -> Lifecycle:
    """How starts and completions are read where nothing else is asked for: paired where an activity has both."""
    return Lifecycle.PAIR if has_both(log) else Lifecycle.ALL


def apply_lifecycle(log: Log, mode: Lifecycle) -> Log:
    """The log with only the events that count.

    An interval stands where its completion stood. It keeps the completion's time and attributes; what the completion
    leaves null is taken from the start, whose time becomes ``start``.

    Returns:
        A log with the same cases; it carries the warnings of the given one, and how many events were left out
        (``log.lifecycle-left-out``), how many starts had no completion (``log.start-unpaired``) and how many
        activities kept events that are no completions (``log.lifecycle-not-standard``).
    """
    if mode is Lifecycle.ALL or not len(log.events):
        return log
    marked = _marked(log)
    if mode is Lifecycle.COMPLETE:
        kept = marked["complete"] | ~marked["has_complete"]
        events, unpaired = log.events.filter(kept), 0
    else:
        kept = marked["start"] | marked["complete"] | ~marked["both"]
        events, unpaired = _paired(log.events.filter(kept), marked.filter(kept))
    strange = marked.filter(~marked["has_complete"])["activity"].n_unique()
    warnings = [
        *log.warnings,
        *_warning("log.lifecycle-left-out", log.name, int((~kept).sum())),
        *_warning("log.start-unpaired", log.name, unpaired),
        *_warning("log.lifecycle-not-standard", log.name, strange),
    ]
    codes, renumbered = numbered(events["activity"])
    return replace(
        log,
        activities=tuple(log.activities[code] for code in codes.to_list()),
        events=events.with_columns(renumbered.alias("activity")),
        warnings=tuple(warnings),
    )


def _marked(log: Log) -> pl.DataFrame:
    """For each event whether it is a start or a completion, and what its activity has."""
    transition = pl.col("lifecycle").str.strip_chars().str.to_lowercase().fill_null("complete")
    return log.events.select("activity", start=transition == "start", complete=transition == "complete").with_columns(
        has_complete=pl.col("complete").any().over("activity"),
        both=(pl.col("start").any() & pl.col("complete").any()).over("activity"),
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
            if name not in ("case", "activity", "start", "time")
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
