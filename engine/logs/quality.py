"""What is in a log, and what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from engine.errors import Problem
from engine.logs.lifecycle import has_both
from engine.logs.log import EVENT_COLUMNS, Log
from engine.logs.variants import find_variants


@dataclass(frozen=True, slots=True)
class Count:
    """A name and how often it occurs."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class LogReport:
    """The contents of one log.

    Attributes:
        name: The file's name.
        source_hash: SHA-256 of its bytes, hexadecimal.
        cases: Number of cases, empty ones included.
        events: Number of events.
        variants: Number of distinct sequences of activities.
        activities: Every activity with its events, most frequent first, then by name.
        resources: Every resource with its events, in the same order.
        lifecycles: Every lifecycle transition as written, with its events, in the same order.
        pairable: Whether some activity has both starts and completions.
        first: The earliest time, or None when no event has one.
        last: The latest time, or None.
        timeless: Events without a time.
        with_start: Events that say when their work began.
        shortest: Events of the shortest case; 0 when there is no case.
        longest: Events of the longest case; 0 when there is no case.
        event_attributes: Names of further event columns.
        case_attributes: Names of further case columns.
        warnings: What is odd, with counts and first places.
    """

    name: str
    source_hash: str
    cases: int
    events: int
    variants: int
    activities: tuple[Count, ...]
    resources: tuple[Count, ...]
    lifecycles: tuple[Count, ...]
    pairable: bool
    first: datetime | None
    last: datetime | None
    timeless: int
    with_start: int
    shortest: int
    longest: int
    event_attributes: tuple[str, ...]
    case_attributes: tuple[str, ...]
    warnings: tuple[Problem, ...]

    @property
    def timeless_share(self) -> float:
        """The share of events without a time, from 0 to 1; 0 for a log without events."""
        return self.timeless / self.events if self.events else 0.0


def describe(log: Log) -> LogReport:
    """Count what a log holds; nothing in the answer depends on the order of its cases."""
    events = log.events
    names = pl.Series(log.activities, dtype=pl.String)
    variants = find_variants(log)
    lengths = (variants.offsets[1:] - variants.offsets[:-1]).tolist()
    first = events["time"].min()
    return LogReport(
        name=log.name,
        source_hash=log.source_hash,
        cases=log.cases.height,
        events=events.height,
        variants=len(variants),
        activities=_counts(names.gather(events["activity"])),
        resources=_counts(events["resource"]),
        lifecycles=_counts(events["lifecycle"]),
        pairable=has_both(log),
        first=first if isinstance(first, datetime) else None,
        last=log.latest,
        timeless=events["time"].null_count(),
        with_start=events.height - events["start"].null_count(),
        shortest=min(lengths, default=0),
        longest=max(lengths, default=0),
        event_attributes=tuple(events.columns[len(EVENT_COLUMNS) :]),
        case_attributes=tuple(log.cases.columns[1:]),
        warnings=log.warnings,
    )


def _counts(labels: pl.Series) -> tuple[Count, ...]:
    counted = labels.alias("name").drop_nulls().value_counts().sort(["count", "name"], descending=[True, False])
    return tuple(Count(name, count) for name, count in counted.iter_rows())
