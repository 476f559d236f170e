"""Compile every kernel once, so that the first command starts warm: ``python -m engine.conformance.warmup``.

The compiled kernels stay in the cache folder of ``engine.compiled``; a second run finds them there.
"""

from __future__ import annotations

import numpy as np

from engine.conformance.alignments import align, align_prefixes
from engine.conformance.lazy_net import prepare
from engine.conformance.online import OnlineChecker
from engine.conformance.search_graph import compile_search
from engine.conformance.token_replay import replay_tokens
from engine.limits import DEFAULT_LIMITS
from engine.logs.csv_columns import regular_columns
from engine.logs.options import ReadOptions
from engine.logs.variants import Variants
from engine.logs.xes_scanning import scan_xes
from engine.nets.building import NetBuilder
from engine.nets.kernels import exploration
from engine.nets.net import SILENT, Purpose, Transition

_TABLE = b"case,activity,time\n1,a,2026-01-01T00:00:00Z\n"
_DOCUMENT = b'<log><trace><event><string key="concept:name" value="a"/></event></trace></log>'


def compile_kernels() -> None:
    """Read two small logs and align another with a small net: this calls every kernel with its usual types."""
    build = NetBuilder()
    for place in ("i", "p", "o"):
        build.place(place)
    build.transition(Transition("t", SILENT, "t", Purpose.ROUTE), ["i"], ["p"])
    build.transition(Transition("a", 0, "a", Purpose.PERFORM), ["p"], ["o"])
    net = build.net(name="", labels=("a",), initial={"i": 1}, finals=[{"o": 1}], label_of_activity={"a": 0})
    variants = Variants(
        activities=("a", "b"),
        offsets=np.array([0, 2, 3], dtype=np.int64),
        codes=np.array([0, 1, 0], dtype=np.int32),
        counts=np.ones(2, dtype=np.int64),
        of_case=np.arange(2, dtype=np.int32),
    )
    graph = compile_search(net)
    exploration.rehash(np.zeros(2, dtype=np.uint64), np.zeros(4, dtype=np.uint64))  # only large nets need it
    align(graph, variants)
    align_prefixes(graph, variants)
    lazy = prepare(net, longest=2, limits=DEFAULT_LIMITS)
    align(lazy, variants)
    align_prefixes(lazy, variants)
    replay_tokens(graph, variants)
    regular_columns(_TABLE, ",", ["case", "activity", "time"], moments=["time"], most_rows=9)
    scan_xes([_DOCUMENT], name="", options=ReadOptions(), limits=DEFAULT_LIMITS)
    checker = OnlineChecker.of(graph)
    checker.observe(checker.replay(["b"]), "a")
    checker.outlook(checker.open())


if __name__ == "__main__":
    compile_kernels()
