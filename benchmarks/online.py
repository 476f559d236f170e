"""Times online conformance: every event of a log in the order of time, case by case interleaved, on one core.

For each net and log it prints

- states of the compiled net, and how many events were taken;
- µs per event: the mean, and the 99th percentile over single events; events per second;
- the same when the deviations are asked for at every rise of the cost, and after every event of a case that deviates;
- bytes of a case as it stood before it was closed: median and 99th percentile;
- how many cases had to be computed again with a larger threshold, per thousand events;
- µs per event when each event has its prefix aligned from scratch by ``align_prefixes``, on a sample;
- µs per event of a late event (half way into its case), on a sample.

A second table has pm4py's two streaming checkers on the same events, cut at ``--peer-events``: token replay, and the
approximation of prefix alignments by a trie of traces with decay ("IWS"), with the share of the events after which its
cost is the true one. pm4py is an extra.

Run as ``python benchmarks/online.py``; it needs the logs and models beside the checkout. ``--events`` cuts each log.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import math
import platform
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.alignments import DATA, PAIRS
from engine.conformance.alignments import align_prefixes
from engine.conformance.online import OnlineCase, OnlineChecker
from engine.conformance.warmup import compile_kernels
from engine.logs.reading import read_log
from engine.logs.variants import Variants
from engine.nets.process import read_process

SAMPLE = 300

Events = list[tuple[int, str]]
"""Case and activity, in the order of time."""


@dataclass
class Row:
    """What was measured for one pair."""

    name: str
    states: int
    events: int
    mean: float
    slowest: float
    on_rise: float
    always: float
    bytes_half: float
    bytes_most: float
    again: float
    scratch: float
    late: float

    def cells(self) -> list[str]:
        """The row of the table."""
        return [
            self.name,
            f"{self.states:,}",
            f"{self.events:,}",
            f"{self.mean:.1f}",
            f"{self.slowest:.1f}",
            f"{1e6 / self.mean:,.0f}",
            f"{self.on_rise:.1f}",
            f"{self.always:.1f}",
            f"{self.bytes_half:.0f}",
            f"{self.bytes_most:.0f}",
            f"{self.again:.1f}",
            f"{self.scratch:,.0f}",
            f"{self.late:.0f}",
        ]


HEADINGS = [
    "model × log",
    "states",
    "events",
    "µs/event",
    "p99",
    "events/s",
    "µs/event, deviations at rises",
    "µs/event, deviations always",
    "bytes/case p50",
    "p99",
    "again ‰",
    "from scratch µs/event",
    "late µs/event",
]


def events_of(path: Path, most: int) -> Events:
    """The events of a log in the order of time; file order where times are equal or missing."""
    log = read_log(path)
    ordered = log.events.sort(pl.col("time"), nulls_last=False, maintain_order=True).head(most)
    names = [log.activities[code] for code in ordered["activity"].to_list()]
    return list(zip(ordered["case"].to_list(), names, strict=True))


def play(checker: OnlineChecker, events: Events, *, ask: Callable[[int, int], bool]) -> dict[int, OnlineCase]:
    """Take all events; ``ask`` says for which rise and cost the deviations are wanted."""
    cases: dict[int, OnlineCase] = {}
    opened, observe = checker.open(), checker.observe
    for case, activity in events:
        cases[case], verdict = observe(cases.get(case, opened), activity)
        if ask(verdict.rise, verdict.cost):
            _ = verdict.account
    return cases


def seconds(call: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def single(checker: OnlineChecker, events: Events) -> tuple[list[float], int]:
    """Wall µs of every event, and how often a case was computed again."""
    cases: dict[int, OnlineCase] = {}
    spent, again, opened = [], 0, checker.open()
    for case, activity in events:
        before = cases.get(case, opened)
        start = time.perf_counter_ns()
        after, verdict = checker.observe(before, activity)
        spent.append((time.perf_counter_ns() - start) / 1e3)
        again += verdict.step is not None and after.threshold != before.threshold
        cases[case] = after
    return spent, again


def from_scratch(checker: OnlineChecker, cases: list[OnlineCase]) -> None:
    """One call of ``align_prefixes`` for each case."""
    for case in cases:
        names = checker.activities(case)
        distinct = tuple(sorted(set(names)))
        codes = np.array([distinct.index(name) for name in names], dtype=np.int32)
        one = np.ones(1, dtype=np.int64)
        variants = Variants(distinct, np.array([0, len(names)]), codes, one, np.zeros(1, dtype=np.int32))
        found = align_prefixes(checker.graph, variants)
        if found.costs[0] != case.cost:
            raise SystemExit(f"{names}: {case.cost}, but the batch says {found.costs[0]}")


def measure(model: Path, log: Path, most: int) -> tuple[Row, OnlineChecker, Events]:
    """Everything about one pair."""
    checker = OnlineChecker.of(read_process(model).net)
    events = events_of(log, most)
    play(checker, events[:100], ask=lambda *_: True)
    spent, again = single(checker, events)
    plain = min(seconds(lambda: play(checker, events, ask=lambda *_: False)) for _ in range(3))
    rises = seconds(lambda: play(checker, events, ask=lambda rise, _: rise > 0))
    part = events[: max(SAMPLE, len(events) // 10)]
    always = seconds(lambda: play(checker, part, ask=lambda _, cost: cost > 0))
    cases = play(checker, events, ask=lambda *_: False)
    sizes = [case.stored_bytes for case in cases.values()]
    chosen = random.Random(1).sample(list(cases.values()), min(SAMPLE, len(cases)))
    scratch = seconds(lambda: from_scratch(checker, chosen))
    late = seconds(lambda: [checker.insert(case, len(case) // 2, checker.activities(case)[0]) for case in chosen])
    count = len(events)
    row = Row(
        name=f"{model.stem} × {log.name}",
        states=checker.graph.states,
        events=count,
        mean=plain / count * 1e6,
        slowest=float(np.percentile(spent, 99)),
        on_rise=rises / count * 1e6,
        always=always / len(part) * 1e6,
        bytes_half=float(np.percentile(sizes, 50)),
        bytes_most=float(np.percentile(sizes, 99)),
        again=again / count * 1e3,
        scratch=scratch / len(chosen) * 1e6,
        late=late / len(chosen) * 1e6,
    )
    return row, checker, events


def peers(model: Path, checker: OnlineChecker, events: Events) -> list[str]:
    """pm4py's streaming checkers on the same events: µs per event, and how often the cost is the true one."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):  # its licence banner
        import pm4py  # noqa: PLC0415 - an extra
        from pm4py.streaming.algo.conformance.alignments.variants import approx_iws  # noqa: PLC0415
        from pm4py.streaming.algo.conformance.tbr.variants import classic  # noqa: PLC0415
    logging.disable(logging.CRITICAL)  # it logs each deviation
    net, initial, final = pm4py.read_pnml(str(model))
    rows: list[dict[str, Any]] = [{"case:concept:name": str(case), "concept:name": name} for case, name in events]
    ours = seconds(lambda: play(checker, events, ask=lambda *_: False)) / len(events) * 1e6
    replay = classic.apply(net, initial, final)
    tokens = seconds(lambda: [replay._process(row) for row in rows]) / len(rows) * 1e6  # noqa: SLF001
    try:
        trie = approx_iws.apply(net, initial, final, parameters={"random_seed": 1})
    except ValueError:  # it found no complete run to make its trie of
        return [f"{len(events):,}", f"{ours:.1f}", f"{tokens:.0f}", "–", "–"]
    right, spent = 0, 0.0
    cases: dict[int, OnlineCase] = {}
    for (case, activity), row in zip(events, rows, strict=True):
        start = time.process_time()
        trie._process(row)  # noqa: SLF001
        spent += time.process_time() - start
        cases[case], verdict = checker.observe(cases.get(case, checker.open()), activity)
        best = min(state.cost for state in trie._cases[str(case)])  # noqa: SLF001
        right += best // 10_000 == verdict.cost
    return [
        f"{len(events):,}",
        f"{ours:.1f}",
        f"{tokens:.0f}",
        f"{spent / len(rows) * 1e6:.0f}",
        f"{math.floor(right / len(rows) * 1e3) / 10:.1f} %",
    ]


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Measure every pair whose data is there, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--peer-events", type=int, default=1_000, help="0 leaves pm4py out")
    parser.add_argument("--only", default="", help="part of a model's name")
    options = parser.parse_args()
    compile_kernels()
    rows, others = [], []
    for name, log, _ in PAIRS:
        if options.only not in name or not ((DATA / name).exists() and (DATA / log).exists()):
            continue
        row, checker, events = measure(DATA / name, DATA / log, options.events)
        rows.append(row.cells())
        if options.peer_events:
            others.append([row.name, *peers(DATA / name, checker, events[: options.peer_events])])
        print(f"done: {row.name}", flush=True)
    print(f"\n{platform.machine()}, Python {platform.python_version()}, one core\n\n{table(HEADINGS, rows)}")
    if others:
        headings = ["model × log", "events", "trueline µs", "pm4py token replay µs", "pm4py IWS µs", "IWS cost right"]
        print(f"\n{table(headings, others)}")


if __name__ == "__main__":
    main()
