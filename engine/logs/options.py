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
    """What its user says of a log's file; None: found by well-known names, or asked for.

    This is the one place that lists the options of reading: the command line and the service make theirs from these
    fields, so that ``date_order`` is ``--date-order`` and ``?date-order=``.

    Attributes:
        case: The column that says which case a row belongs to (XES: the key of the trace's name).
        activity: The column of the activity.
        timestamp: The column of the time at which the event happened; of an interval, its end.
        start: The column of the time at which its work began.
        resource: The column of who or what did it.
        date_order: How to read dates such as ``9.3.10``; asked for only when a column allows more than one order.
        timezone: Where clocks stood that wrote times without an offset: an IANA name (``Asia/Shanghai``) or an offset
            (``+08:00``); see ``zones``.
        sheet: The sheet of a workbook; asked for only when several hold something.
        object_type: The type of object that makes the cases of an OCEL file; asked for only when it has several.
    """

    case: str | None = None
    activity: str | None = None
    timestamp: str | None = None
    start: str | None = None
    resource: str | None = None
    date_order: DateOrder | None = None
    timezone: str | None = None
    sheet: str | None = None
    object_type: str | None = None
