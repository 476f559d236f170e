"""What an XES document gives as it streams past: text by key and kind, typed and packed from time to time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import check_cells
from engine.logs.attributes import KINDS, Appends, AttributeColumn, DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.options import ReadOptions
from engine.logs.xes_columns import CASE, EVENT, XesColumns

Keyed = dict[str, Appends]


class XesGathering:
    """Builders for one document.

    Attributes:
        audit: What is odd about the dates that are kept.
        of_events: For each elementary kind the appends of each key seen in events.
        of_cases: The same for traces.
        case_of_event: Append the case of each event as it begins.
        line_of_event: Append its line.
        line_of_case: Append the line of each trace.
    """

    __slots__ = (
        "_case_lines",
        "_cases",
        "_checked",
        "_columns",
        "_event_count",
        "_event_lines",
        "_keys",
        "_limits",
        "_packed_cases",
        "_packed_lines",
        "_problems",
        "audit",
        "case_of_event",
        "line_of_case",
        "line_of_event",
        "of_cases",
        "of_events",
    )

    def __init__(self, problems: ProblemCollector, *, limits: Limits, zone: str | None = None) -> None:
        """Start without a column; ``zone`` is where clocks stood that wrote times without an offset."""
        self._problems = problems
        self._limits = limits
        self.audit = DateAudit(zone)
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
        (self.of_events if scope == EVENT else self.of_cases)[kind][key] = column.appends
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
            column.pack(self._problems, self.audit, most_bytes=most)
        for column in self._checked.values():
            column.pack(self._problems, DateAudit(), most_bytes=most, keep=False)
        self._event_count += len(self._cases)
        self._check_cells()
        self._packed_cases.append(pl.Series(self._cases, dtype=pl.UInt32))
        self._packed_lines.append(pl.Series(self._event_lines, dtype=pl.UInt32))
        self._cases.clear()
        self._event_lines.clear()

    def _check_cells(self) -> None:
        for scope, rows in ((EVENT, self._event_count), (CASE, len(self._case_lines))):
            keys = sum(where == scope for where, _ in self._columns)
            check_cells(rows, keys, self._limits, self._problems.source)

    def columns(self, options: ReadOptions) -> XesColumns:
        """What has been packed; ``options`` names other keys than the standard's."""
        return XesColumns(
            columns=self._columns,
            case=pl.concat(self._packed_cases),
            event_lines=pl.concat(self._packed_lines),
            case_lines=pl.Series(self._case_lines, dtype=pl.UInt32),
            options=options,
            problems=self._problems,
        )
