"""Which bytes are the UTF-8 text of an XML 1.0 document (RFC 3629; XML 1.0, production 2)."""

from __future__ import annotations

import numpy as np

from engine.compiled import tight, tight_inlined
from engine.logs.kernels.common import WRONG, Bytes, Words

_ONES = np.uint64(0x0101010101010101)
_TOPS = np.uint64(0x8080808080808080)


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


@tight_inlined
def _lacks(word: np.uint64, byte: np.uint64) -> np.uint64:
    """The top bit of every byte of the word, all below 128, that is not the given one."""
    return ((word ^ (byte * _ONES)) + np.uint64(0x7F) * _ONES) & _TOPS


@tight_inlined
def _plain(word: np.uint64) -> bool:
    """Whether eight bytes are characters of ASCII that XML has."""
    if word & _TOPS:
        return False
    control = ~(word + np.uint64(0x60) * _ONES) & _TOPS
    if control == 0:
        return True
    neither = _lacks(word, np.uint64(9)) & _lacks(word, np.uint64(10)) & _lacks(word, np.uint64(13))
    return bool(control & neither == 0)


@tight
def checked(text: Bytes, words: Words, at: int, end: int) -> int:
    """Whether a text is made of characters of XML.

    Args:
        text: The text.
        words: The same memory, eight bytes in a number.
        at: Where the text begins.
        end: Where it ends.

    Returns:
        ``end``; where a character begins that would go on behind it; or WRONG.
    """
    while at < end:
        while at & 7 == 0 and at + 8 <= end and _plain(words[at >> 3]):
            at += 8
        if at == end:
            break
        size = _length(text, at, end)
        if size == 0:
            return WRONG
        if size < 0:
            return at
        at += size
    return at
