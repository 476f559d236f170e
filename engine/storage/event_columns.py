"""Events as columns, and back: what sealed files hold, and what a log is made of.

The columns are ``sequence``, ``id``, those of Trueline's own tables, and one for each attribute key, its name behind
``attribute:`` so that no key can be taken for one of ours. Going there and back changes no canonical form.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl

from engine.logs.columns import OWN_LAYOUT
from engine.logs.instants import INSTANT
from engine.storage.events import LARGEST_WHOLE, Event, Scalar, StoredEvent

ATTRIBUTE = "attribute:"

_OWN: dict[str, tuple[str, pl.DataType]] = {
    "id": ("id", pl.String()),
    "case": ("case_id", pl.String()),
    "activity": ("activity", pl.String()),
    "start": ("start", INSTANT),
    "time": ("time", INSTANT),
    "resource": ("resource", pl.String()),
    "lifecycle": ("lifecycle", pl.String()),
}
"""Member of an event → its column and type, in the order of ``OWN_LAYOUT``."""


def columns_of(rows: Iterable[tuple[int, str]]) -> pl.DataFrame:
    """Numbers and canonical forms as columns, those of attributes in the order of their names."""
    sequences: list[int] = []
    said: list[dict[str, Any]] = []
    for sequence, body in rows:
        sequences.append(sequence)
        said.append(json.loads(body))
    columns = [pl.Series("sequence", sequences, dtype=pl.Int64)]
    for member, (name, kind) in _OWN.items():
        values = [one.get(member) for one in said]
        if kind == INSTANT:
            values = [None if value is None else datetime.fromisoformat(value) for value in values]
        columns.append(pl.Series(name, values, dtype=kind))
    held: list[dict[str, Scalar]] = [one.get("attributes", {}) for one in said]
    keys = sorted({key for one in held for key in one})
    columns += [_attribute(key, [one.get(key) for one in held]) for key in keys]
    return pl.DataFrame(columns)


def joined(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Parts of a log, one after the other, as if they had always been one."""
    whole = pl.concat([columns_of(()), *frames], how="diagonal_relaxed")
    own = ["sequence", *(name for name, _ in _OWN.values())]
    return whole.select(own + sorted(name for name in whole.columns if name.startswith(ATTRIBUTE)))


def table_of(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of Trueline's own tables, then the attributes under their own keys."""
    keys = [name for name in frame.columns if name.startswith(ATTRIBUTE)]
    return frame.select(*OWN_LAYOUT, *keys).rename({name: name.removeprefix(ATTRIBUTE) for name in keys})


def events_of(frame: pl.DataFrame) -> list[StoredEvent]:
    """The events of columns, as they were."""
    found = []
    for row in frame.iter_rows(named=True):
        members = {member: row[name] for member, (name, _) in _OWN.items()}
        attributes = {
            name.removeprefix(ATTRIBUTE): _plain(value)
            for name, value in row.items()
            if name.startswith(ATTRIBUTE) and value is not None
        }
        found.append(StoredEvent(row["sequence"], Event(**members, attributes=attributes)))
    return found


def _attribute(key: str, values: list[Scalar | None]) -> pl.Series:
    first = next(value for value in values if value is not None)
    kind: pl.DataType = pl.String()
    if isinstance(first, bool):
        kind = pl.Boolean()
    elif not isinstance(first, str):
        kind = pl.Float64() if any(isinstance(value, float) for value in values) else pl.Int64()
    return pl.Series(ATTRIBUTE + key, values, dtype=kind, strict=False)


def _plain(value: Scalar) -> Scalar:
    """A number as it was before others of its column made a double of it."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_WHOLE:
        return int(value)
    return value
