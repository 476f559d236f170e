"""A log, a model discovered from it, and Trueline's costs: what the other aligners are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from engine.conformance.alignments import align
from engine.logs.lifecycle import Lifecycle, apply_lifecycle
from engine.logs.log import Log
from engine.logs.options import DateOrder, ReadOptions
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
from engine.mining.discovery import Miner, discover
from engine.nets.compile import compile_flow
from engine.nets.net import Net
from tests.peers.aligners import Trace, labelled
from tests.shared_data import shared

NOISES = (0.0, 0.2, 0.5)
LOGS = (
    ("running-example.xes", "all"),
    ("02_teleclaims.xes.gz", "all"),
    ("02_teleclaims.xes.gz", "complete"),
    ("03_repairExample.xes.gz", "all"),
    ("03_repairExample.xes.gz", "complete"),
    ("03_repairExample.xes.gz", "pair"),
    ("04_reviewing.xes.gz", "all"),
    ("04_reviewing.xes.gz", "complete"),
    ("07_bpic2013_incidents.xes.gz", "all"),
    ("08_receipt.xes.gz", "all"),
    ("12_roadtraffic_1t_per_variant.xes.gz", "all"),
    ("DomesticDeclarations.xes.gz", "all"),
    ("callcenter.csv", "all"),
    ("helpdesk.xes.gz", "all"),
    ("helpdesk_finale.csv.gz", "all"),
    ("interval_event_log.xes", "all"),
    ("roadtraffic_fines.xes.gz", "all"),
    ("servicenow_incidents.csv", "all"),
    ("bpic2012.xes.gz", "complete"),
    ("bpic2012.xes.gz", "all"),
)
"""Every log, in each reading of its lifecycle that gives variants of its own; the large one last."""
OPTIONS = {"callcenter.csv": ReadOptions(date_order=DateOrder.DAY_FIRST)}

PAIRS = tuple((log, lifecycle, noise) for log, lifecycle in LOGS for noise in NOISES)


@dataclass(frozen=True)
class Row:
    """One comparison, for the table after the run."""

    log: str
    lifecycle: str
    noise: float
    aligner: str
    variants: int
    total: int
    agree: bool

    def __str__(self) -> str:
        cells = (
            self.log,
            self.lifecycle,
            self.noise,
            self.aligner,
            self.variants,
            self.total,
            "yes" if self.agree else "NO",
        )
        return "| " + " | ".join(map(str, cells)) + " |"


ROWS: list[Row] = []


@dataclass(frozen=True, eq=False)
class Comparison:
    """Trueline's answer for one model. ``cases`` and ``costs`` are by trace, in the labels of the net."""

    net: Net
    cases: Mapping[Trace, int]
    costs: Mapping[Trace, int]
    total: int
    not_optimal: int


@lru_cache(maxsize=1)
def _log(name: str) -> Log:
    return read_log(shared(f"logs/{name}"), options=OPTIONS.get(name))


@cache
def compared(name: str, lifecycle: str, noise: float) -> Comparison:
    """Discover a model and align the log with it."""
    log = apply_lifecycle(_log(name), Lifecycle(lifecycle))
    net = compile_flow(discover(log, miner=Miner.INDUCTIVE, noise=noise))
    variants = find_variants(log)
    found = align(net, variants)
    traces = labelled(net, variants)
    return Comparison(
        net=net,
        cases=dict(zip(traces, variants.counts.tolist(), strict=True)),
        costs=dict(zip(traces, found.costs.tolist(), strict=True)),
        total=found.total_cost,
        not_optimal=found.not_optimal,
    )
