"""Times exact alignments: Trueline beside r4pm (Rust) and pm4py, in one run, interleaved.

Each aligner gets what it works on in memory: coded variants for Trueline, an activity projection for r4pm, one trace
for each variant for pm4py. Reading and grouping are timed apart. Trueline's time covers exploring the net, folding
silent moves, the search and the moves. r4pm's is its own call, which also writes its result as JSON; reading that JSON
is not counted. Every aligner that answers has to agree on the total cost, or the run fails.

Run as ``make benchmarks``; it needs the logs and models beside the checkout. ``--runs`` sets how often each pair is
timed (the median counts), ``--slow-pm4py`` also runs pm4py where it takes minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.conformance.alignments import align
from engine.conformance.mapper import Serial, Threads
from engine.conformance.warmup import compile_kernels
from engine.logs.reading import read_log
from engine.logs.variants import Variants, find_variants
from engine.nets.process import read_process

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

PAIRS = [
    ("models/01_running-example-im.pnml", "logs/running-example.xes", True),
    ("models/02_teleclaims-imf.pnml", "logs/02_teleclaims.xes.gz", True),
    ("models/03_repairExample-imf.pnml", "logs/03_repairExample.xes.gz", True),
    ("models/03_repairExample-im.pnml", "logs/03_repairExample.xes.gz", True),
    ("models/07_bpic2013_incidents-imf.pnml", "logs/07_bpic2013_incidents.xes.gz", True),
    ("models/07_bpic2013_incidents-im.pnml", "logs/07_bpic2013_incidents.xes.gz", False),
    ("models/08_receipt-imf.pnml", "logs/08_receipt.xes.gz", False),
    ("models/08_receipt-im.pnml", "logs/08_receipt.xes.gz", False),
    ("models/12_roadtraffic_1t_per_variant-imf.pnml", "logs/12_roadtraffic_1t_per_variant.xes.gz", True),
    ("models/12_roadtraffic_1t_per_variant-im.pnml", "logs/12_roadtraffic_1t_per_variant.xes.gz", False),
    ("models/12_roadtraffic_1t_per_variant-imf.pnml", "logs/roadtraffic_fines.xes.gz", True),
    ("models/helpdesk-imf.pnml", "logs/helpdesk.xes.gz", True),
    ("models/bpic2012-imf.pnml", "logs/bpic2012.xes.gz", False),
    *(
        (f"models/{net}/{net}.pnml", f"models/{net}/{net}f0n{noise}.xes.gz", noise == "50")
        for net in ("a12", "a22")
        for noise in ("10", "20", "50")
    ),
]
"""Model, log, and whether pm4py answers within about half a minute."""

WITHOUT_DATA = (
    "Sepsis im",
    "hospital billing imf and im",
    "BPIC 2020 permit imf",
    "an artificial net of 42 activities",
)
"""Pairs of published comparisons whose data is not beside the checkout."""


@dataclass
class Row:
    """What was measured for one pair, in seconds of wall time."""

    name: str
    variants: int
    read: float
    group: float
    total: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, aligner: str) -> float:
        """The median over the runs, or NaN when the aligner did not run."""
        return statistics.median(self.seconds[aligner]) if self.seconds.get(aligner) else math.nan

    def note(self, aligner: str, seconds: float, total: int) -> None:
        """Keep one run, and refuse a total that differs."""
        if self.seconds and total != self.total:
            raise SystemExit(f"{self.name}: {aligner} finds {total}, the others {self.total}")
        self.total = total
        self.seconds.setdefault(aligner, []).append(seconds)


def timed(call: Callable[[], int]) -> tuple[float, int]:
    """Wall seconds and the result of one call."""
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def peer_r4pm(model: Path, log: Path) -> Callable[[], int]:
    """R4pm's ``align_variants`` on the log's activity projection."""
    import r4pm  # noqa: PLC0415 - an extra
    from r4pm import petri_net  # noqa: PLC0415

    net = petri_net.import_pnml(str(model))
    projection = r4pm.import_item("EventLogActivityProjection", str(log))
    # Without a limit of its own: by default r4pm gives up on the longest traces of the largest log.
    costs = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}
    options = {"cost_fn": costs, "max_states": 10**9}
    arguments = json.dumps({"net": net, "projection": projection, "options": options})
    name = "process_mining::conformance::case_centric::alignments::align_variants"
    last: list[str] = []

    def call() -> int:
        last[:] = [r4pm.call_binding(name, arguments)]
        return -1

    call()
    answers = json.loads(last[0])
    total = sum(int(answer["frequency"]) * _r4pm_cost(answer["result"]) for answer in answers)

    def timed_call() -> int:
        r4pm.call_binding(name, arguments)
        return total

    return timed_call


def _r4pm_cost(result: dict[str, Any]) -> int:
    inner = result.get("Ok", result)
    return int(inner["cost"])


def peer_pm4py(model: Path, variants: Variants) -> Callable[[], int]:
    """Pm4py's default aligner on one trace for each variant."""
    os.environ["TQDM_DISABLE"] = "1"
    with contextlib.redirect_stdout(io.StringIO()):  # its licence banner
        import pm4py  # noqa: PLC0415 - an extra
    from pm4py.objects.log.obj import Event, EventLog, Trace  # noqa: PLC0415

    net, initial, final = pm4py.read_pnml(str(model))
    traces = [
        Trace([Event({"concept:name": name}) for name in variants.sequence(v)], attributes={"concept:name": str(v)})
        for v in range(len(variants))
    ]
    log = EventLog(traces)

    def call() -> int:
        found = pm4py.conformance_diagnostics_alignments(log, net, initial, final)
        return sum(int(n) * (int(answer["cost"]) // 10_000) for n, answer in zip(variants.counts, found, strict=True))

    return call


def measure(model: Path, log: Path, *, runs: int, with_pm4py: bool) -> Row:
    """Time one pair with every aligner, run by run in turn."""
    read, loaded = _reading(log)
    start = time.perf_counter()
    variants = find_variants(loaded)
    row = Row(f"{model.stem} × {log.name}", len(variants), read, time.perf_counter() - start)
    net = read_process(model).net
    cores = os.cpu_count() or 1
    aligners: dict[str, Callable[[], int]] = {
        "trueline": lambda: align(net, variants, mapper=Serial()).total_cost,
        f"trueline, {cores} threads": lambda: align(net, variants, mapper=Threads(cores)).total_cost,
        "r4pm": peer_r4pm(model, log),
    }
    if with_pm4py:
        aligners["pm4py"] = peer_pm4py(model, variants)
    for call in range(runs):
        for name, aligner in aligners.items():
            if name == "pm4py" and call > 0 and row.median(name) > 5:
                continue
            row.note(name, *timed(aligner))
    return row


def _reading(log: Path) -> tuple[float, Any]:
    start = time.perf_counter()
    loaded = read_log(log)
    return time.perf_counter() - start, loaded


def report(rows: list[Row]) -> str:
    """The table, as Markdown, with ratios, their geometric mean and the total."""
    names = list(dict.fromkeys(name for row in rows for name in row.seconds))
    ours = [name for name in names if name.startswith("trueline")]
    columns = ("model × log", "variants", "total cost", "read s", "group s")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}",
        "",
        "| " + " | ".join([*columns, *(f"{name} s" for name in names), *(f"r4pm ÷ {name}" for name in ours)]) + " |",
        "|" + "---|" * (5 + len(names) + len(ours)),
    ]
    for row in rows:
        cells = [row.name, str(row.variants), str(row.total), f"{row.read:.2f}", f"{row.group:.4f}"]
        cells += ["–" if math.isnan(row.median(name)) else f"{row.median(name):.4f}" for name in names]
        cells += [f"{row.median('r4pm') / row.median(name):.1f}" for name in ours]
        lines.append("| " + " | ".join(cells) + " |")
    lines += [compared(rows, peer, name) for peer in ("r4pm", "pm4py") for name in ours]
    lines.append(f"\nnot run, their data is not there: {', '.join(WITHOUT_DATA)}")
    return "\n".join(lines)


def compared(rows: list[Row], peer: str, name: str) -> str:
    """How many times faster than a peer: in total, in the geometric mean, at least, and by how long the peer takes."""
    both = [(row.median(peer), row.median(name)) for row in rows if not math.isnan(row.median(peer))]
    if not both:
        return f"\n{peer} was not run"
    ratios = [theirs / ours for theirs, ours in both]
    mean = math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))
    theirs, ours = sum(t for t, _ in both), sum(o for _, o in both)
    text = (
        f"\n{peer} ÷ {name} over {len(both)} pairs: total {theirs:.2f} s ÷ {ours:.3f} s = {theirs / ours:.0f}, "
        f"geometric mean {mean:.1f}, least {min(ratios):.1f}"
    )
    for least in (0.05, 0.2):
        slow = [t / o for t, o in both if t > least]
        if slow:
            text += f"; on {len(slow)} pairs over {least * 1000:.0f} ms {min(slow):.1f} to {max(slow):.0f}"
    return text


def main() -> None:
    """Measure every pair whose data is there, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow-pm4py", action="store_true")
    parser.add_argument("--only", default="", help="part of a model's name")
    options = parser.parse_args()
    start = time.perf_counter()
    compile_kernels()
    print(f"first call in this process, kernels from the cache: {time.perf_counter() - start:.2f} s\n")
    rows = []
    for model, log, quick in PAIRS:
        if options.only not in model:
            continue
        if not ((DATA / model).exists() and (DATA / log).exists()):
            print(f"not run, its data is not there: {model} × {log}")
            continue
        rows.append(measure(DATA / model, DATA / log, runs=options.runs, with_pm4py=quick or options.slow_pm4py))
        print(f"done: {rows[-1].name}", flush=True)
    print("\n" + report(rows))


if __name__ == "__main__":
    main()
