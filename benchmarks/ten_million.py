"""Assesses ten million events from a Parquet file: in one process, in several, and over a Dask cluster.

The log is made from a few hundred simulated cases of ``examples/flows/car_service_advisor.yaml``: they are repeated
under new ids, each time some weeks later, and in each repetition two neighbouring activities of a part of the cases are
exchanged, so that there are many variants. The rows stand in the order of time, so cases are scattered over the file,
which is the harder case: they have to be sorted on disk. Everything is decided by a seed; the file is kept in the
system's folder for temporary files.

For each way it prints seconds of wall and CPU time and the peak of resident memory of the largest process. CPU time
leaves out the workers of a cluster, which are not children of the command.

Run as ``python -m benchmarks.ten_million``; ``--events N`` makes a smaller file, ``--workers N`` says how many
processes, ``--ways one,processes,cluster,killed`` chooses; ``killed`` is a cluster one of whose workers is
ended as soon as it has something to do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import polars as pl
import psutil  # type: ignore[import-untyped]  # a part of Dask

from benchmarks.made_logs import SEED, repeated
from engine import VERSION

ROOT = Path(__file__).resolve().parents[1]
FLOW = ROOT / "examples" / "flows" / "car_service_advisor.yaml"
PLAYED, WEEKS = 300, 4
FOLDER = Path(tempfile.gettempdir()) / "trueline-benchmarks"
PROGRAM = [sys.executable, "-c", "from api.cli import main; main()"]
MEGABYTE = 1024 * 1024


def made_log(events: int) -> Path:
    """The file; made where it is not there yet."""
    path = FOLDER / f"car-service-advisor-{VERSION}-{events}-{SEED}.parquet"
    if path.exists():
        return path
    FOLDER.mkdir(exist_ok=True)
    played = FOLDER / f"played-{VERSION}-{PLAYED}-{SEED}.parquet"
    if not played.exists():
        deviations = "skip:0.1,swap:0.05,late:0.1,plan:0.1"
        options = ["--cases", str(PLAYED), "--seed", str(SEED), "--deviations", deviations]
        subprocess.run([*PROGRAM, "simulate", str(FLOW), "-o", str(played), *options], check=True, cwd=ROOT)  # noqa: S603
    once = pl.read_parquet(played)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        for repetition in range(-(-events // once.height)):
            rows = repeated(once, repetition, later=timedelta(weeks=WEEKS * repetition))
            rows.write_parquet(Path(folder) / f"{repetition:06}.parquet")
        pl.scan_parquet(f"{folder}/*.parquet").head(events).sink_parquet(path, row_group_size=250_000)
    return path


def measured(log: Path, *options: str) -> dict[str, float | str]:
    """Assess in a child, and say what it took."""
    output = FOLDER / "found.json"
    command = [*PROGRAM, "assess", str(FLOW), str(log), "--json", str(output), *options]
    program = (
        "import json, resource, subprocess, sys, time\n"
        "began = time.perf_counter()\n"
        "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "code = child.wait()\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([code, time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))\n"
    )
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *command], check=True, stdout=subprocess.PIPE, cwd=ROOT
    )
    code, seconds, cpu, peak = json.loads(told.stdout)
    if code:
        raise SystemExit(f"the assessment ended with {code}")
    return {"seconds": seconds, "cpu": cpu, "peak": peak, "found": output.read_text()}


@contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers on this machine: its address, and the processes of the workers."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        dask = [sys.executable, "-m", "distributed.cli"]
        common = ["--scheduler-file", str(file), "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        begin = [f"{dask[2]}.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common]
        work = [f"{dask[2]}.dask_worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", *common]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": folder}
        processes = [subprocess.Popen([*dask[:2], *begin], **quiet)]  # type: ignore[call-overload]  # noqa: S603
        processes += [subprocess.Popen([*dask[:2], *work], **quiet) for _ in range(workers)]  # type: ignore[call-overload]  # noqa: S603
        try:
            while not file.exists():
                time.sleep(0.1)
            yield json.loads(file.read_text())["address"], processes[1:]
        finally:
            for process in processes:
                process.kill()
                process.wait()


def killed_when_busy(worker: subprocess.Popen[bytes]) -> threading.Thread:
    """Ends a worker of a cluster when it is at work: once it has used half of a core for a while."""

    def watch() -> None:
        process = psutil.Process(worker.pid)
        time.sleep(5)
        used, busy = sum(process.cpu_times()[:2]), 0.0
        while worker.poll() is None:
            time.sleep(0.1)
            before, used = used, sum(process.cpu_times()[:2])
            busy += used - before if used - before >= 0.05 else 0.0
            if busy >= 0.4:
                print(f"ending a worker that has worked for {busy:.1f} CPU seconds", flush=True)
                worker.kill()

    found = threading.Thread(target=watch, daemon=True)
    found.start()
    return found


def main() -> None:
    """Make the file, assess it, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--ways", default="one,processes,cluster")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    log = made_log(options.events)
    print(f"{log.name}: {options.events:,} events, {log.stat().st_size / MEGABYTE:,.0f} MB\n")
    print("| way | seconds | CPU seconds | peak MB of the largest process |\n|---|---|---|---|", flush=True)
    answers = set()
    for way in options.ways.split(","):
        if way in {"cluster", "killed"}:
            with cluster(options.workers) as (address, workers):
                if way == "killed":
                    killed_when_busy(workers[0])
                row = measured(log, "--cluster", address)
                if way == "killed" and workers[0].poll() is None:
                    raise SystemExit("the worker lived through it")
        else:
            row = measured(log, *(["--workers", str(options.workers)] if way == "processes" else []))
        answers.add(row["found"])
        print(f"| {way} | {row['seconds']:.0f} | {row['cpu']:.0f} | {row['peak']:.0f} |", flush=True)
    if len(answers) > 1:
        raise SystemExit("the answers differ")


if __name__ == "__main__":
    main()
