"""Rows of totals below a table, as spreadsheets and reports put them: they are no events."""

from __future__ import annotations

import polars as pl

_WORDS = (
    "合计", "总计", "小计", "共计", "总和", "汇总", "合計", "總計", "小計",
    "total", "totals", "grandtotal", "subtotal", "subtotals", "sum",
)  # fmt: skip
_AROUND = r"[\s:：\-_]"


def is_total(cases: pl.Series) -> pl.Series:
    """Whether the cells of the case hold nothing but a usual word for totals, in any case, with blanks or a colon."""
    return cases.str.replace_all(_AROUND, "").str.to_lowercase().is_in(_WORDS)
