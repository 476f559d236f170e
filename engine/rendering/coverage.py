"""Which characters the vendored font has, read from its table of characters (OpenType, table "cmap")."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from engine.rendering.fonts import FONTS

LACKING = "□"
"""Stands for a character that the font does not have."""
_SEGMENTED, _GROUPED = 4, 12
_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}
"""Platform and encoding of tables that are about Unicode."""


@cache
def characters(name: str = "NotoSansSC-Regular.otf") -> frozenset[int]:
    """The code points of a vendored font."""
    return read_characters(FONTS / name)


def covered(text: str) -> str:
    """A text in which ``LACKING`` stands for what the font does not have."""
    known = characters()
    return "".join(character if ord(character) in known else LACKING for character in text)


def read_characters(path: Path) -> frozenset[int]:
    """The code points of an OpenType font file.

    Raises:
        ValueError: It has no such table.
    """
    data = path.read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    for number in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if tag == b"cmap":
            return _read_table(data, start)
    raise ValueError(path.name)


def _read_table(data: bytes, start: int) -> frozenset[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", data, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * number)
        kind = struct.unpack_from(">H", data, start + offset)[0]
        if (platform, encoding) not in _UNICODE:
            continue
        if kind == _GROUPED:
            found |= _read_groups(data, start + offset)
        elif kind == _SEGMENTED:
            found |= _read_segments(data, start + offset)
    return frozenset(found)


def _read_groups(data: bytes, start: int) -> set[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">I", data, start + 12)[0]):
        first, last, _ = struct.unpack_from(">III", data, start + 16 + 12 * number)
        found.update(range(first, last + 1))
    return found


def _read_segments(data: bytes, start: int) -> set[int]:
    found: set[int] = set()
    count = struct.unpack_from(">H", data, start + 6)[0] // 2
    lasts, firsts, deltas, ranges = (start + 14 + at * 2 * count + (2 if at else 0) for at in range(4))
    for number in range(count):
        last, first = (struct.unpack_from(">H", data, table + 2 * number)[0] for table in (lasts, firsts))
        delta, offset = (struct.unpack_from(">H", data, table + 2 * number)[0] for table in (deltas, ranges))
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code + delta
            if offset:
                (glyph,) = struct.unpack_from(">H", data, ranges + 2 * number + offset + 2 * (code - first))
                glyph += delta if glyph else 0
            if glyph & 0xFFFF:
                found.add(code)
    return found
