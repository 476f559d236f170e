"""Time spans as designers write them: ``30s``, ``7m``, ``1h30m``, ``6 workhours``, ``5 workdays``, ``same day``.

Four ways of passing (``TimeUnit``): clock time is written in days, hours, minutes and seconds, largest unit first and
each unit once; working time in ``workhours`` and ``workminutes``; working days in ``workdays``; days of the calendar in
``calendar days``. A clock day has 24 hours, a day of the calendar ends at midnight: ``1 day`` and ``1 calendar day``
differ. The first such days have words: ``same day``, ``next day``, ``same workday``, ``next workday``. Numbers are
whole: a half is written in the next smaller unit, so that a span is exact and reads one way.
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
_WHOLE_DAY_UNITS = {
    "workday": TimeUnit.WORKDAYS,
    "workdays": TimeUnit.WORKDAYS,
    "工作日": TimeUnit.WORKDAYS,
    "个工作日": TimeUnit.WORKDAYS,
    "calendar day": TimeUnit.DAYS,
    "calendar days": TimeUnit.DAYS,
    "自然日": TimeUnit.DAYS,
    "个自然日": TimeUnit.DAYS,
}
_WORDS = {
    "same day": (TimeUnit.DAYS, 0),
    "当天": (TimeUnit.DAYS, 0),
    "当日": (TimeUnit.DAYS, 0),
    "next day": (TimeUnit.DAYS, 1),
    "次日": (TimeUnit.DAYS, 1),
    "same workday": (TimeUnit.WORKDAYS, 0),
    "同一工作日": (TimeUnit.WORKDAYS, 0),
    "next workday": (TimeUnit.WORKDAYS, 1),
    "次一工作日": (TimeUnit.WORKDAYS, 1),
    "下一工作日": (TimeUnit.WORKDAYS, 1),
}
_PART = re.compile(r"([0-9]{1,12})[ \t]*([^\W\d_]+(?:[ \t]+days?(?![^\W\d_]))?)[ \t]*")


def parse_time_span(text: str) -> TimeSpan | None:
    """Read a time span.

    Args:
        text: As written, at any size; spaces around and between the parts do not matter.

    Returns:
        The span, or None when the text is not one. A span of nothing (``0m``) is returned with amount 0: whether that
        is in range is for the caller to say, who knows the limits (``is_nothing`` tells it from ``same day``).
    """
    text = text.strip()
    if _as_word(text) in _WORDS:
        return TimeSpan(text, *_WORDS[_as_word(text)])
    parts = _parts(text)
    if not parts:
        return None
    if len(parts) == 1:
        amount, unit = parts[0]
        if _as_word(unit) in _WHOLE_DAY_UNITS:
            return TimeSpan(text, _WHOLE_DAY_UNITS[_as_word(unit)], amount)
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


def _as_word(text: str) -> str:
    """The text with single blanks."""
    return " ".join(text.split())


def is_nothing(span: TimeSpan) -> bool:
    """Whether a span is no time at all; ``same day`` has the amount 0 and lasts until the day ends."""
    return span.amount == 0 and _as_word(span.text) not in _WORDS


def days_of(span: TimeSpan) -> float:
    """The span in days of 24 hours, each whole day counted as one: for comparing with limits only."""
    whole = span.unit in {TimeUnit.DAYS, TimeUnit.WORKDAYS}
    return span.amount if whole else span.amount / MICROSECONDS_PER_DAY
