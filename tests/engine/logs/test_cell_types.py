"""A column of text becomes numbers only when nothing is lost."""

from __future__ import annotations

import polars as pl
import pytest

from engine.logs.cell_types import typed
from engine.logs.instants import INSTANT


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-7", None], pl.Int64()),
        (["0", "123456789012345678"], pl.Int64()),
        (["007", "1"], pl.String()),
        (["1", "NA"], pl.String()),
        (["+1", "1"], pl.String()),
        (["-0", "1"], pl.String()),
        (["12345678901234567890"], pl.String()),
        (["10.50", "9.00"], pl.Float64()),
        (["1.5", "2.25"], pl.Float64()),
        (["1.1", "1.10"], pl.String()),
        (["1", "1.0"], pl.String()),
        (["1e5"], pl.String()),
        (["true", "false", None], pl.Boolean()),
        (["TRUE", "FALSE"], pl.Boolean()),
        (["TRUE", "false"], pl.String()),
        (["2024-01-01T00:00:00Z"], INSTANT),
        (["2024-01-01T00:00:00"], pl.String()),
        (["2024-02-30T00:00:00Z"], pl.String()),
        ([None, None], pl.String()),
    ],
)
def test_type_of_a_column(texts: list[str | None], kind: pl.DataType) -> None:
    assert typed(pl.Series(texts, dtype=pl.String)).dtype == kind


def test_nulls_stay_and_values_count() -> None:
    assert typed(pl.Series(["10.50", None])).to_list() == [10.5, None]
    assert typed(pl.Series(["True", None, "False"])).to_list() == [True, None, False]
