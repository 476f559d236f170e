"""Reading a million events from tables beside Polars alone: ``python -m benchmarks.tables``.

Polars reads the file as text, parses its times, sorts by them and groups by case: the least that any reader has to do.
Each run has a process of its own; seconds are its CPU seconds, and beside them those of the child that decodes first.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from engine.logs.reading import read_log

EVENTS = 1_000_000
_NOTES = ["", "a, b", "x", "yy", "客户满意"]


def make(path: Path) -> None:
    """Write the same million events as CSV and as Parquet: text, ids with leading zeros, quoted cells, numbers."""
    chance = np.random.default_rng(1)
    case = pl.Series(np.sort(chance.integers(0, EVENTS // 10, EVENTS)))
    moments = (pl.Series(np.arange(EVENTS) * 7_000_000) + 1_577_836_800_000_000).cast(pl.Datetime("us"))
    frame = pl.DataFrame(
        {
            "工单号": case.cast(pl.String).str.zfill(7),
            "环节": pl.Series([f"环节 {n}" for n in range(20)]).gather(chance.integers(0, 20, EVENTS)),
            "时间": moments.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "座席": pl.Series(chance.integers(0, 300, EVENTS)).cast(pl.String).str.zfill(4),
            "数量": chance.integers(0, 1000, EVENTS),
            "备注": pl.Series(_NOTES).gather(chance.integers(0, len(_NOTES), EVENTS)),
        }
    )
    frame.write_csv(path / "events.csv", include_bom=True)
    frame.write_parquet(path / "events.parquet")


def _polars(path: Path) -> int:
    table = pl.read_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.read_parquet(path)
    table = table.with_columns(pl.col("时间").str.to_datetime("%Y-%m-%d %H:%M:%S"))
    grouped = table.sort("时间", maintain_order=True).group_by("工单号", maintain_order=True).agg(pl.all())
    return int(grouped.estimated_size())


def _trueline(path: Path) -> int:
    log = read_log(path)
    return int(log.events.estimated_size() + log.cases.estimated_size())


READERS: dict[str, Callable[[Path], int]] = {"polars": _polars, "trueline": _trueline}


def _measure(reader: str, path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    size = READERS[reader](path)
    seconds = time.process_time() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = children.ru_utime + children.ru_stime
    print(f"| {path.name} | {reader} | {seconds:.2f} | {child:.2f} | {peak:.0f} | {size / 2**20:.0f} |")


def main() -> None:
    """Print one row for each file and reader."""
    print("| file | reader | CPU s | child s | memory MB | columns MB |\n|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        for name in ("events.csv", "events.parquet"):
            for reader in READERS:
                command = [sys.executable, "-m", "benchmarks.tables", reader, str(Path(folder) / name)]
                subprocess.run(command, check=True)  # noqa: S603 - this program


if __name__ == "__main__":
    if sys.argv[1:]:
        _measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
