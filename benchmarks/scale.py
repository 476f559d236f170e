"""Alignments with nets of millions of markings: ``python benchmarks/scale.py``.

The nets are made from a seed: sequences of parallel blocks with loops and choices inside, and one block of 22 parallel
steps. The traces are random runs with a share of their events disturbed: one is put in, taken
out, exchanged with the next or replaced. For each net and share of noise a row says how many traces were explained
exactly, and what it took.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.conformance.alignments import align
from engine.conformance.mapper import SERIAL, Mapper, Threads
from engine.conformance.warmup import compile_kernels
from engine.logs.variants import Variants
from engine.nets.building import NetBuilder
from engine.nets.net import SILENT, Net, Purpose, Transition
from engine.nets.state_space import explore

Tree = str | tuple[object, ...]
"""``"step"``, ``"skip"``, or a tuple of ``"seq"``, ``"xor"``, ``"and"`` or ``"loop"`` and its parts."""

SHAPES: dict[str, list[list[int]]] = {
    "one block of 7": [[1], [5, 6, 6, 6, 6, 6, 5], [1]],
    "one block of 8": [[1], [5, 5, 6, 6, 6, 6, 6, 6], [1]],
    "three blocks": [[1], [4, 5, 5, 4], [2], [3, 4, 4, 4, 3], [1], [3, 3, 3], [1]],
    "two wide blocks": [[1], [2] * 11, [1], [2] * 11, [1]],
}
"""For each net its blocks in sequence; for each block about how many steps its parallel branches have."""
NOISE = (0.1, 0.2, 0.5)


class _Drawing:
    """A net drawn from a tree."""

    def __init__(self) -> None:
        self._build = NetBuilder()
        self._labels: list[str] = []
        self._count = 0

    def net(self, tree: Tree) -> Net:
        begin, end = self._place(), self._place()
        self._draw(tree, begin, end)
        return self._build.net(
            name="scale",
            labels=tuple(self._labels),
            initial={begin: 1},
            finals=[{end: 1}],
            label_of_activity={label: number for number, label in enumerate(self._labels)},
        )

    def _place(self) -> str:
        self._count += 1
        return self._build.place(f"p{self._count}")

    def _fire(self, takes: Iterable[str], puts: Iterable[str], *, visible: bool = False) -> None:
        self._count += 1
        name, label = self._build.unique(f"t{self._count}"), SILENT
        if visible:
            label = len(self._labels)
            self._labels.append(f"step {label:02d}")
        self._build.transition(
            Transition(name, label, name, Purpose.PERFORM if visible else Purpose.ROUTE), takes, puts
        )

    def _draw(self, tree: Tree, begin: str, end: str) -> None:
        if isinstance(tree, str):
            self._fire([begin], [end], visible=tree == "step")
            return
        kind, *parts = tree
        if kind == "seq":
            for number, part in enumerate(parts):
                after = end if number == len(parts) - 1 else self._place()
                self._draw(part, begin, after)  # type: ignore[arg-type]  # a tree of trees
                begin = after
        elif kind == "xor":
            for part in parts:
                self._draw(part, begin, end)  # type: ignore[arg-type]
        elif kind == "and":
            begins, ends = [self._place() for _ in parts], [self._place() for _ in parts]
            self._fire([begin], begins)
            for part, first, last in zip(parts, begins, ends, strict=True):
                self._draw(part, first, last)  # type: ignore[arg-type]
            self._fire(ends, [end])
        else:
            first, last = self._place(), self._place()
            self._fire([begin], [first])
            self._draw(parts[0], first, last)  # type: ignore[arg-type]
            self._draw(parts[1], last, first)  # type: ignore[arg-type]
            self._fire([last], [end])


def branch(rng: random.Random, size: int) -> Tree:
    """A random tree of that many steps without parallel work."""
    if size == 1:
        return rng.choice(["step", "step", "step", ("xor", "step", "skip")])  # type: ignore[return-value]  # str is one
    cut = rng.randint(1, size - 1)
    return (rng.choice(["seq", "seq", "xor", "loop"]), branch(rng, cut), branch(rng, size - cut))


def made_net(shape: Sequence[Sequence[int]], seed: int) -> Net:
    """The net of a shape and a seed."""
    rng = random.Random(seed)
    parts = [
        branch(rng, sizes[0]) if len(sizes) == 1 else ("and", *(branch(rng, size) for size in sizes)) for sizes in shape
    ]
    return _Drawing().net(("seq", *parts))


def parallel_steps(count: int) -> Net:
    """A split into steps that are all parallel, and a join."""
    return _Drawing().net(("and", *["step"] * count))


def run_of(net: Net, rng: random.Random) -> tuple[str, ...]:
    """The visible steps of a random run."""
    marking, done = tuple(net.initial.tolist()), []
    while not net.is_final(marking):
        ready = [t for t in range(len(net.transitions)) if net.enabled(marking, t)]
        t = rng.choice(ready)
        marking = net.fire(marking, t)
        if net.transitions[t].label != SILENT:
            done.append(net.labels[net.transitions[t].label])
    return tuple(done)


def disturbed(trace: Sequence[str], rng: random.Random, share: float, labels: Sequence[str]) -> tuple[str, ...]:
    """A trace with about a share of its events disturbed."""
    events = list(trace)
    for _ in range(sum(rng.random() < share for _ in trace)):
        kind = rng.choice(["put in", "take out", "exchange", "replace"])
        at = rng.randrange(len(events)) if events else 0
        if kind == "put in" or not events:
            events.insert(at, rng.choice(labels))
        elif kind == "take out":
            del events[at]
        elif kind == "replace":
            events[at] = rng.choice(labels)
        elif at + 1 < len(events):
            events[at], events[at + 1] = events[at + 1], events[at]
    return tuple(events)


def traces_of(net: Net, *, count: int, share: float, seed: int) -> list[tuple[str, ...]]:
    """Disturbed runs of 25 to 60 events (any length where the net has fewer steps)."""
    rng = random.Random(seed)
    traces: list[tuple[str, ...]] = []
    while len(traces) < count:
        run = run_of(net, rng)
        if 25 <= len(run) <= 60 or len(net.labels) < 25:
            traces.append(disturbed(run, rng, share, net.labels))
    return traces


def variants_of(traces: Sequence[tuple[str, ...]], labels: tuple[str, ...]) -> Variants:
    """One variant with one case for each trace."""
    number = {label: code for code, label in enumerate(labels)}
    offsets = np.zeros(len(traces) + 1, dtype=np.int64)
    np.cumsum([len(trace) for trace in traces], out=offsets[1:])
    codes = np.array([number[name] for trace in traces for name in trace], dtype=np.int32)
    return Variants(
        labels, offsets, codes, np.ones(len(traces), dtype=np.int64), np.arange(len(traces), dtype=np.int32)
    )


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured for one net and share of noise."""

    net: str
    noise: float
    traces: int
    events: float
    exact: int
    local: int
    cost: float
    seconds: float
    peak: float

    def __str__(self) -> str:
        cells = (
            self.net,
            f"{self.noise:.0%}",
            str(self.traces),
            f"{self.events:.1f}",
            str(self.exact),
            str(self.local),
            f"{self.cost:.2f}",
            f"{self.seconds:.2f}",
            f"{self.peak:.0f}",
        )
        return "| " + " | ".join(cells) + " |"


def measure(name: str, net: Net, *, noise: float, count: int, mapper: Mapper) -> Row:
    """Align the traces of one net."""
    variants = variants_of(traces_of(net, count=count, share=noise, seed=7), net.labels)
    start = time.perf_counter()
    found = align(net, variants, mapper=mapper)
    seconds = time.perf_counter() - start
    return Row(
        net=name,
        noise=noise,
        traces=len(variants),
        events=len(variants.codes) / len(variants),
        exact=int((found.statuses == 0).sum()),
        local=int((found.explanations != 0).sum()),
        cost=float(found.lower_bounds.mean()),
        seconds=seconds,
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def main() -> None:
    """Measure every net at every share of noise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=int, default=1_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of a net's name")
    parser.add_argument("--count-markings", action="store_true", help="explore each net first")
    options = parser.parse_args()
    mapper: Mapper = SERIAL if options.threads == 1 else Threads(options.threads)
    compile_kernels()
    nets = {name: made_net(shape, options.seed) for name, shape in SHAPES.items()}
    nets["22 parallel steps"] = parallel_steps(22)
    print("| net | noise | traces | events | exact | local | mean cost | seconds | peak MB |\n" + "|---|" + "---|" * 8)
    for name, net in nets.items():
        if options.only not in name:
            continue
        if options.count_markings:
            space = explore(net, max_markings=10_000_000, max_bytes=1 << 31)
            print(f"{name}: {len(net.labels)} labels, {space.count:,} markings, {space.status.value}", flush=True)
        for noise in (0.0, *NOISE) if name.startswith("22") else NOISE:
            print(measure(name, net, noise=noise, count=options.traces, mapper=mapper), flush=True)


if __name__ == "__main__":
    main()
