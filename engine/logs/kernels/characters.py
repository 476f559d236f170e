"""Which bytes are the UTF-8 text of an XML 1.0 document (RFC 3629; XML 1.0, production 2)."""

from __future__ import annotations

from engine.compiled import tight, tight_inlined
from engine.logs.kernels.common import WRONG, Bytes

_TOGETHER = 64


@tight_inlined
def _length(text: Bytes, at: int, end: int) -> int:
    """How many bytes the character has; 0 when it is none, −n when n bytes of it are there and the rest may come."""
    first = int(text[at])
    if first < 0x80:
        return 1 if first >= 0x20 or first == 9 or first == 10 or first == 13 else 0
    if first < 0xC2 or first > 0xF4:
        return 0
    size = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    for i in range(1, size):
        if at + i >= end:
            return -i
        byte = int(text[at + i])
        low, high = 0x80, 0xBF
        if i == 1:
            if first == 0xE0:
                low = 0xA0
            elif first == 0xED:
                high = 0x9F  # surrogates
            elif first == 0xF0:
                low = 0x90
            elif first == 0xF4:
                high = 0x8F
        if byte < low or byte > high:
            return 0
    if first == 0xEF and text[at + 1] == 0xBF and text[at + 2] >= 0xBE:
        return 0  # U+FFFE and U+FFFF
    return size


@tight
def checked(text: Bytes, at: int, end: int) -> int:
    """The position up to which the text is characters of XML: ``end``, or where one begins that ends later; or WRONG."""
    while at < end:
        if at + _TOGETHER <= end:
            odd = 0
            for i in range(at, at + _TOGETHER):  # without branches, so that it is done for many bytes at once
                byte = text[i]
                odd |= (byte >= 0x80) | ((byte < 0x20) & (byte != 9) & (byte != 10) & (byte != 13))
            if not odd:
                at += _TOGETHER
                continue
        stop = min(at + _TOGETHER, end)
        while at < stop:
            size = _length(text, at, end)
            if size == 0:
                return WRONG
            if size < 0:
                return at
            at += size
    return at
