"""The columns that an XES document fills: events, traces, and values that are checked but not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import check_cells, free_name
from engine.logs.attributes import KINDS, Appends, AttributeColumn, DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.instants import INSTANT
from engine.logs.log import EVENT_COLUMNS
from engine.logs.options import ReadOptions

Keyed = dict[str, Appends]

STANDARD_KEYS = {
    "activity": "concept:name",
    "start": "start_timestamp",  # not in the standard; what tools write that know intervals
    "time": "time:timestamp",
    "resource": "org:resource",
    "lifecycle": "lifecycle:transition",
}
CASE_KEY = "concept:name"
_EVENT, _CASE = "event", "trace"


class XesColumns:
    """Builders for one document.

    Attributes:
        of_events: For each elementary kind the appends of each key seen in events.
        of_cases: The same for traces.
        case_of_event: Append the case of each event as it begins.
        line_of_event: Append its line.
        line_of_case: Append the line of each trace.
    """

    __slots__ = (
        "_audit",
        "_case_lines",
        "_cases",
        "_checked",
        "_columns",
        "_event_count",
        "_event_lines",
        "_keys",
        "_limits",
        "_options",
        "_packed_cases",
        "_packed_lines",
        "_problems",
        "case_of_event",
        "line_of_case",
        "line_of_event",
        "of_cases",
        "of_events",
    )

    def __init__(self, problems: ProblemCollector, *, options: ReadOptions, limits: Limits) -> None:
        """Start without a column; ``options`` names other keys than the standard's."""
        self._problems = problems
        self._options = options
        self._limits = limits
        self._audit = DateAudit()
        self._keys: set[str] = set()
        self._columns: dict[tuple[str, str], dict[str, AttributeColumn]] = {}
        self._checked = {kind: AttributeColumn("", kind) for kind in KINDS}
        self._cases: list[int] = []
        self._event_lines: list[int] = []
        self._event_count = 0
        self._case_lines: list[int] = []
        self._packed_cases: list[pl.Series] = []
        self._packed_lines: list[pl.Series] = []
        self.of_events: dict[str, Keyed] = {kind: {} for kind in KINDS}
        self.of_cases: dict[str, Keyed] = {kind: {} for kind in KINDS}
        self.case_of_event: Callable[[int], None] = self._cases.append
        self.line_of_event: Callable[[int], None] = self._event_lines.append
        self.line_of_case: Callable[[int], None] = self._case_lines.append

    def column(self, scope: str, kind: str, key: str, line: int) -> Appends:
        """The appends of a key that is new in its scope and kind.

        Raises:
            LimitExceeded: The log has more keys than are allowed.
        """
        self._keys.add(key)
        if len(self._keys) > self._limits.attribute_keys:
            raise LimitExceeded(
                limit="attribute_keys",
                allowed=self._limits.attribute_keys,
                found=len(self._keys),
                place=Place(self._problems.source, line, key[:80]),
            )
        column = AttributeColumn(key, kind)
        self._columns.setdefault((scope, key), {})[kind] = column
        (self.of_events if scope == _EVENT else self.of_cases)[kind][key] = column.appends
        return column.appends

    def check(self, kind: str, value: str, line: int) -> None:
        """Take a value that only has to read as its kind says."""
        rows, values, lines = self._checked[kind].appends
        rows(0)
        values(value)
        lines(line)

    def gathered(self) -> int:
        """How many values wait to be packed."""
        return sum(len(column) for column in (*self._all(), *self._checked.values()))

    def _all(self) -> Iterable[AttributeColumn]:
        return (column for kinds in self._columns.values() for column in kinds.values())

    def pack(self) -> None:
        """Type and check everything that has gathered."""
        most = self._limits.attribute_bytes
        for column in self._all():
            column.pack(self._problems, self._audit, most_bytes=most)
        for column in self._checked.values():
            column.pack(self._problems, DateAudit(), most_bytes=most, keep=False)
        self._event_count += len(self._cases)
        self._check_cells()
        self._packed_cases.append(pl.Series(self._cases, dtype=pl.UInt32))
        self._packed_lines.append(pl.Series(self._event_lines, dtype=pl.UInt32))
        self._cases.clear()
        self._event_lines.clear()

    def _check_cells(self) -> None:
        for scope, rows in ((_EVENT, self._event_count), (_CASE, len(self._case_lines))):
            keys = sum(where == scope for where, _ in self._columns)
            check_cells(rows, keys, self._limits, self._problems.source)

    def event_lines(self) -> pl.Series:
        """The line of each packed event."""
        return pl.concat(self._packed_lines)

    def case_lines(self) -> pl.Series:
        """The line of each trace."""
        return pl.Series(self._case_lines, dtype=pl.UInt32)

    def events(self) -> pl.DataFrame:
        """The packed events: case, the agreed columns, then every other attribute under its key."""
        case = pl.concat(self._packed_cases)
        height = len(case)
        named = self._named()
        lines = self.event_lines()
        agreed = [case.alias("case")]
        for name, key in named.items():
            kind = pl.String() if name == "activity" else EVENT_COLUMNS[name]
            agreed.append(self._agreed(key, kind, height, lines).alias(name))
        rest = self._rest(_EVENT, set(named.values()), height, lines, taken=EVENT_COLUMNS)
        return pl.DataFrame([*agreed, *rest])

    def cases(self) -> tuple[pl.Series, pl.DataFrame]:
        """One id for each trace, and the traces' other attributes; a trace without an id is named by its place."""
        height, lines = len(self._case_lines), self.case_lines()
        key = self._options.case or CASE_KEY
        if self._options.case and height and (_CASE, key) not in self._columns:
            self._problems.error("log.key-not-found", None, key, key=key, option="--case")
        ids = self._as_text(_CASE, key, height, lines)
        nameless = ids.is_null() | (ids == "").fill_null(value=False)
        if nameless.any():
            self._problems.warn("log.case-without-id", int(nameless.sum()), lines.filter(nameless)[0])
            places = pl.Series([f"#{place}" for place in range(1, height + 1)], dtype=pl.String)
            ids = places.zip_with(nameless, ids)
        rest = self._rest(_CASE, {key}, height, lines, taken=("case_id",))
        return ids, pl.DataFrame(rest)

    def report(self) -> None:
        """Warn of what is odd about the dates."""
        self._audit.report(self._problems)

    def _named(self) -> dict[str, str]:
        """The key of each agreed column: the one given, else the usual one unless it was given to another column."""
        options = self._options
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
            if key is not None and (_EVENT, key) not in self._columns:
                self._problems.error("log.key-not-found", None, key, key=key, option=option)
            usual = STANDARD_KEYS[name]
            named[name] = key or ("" if usual in given else usual)
        return named

    def _agreed(self, key: str, kind: pl.DataType, height: int, lines: pl.Series) -> pl.Series:
        """One of the columns that every log has."""
        if kind == pl.String():
            return self._as_text(_EVENT, key, height, lines)
        kinds = self._columns.get((_EVENT, key), {})
        for other in sorted(kinds.keys() - {"date"}):
            for row in kinds[other].spread(height)[1].to_list():
                self._problems.error("log.not-a-date", lines[row], key, key=key, kind=other)
        if "date" not in kinds:
            return pl.Series(key, [], dtype=INSTANT).extend_constant(None, height)
        return kinds["date"].spread(height)[0]

    def _as_text(self, scope: str, key: str, height: int, lines: pl.Series) -> pl.Series:
        kinds = self._columns.get((scope, key), {})
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
        for (where, key), kinds in self._columns.items():
            if where != scope or key in used:
                continue
            name = free_name(key, names)
            if name != key:
                self._problems.warn("log.column-renamed", 1, None, key, name=key, new=name)
            names.add(name)
            columns.append(self._merged(key, kinds, height, lines).alias(name))
        return columns

    def _merged(self, key: str, kinds: Mapping[str, AttributeColumn], height: int, lines: pl.Series) -> pl.Series:
        """A key's values as one column; one that has several kinds becomes numbers if it can, else text."""
        spread = {kind: column.spread(height) for kind, column in kinds.items()}
        if len(spread) == 1:
            return next(iter(spread.values()))[0]
        every = pl.concat([rows for _, rows in spread.values()])
        for row in every.filter(~every.is_first_distinct()).to_list():
            self._problems.error("log.attribute-twice", lines[row], key, key=key)
        if spread.keys() == {"string", "id"}:
            columns = [values for values, _ in spread.values()]
        elif spread.keys() == {"int", "float"}:
            columns = [values.cast(pl.Float64) for values, _ in spread.values()]
        else:
            columns = [_text(values) for values, _ in spread.values()]
            self._problems.warn("log.kinds-mixed", len(every), None, key, key=key, kinds=", ".join(sorted(kinds)))
        return pl.select(pl.coalesce(columns)).to_series()


def _text(values: pl.Series) -> pl.Series:
    """Values as text; dates as xs:dateTime."""
    if values.dtype == INSTANT:
        return values.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    return values.cast(pl.String)
