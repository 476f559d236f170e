"""Reading a million events beside Polars alone: ``python -m benchmarks.tables [RUNS]``.

Polars reads the file as text, parses its times, sorts by them and groups by case: the least that any reader of tables
has to do; for XES there is no such reader. Each run has a process of its own; Polars and Trueline take turns, and a
ratio is the median of those of the pairs. A process first reads the first events of the same file, so that what is
measured holds no imports and no loading of compiled kernels; how long that takes stands apart. CPU seconds are those of
the process and of the child that decodes first. Memory is the peak of resident memory above what it was before; it is
held against the columns of the log, as large as Polars says they are: the factor.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from engine.logs.reading import read_log
from engine.logs.writing import write_xes

EVENTS, FIRST = 1_000_000, 40_000
_NOTES = ["", "a, b", "x", "yy", "客户满意"]
_HEAD = (
    "file",
    "reader",
    "CPU s",
    "of the child",
    "wall s",
    "first CPU s",
    "memory MB",
    "columns MB",
    "factor",
)


def make(path: Path, events: int) -> None:
    """Write the same events as CSV, Parquet and XES: text, ids with leading zeros, quoted cells, numbers."""
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
    ).head(events)
    frame.write_csv(path / "events.csv", include_bom=True)
    frame.write_parquet(path / "events.parquet")
    write_xes(read_log(path / "events.csv"), path / "events.xes")


def _polars(path: Path) -> int:
    table = pl.read_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.read_parquet(path)
    table = table.with_columns(pl.col("时间").str.to_datetime("%Y-%m-%d %H:%M:%S"))
    grouped = table.sort("时间", maintain_order=True).group_by("工单号", maintain_order=True).agg(pl.all())
    return int(grouped.estimated_size())


def _trueline(path: Path) -> int:
    log = read_log(path)
    return int(log.events.estimated_size() + log.cases.estimated_size())


READERS: dict[str, Callable[[Path], int]] = {"polars": _polars, "trueline": _trueline}


def _memory(what: str) -> float:
    """Resident memory in MB, now (``VmRSS``) or at its peak (``VmHWM``); ``getrusage`` would tell the parent's peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{what}:")[1].split()[0]) / 1024


def _seconds() -> tuple[float, float, float]:
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time(), child.ru_utime + child.ru_stime, time.perf_counter()


def _measure(reader: str, path: Path) -> None:
    """Read once and print what it took as JSON."""
    start = _seconds()
    READERS[reader](path.parent / "first" / path.name)
    warm, before = _seconds(), _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    size = READERS[reader](path) / 2**20
    own, child, wall = (after - at for after, at in zip(_seconds(), warm, strict=True))
    peak = _memory("VmHWM") - before
    first = warm[0] - start[0] + warm[1] - start[1]
    told = {"cpu": own + child, "child": child, "wall": wall, "first": first, "peak": peak, "size": size}
    print(json.dumps(told | {"factor": peak / size}))


def _run(reader: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.tables", reader, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this program
    return dict(json.loads(done.stdout))


def main(runs: int) -> None:
    """Print one row for each file and reader, medians of all runs, and the ratios of the pairs."""
    print(f"| {' | '.join(_HEAD)} |\n|{'---|' * len(_HEAD)}", flush=True)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for place, events in ((Path(folder), EVENTS), (Path(folder) / "first", FIRST)):
            place.mkdir(exist_ok=True)
            make(place, events)
        for name in ("events.csv", "events.parquet", "events.xes"):
            readers = ["trueline"] if name.endswith("xes") else list(READERS)
            told = [{reader: _run(reader, Path(folder) / name) for reader in readers} for _ in range(runs)]
            for reader in readers:
                row = {key: statistics.median(one[reader][key] for one in told) for key in told[0][reader]}
                cells = f"{row['cpu']:.2f} | {row['child']:.2f} | {row['wall']:.2f} | {row['first']:.2f} | "
                cells += f"{row['peak']:.0f} | {row['size']:.0f} | {row['factor']:.1f}"
                print(f"| {name} | {reader} | {cells} |", flush=True)
            for what in ("cpu", "wall") if "polars" in readers else ():
                ratio = statistics.median(one["trueline"][what] / one["polars"][what] for one in told)
                ratios.append(f"{name}: {ratio:.2f} of Polars' {what} time")
    print("\n" + "\n".join(ratios))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        _measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 7)
