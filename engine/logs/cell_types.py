"""Which type a column of text has: only one that keeps every value apart from every other, and can be written back.

``007`` and ``NA`` stay text, and so does a column that holds ``1.1`` and ``1.10``. A column of ``12``, ``7`` becomes
numbers, so that a rule such as ``case.answers >= 30`` means something for tables too.
"""

from __future__ import annotations

import re

import polars as pl

from engine.logs.instants import read_instants
from engine.logs.text_tables import TextTable

_WHOLE = r"^(?:0|-?[1-9][0-9]{0,17})$"
_DECIMAL = r"^-?(?:0|[1-9][0-9]{0,9})(?:\.[0-9]{1,5})?$"  # up to 15 digits a double keeps them all
_TRUTHS = (("true", "false"), ("TRUE", "FALSE"), ("True", "False"))
_DATE_AND_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:?[0-9]{2})$"


def typed(text: pl.Series) -> pl.Series:
    """A text column in the narrowest of Boolean, Int64, Float64, instant and String that loses nothing.

    Nulls stay null; a column of nulls stays String. Instants are read only when they state date, time and offset.
    """
    values = text.drop_nulls()
    if values.is_empty():
        return text
    first = values[0]
    for true, false in _TRUTHS:
        if first in (true, false) and values.is_in([true, false]).all():
            return text == true
    if _all_like(_WHOLE, first, values):
        return text.cast(pl.Int64)
    if _all_like(_DECIMAL, first, values) and _decimals_alike(values):
        return text.cast(pl.Float64)
    return as_moments(text)


def typed_column(table: TextTable, name: str) -> pl.Series:
    """A column of a table as ``typed`` makes it."""
    if name in table.texts:
        return typed(table.texts[name]).gather(table.columns[name]).alias(name)
    text = table.text(name)
    return typed(text) if text.dtype == pl.String else text


def as_moments(text: pl.Series) -> pl.Series:
    """A text column as instants where every value states date, time and offset; otherwise as it is."""
    values = text.drop_nulls()
    if len(values) and _all_like(_DATE_AND_TIME, values[0], values):
        instants = read_instants(text).values
        if instants.null_count() == text.null_count():
            return instants
    return text


def _all_like(pattern: str, first: str, values: pl.Series) -> bool:
    """Whether all values match; the first one alone decides for most columns of words."""
    return re.match(pattern, first) is not None and bool(values.str.contains(pattern).all())


def _decimals_alike(values: pl.Series) -> bool:
    """Whether distinct texts are distinct numbers: all with as many decimals, or each in its shortest form."""
    decimals = values.str.extract(r"\.([0-9]+)$").str.len_bytes().fill_null(0)
    negative_zero = values.str.contains(r"^-0(?:\.0+)?$").any()
    shortest = ~values.str.contains(r"\.[0-9]*0$") | values.str.contains(r"^-?[0-9]+\.0$")
    return not negative_zero and (decimals.n_unique() == 1 or bool((shortest & (decimals > 0)).all()))
