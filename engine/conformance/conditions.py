"""Conditions held against the attributes of cases and events: true, false, or no evidence.

A condition is a function of the attributes it reads, so it is evaluated once for each distinct combination of their
values; one that reads them otherwise than by name, for each distinct combination of all. An attribute without a value
(``engine.conformance.attributes``: empty text is none, whatever the file it came from) is not there: ``has(case.x)`` is
false, ``case.x`` is no evidence. A wrong type is no evidence either. A moment is text in ISO 8601, UTC, so that
``timestamp(case.promised)`` makes it one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.conformance.attributes import Attributes, gathered, only_values
from engine.definitions.conditions import CASE, EVENT, compiled_condition, names_used

Rows = NDArray[np.int64]
Answers = NDArray[np.int8]

YES, NO, UNKNOWN = 1, 0, -1
"""What a condition comes to."""
_ANSWERS = {True: YES, False: NO, None: UNKNOWN}

CelValue = bool | int | float | str
_INT64 = 2**63


def reads_events(condition: str) -> bool:
    """Whether a condition is about events at all."""
    names = names_used(condition)
    return bool(names.event) or EVENT in names.whole


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
    compiled = compiled_condition(condition)
    names = compiled.names
    columns: dict[str, pl.Series] = {}
    for name in attributes.case_names if CASE in names.whole else sorted(names.case):
        columns[f"case {name}"] = only_values(gathered(attributes.of_cases(name), cases))
    if events is not None:
        for name in attributes.event_names if EVENT in names.whole else sorted(names.event):
            columns[f"event {name}"] = only_values(gathered(attributes.of_events(name), events))
    found = np.full(len(cases), UNKNOWN, dtype=np.int8)
    if not len(cases):
        return found
    if not columns:
        found[:] = _ANSWERS[compiled.holds({})]
        return found
    frame = pl.DataFrame([column.alias(key) for key, column in columns.items()])
    groups = frame.with_row_index(" row").group_by(list(columns), maintain_order=True).agg(" row")
    for *values, rows in groups.iter_rows():
        known = dict(zip(columns, map(_cel_value, values), strict=True))
        case = {key[5:]: value for key, value in known.items() if value is not None and key.startswith("case ")}
        event = {key[6:]: value for key, value in known.items() if value is not None and key.startswith("event ")}
        found[rows] = _ANSWERS[compiled.holds(case, event)]
    return found


def read_values(condition: str, attributes: Attributes, case: int) -> tuple[tuple[str, str], ...]:
    """The attributes of one case that a condition reads, each with its value as text, "" without one."""
    names = sorted(names_used(condition).case)
    values = ((name, gathered(attributes.of_cases(name), np.array([case]))[0]) for name in names)
    return tuple((name, _as_text(_cel_value(value))) for name, value in values)


def _as_text(value: CelValue | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


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
