"""What a user may say about a log's file, because the file does not say it itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the size of the file, both as they lie on disk."""


class DateOrder(StrEnum):
    """How a date made of numbers alone is to be read where its column allows two readings."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    YEAR_FIRST = "year-first"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Names of columns (of attribute keys for XES), and the order of dates; None: found by well-known names.

    Attributes:
        case: The column that says which case a row belongs to (XES: the key of the trace's name).
        activity: The column of the activity.
        timestamp: The column of the time at which the event happened; of an interval, its end.
        start: The column of the time at which its work began.
        resource: The column of who or what did it.
        date_order: How to read dates such as ``9.3.10``; asked for only when a column allows more than one order.
    """

    case: str | None = None
    activity: str | None = None
    timestamp: str | None = None
    start: str | None = None
    resource: str | None = None
    date_order: DateOrder | None = None
