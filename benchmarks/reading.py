"""Times reading, from a file to its variants: Trueline beside r4pm and rustxes (Rust) and pm4py, in one run.

Every reading is a process of its own, run in turn with the others, and the best of the runs counts. A process tells
the seconds that its reading took, wall time and CPU time of all its threads, and its peak of resident memory; beside
them stand the times of the whole process, with Python, every import and the loading of compiled kernels. What each
reader makes:

- trueline: the whole log as columns, every warning, and its variants; the scanner, and the parser alone;
- r4pm: its activity projection (which is nothing but the variants), and the data frame, grouped with Polars;
- rustxes: its data frame, grouped with Polars;
- pm4py: ``read_xes`` with its own reader, and ``get_variants``; only with ``--pm4py``, because it takes a minute.

CSV and Parquet are held against the least that has to be done: Polars reads the file and groups it.

The third log is made here, in a temporary folder: a million events in 50,000 cases, with resource, lifecycle, time and
a number each. Run as ``python benchmarks/reading.py``; the peers come with ``pip install r4pm rustxes pm4py``. It needs
the logs beside the checkout for the other two.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from engine.logs.log import EVENT_COLUMNS, Log
from engine.logs.writing import write_csv, write_parquet, write_xes

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "logs"
REAL = ("bpic2012.xes.gz", "roadtraffic_fines.xes.gz")
CASES, EVENTS, SEED = 50_000, 20, 1

_FRAME = """
counts = frame.group_by("{case}", maintain_order=True).agg("{activity}").group_by("{activity}").len()
answer = counts.height
"""
_XES_FRAME = _FRAME.format(case="case:concept:name", activity="concept:name")
_TABLE_FRAME = _FRAME.format(case="case_id", activity="activity")
_IMPORTS = """
from pathlib import Path
from engine.limits import DEFAULT_LIMITS
from engine.logs.options import ReadOptions
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
"""
_KERNELS = """
from engine.logs.xes_scanning import scan_xes
event = b"<event><string key='concept:name' value='a'/></event>"
scan_xes([b"<log><trace>", event, b"</trace></log>"], name="", options=ReadOptions(), limits=DEFAULT_LIMITS)
"""
_PARSER = """
from engine.logs.sources import ByteSource
from engine.logs.xes_parsing import parse_xes
"""
_PARSED = """
chunks = ByteSource(Path(path), limits=DEFAULT_LIMITS).open()[1]
answer = len(find_variants(parse_xes(chunks, name="", options=ReadOptions(), limits=DEFAULT_LIMITS)))
"""
_READ = "answer = len(find_variants(read_log(Path(path))))"
_PM4PY = """
import contextlib, io, os
os.environ["TQDM_DISABLE"] = "1"
with contextlib.redirect_stdout(io.StringIO()):
    import pm4py
"""
XES = {
    "trueline": (_IMPORTS + _KERNELS, _READ),
    "trueline, parser alone": (_IMPORTS + _PARSER, _PARSED),
    "r4pm, projection": ("import r4pm", 'r4pm.import_item("EventLogActivityProjection", path)\nanswer = None'),
    "r4pm, data frame": ("import r4pm, polars", "frame = r4pm.df.import_xes(path)[0]" + _XES_FRAME),
    "rustxes": ("import rustxes, polars", "frame = rustxes.import_xes(path)[0]" + _XES_FRAME),
}
"""What each reader imports and makes ready, and what is timed."""
PM4PY = {"pm4py": (_PM4PY, "answer = len(pm4py.get_variants(pm4py.read_xes(path, variant='iterparse')))")}
TABLES = {
    ".csv": {
        "trueline": (_IMPORTS, _READ),
        "polars": ("import polars", "frame = polars.read_csv(path)" + _TABLE_FRAME),
    },
    ".parquet": {
        "trueline": (_IMPORTS, _READ),
        "polars": (
            "import polars",
            "frame = polars.read_parquet(path, columns=['case_id', 'activity'])" + _TABLE_FRAME,
        ),
    },
}
_COLUMNS = ("read s", "CPU s", "whole process s", "its CPU s", "peak MB")
_CHILD = """
import json, sys, time
path, ready, body = sys.argv[1:]
names = {"path": path}
exec(ready, names)
wall, cpu = time.perf_counter(), time.process_time()
exec(body, names)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
with open("/proc/self/status") as status:  # getrusage would tell the peak of the process that started this one
    peak = int(status.read().split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "answer": names["answer"]}))
"""


@dataclass
class Times:
    """The runs of one reader on one file: seconds, megabytes, and how many variants it finds."""

    process: list[float] = field(default_factory=list)
    process_cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    answer: int | None = None


def run(path: Path, reader: tuple[str, str], times: Times) -> None:
    """Read once, in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - this interpreter, on a file that was named here
        [sys.executable, "-c", _CHILD, str(path), *reader],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    times.process.append(time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    times.process_cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    told = json.loads(done.stdout.splitlines()[-1])
    times.wall.append(told["wall"])
    times.cpu.append(told["cpu"])
    times.peak.append(told["peak"])
    times.answer = told["answer"]


def measure(path: Path, readers: Mapping[str, tuple[str, str]], runs: int) -> None:
    """Time every reader in turn and print a table."""
    times = {name: Times() for name in readers}
    for _ in range(runs):
        for name, reader in readers.items():
            try:
                run(path, reader, times[name])
            except subprocess.CalledProcessError as error:
                print(f"{name}: {error.stderr.strip().splitlines()[-1]}")
    print(f"\n| {path.name}, {path.stat().st_size / 1e6:.1f} MB | variants | {' | '.join(_COLUMNS)} |")
    print("|---|---|---|---|---|---|---|")
    for name, taken in times.items():
        if taken.wall:
            cells = f"{min(taken.wall):.2f} | {min(taken.cpu):.2f} | {min(taken.process):.2f} | "
            cells += f"{min(taken.process_cpu):.2f} | {max(taken.peak):.0f}"
            print(f"| {name} | {taken.answer or '–'} | {cells} |", flush=True)


def million() -> Log:
    """A log of a million events, drawn with a fixed seed."""
    chance = np.random.default_rng(SEED)
    count = CASES * EVENTS
    activities = tuple(f"step {number}" for number in range(24))
    order = np.minimum(np.tile(np.arange(EVENTS), CASES) + (chance.random(count) < 0.02), 23)
    seconds = np.tile(np.arange(EVENTS) * 3600, CASES) + np.repeat(chance.integers(0, 10**7, CASES), EVENTS)
    start = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    instants = pl.Series((start + seconds) * 1_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    events = pl.DataFrame(
        {
            "case": np.repeat(np.arange(CASES), EVENTS),
            "activity": order,
            "start": pl.Series([None] * count, dtype=EVENT_COLUMNS["start"]),
            "time": instants,
            "resource": [f"person {number}" for number in chance.integers(0, 200, count).tolist()],
            "lifecycle": ["complete"] * count,
            "cost": np.round(chance.random(count) * 1000, 2),
        },
        schema_overrides=EVENT_COLUMNS,
    )
    used, codes = np.unique(order, return_inverse=True)
    events = events.with_columns(pl.Series("activity", codes, dtype=pl.UInt32))
    cases = pl.DataFrame({"case_id": [f"case {number}" for number in range(CASES)]})
    return Log("million", tuple(activities[code] for code in used), cases, events)


def main() -> None:
    """Measure every log that is there, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pm4py", action="store_true")
    parser.add_argument("--only", default="", help="part of a file's name")
    options = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}")
    readers = {**XES, **PM4PY} if options.pm4py else XES
    for name in REAL:
        if options.only in name and (DATA / name).exists():
            measure(DATA / name, readers, options.runs)
    with tempfile.TemporaryDirectory() as folder:
        if options.only not in "million":
            return
        log = million()
        path = Path(folder) / "million.xes"
        write_xes(log, path)
        measure(path, readers, options.runs)
        for end, write in ((".csv", write_csv), (".parquet", write_parquet)):
            write(log, path.with_suffix(end))
            measure(path.with_suffix(end), TABLES[end], options.runs)


if __name__ == "__main__":
    main()
