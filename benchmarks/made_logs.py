"""Large logs made of small ones: the same cases over and over, later, under other ids, some of them otherwise."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from api.composition import load_log, save_log

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SEED = 2
EXCHANGED = 0.3
"""The share of the cases of a repetition in which two neighbouring activities are exchanged."""
BETWEEN = timedelta(days=2)
"""How much later the cases of an example come again."""


def repeated(once: pl.DataFrame, repetition: int, *, later: timedelta) -> pl.DataFrame:
    """The cases once more, later, under other ids, some of them otherwise."""
    chosen = np.random.default_rng([SEED, repetition])
    case = once["case_id"].rle_id().to_numpy()
    inner = np.flatnonzero(np.diff(case) == 0)
    rows = chosen.choice(inner, size=int(EXCHANGED * (case[-1] + 1)), replace=False)
    order = np.arange(once.height)
    for row in rows.tolist():
        order[[row, row + 1]] = order[[row + 1, row]]
    moments = [name for name, kind in once.schema.items() if isinstance(kind, pl.Datetime)]
    return once.with_columns(
        pl.col("case_id") + f"-{repetition}",
        once["activity"].gather(order),
        *(pl.col(name) + later for name in moments),
    ).sort("time", maintain_order=True)


def made_frame(flow: str, events: int, *, since: int = 0) -> pl.DataFrame:
    """So many events of an example's cases, over and over, in the order of time.

    The last cases are cut off where the events end.

    Args:
        flow: The example.
        events: How many.
        since: The first repetition; another one makes other cases.
    """
    once = example_frame(flow)
    count = -(-events // once.height)
    parts = [repeated(once, since + number, later=number * BETWEEN) for number in range(count)]
    return pl.concat(parts).sort("time", maintain_order=True).head(events)


@cache
def example_frame(flow: str) -> pl.DataFrame:
    """The log of an example as a table of events."""
    with tempfile.TemporaryDirectory(prefix="trueline-") as folder:
        path = Path(folder) / "once.parquet"
        save_log(load_log(EXAMPLES / "logs" / f"{flow}.xes.gz"), path)
        return pl.read_parquet(path)
