"""Conditions held against the attributes of cases and events: true, false, or no evidence.

A condition (CEL, the Common Expression Language) is a function of the attributes it reads, so it is evaluated once for
each distinct combination of their values. Which ones it reads is told from its tokens; where that cannot be told, it
reads all. An attribute without a value is not there (``has(case.x)`` is false, ``case.x`` is no evidence), a wrong type
is no evidence either. A moment is text in ISO 8601, UTC, so that ``timestamp(case.promised)`` makes it one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.conformance.attributes import Attributes, gathered

Rows = NDArray[np.int64]
Answers = NDArray[np.int8]

YES, NO, UNKNOWN = 1, 0, -1
"""What a condition comes to."""

CelValue = bool | int | float | str
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_TEXT = re.compile(r"""^(["'])((?:(?!\1)[^\\])*)\1$""")
_INT64 = 2**63


@dataclass(frozen=True, slots=True)
class Reads:
    """The attributes that a condition reads.

    Attributes:
        case: Names after ``case``, or None for all there are.
        event: Names after ``event``, or None for all there are.
    """

    case: tuple[str, ...] | None
    event: tuple[str, ...] | None

    @property
    def events(self) -> bool:
        """Whether it is about events at all."""
        return self.event is None or bool(self.event)


@cache
def reads_of(condition: str) -> Reads:
    """Which attributes a condition reads: too many rather than too few."""
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(condition)]
    tokens = [token for token in tokens if token[0] != "skip"]
    found: dict[str, dict[str, None] | None] = {"case": {}, "event": {}}
    for index, (kind, text) in enumerate(tokens):
        if kind != "name" or text not in found or (index and tokens[index - 1][1] == "."):
            continue
        name, names = _name_after(tokens[index + 1 : index + 4]), found[text]
        if name is None:
            found[text] = None
        elif names is not None:
            names[name] = None
    case, event = (None if names is None else tuple(names) for names in found.values())
    return Reads(case, event)


def _name_after(tokens: list[tuple[str, str]]) -> str | None:
    """The attribute that ``.name`` or ``['name']`` asks for; None for anything else."""
    kinds, texts = [kind for kind, _ in tokens], [text for _, text in tokens]
    if texts[:1] == ["."] and kinds[1:2] == ["name"]:
        return texts[1]
    if texts[:1] == ["["] and kinds[1:2] == ["text"] and texts[2:3] == ["]"]:
        plain = _PLAIN_TEXT.match(texts[1])
        return plain[2] if plain else None
    return None


def answers(condition: str, attributes: Attributes, cases: Rows, events: Rows | None = None) -> Answers:
    """Evaluate a condition for cases, each perhaps with one of its events.

    Args:
        condition: CEL about ``case`` and ``event``.
        attributes: The attributes of the log.
        cases: int64 indices of cases.
        events: As many rows of events, −1 where there is none; None when there is none at all, so that ``event`` has
            no attributes.

    Returns:
        int8 ``YES``, ``NO`` or ``UNKNOWN``, one for each.
    """
    reads = reads_of(condition)
    columns: dict[str, pl.Series] = {}
    for name in attributes.case_names if reads.case is None else reads.case:
        columns[f"case {name}"] = gathered(attributes.of_cases(name), cases)
    if events is not None:
        for name in attributes.event_names if reads.event is None else reads.event:
            columns[f"event {name}"] = gathered(attributes.of_events(name), events)
    found = np.full(len(cases), UNKNOWN, dtype=np.int8)
    if not len(cases):
        return found
    expression = _compiled(condition)
    if not columns:
        found[:] = _answer(expression, {}, {})
        return found
    frame = pl.DataFrame([column.alias(key) for key, column in columns.items()])
    groups = frame.with_row_index(" row").group_by(list(columns), maintain_order=True).agg(" row")
    for *values, rows in groups.iter_rows():
        known = dict(zip(columns, map(_cel_value, values), strict=True))
        case = {key[5:]: value for key, value in known.items() if value is not None and key.startswith("case ")}
        event = {key[6:]: value for key, value in known.items() if value is not None and key.startswith("event ")}
        found[rows] = _answer(expression, case, event)
    return found


def read_values(condition: str, attributes: Attributes, case: int) -> tuple[tuple[str, str], ...]:
    """The attributes of one case that a condition reads, each with its value as text, "" without one."""
    names: Iterable[str] = reads_of(condition).case or ()
    values = ((name, gathered(attributes.of_cases(name), np.array([case]))[0]) for name in names)
    return tuple((name, _as_text(_cel_value(value))) for name, value in values)


def _as_text(value: CelValue | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _compiled(condition: str) -> Any:
    """The expression of a condition. CEL is loaded on first use: most flows have no conditions."""
    from cel_expr_python import cel  # noqa: PLC0415 - see above

    attributes = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return cel.NewEnv(variables={"case": attributes, "event": attributes}).compile(condition)


def _answer(expression: Any, case: Mapping[str, CelValue], event: Mapping[str, CelValue]) -> int:
    try:
        value = expression.eval(data={"case": case, "event": event}).plain_value()
    except (OverflowError, RuntimeError, TypeError, ValueError):
        return UNKNOWN
    return {True: YES, False: NO}[value] if isinstance(value, bool) else UNKNOWN


def _cel_value(value: object) -> CelValue | None:
    """A value of a column as CEL knows it; None where there is none."""
    if isinstance(value, bool | float):
        return value if value == value else None  # noqa: PLR0124 - only NaN differs from itself
    if isinstance(value, int):
        return value if -_INT64 <= value < _INT64 else float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else None
