"""Text of users made fit for a picture: cleaned, cut, wrapped and escaped. Nothing here knows what the text means."""

from __future__ import annotations

import unicodedata

LABEL_CHARACTERS = 200
"""Longer labels are cut and end in an ellipsis."""

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories that no picture shows: controls, invisible formatting (direction marks included), surrogates,
private use and unassigned. Some are forbidden in XML, the others change how their neighbours look."""

NO_LINE_START = frozenset("，。、；：！？）》」』】〕…—·,.;:!?)]}%％’”")
"""Signs that do not begin a line of Chinese text (GB/T 15834)."""

_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\\": "&#92;", "[": "&#91;", "]": "&#93;"}
)
"""What has a meaning in HTML-like labels or in DOT, as character references."""


def clean(text: str, *, limit: int = LABEL_CHARACTERS) -> str:
    """A text on one line without anything invisible, at most ``limit`` characters long.

    White space of any kind becomes single spaces. A text that was cut ends in "…".

    Args:
        text: Anything, lone surrogates included.
        limit: Length of the result at most, at least 1.
    """
    # Only as much is looked at as can be shown, so that a huge text costs nothing.
    kept = "".join(
        " " if c.isspace() else c
        for c in text[: 4 * limit]
        if c.isspace() or unicodedata.category(c) not in _UNPRINTABLE
    )
    kept = " ".join(kept.split())
    if len(kept) <= limit and len(text) <= 4 * limit:
        return kept
    return kept[: limit - 1].rstrip() + "…"


def escape(text: str) -> str:
    """A cleaned text as it may stand inside an HTML-like label: only ever text, never a tag."""
    return text.translate(_ENTITIES)


def width(text: str) -> int:
    """Columns a text takes where a Latin letter takes one and a Chinese character two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def wrap(text: str, *, columns: int, lines: int = 6) -> tuple[str, ...]:
    """A text cut into lines: between words in Latin script, between any two characters in Chinese.

    A word longer than a line is cut. Past the last line the rest is left out and an ellipsis says so. Signs that may
    not begin a line in Chinese stay with the character before them, one column beyond the margin.

    Args:
        text: A cleaned text.
        columns: Width of a line in the unit of ``width``, at least 2.
        lines: How many lines at most.

    Returns:
        At least one line; ``("",)`` for an empty text.
    """
    rows: list[str] = [""]
    for piece in _pieces(text, columns):
        fits = width(rows[-1] + piece.rstrip()) <= columns or piece in NO_LINE_START
        if rows[-1] and not fits:
            rows.append(piece.lstrip())
        else:
            rows[-1] += piece
    rows = [row.strip() for row in rows]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], rows[lines - 1].rstrip("…") + "…"]
    return tuple(rows)


def _pieces(text: str, columns: int) -> list[str]:
    """Parts between which a line may end: words with the space behind them, and single wide characters."""
    pieces: list[str] = []
    word = ""
    for character in text:
        if width(character) == 2 or character in NO_LINE_START or width(word) >= columns:
            pieces += [word] if word else []
            word = ""
        if width(character) == 2 or character in NO_LINE_START:
            pieces.append(character)
        else:
            word += character
            if character in " /_-":
                pieces.append(word)
                word = ""
    return [*pieces, word] if word else pieces
