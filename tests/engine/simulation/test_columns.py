"""Columns gathered in pieces hold what one list of all values would hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from engine.definitions.yaml_reader import read_flow
from engine.logs.log import Log
from engine.nets.compile import compile_flow
from engine.simulation import columns
from engine.simulation.columns import Column
from engine.simulation.playout import simulate
from engine.simulation.settings import SimulationSettings
from engine.simulation.specification import read_deviations
from engine.simulation.values import Choice, Value

FLOWS = Path(__file__).resolve().parents[3] / "examples" / "flows"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pieces", "kind", "values"),
    [
        ([[1, None], [2]], pl.Int64(), [1, None, 2]),
        ([[1], [2.5, None]], pl.Float64(), [1.0, 2.5, None]),
        ([[1, 2.5], [None]], pl.Float64(), [1.0, 2.5, None]),
        ([[True], ["x"], [3.0]], pl.String(), ["true", "x", "3"]),
        ([[NOON], ["later"]], pl.String(), ["2026-03-02T12:00:00+00:00", "later"]),
        ([[None], [None]], pl.String(), [None, None]),
    ],
)
def test_pieces_of_different_kinds_become_one_column(
    pieces: list[list[Value]], kind: pl.DataType, values: list[Value]
) -> None:
    column, row = Column("x"), 0
    for piece in pieces:
        column.extend(row, piece)
        row += len(piece)
    found = column.series(row)
    assert (found.name, found.dtype, found.to_list()) == ("x", kind, values)


def test_rows_between_pieces_are_empty() -> None:
    column = Column("x")
    column.extend(2, ["a"])
    column.extend(5, ["b"])
    assert column.series(7).to_list() == [None, None, "a", None, None, "b", None]


def played(**how: object) -> Log:
    flow = read_flow(FLOWS / "satisfaction_survey.yaml")
    settings = SimulationSettings(deviations=read_deviations("unplanned:30%"), **how)  # type: ignore[arg-type]
    return simulate(flow, compile_flow(flow), cases=20, seed=7, settings=settings).log


def test_the_log_does_not_depend_on_the_size_of_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = played()
    monkeypatch.setattr(columns, "_CHUNK", 3)
    pieces = played()
    assert whole.activities == pieces.activities
    assert whole.events.equals(pieces.events)
    assert whole.cases.equals(pieces.cases)
    assert whole.events.columns == pieces.events.columns


def test_an_attribute_called_like_a_column_of_every_log_does_not_replace_it() -> None:
    log = played(attributes={"collect.resource": Choice(("crane",))})
    assert "crane" not in log.events["resource"]
    assert set(log.events["resource (2)"].drop_nulls()) == {"crane"}
