"""The columns of an XES document, from the values that a reader has found by key and kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from engine.logs.assembly import free_name
from engine.logs.collecting import ProblemCollector
from engine.logs.instants import INSTANT
from engine.logs.log import EVENT_COLUMNS
from engine.logs.options import ReadOptions

STANDARD_KEYS = {
    "activity": "concept:name",
    "start": "start_timestamp",  # not in the standard; what tools write that know intervals
    "time": "time:timestamp",
    "resource": "org:resource",
    "lifecycle": "lifecycle:transition",
}
CASE_KEY = "concept:name"
EVENT, CASE = "event", "trace"
"""Whose attribute a column holds."""


class ValueColumn(Protocol):
    """One key in one kind, for as many rows as have it."""

    def spread(self, height: int) -> tuple[pl.Series, pl.Series]:
        """The values as a full column, null where a row has none, and the rows that have one."""


@dataclass(frozen=True, eq=False, slots=True)
class XesColumns:
    """What one document holds.

    Attributes:
        columns: For each scope and key, in the order of their first appearance, the column of each kind.
        case: The case of each event.
        event_lines: The line of each event.
        case_lines: The line of each trace.
        options: Other keys than the standard's.
        problems: Takes what is wrong or odd.
    """

    columns: Mapping[tuple[str, str], Mapping[str, ValueColumn]]
    case: pl.Series
    event_lines: pl.Series
    case_lines: pl.Series
    options: ReadOptions
    problems: ProblemCollector

    def events(self) -> pl.DataFrame:
        """The packed events: case, the agreed columns, then every other attribute under its key."""
        height, lines = len(self.case), self.event_lines
        named = self._named()
        agreed = [self.case.alias("case")]
        for name, key in named.items():
            kind = pl.String() if name == "activity" else EVENT_COLUMNS[name]
            agreed.append(self._agreed(key, kind, height, lines).alias(name))
        rest = self._rest(EVENT, set(named.values()), height, lines, taken=EVENT_COLUMNS)
        return pl.DataFrame([*agreed, *rest])

    def cases(self) -> tuple[pl.Series, pl.DataFrame]:
        """One id for each trace, and the traces' other attributes; a trace without an id is named by its place."""
        height, lines = len(self.case_lines), self.case_lines
        key = self.options.case or CASE_KEY
        if self.options.case and height and (CASE, key) not in self.columns:
            self.problems.error("log.key-not-found", None, key, key=key, option="--case")
        ids = self._as_text(CASE, key, height, lines)
        nameless = ids.is_null() | (ids == "").fill_null(value=False)
        if nameless.any():
            self.problems.warn("log.case-without-id", int(nameless.sum()), lines.filter(nameless)[0])
            places = pl.Series([f"#{place}" for place in range(1, height + 1)], dtype=pl.String)
            ids = places.zip_with(nameless, ids)
        rest = self._rest(CASE, {key}, height, lines, taken=("case_id",))
        return ids, pl.DataFrame(rest)

    def _named(self) -> dict[str, str]:
        """The key of each agreed column: the one given, else the usual one unless it was given to another column."""
        options = self.options
        chosen = {
            "activity": (options.activity, "--activity"),
            "start": (options.start, "--start"),
            "time": (options.timestamp, "--timestamp"),
            "resource": (options.resource, "--resource"),
            "lifecycle": (None, ""),
        }
        given = {key for key, _ in chosen.values()}
        named: dict[str, str] = {}
        for name, (key, option) in chosen.items():
            if key is not None and (EVENT, key) not in self.columns:
                self.problems.error("log.key-not-found", None, key, key=key, option=option)
            usual = STANDARD_KEYS[name]
            named[name] = key or ("" if usual in given else usual)
        return named

    def _agreed(self, key: str, kind: pl.DataType, height: int, lines: pl.Series) -> pl.Series:
        """One of the columns that every log has."""
        if kind == pl.String():
            return self._as_text(EVENT, key, height, lines)
        kinds = self.columns.get((EVENT, key), {})
        for other in sorted(kinds.keys() - {"date"}):
            for row in kinds[other].spread(height)[1].to_list():
                self.problems.error("log.not-a-date", lines[row], key, key=key, kind=other)
        if "date" not in kinds:
            return pl.Series(key, [], dtype=INSTANT).extend_constant(None, height)
        return kinds["date"].spread(height)[0]

    def _as_text(self, scope: str, key: str, height: int, lines: pl.Series) -> pl.Series:
        kinds = self.columns.get((scope, key), {})
        if not kinds:
            return pl.Series(key, [], dtype=pl.String).extend_constant(None, height)
        merged = self._merged(key, kinds, height, lines)
        return _text(merged)

    def _rest(
        self, scope: str, used: set[str], height: int, lines: pl.Series, *, taken: Iterable[str]
    ) -> list[pl.Series]:
        """Every attribute that is not one of the agreed columns, in the order of first appearance."""
        names = set(taken)
        columns = []
        for (where, key), kinds in self.columns.items():
            if where != scope or key in used:
                continue
            name = free_name(key, names)
            if name != key:
                self.problems.warn("log.column-renamed", 1, None, key, name=key, new=name)
            names.add(name)
            columns.append(self._merged(key, kinds, height, lines).alias(name))
        return columns

    def _merged(self, key: str, kinds: Mapping[str, ValueColumn], height: int, lines: pl.Series) -> pl.Series:
        """A key's values as one column; one that has several kinds becomes numbers if it can, else text."""
        spread = {kind: column.spread(height) for kind, column in kinds.items()}
        if len(spread) == 1:
            return next(iter(spread.values()))[0]
        every = pl.concat([rows for _, rows in spread.values()])
        for row in every.filter(~every.is_first_distinct()).to_list():
            self.problems.error("log.attribute-twice", lines[row], key, key=key)
        if spread.keys() == {"string", "id"}:
            columns = [values for values, _ in spread.values()]
        elif spread.keys() == {"int", "float"}:
            columns = [values.cast(pl.Float64) for values, _ in spread.values()]
        else:
            columns = [_text(values) for values, _ in spread.values()]
            self.problems.warn("log.kinds-mixed", len(every), None, key, key=key, kinds=", ".join(sorted(kinds)))
        return pl.select(pl.coalesce(columns)).to_series()


def _text(values: pl.Series) -> pl.Series:
    """Values as text; dates as xs:dateTime."""
    if values.dtype == INSTANT:
        return values.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    return values.cast(pl.String)
