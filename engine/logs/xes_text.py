"""XES as text, column by column: the opposite of reading it."""

from __future__ import annotations

import polars as pl

NOT_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{FFFE}\x{FFFF}]"
"""Characters that an XML 1.0 document cannot hold, not even escaped."""
ENDING = "</log>\n"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_EXTENSIONS = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Organizational", "org"),
    ("Lifecycle", "lifecycle"),
)


def heading() -> str:
    """Everything before the first trace."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">',
    ]
    lines += [
        f'\t<extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>'
        for name, prefix in _EXTENSIONS
    ]
    return "\n".join(lines) + "\n"


def attribute(name: str, key: str, frame: pl.DataFrame, *, depth: int) -> pl.Expr:
    """The attribute of each row of a column, as a line; empty where the value is null.

    Args:
        name: The column.
        key: The attribute's key.
        frame: Where the column is, for its type.
        depth: How many tabs stand before the line.
    """
    kind, text = _kind(frame.schema[name]), text_of(name, frame.schema[name])
    line = pl.concat_str(pl.lit("\t" * depth + f'<{kind} key="{_escaped(key)}" value="'), text, pl.lit('"/>\n'))
    return line.fill_null("")


def text_of(name: str, kind: pl.DataType) -> pl.Expr:
    """A column's values as XML Schema writes them, escaped."""
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f+00:00")
    if kind.is_float():
        special = {"inf": "INF", "-inf": "-INF"}
        return column.cast(pl.String).replace(special)
    if kind.is_integer() or kind == pl.Boolean:
        return column.cast(pl.String)
    return column.cast(pl.String).str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))


def _kind(kind: pl.DataType) -> str:
    if isinstance(kind, pl.Datetime):
        return "date"
    if kind.is_integer():
        return "int"
    if kind.is_float():
        return "float"
    return "boolean" if kind == pl.Boolean else "string"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)
