"""Attribute values as their kinds read them: the grammar of ``engine.logs.attributes`` and ``engine.logs.instants``.

What is not plainly right is WRONG here, for the other reader to judge: white space that is not ASCII, for one.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import tight_inlined
from engine.logs.instants import FIRST_MICROSECOND, LAST_MICROSECOND
from engine.logs.kernels.common import NAIVE, WRONG, Bytes

_DIGITS = 19  # of a decimal number that surely fits 64 bits without a sign
_EXACT = 1 << 53
_POWERS = np.array([float(f"1e{power}") for power in range(23)])  # all that a double holds exactly
_LAST_INT = (1 << 63) - 1
_DAYS_BEFORE = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365], dtype=np.int64)
_TRUTHS = np.array([list(word.ljust(8, b"\0")) for word in (b"false", b"true", b"0", b"1")], dtype=np.uint8)
_MOST_EXPONENT = 10_000


@tight_inlined
def bare(text: Bytes, at: int, end: int) -> tuple[int, int]:
    """A slice without the white space around it."""
    while at < end and text[at] <= 32:
        at += 1
    while end > at and text[end - 1] <= 32:
        end -= 1
    return at, end


@tight_inlined
def _digit(text: Bytes, at: int) -> int:
    """The digit, or a number that is no digit."""
    return int(text[at]) - 48


@tight_inlined
def integer(text: Bytes, at: int, end: int) -> tuple[bool, int]:
    """An xs:long."""
    negative = at < end and text[at] == 45
    if negative or (at < end and text[at] == 43):
        at += 1
    if at == end:
        return False, 0
    while at < end - 1 and text[at] == 48:
        at += 1
    if end - at > _DIGITS:
        return False, 0
    size = np.uint64(0)
    for i in range(at, end):
        digit = _digit(text, i)
        if digit < 0 or digit > 9:
            return False, 0
        size = size * np.uint64(10) + np.uint64(digit)
    if size > np.uint64(_LAST_INT) + np.uint64(negative):
        return False, 0
    if negative:
        return True, int(np.int64(np.uint64(0) - size))
    return True, int(np.int64(size))


@tight_inlined
def decimal(text: Bytes, at: int, end: int) -> tuple[int, float]:
    """An xs:double: 1 and its value, 0 where it is none, WRONG where it is one that needs a better reader.

    A whole number below 2⁵³ times or over an exact power of ten is rounded once, so it is exact (Clinger 1990).
    """
    if end - at <= 4 and end > at and (text[end - 1] == 70 or text[end - 1] == 78):
        name = at + (text[at] == 43 or text[at] == 45)
        if end - name == 3 and text[name] == 73 and text[name + 1] == 78 and text[name + 2] == 70:
            return WRONG, 0.0  # INF
        if end - at == 3 and text[at] == 78 and text[at + 1] == 97 and text[at + 2] == 78:
            return WRONG, 0.0  # NaN
        return 0, 0.0
    negative = at < end and text[at] == 45
    if negative or (at < end and text[at] == 43):
        at += 1
    size, digits, figures, shift = np.uint64(0), 0, 0, 0
    after = False
    while at < end:
        if text[at] == 46 and not after:
            after = True
        else:
            digit = _digit(text, at)
            if digit < 0 or digit > 9:
                break
            figures += 1
            shift -= after
            if digits > 0 or digit > 0:
                digits += 1
                if digits <= _DIGITS:
                    size = size * np.uint64(10) + np.uint64(digit)
        at += 1
    if figures == 0:
        return 0, 0.0
    if at < end:
        if text[at] | 32 != 101:
            return 0, 0.0
        at += 1
        down = at < end and text[at] == 45
        if down or (at < end and text[at] == 43):
            at += 1
        if at == end:
            return 0, 0.0
        exponent = 0
        for i in range(at, end):
            digit = _digit(text, i)
            if digit < 0 or digit > 9:
                return 0, 0.0
            exponent = min(exponent * 10 + digit, _MOST_EXPONENT)
        shift += -exponent if down else exponent
    if digits == 0:
        return 1, -0.0 if negative else 0.0
    if digits > _DIGITS or size > np.uint64(_EXACT) or shift < -22 or shift > 22:
        return WRONG, 0.0
    value = np.float64(size)
    value = value / _POWERS[-shift] if shift < 0 else value * _POWERS[shift]
    return 1, -value if negative else value


@tight_inlined
def truth(text: Bytes, at: int, end: int) -> int:
    """An xs:boolean in letters of any case: 1, 0, or WRONG."""
    if end - at > 5:
        return WRONG
    for word in range(4):
        i = 0
        while at + i < end and (text[at + i] | (32 * (text[at + i] > 57))) == _TRUTHS[word, i]:
            i += 1
        if at + i == end and i > 0 and _TRUTHS[word, i] == 0:
            return word & 1
    return WRONG


@tight_inlined
def _number(text: Bytes, at: int, size: int) -> int:
    """A number of so many digits, or WRONG."""
    value = 0
    for i in range(at, at + size):
        digit = _digit(text, i)
        if digit < 0 or digit > 9:
            return WRONG
        value = value * 10 + digit
    return value


@tight_inlined
def _offset(text: Bytes, at: int, end: int) -> int:
    """The index of an offset, NAIVE when there is none, or WRONG."""
    if at == end:
        return NAIVE
    if text[at] == 90:  # Z
        return 840 if at + 1 == end else WRONG
    colon = end - at == 6 and text[at + 3] == 58
    if (text[at] != 43 and text[at] != 45) or (end - at != 5 and not colon):
        return WRONG
    hours, minutes = _number(text, at + 1, 2), _number(text, end - 2, 2)
    if hours < 0 or minutes < 0 or minutes > 59 or hours * 60 + minutes > 840:
        return WRONG
    return 840 + (hours * 60 + minutes) * (1 if text[at] == 43 else -1)


@tight_inlined
def clock(text: Bytes, at: int, dash: int, between: int, seconds: bool) -> tuple[bool, int]:  # noqa: FBT001 - kernels have no keywords
    """``YYYY-MM-DDThh:mm`` with these marks, with seconds or without: whether it is one, and its microseconds."""
    if text[at + 4] != dash or text[at + 7] != dash or text[at + 10] != between or text[at + 13] != 58:
        return False, 0
    if seconds and text[at + 16] != 58:
        return False, 0
    year, month, day = _number(text, at, 4), _number(text, at + 5, 2), _number(text, at + 8, 2)
    hour, minute, second = _number(text, at + 11, 2), _number(text, at + 14, 2), 0
    if seconds:
        second = _number(text, at + 17, 2)
    if year < 0 or month < 1 or month > 12 or day < 1 or hour < 0 or minute < 0 or second < 0:
        return False, 0
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = _DAYS_BEFORE[month] - _DAYS_BEFORE[month - 1] + (leap and month == 2)
    if day > last or hour > 23 or minute > 59 or second > 59:
        return False, 0
    before = year - 1  # years before 1 count downwards, so that year 0 is a leap year
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719_162
    days += _DAYS_BEFORE[month - 1] + (leap and month > 2) + day - 1
    return True, ((days * 1440 + hour * 60 + minute) * 60 + second) * 1_000_000


@tight_inlined
def instant(text: Bytes, at: int, end: int) -> tuple[int, int, bool]:
    """An xs:dateTime: the index of its offset or WRONG, microseconds since 1970 in UTC, whether digits were cut."""
    if end - at < 19:
        return WRONG, 0, False
    fits, micros = clock(text, at, 45, 84, True)  # noqa: FBT003 - as above
    if not fits:
        return WRONG, 0, False
    at += 19
    fraction, figures, cut = 0, 0, False
    if at < end and text[at] == 46:
        at += 1
        while at < end and 48 <= text[at] <= 57:
            if figures < 6:
                fraction = fraction * 10 + _digit(text, at)
            else:
                cut |= text[at] != 48
            figures += 1
            at += 1
        if figures == 0:
            return WRONG, 0, False
        for _ in range(figures, 6):
            fraction *= 10
    offset = _offset(text, at, end)
    if offset < 0:
        return WRONG, 0, False
    micros += fraction - (0 if offset == NAIVE else offset - 840) * 60_000_000
    if micros < FIRST_MICROSECOND or micros > LAST_MICROSECOND:
        return WRONG, 0, False
    return offset, micros, cut
