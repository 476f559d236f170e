"""Whether attributes have given values: numbers are compared as numbers, everything else as text.

An attribute is one of the case or, where cases have none of that name, one of events; then a case has the values of all
its events. Text is the value itself, ``true`` and ``false``, and moments in ISO 8601 in UTC (``2026-03-02T09:00:00Z``).
A value that is missing equals nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.log import EVENT_COLUMNS, Log

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, order=True)
class NumberRange:
    """Numbers of one attribute, both ends included.

    Attributes:
        attribute: Its name.
        low: The smallest that is meant.
        high: The largest; infinite ends leave a side open.
    """

    attribute: str
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what holds no number."""
        if not self.low <= self.high:  # also refuses nan
            raise ValueError("a range needs a low end that is not above its high end")


def column_of(log: Log, attribute: str) -> pl.Series | None:
    """The column that holds an attribute: of cases, else of events; None where the log has no such attribute."""
    if attribute in log.cases.columns[1:]:
        return log.cases[attribute]
    known = attribute in log.events.columns and attribute not in EVENT_COLUMNS
    return log.events[attribute] if known else None


def is_number(column: pl.Series) -> bool:
    """Whether an attribute holds numbers."""
    return column.dtype.is_numeric()


def matching(column: pl.Series, values: Sequence[str], ranges: Sequence[NumberRange]) -> NDArray[np.bool_]:
    """Which entries of a column have one of the values or lie in one of the ranges.

    Args:
        column: From ``column_of``.
        values: As text; for a column of numbers those that are no numbers match nothing.
        ranges: Of this attribute; for a column of anything but numbers they match nothing.
    """
    if is_number(column):
        bounds = [(one.low, one.high) for one in ranges]
        bounds += [(number, number) for number in map(_number, values) if number is not None]
        found = np.zeros(len(column), dtype=np.bool_)
        for low, high in bounds:
            found |= column.is_between(low, high).fill_null(value=False).to_numpy()
        return found
    wanted = pl.Series(list(values), dtype=pl.String).implode()
    return attribute_text(column).is_in(wanted).fill_null(value=False).to_numpy()


def attribute_text(column: pl.Series) -> pl.Series:
    """The values of a column as a filter compares them, String; null for what no text stands for."""
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    if kind.is_nested() or kind in {pl.Binary, pl.Object, pl.Null}:
        return pl.Series([None] * len(column), dtype=pl.String)
    return column.cast(pl.String)


def _number(text: str) -> float | int | None:
    """A finite number as written; whole ones that fit a column of whole numbers stay exact."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(text) if _WHOLE.fullmatch(text) else number
