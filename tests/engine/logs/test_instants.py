"""xs:dateTime in bulk."""

from __future__ import annotations

import polars as pl
import pytest

from engine.logs.instants import offset_minutes, read_instants
from tests.engine.logs.making import at


def test_what_is_read_is_what_was_written() -> None:
    texts = ["2024-02-29T23:59:59.999999+14:00", "1948-01-01T00:00:00-00:30", None, "0001-01-01T00:00:00Z"]
    found = read_instants(pl.Series(texts)).values.to_list()
    assert found == [
        at("2024-02-29T09:59:59.999999"),
        at("1948-01-01T00:30:00"),
        None,
        at("0001-01-01T00:00:00"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29T00:00:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:60:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+14:01",
        "2024-01-01T00:00:00+01:75",
        "2024-01-01 00:00:00",
        "２024-01-01T00:00:00Z",
        "2024-01-01T00:00:00Z\nx",
        "",
    ],
)
def test_what_is_no_instant_is_null(text: str) -> None:
    assert read_instants(pl.Series([text])).values.to_list() == [None]


def test_offsets_and_cut_digits_are_told() -> None:
    texts = ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.0000001-0000", "2024-01-01T00:00:00.1234560000", None]
    found = read_instants(pl.Series(texts))
    assert found.offsets.to_list() == ["+00:00", "+00:00", None, None]
    assert found.cut.to_list() == [False, True, False, False]


def test_an_empty_column_is_empty() -> None:
    assert len(read_instants(pl.Series([], dtype=pl.String)).values) == 0


@pytest.mark.parametrize(("offset", "minutes"), [("Z", 0), ("+0530", 330), ("-03:00", -180), ("+14:01", None)])
def test_offset_minutes(offset: str, minutes: int | None) -> None:
    assert offset_minutes(offset) == minutes
