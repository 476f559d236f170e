"""The attributes of a log as a rule asks for them: by name, of cases or of events, as numbers, moments or words.

A name is looked up as it is, without the prefix ``case:`` and with it, because XES and tables differ there. What every
event has goes by its XES names too. An attribute of the case that the log keeps on events (a table whose columns do not
say that they belong to the case) is the last value that an event of the case has: what is known at its end.

Nothing is guessed. Text counts as a number only when it is nothing but a decimal numeral, so that ``8000`` is one and
``¥8,000`` is none; text counts as a moment only in the form of ISO 8601, without an offset in UTC. Empty text is no
value, and neither is a floating-point number that is not finite.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.instants import read_instants
from engine.logs.log import Log

Rows = NDArray[np.int64]
Numbers = NDArray[np.float64]
Moments = NDArray[np.datetime64]

CASE_PREFIX = "case:"
_NUMERAL = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
_OWN_NAMES = {
    "org:resource": "resource",
    "org:role": "role",
    "time:timestamp": "time",
    "lifecycle:transition": "lifecycle",
}
"""What the columns of events are also called."""
_CASE_NAMES = ("case_id", "concept:name", "case:concept:name")
_EARLIEST = np.iinfo(np.int64).min  # which is how NumPy stores NaT


@dataclass(frozen=True, eq=False)
class Attributes:
    """The attributes of a log.

    Attributes:
        cases: One row for each case; the first column is its id.
        events: One row for each event.
        case: int64 case of each event, not decreasing.
        activities: The names behind the codes of ``events["activity"]``.
    """

    cases: pl.DataFrame
    events: pl.DataFrame
    case: Rows
    activities: tuple[str, ...] = ()
    _of_cases: dict[str, pl.Series] = field(default_factory=dict)

    @classmethod
    def of(cls, log: Log) -> Attributes:
        """The attributes of a log."""
        return cls(log.cases, log.events, log.events["case"].to_numpy().astype(np.int64), log.activities)

    @property
    def case_names(self) -> tuple[str, ...]:
        """The names of all that is known of cases, attributes of their events included."""
        return tuple(dict.fromkeys([*self.cases.columns, *self.event_names]))

    @property
    def event_names(self) -> tuple[str, ...]:
        """The names of all that is known of events."""
        return tuple(name for name in self.events.columns if name != "case")

    def of_events(self, name: str) -> pl.Series | None:
        """One value for each event, null where it has none; None when the log has no such attribute."""
        own = _OWN_NAMES.get(name, name)
        for known in (name, name.removeprefix(CASE_PREFIX), own):
            if known in {"activity", "concept:name"}:
                names = pl.Series(self.activities, dtype=pl.String)
                return names.gather(self.events["activity"])
            if known in self.events.columns and known != "case":
                return self.events[known]
        return None

    def of_cases(self, name: str) -> pl.Series | None:
        """One value for each case, null where it has none; None when the log has no such attribute."""
        if name in _CASE_NAMES:
            return self.cases["case_id"]
        for known in (name, name.removeprefix(CASE_PREFIX), f"{CASE_PREFIX}{name}"):
            if known in self.cases.columns:
                return self.cases[known]
        if name not in self._of_cases:
            values = self.of_events(name)
            if values is None:
                values = self.of_events(f"{CASE_PREFIX}{name}")
            if values is None:
                return None
            rows = np.flatnonzero(has_value(values))
            self._of_cases[name] = gathered(values, last_of_cases(rows, self.case, self.cases.height))
        return self._of_cases[name]


def last_of_cases(rows: Rows, case: Rows, cases: int) -> Rows:
    """Of some rows, increasing, the last in each case; −1 where there is none.

    Args:
        rows: Rows of events.
        case: int64 case of each event.
        cases: How many cases there are.
    """
    found = np.full(cases, -1, dtype=np.int64)
    last = rows[np.diff(case[rows], append=-1) != 0]
    found[case[last]] = last
    return found


def first_of_cases(rows: Rows, case: Rows, cases: int) -> Rows:
    """Of some rows, increasing, the first in each case; −1 where there is none. Otherwise as ``last_of_cases``."""
    found = np.full(cases, -1, dtype=np.int64)
    first = rows[np.diff(case[rows], prepend=-1) != 0]
    found[case[first]] = first
    return found


def gathered(values: pl.Series | None, rows: Rows) -> pl.Series:
    """The values at some rows, null where a row is −1 or where there are no values at all."""
    if values is None:
        return pl.Series([None], dtype=pl.Null).new_from_index(0, len(rows))
    index = pl.Series(rows)
    return values.gather(index.set(index < 0, None))


def has_value(values: pl.Series) -> NDArray[np.bool_]:
    """Whether each is a value at all: not null, not empty text, and no floating-point number that is not finite."""
    known = values.is_not_null()
    if values.dtype == pl.String:
        known &= (values.str.strip_chars() != "").fill_null(value=False)
    elif values.dtype.is_float():
        known &= values.is_finite().fill_null(value=False)
    return known.to_numpy()


def only_values(values: pl.Series) -> pl.Series:
    """The same, null where there is no value."""
    return values.set(~pl.Series(has_value(values)), None)


def as_numbers(values: pl.Series) -> Numbers:
    """float64, NaN where a value is no number; truth values and moments are none."""
    if values.dtype == pl.String:
        plain = values.str.strip_chars()
        plain = plain.set(~plain.str.contains(_NUMERAL).fill_null(value=False), None)
        values = plain.cast(pl.Float64, strict=False)
    if not values.dtype.is_numeric():
        return np.full(len(values), np.nan)
    numbers = values.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.nan)


def as_moments(values: pl.Series) -> Moments:
    """datetime64[us] in UTC, NaT where a value is no moment.

    Text is read as ISO 8601: date and time, with ``T`` or a blank between them, the seconds and the offset optional.
    """
    if values.dtype == pl.String:
        text = values.str.strip_chars().str.replace(r"^([0-9-]{10}) +", "${1}T")
        values = read_instants(text.str.replace(r"^([0-9-]{10}T[0-9]{2}:[0-9]{2})(Z|[+-].*)?$", "${1}:00${2}")).values
    if not isinstance(values.dtype, pl.Datetime):
        return np.full(len(values), np.datetime64("NaT", "us"))
    zoned = values if values.dtype.time_zone is None else values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return zoned.dt.cast_time_unit("us").to_physical().fill_null(_EARLIEST).to_numpy().astype("datetime64[us]")


def as_words(values: pl.Series) -> pl.Series:
    """Text in Unicode normal form C without blanks around it, null where there is no value.

    ``3.0`` is ``3`` and truth values are small.
    """
    known = has_value(values)
    if values.dtype.is_float():
        whole = (values == values.round(0)).fill_null(value=False) & (values.abs() < 1e15).fill_null(value=False)
        plain = values.cast(pl.String)
        plain = plain.zip_with(~whole, values.set(~whole, 0).fill_null(0).cast(pl.Int64).cast(pl.String))
    elif values.dtype == pl.Boolean:
        plain = values.cast(pl.String).str.to_lowercase()
    elif isinstance(values.dtype, pl.Datetime):
        plain = values.dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    else:
        plain = values.cast(pl.String, strict=False)
    return plain.str.normalize("NFC").str.strip_chars().set(~pl.Series(known), None)
