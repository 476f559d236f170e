"""How the cost of alignments grows with events, variants, trace length and states: ``python -m benchmarks.growth``.

One thing grows in each table and the rest stays. Seconds are CPU seconds of the process, the least of some runs, so
that other work on the machine changes little. The traces are disturbed random runs with fixed seeds.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.alignments import DATA
from benchmarks.scale import disturbed, parallel_steps, run_of, variants_of
from engine.conformance.alignments import align
from engine.conformance.search_graph import compile_search
from engine.conformance.warmup import compile_kernels
from engine.logs.log import Log
from engine.logs.reading import read_log
from engine.logs.variants import Variants, find_variants
from engine.nets.building import NetBuilder
from engine.nets.net import SILENT, Net, Purpose, Transition
from engine.nets.process import read_process

RUNS = 5
MODEL, LOG = Path("models/bpic2012-imf.pnml"), Path("logs/bpic2012.xes.gz")


@dataclass(frozen=True, slots=True)
class Row:
    """One size, and what it took."""

    size: int
    seconds: float
    units: int

    def __str__(self) -> str:
        return f"| {self.size:,} | {self.seconds:.4f} | {self.seconds / self.units * 1e6:.2f} |"


def least(function: Callable[[], object]) -> float:
    """CPU seconds of the fastest of some calls; one call where that takes over a second."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
        if best > 1:
            break
    return best


def some_of(variants: Variants, count: int) -> Variants:
    """A sample of the variants, short and long ones alike."""
    chosen = np.sort(np.random.default_rng(7).permutation(len(variants))[:count])
    pieces = [variants.codes[variants.offsets[v] : variants.offsets[v + 1]] for v in chosen]
    offsets = np.cumsum([0, *(len(piece) for piece in pieces)])
    return replace(
        variants,
        offsets=offsets.astype(np.int64),
        codes=np.concatenate(pieces),
        counts=variants.counts[chosen],
        of_case=np.arange(count, dtype=np.int32),
    )


def loop_net(steps: int) -> Net:
    """A loop of some steps, each of which may be left out, round which a case goes as often as it likes."""
    build, labels = NetBuilder(), tuple(f"step {number}" for number in range(steps))
    places = [build.place(f"p{number}") for number in range(steps + 1)]
    for number, label in enumerate(labels):
        work = Transition(label, number, label, Purpose.PERFORM)
        build.transition(work, [places[number]], [places[number + 1]])
        if number % 2:
            skip = Transition(f"skip {number}", SILENT, label, Purpose.SKIP)
            build.transition(skip, [places[number]], [places[number + 1]])
    build.transition(Transition("again", SILENT, "again", Purpose.ROUTE), [places[-1]], [places[0]])
    return build.net(
        name="loop",
        labels=labels,
        initial={places[0]: 1},
        finals=[{places[-1]: 1}],
        label_of_activity={label: number for number, label in enumerate(labels)},
    )


def repeated(log: Log, times: int) -> Log:
    """The same cases so many times over."""
    count = log.cases.height
    events = [log.events.with_columns(pl.col("case") + pl.lit(time * count, dtype=pl.UInt32)) for time in range(times)]
    return replace(log, cases=pl.concat([log.cases] * times), events=pl.concat(events))


def by_events(log: Log) -> Iterator[Row]:
    """The same cases again and again: grouping them, then aligning each variant once."""
    net = read_process(DATA / MODEL).net
    for times in (1, 2, 4, 8):
        many = repeated(log, times)
        yield Row(many.events.height, least(partial(_group_and_align, net, many)), many.events.height)


def _group_and_align(net: Net, log: Log) -> None:
    align(net, find_variants(log))


def by_variants(variants: Variants) -> Iterator[Row]:
    """More variants of one log."""
    graph = compile_search(read_process(DATA / MODEL).net)
    for count in (250, 500, 1_000, 2_000, len(variants)):
        chosen = some_of(variants, count)
        yield Row(count, least(partial(align, graph, chosen)), count)


def by_length() -> Iterator[Row]:
    """Longer and longer cases of a loop of ten steps."""
    net, rng = loop_net(10), random.Random(3)
    graph = compile_search(net)
    for length in (10, 100, 1_000, 10_000):
        traces = [disturbed(long_run(net, rng, length), rng, 0.2, net.labels) for _ in range(20)]
        variants = variants_of(traces, net.labels)
        yield Row(length, least(partial(align, graph, variants)), len(variants.codes))


def long_run(net: Net, rng: random.Random, length: int) -> Sequence[str]:
    """Random runs end to end until there are enough events."""
    run: list[str] = []
    while len(run) < length:
        run += run_of(net, rng)
    return run[:length]


def by_states() -> Iterator[Row]:
    """More and more parallel steps, each of which doubles the states; a hundred cases."""
    for steps in (4, 6, 8, 10, 12, 14, 16):
        net, rng = parallel_steps(steps), random.Random(5)
        traces = [disturbed(run_of(net, rng), rng, 0.2, net.labels) for _ in range(100)]
        variants = variants_of(traces, net.labels)
        yield Row(2**steps + 1, least(partial(align, net, variants)), 2**steps + 1)


def main() -> None:
    """Print the four tables."""
    compile_kernels()
    log = read_log(DATA / LOG)
    tables = (
        ("events, grouping included", by_events(log), "event"),
        ("variants", by_variants(find_variants(log)), "variant"),
        ("events in a case", by_length(), "event"),
        ("states, compiling included", by_states(), "state"),
    )
    for title, rows, unit in tables:
        print(f"\n| {title} | CPU s | µs a {unit} |\n|---|---|---|")
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main()
