"""Which deviations occur in the same cases more often than chance would bring about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.deviation_cases import DeviationCases, RiskGroups, are_one_fact, bundles
from engine.assessment.explanations import EXAMPLES
from engine.assessment.patterns import PATTERNS_KEPT, Found, Together
from engine.assessment.tables import Tables, finite, rounded, significant

Rows = NDArray[np.int64]

_BLOCK = 65_536
"""Cases counted at once; so few that 32-bit floats count them exactly."""


def find_together(deviations: Sequence[DeviationCases], risk: RiskGroups, case_ids: pl.Series) -> Found[Together]:
    """The pairs of deviations, strongest correlation first.

    Args:
        deviations: In their order.
        risk: Who could have what. A pair is counted over the cases that could have both.
        case_ids: In the log's order.
    """
    pairs = [
        (i, j)
        for i, one in enumerate(deviations)
        for j in range(i + 1, len(deviations))
        if not are_one_fact(one.cause, deviations[j].cause)
    ]
    one, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    counts = _counts(deviations, risk)
    group = np.array([len(deviations) + deviation.at_risk for deviation in deviations], dtype=np.int64)
    found = significant(
        Tables(
            counts[one, other], counts[one, group[other]], counts[other, group[one]], counts[group[one], group[other]]
        )
    )
    one, other = one[found.rows], other[found.rows]
    table, odds = found.tables, found.tables.odds_ratio
    expected = table.first * table.second / table.cases
    phi = (table.both - expected) / np.sqrt(expected * (table.cases - table.first) * (1 - table.second / table.cases))
    order = np.lexsort((other, one, -phi)).tolist()
    groups = _told_as_one(bundles(deviations), [(at, int(one[at]), int(other[at])) for at in order])
    kept = tuple(
        Together(
            first=tuple(deviations[member].cause for member in first),
            second=tuple(deviations[member].cause for member in second),
            cases=int(table.cases[at]),
            first_cases=int(table.first[at]),
            second_cases=int(table.second[at]),
            both=int(table.both[at]),
            expected=float(expected[at]),
            lift=float(table.both[at] / expected[at]),
            phi=float(phi[at]),
            odds_ratio=finite(odds[at]),
            p=rounded(found.p[at]),
            q=rounded(found.q[at]),
            examples=examples(np.intersect1d(deviations[one[at]].cases, deviations[other[at]].cases), case_ids),
        )
        for at, first, second in groups[:PATTERNS_KEPT]
    )
    return Found(kept, len(groups), found.tests)


def _told_as_one(
    alike: Sequence[Sequence[int]], pairs: Sequence[tuple[int, int, int]]
) -> list[tuple[int, list[int], list[int]]]:
    """Pairs between the same two bundles, or inside the same one, as one; the first of them stands for all.

    Args:
        alike: The bundles of deviations.
        pairs: What a pair is known by, and its two deviations.
    """
    bundle_of = {member: number for number, bundle in enumerate(alike) for member in bundle}
    found: dict[tuple[int, int], tuple[int, set[int], set[int]]] = {}
    for at, one, other in pairs:
        key = bundle_of[one], bundle_of[other]
        _, first, second = found.setdefault((min(key), max(key)), (at, set(), set()))
        swapped = key[0] > key[1]
        first.add(other if swapped else one)
        second.add(one if swapped else other)
    told = []
    for (low, high), (at, first, second) in found.items():
        if low == high:
            everyone = sorted(first | second)
            told.append((at, everyone[:1], everyone[1:]))
        else:
            told.append((at, sorted(first), sorted(second)))
    return told


def examples(cases: Rows, case_ids: pl.Series) -> tuple[str, ...]:
    """The first few ids in the order of their text, which is the same however the log is sorted."""
    return tuple(case_ids.gather(cases).bottom_k(EXAMPLES).sort().to_list())


def _counts(deviations: Sequence[DeviationCases], risk: RiskGroups) -> Rows:
    """int64 cases that any two of the deviations, and then of the groups at risk, have in common."""
    size = len(deviations) + len(risk.groups)
    counts = np.zeros((size, size), dtype=np.int64)
    height = len(risk.groups[RiskGroups.EXPLAINED])
    for begin in range(0, height, _BLOCK):
        end = min(begin + _BLOCK, height)
        block = np.zeros((size, end - begin), dtype=np.float32)
        for row, deviation in enumerate(deviations):
            low, high = np.searchsorted(deviation.cases, (begin, end))
            block[row, deviation.cases[low:high] - begin] = 1
        for row, group in enumerate(risk.groups, start=len(deviations)):
            block[row] = group[begin:end]
        counts += (block @ block.T).astype(np.int64)
    return counts
