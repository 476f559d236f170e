"""The log and the nets by which van der Aalst, "Process Mining: Data Science in Action" (2016), explains conformance.

In chapter 8 he replays this log of 1391 cases on four nets and compares their footprints.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from engine.logs.variants import Variants
from tests.laws.test_alignment_laws import as_variants
from tests.making import make_net

CASES = {
    "acdeh": 455,
    "abdeg": 191,
    "adceh": 177,
    "abdeh": 144,
    "acdeg": 111,
    "adceg": 82,
    "adbeh": 56,
    "acdefdbeh": 47,
    "adbeg": 38,
    "acdefbdeh": 33,
    "acdefbdeg": 14,
    "acdefdbeg": 11,
    "adcefcdeh": 9,
    "adcefdbeh": 8,
    "adcefbdeg": 5,
    "acdefbdefdbeg": 3,
    "adcefdbeg": 2,
    "adcefbdefbdeg": 2,
    "adcefdbefbdeh": 1,
    "adbefbdefdbeg": 1,
    "adcefdbefcdefdbeg": 1,
}

PARALLEL = make_net(
    "a: i -> p1, p2",
    "b: p1 -> p3",
    "c: p1 -> p3",
    "d: p2 -> p4",
    "e: p3, p4 -> p5",
    "f: p5 -> p1, p2",
    "g: p5 -> o",
    "h: p5 -> o",
)
"""N1: accepts every case."""
IN_ORDER = make_net(
    "a: i -> p1", "b: p1 -> p2", "c: p1 -> p2", "d: p2 -> p3", "e: p3 -> p4", "f: p4 -> p1", "g: p4 -> o", "h: p4 -> o"
)
"""N2: d has to come after b or c."""
REJECTING = make_net("a: i -> p1, p2", "c: p1 -> p3", "d: p2 -> p4", "e: p3, p4 -> p5", "h: p5 -> o")
"""N3: one way only."""
FLOWER = make_net("a: i -> p", *(f"{name}: p -> p" for name in "bcdef"), "g: p -> o", "h: p -> o")
"""N4: anything between the first and the last step."""


def textbook_log(*, without: str = "") -> Variants:
    """The log; ``without`` drops the events of some activities."""
    drop = str.maketrans("", "", without)
    counts: dict[str, int] = {}
    for trace, cases in CASES.items():
        kept = trace.translate(drop)
        counts[kept] = counts.get(kept, 0) + cases
    return weighted(counts)


def weighted(cases: dict[str, int]) -> Variants:
    """Variants of one-letter activities with their cases."""
    found = as_variants([tuple(trace) for trace in cases])
    return dataclasses.replace(found, counts=np.array(list(cases.values()), dtype=np.int64))
