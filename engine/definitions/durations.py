"""Time spans as designers write them: ``30s``, ``7m``, ``1h30m``, ``6 workhours``, ``5 workdays``, ``7 分钟``.

Three ways of passing (``TimeUnit``): clock time is written in days, hours, minutes and seconds, largest unit first and
each unit once; working time in ``workhours`` and ``workminutes``; working days in ``workdays``. A clock day has 24
hours. Numbers are whole: a half is written in the next smaller unit, so that a span is exact and reads one way.
"""

from __future__ import annotations

import re

from engine.definitions.standards import TimeSpan, TimeUnit

MICROSECONDS_PER_SECOND = 1_000_000
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
MICROSECONDS_PER_DAY = _DAY * MICROSECONDS_PER_SECOND

_CLOCK_UNITS = {
    "d": _DAY,
    "day": _DAY,
    "days": _DAY,
    "天": _DAY,
    "日": _DAY,
    "h": _HOUR,
    "hour": _HOUR,
    "hours": _HOUR,
    "小时": _HOUR,
    "m": _MINUTE,
    "min": _MINUTE,
    "minute": _MINUTE,
    "minutes": _MINUTE,
    "分": _MINUTE,
    "分钟": _MINUTE,
    "s": 1,
    "second": 1,
    "seconds": 1,
    "秒": 1,
}
_WORKING_UNITS = {
    "workhour": _HOUR,
    "workhours": _HOUR,
    "工作小时": _HOUR,
    "workminute": _MINUTE,
    "workminutes": _MINUTE,
    "工作分钟": _MINUTE,
}
_WORKDAY_UNITS = frozenset({"workday", "workdays", "工作日", "个工作日"})
_PART = re.compile(r"([0-9]{1,12})[ \t]*([^\W\d_]+)[ \t]*")


def parse_time_span(text: str) -> TimeSpan | None:
    """Read a time span.

    Args:
        text: As written, at any size; spaces around and between the parts do not matter.

    Returns:
        The span, or None when the text is not one. A span of nothing (``0m``) is returned with amount 0: whether that
        is in range is for the caller to say, who knows the limits.
    """
    text = text.strip()
    parts = _parts(text)
    if not parts:
        return None
    if len(parts) == 1:
        amount, unit = parts[0]
        if unit in _WORKDAY_UNITS:
            return TimeSpan(text, TimeUnit.WORKDAYS, amount)
    for unit_of_time, table in ((TimeUnit.CLOCK, _CLOCK_UNITS), (TimeUnit.WORKING, _WORKING_UNITS)):
        if all(unit in table for _, unit in parts):
            sizes = [table[unit] for _, unit in parts]
            if sizes != sorted(set(sizes), reverse=True):
                return None
            seconds = sum(amount * size for (amount, _), size in zip(parts, sizes, strict=True))
            return TimeSpan(text, unit_of_time, seconds * MICROSECONDS_PER_SECOND)
    return None


def _parts(text: str) -> list[tuple[int, str]]:
    """``(amount, unit)`` pairs of the whole text, or nothing when some of it is neither."""
    parts: list[tuple[int, str]] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            return []
        parts.append((int(found[1]), found[2]))
        position = found.end()
    return parts


def days_of(span: TimeSpan) -> float:
    """The span in days of 24 hours, working days counted as days: for comparing with limits only."""
    return span.amount if span.unit is TimeUnit.WORKDAYS else span.amount / MICROSECONDS_PER_DAY
