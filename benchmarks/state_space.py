"""Times what comes before the search: exploring a net's markings, then folding silent moves away and the label sets.

The nets: the shared models; a split, one step on each of n branches, a join (N6 of the hostile nets); parallel blocks
with loops and choices, 2.7 million markings. Beside them stands pm4py's reachability graph, in a process of its own,
where it ends within a time; r4pm has none. Both have to find the same numbers of markings and edges.

For each net it prints the median of some runs (one run where that takes over a second), the most memory that the arrays
of the exploration took at once, and what a search walks over. Run as ``python benchmarks/state_space.py``; ``--only``
takes part of a name, ``--patience`` is how many seconds pm4py gets, ``--fold-all`` also folds the largest net, which
takes some gigabytes.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from engine.conformance.search_graph import SearchGraph, graph_of
from engine.conformance.warmup import compile_kernels
from engine.limits import Limits
from engine.nets.building import NetBuilder
from engine.nets.net import SILENT, Net, Purpose, Transition
from engine.nets.pnml import write_pnml
from engine.nets.process import read_process
from engine.nets.state_space import Exploration, StateSpace, explore

MODELS = Path(__file__).resolve().parents[2] / "shared" / "data" / "models"
MOST_MARKINGS, MOST_BYTES = 5_000_000, 4 << 30
MOST_FOLDED = 3_000_000
RUNS = 31

_Result = TypeVar("_Result")


class _Drawing:
    """A net in the making."""

    def __init__(self) -> None:
        self.build, self.labels, self.places = NetBuilder(), dict[str, int](), set[str]()

    def transition(self, name: str, takes: list[str], puts: list[str], *, silent: bool = False) -> None:
        """Add one; its places come with it."""
        for place in (*takes, *puts):
            if place not in self.places:
                self.places.add(place)
                self.build.place(place)
        label = SILENT if silent else self.labels.setdefault(name, len(self.labels))
        purpose = Purpose.ROUTE if silent else Purpose.PERFORM
        self.build.transition(Transition(name, label, name, purpose), takes, puts)

    def net(self) -> Net:
        """The net, from one token on i to one on o."""
        return self.build.net(
            name="",
            labels=tuple(self.labels),
            initial={"i": 1},
            finals=[{"o": 1}],
            label_of_activity=self.labels,
        )


def parallel(branches: int) -> Net:
    """N6: every subset of the branches can be done."""
    drawing = _Drawing()
    drawing.transition("s", ["i"], [f"p{k}" for k in range(branches)], silent=True)
    for k in range(branches):
        drawing.transition(f"a{k}", [f"p{k}"], [f"q{k}"])
    drawing.transition("j", [f"q{k}" for k in range(branches)], ["o"])
    return drawing.net()


def blocks(sizes: list[int]) -> Net:
    """Parallel blocks, each with so many places: a sequence with a choice of two steps, a skip and a loop back."""
    drawing = _Drawing()
    drawing.transition("s", ["i"], [f"b{b}p0" for b in range(len(sizes))], silent=True)
    for b, size in enumerate(sizes):
        places = [f"b{b}p{k}" for k in range(size)]
        for k in range(size - 1):
            drawing.transition(f"b{b}a{k}", [places[k]], [places[k + 1]])
        drawing.transition(f"b{b}or", [places[0]], [places[1]])
        drawing.transition(f"b{b}skip", [places[1]], [places[2]], silent=True)
        drawing.transition(f"b{b}again", [places[-1]], [places[-3]], silent=True)
    drawing.transition("j", [f"b{b}p{size - 1}" for b, size in enumerate(sizes)], ["o"], silent=True)
    return drawing.net()


def nets() -> Iterator[tuple[str, Callable[[], Net]]]:
    """Name and maker of each net, small ones first."""
    for path in sorted([*MODELS.glob("*-im*.pnml"), *MODELS.glob("a??/a??.pnml")]):
        yield path.stem, lambda path=path: read_process(path).net  # type: ignore[misc]
    for branches in (12, 16, 20, 22):
        yield f"N6, {branches} branches", lambda branches=branches: parallel(branches)  # type: ignore[misc]
    yield "8 blocks", lambda: blocks([6, 6, 6, 6, 6, 7, 7, 7])


@dataclass(frozen=True)
class Row:
    """What was measured for one net; seconds of wall time."""

    name: str
    space: StateSpace
    explore: float
    peak: int
    graph: SearchGraph | None
    fold: float
    pm4py: float | None

    def cells(self) -> list[str]:
        """The row of the table."""
        graph = self.graph
        return [
            self.name,
            f"{self.space.count:,}",
            f"{len(self.space.targets):,}",
            f"{self.explore:.6f}",
            f"{self.space.count / self.explore / 1e6:.2f}",
            f"{self.peak / 2**20:.1f}",
            "–" if self.pm4py is None else f"{self.pm4py:.3f}",
            "–" if self.pm4py is None else f"{self.pm4py / self.explore:,.0f}",
            "–" if graph is None else f"{graph.states:,}",
            "–" if graph is None else f"{len(graph.edges[1]):,}",
            "–" if graph is None else f"{self.fold:.6f}",
        ]


COLUMNS = (
    "net",
    "markings",
    "edges",
    "explore s",
    "M markings/s",
    "MB at most",
    "pm4py s",
    "pm4py ÷ explore",
    "states of the search",
    "edges of the search",
    "fold s",
)


def median(call: Callable[[], _Result]) -> tuple[float, _Result]:
    """Seconds of a call, and its result."""
    seconds: list[float] = []
    while True:
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
        if len(seconds) == RUNS or seconds[0] > 1:
            return statistics.median(seconds), result


def measure(name: str, net: Net, *, patience: float, fold_all: bool) -> Row:
    """Time one net."""

    def exploring() -> StateSpace:
        return explore(net, max_markings=MOST_MARKINGS, max_bytes=MOST_BYTES)

    def folding() -> SearchGraph:
        for known in ("is_final", "coreachable"):
            space.__dict__.pop(known, None)
        return graph_of(space, limits=Limits(state_space_bytes=MOST_BYTES))

    seconds, space = median(exploring)
    if space.status is not Exploration.COMPLETE:
        raise SystemExit(f"{name}: {space.status}")
    tracemalloc.start()
    exploring()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    folded = space.count <= MOST_FOLDED or fold_all
    fold, graph = median(folding) if folded else (0.0, None)
    return Row(name, space, seconds, peak, graph, fold, beside_pm4py(name, space, patience))


def beside_pm4py(name: str, space: StateSpace, patience: float) -> float | None:
    """Seconds of pm4py's reachability graph, or None when it does not end in time."""
    if patience <= 0:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.pnml"
        path.write_text(write_pnml(space.net), encoding="utf-8")
        command = [sys.executable, __file__, "--pm4py", str(path)]
        try:
            answer = subprocess.run(command, capture_output=True, check=True, timeout=patience + 5, text=True)  # noqa: S603
        except subprocess.TimeoutExpired:
            return None
    seconds, states, edges = answer.stdout.split()[-3:]
    if (int(states), int(edges)) != (space.count, len(space.targets)):
        raise SystemExit(f"{name}: pm4py finds {states} markings and {edges} edges")
    return float(seconds)


def run_pm4py(path: str) -> None:
    """What the process for pm4py does: print seconds, states and edges."""
    import pm4py  # noqa: PLC0415 - an extra
    from pm4py.objects.petri_net.utils.reachability_graph import construct_reachability_graph  # noqa: PLC0415

    net, initial, _ = pm4py.read_pnml(path)
    start = time.perf_counter()
    graph = construct_reachability_graph(net, initial)
    print(time.perf_counter() - start, len(graph.states), len(graph.transitions))


def main() -> None:
    """Measure every net, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="part of a net's name")
    parser.add_argument("--patience", type=float, default=30.0, help="seconds for pm4py; 0 leaves it out")
    parser.add_argument("--fold-all", action="store_true")
    parser.add_argument("--pm4py", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pm4py:
        run_pm4py(options.pm4py)
        return
    compile_kernels()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for name, make in nets():
        if options.only in name:
            row = measure(name, make(), patience=options.patience, fold_all=options.fold_all)
            print(f"| {' | '.join(row.cells())} |", flush=True)


if __name__ == "__main__":
    main()
