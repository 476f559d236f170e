"""Which deviations occur in the same cases more often than chance would bring about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.deviation_cases import DeviationCases, RiskGroups, are_one_fact
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
    order = np.lexsort((other, one, -phi))[:PATTERNS_KEPT].tolist()
    kept = tuple(
        Together(
            first=deviations[one[at]].cause,
            second=deviations[other[at]].cause,
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
        for at in order
    )
    return Found(kept, len(found.rows), found.tests)


def examples(cases: Rows, case_ids: pl.Series) -> tuple[str, ...]:
    """The first few ids in the order of their text, which is the same however the log is sorted."""
    return tuple(case_ids.gather(cases).sort().head(EXAMPLES).to_list())


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
