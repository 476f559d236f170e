"""The event log as columns. It knows nothing of files: readers make it, writers and variants read it.

Terms as in IEEE 1849 (XES): a log holds cases (traces), a case holds events in order, an event has an activity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from engine.errors import Problem

EVENT_COLUMNS: dict[str, pl.DataType] = {
    "case": pl.UInt32(),
    "activity": pl.UInt32(),
    "start": pl.Datetime("us", "UTC"),
    "time": pl.Datetime("us", "UTC"),
    "resource": pl.String(),
    "lifecycle": pl.String(),
}
"""The columns that every log has, in this order. ``case`` indexes ``Log.cases``, ``activity`` ``Log.activities``;
``time`` is when the event happened (of an interval: when it was completed), ``start`` when its work began. All but
the first two may be null, which means that the file did not say."""


@dataclass(frozen=True, eq=False)
class Log:
    """An event log.

    Attributes:
        name: The file's name, without its folder.
        activities: Distinct activity names in the order of their first appearance; the readers compose them (Unicode
            NFC), as names in flows are.
        cases: One row for each case in file order: ``case_id`` (String), then case attributes. Cases without
            events are kept.
        events: ``EVENT_COLUMNS``, then event attributes under their own names; sorted by case, and within a case in
            the order in which they count (file order for XES; time, then file order, for tables).
        warnings: What is odd about it: codes with counts and first places. Nothing was dropped without one.
        source_hash: SHA-256 of the file's bytes, hexadecimal.
        closed: Ids of the cases that are known to be closed; None for a log that does not say, such as that of a file.
    """

    name: str
    activities: tuple[str, ...]
    cases: pl.DataFrame
    events: pl.DataFrame
    warnings: tuple[Problem, ...] = ()
    source_hash: str = ""
    closed: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Refuse tables that lack the agreed columns."""
        found = dict(zip(self.events.columns, self.events.dtypes, strict=True))
        wrong = [name for name, kind in EVENT_COLUMNS.items() if found.get(name) != kind]
        if wrong or self.cases.columns[:1] != ["case_id"]:
            raise ValueError(f"not a log: columns {wrong or self.cases.columns[:1]}")

    @property
    def latest(self) -> datetime | None:
        """The latest timestamp of the log, or None when it has none."""
        latest = self.events["time"].max()
        return latest if isinstance(latest, datetime) else None
