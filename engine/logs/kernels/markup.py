"""The parts of XML 1.0 that tags are made of: white space, names, quoted values, references, comments."""

from __future__ import annotations

import numpy as np

from engine.compiled import tight_inlined
from engine.logs.kernels.common import (
    DEPTH,
    ELEMENTS,
    ID,
    INT,
    KEY_FROM,
    LINE,
    LIST,
    LOG,
    MORE,
    SCRATCH,
    VALUE_FROM,
    WRONG,
    Bytes,
    Int64s,
)

(
    TAB,
    LINE_FEED,
    RETURN,
    SPACE,
    BANG,
    QUOTE,
    HASH,
    AMPERSAND,
    APOSTROPHE,
    DASH,
    SLASH,
    SEMICOLON,
    LESS,
    EQUALS,
    GREATER,
) = np.frombuffer(b"\t\n\r !\"#&'-/;<=>", dtype=np.uint8).tolist()
_SIZES = np.array([len(name) for name in ELEMENTS], dtype=np.int64)
_NAMES = np.array([list(name.ljust(16, "\0").encode()) for name in ELEMENTS], dtype=np.uint8)
_BY_FIRST = np.full(256, WRONG, dtype=np.int64)
for _code, _name in enumerate(ELEMENTS):
    _BY_FIRST[ord(_name[0])] = _code
_PLAIN = np.ones(256, dtype=np.bool_)
_PLAIN[[0, TAB, LINE_FEED, RETURN, QUOTE, AMPERSAND, APOSTROPHE, LESS]] = False
_KEY = np.frombuffer(b"key", dtype=np.uint8)
_VALUE = np.frombuffer(b"value", dtype=np.uint8)
_ENTITIES = np.array([list(name.ljust(8, b"\0")) for name in (b"lt;", b"gt;", b"amp;", b"quot;", b"apos;")], np.uint8)
_MEANT = np.frombuffer(b"<>&\"'", dtype=np.uint8)


@tight_inlined
def failure(byte: np.uint8) -> int:
    """What a byte that does not fit means."""
    return MORE if byte == 0 else WRONG


@tight_inlined
def skip_space(text: Bytes, at: int, state: Int64s) -> int:
    """The position after white space. A line ends with LF, CR or both."""
    while True:
        byte = text[at]
        if byte == SPACE or byte == TAB:
            at += 1
        elif byte == LINE_FEED:
            state[LINE] += 1
            at += 1
        elif byte == RETURN:
            state[LINE] += 1
            at += 2 if text[at + 1] == LINE_FEED else 1
        else:
            return at


@tight_inlined
def element(text: Bytes, at: int) -> int:
    """The code of the element whose name stands here."""
    first = text[at]
    if first == 0:
        return MORE
    code = int(_BY_FIRST[first])
    if code < 0:
        return WRONG
    if code == INT and text[at + 1] == _NAMES[ID, 1]:
        code = ID
    elif code == LOG and text[at + 1] == _NAMES[LIST, 1]:
        code = LIST
    for i in range(_SIZES[code]):
        if text[at + i] != _NAMES[code, i]:
            return failure(text[at + i])
    byte = text[at + _SIZES[code]]
    if byte == GREATER or byte == SLASH or byte == SPACE or byte == TAB or byte == LINE_FEED or byte == RETURN:
        return code
    return failure(byte)


@tight_inlined
def _follows(text: Bytes, at: int, name: Bytes) -> int:
    """The position after a name, if it stands here."""
    for i in range(name.shape[0]):
        if text[at + i] != name[i]:
            return failure(text[at + i])
    return at + len(name)


@tight_inlined
def _reference(text: Bytes, at: int, end: int, out: int) -> tuple[int, int]:
    """Write the character that a reference stands for; the positions after both, or WRONG."""
    if text[at + 1] != HASH:
        for entity in range(_ENTITIES.shape[0]):
            i = 0
            while _ENTITIES[entity, i] != 0 and text[at + 1 + i] == _ENTITIES[entity, i]:
                i += 1
            if i > 0 and _ENTITIES[entity, i] == 0:
                text[out] = _MEANT[entity]
                return at + 1 + i, out + 1
        return WRONG, out
    at += 2
    base = 10
    if text[at] == 120:  # x
        base = 16
        at += 1
    code, begin = 0, at
    while at < end and text[at] != SEMICOLON:
        byte = int(text[at])
        digit = byte - 48 if byte <= 57 else (byte | 32) - 87
        if digit < 0 or digit >= base or (byte > 57 and digit < 10):
            return WRONG, out
        code = code * base + digit
        if code > 0x10FFFF:
            return WRONG, out
        at += 1
    control = code < 32 and code != TAB and code != LINE_FEED and code != RETURN
    if at == end or at == begin or control or 0xD800 <= code < 0xE000 or code == 0xFFFE or code == 0xFFFF:
        return WRONG, out
    if code < 0x80:
        text[out] = code
        return at + 1, out + 1
    size = 2 if code < 0x800 else 3 if code < 0x10000 else 4
    for i in range(size - 1, 0, -1):
        text[out + i] = 0x80 | (code & 0x3F)
        code >>= 6
    text[out] = (0xF00 >> size) & 0xFF | code
    return at + 1, out + size


@tight_inlined
def _decoded(text: Bytes, at: int, end: int, out: int, state: Int64s) -> int:
    """Write a value with its references and white space resolved (XML 1.0, 3.3.3); the position after it, or WRONG."""
    while at < end:
        byte = text[at]
        if byte == AMPERSAND:
            at, out = _reference(text, at, end, out)
            if at < 0:
                return WRONG
            continue
        if byte == RETURN and text[at + 1] == LINE_FEED:
            at += 1
        if byte == RETURN or byte == LINE_FEED:
            state[LINE] += 1
            byte = np.uint8(SPACE)
        elif byte == TAB:
            byte = np.uint8(SPACE)
        text[out] = byte
        out += 1
        at += 1
    return out


@tight_inlined
def attributes(text: Bytes, at: int, state: Int64s) -> int:
    """Read the XML attributes ``key`` and ``value`` up to the end of the tag, which is the position returned."""
    state[KEY_FROM] = state[VALUE_FROM] = WRONG
    while True:
        begin = at
        at = skip_space(text, at, state)
        if text[at] == GREATER:
            return at + 1
        if text[at] == SLASH:
            return at + 2 if text[at + 1] == GREATER else failure(text[at + 1])
        if at == begin:
            return failure(text[at])
        slot = KEY_FROM
        if text[at] == _KEY[0]:
            at = _follows(text, at, _KEY)
        else:
            at = _follows(text, at, _VALUE)
            slot = VALUE_FROM
        if at < 0:
            return at
        at = skip_space(text, at, state)
        if text[at] != EQUALS:
            return failure(text[at])
        at = skip_space(text, at + 1, state)
        quote = text[at]
        if (quote != QUOTE and quote != APOSTROPHE) or state[slot] >= 0:
            return failure(quote)
        at += 1
        begin, special = at, False
        while True:
            while _PLAIN[text[at]]:
                at += 1
            byte = text[at]
            if byte == quote:
                break
            if byte == 0 or byte == LESS:
                return failure(byte)
            special |= byte != QUOTE and byte != APOSTROPHE
            at += 1
        state[slot], state[slot + 1] = begin, at
        if special:
            out = state[SCRATCH] + (text.shape[0] - state[SCRATCH]) // 2 * (slot == VALUE_FROM)
            state[slot], state[slot + 1] = out, _decoded(text, begin, at, out, state)
            if state[slot + 1] < 0:
                return WRONG
        at += 1


@tight_inlined
def comment(text: Bytes, at: int, state: Int64s) -> int:
    """The position after a comment whose ``<!`` was read."""
    for _ in range(2):
        if text[at] != DASH:
            return failure(text[at])
        at += 1
    while True:
        byte = text[at]
        if byte == 0:
            return MORE
        if byte == DASH and text[at + 1] == DASH:
            return at + 3 if text[at + 2] == GREATER else failure(text[at + 2])
        if byte == DASH and text[at + 1] == 0:
            return MORE
        if byte == LINE_FEED:
            state[LINE] += 1
        elif byte == RETURN:
            state[LINE] += 1
            at += text[at + 1] == LINE_FEED
        at += 1


@tight_inlined
def end_tag(text: Bytes, at: int, state: Int64s, stack: Bytes) -> int:
    """Close the open element; the position after its end tag, whose ``</`` was read."""
    code = element(text, at)
    if code < 0:
        return code
    depth = state[DEPTH]
    if depth == 0 or stack[depth] != code:
        return WRONG
    at = skip_space(text, at + size_of(code), state)
    if text[at] != GREATER:
        return failure(text[at])
    state[DEPTH] = depth - 1
    return at + 1


@tight_inlined
def size_of(code: int) -> int:
    """How many bytes the name of an element has."""
    return int(_SIZES[code])
