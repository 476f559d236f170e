"""Pieces of YAML text that read well and mean one thing: scalars, titles, lists, mappings on one line or several."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from fractions import Fraction

from engine.definitions.titles import Title

WIDTH = 120
_PLAIN = re.compile(r"[^\W\d_](?:[\w /().？！、，。：；（）+-]*[\w/)？！。）])?\Z")
_PLAIN_SPAN = re.compile(r"[0-9][\w ]*\Z")
_OTHER_TYPE = re.compile(r"(?:true|false|null|yes|no|on|off|y|n)\Z", re.IGNORECASE)
_MOST_DECIMALS = 9

Pairs = list[tuple[str, str]]
"""Keys and their rendered values."""


def inline(key: str, value: str) -> str:
    """An entry of a section on one line."""
    return f"  {key}: {value}"


def entry(key: str, pairs: Pairs) -> str:
    """A mapping on one line where it fits, else one line for each key."""
    line = inline(key, mapping(pairs))
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"  {key}:", *(f"    {name}: {value}" for name, value in pairs)])


def mapping(pairs: Pairs) -> str:
    """A mapping on one line."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"


def listing(items: Iterable[str]) -> str:
    """A list on one line."""
    return "[" + ", ".join(items) + "]"


def ids(names: Sequence[str]) -> str:
    """A list of ids, over several lines where one is too short."""
    return textwrap.fill(
        listing(names), WIDTH - 15, subsequent_indent=" " * 6, break_on_hyphens=False, break_long_words=False
    )


def scalar(text: str) -> str:
    """A text as a YAML scalar that every reader takes for text: plain where that is safe, else in double quotes."""
    if _PLAIN.match(text) and not _OTHER_TYPE.match(text) and ": " not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def span(text: str) -> str:
    """A time span; its first digit and its unit keep it from being taken for anything else."""
    return text if _PLAIN_SPAN.match(text) else scalar(text)


def title(value: Title) -> str:
    """A title: one text where both languages have the same."""
    if value.en == value.zh:
        return scalar(value.en)
    return mapping([("en", scalar(value.en)), ("zh", scalar(value.zh))])


def percent(share: Fraction) -> str:
    """An exact percentage.

    Raises:
        ValueError: When it has no finite decimal of nine places.
    """
    return f"{decimal(share * 100)}%"


def decimal(number: Fraction) -> str:
    """An exact number.

    Raises:
        ValueError: When it has no finite decimal of nine places.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = number * 10**decimals
        if scaled.denominator == 1:
            sign = "-" if scaled < 0 else ""
            whole, rest = divmod(abs(scaled.numerator), 10**decimals)
            return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"
    raise ValueError("a share or a number needs a finite decimal")
