"""Which column of a log's file means what, as its user says."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Query

from engine.logs.options import DateOrder, ReadOptions

ColumnName = Annotated[str | None, Query(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns (XES: of attribute keys), and the order of dates; None: found by well-known names.

    Attributes:
        case: The column of the case.
        activity: The column of the activity.
        timestamp: The column of the time at which an event happened or ended.
        start: The column of the time at which work began.
        resource: The column of who did it.
        date_order: How to read dates made of numbers alone.
    """

    case: ColumnName = None
    activity: ColumnName = None
    timestamp: ColumnName = None
    start: ColumnName = None
    resource: ColumnName = None
    date_order: Annotated[DateOrder | None, Query(alias="date-order")] = None

    @property
    def options(self) -> ReadOptions:
        """The same, as the reader takes it."""
        return ReadOptions(self.case, self.activity, self.timestamp, self.start, self.resource, self.date_order)

    def to_json(self) -> str:
        """The columns as they are stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Columns:
        """The columns as they were stored."""
        stored = json.loads(text)
        order = stored.pop("date_order")
        return cls(**stored, date_order=None if order is None else DateOrder(order))
