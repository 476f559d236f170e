"""For which cases a deviation is more frequent: by the values of their attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.case_attributes import AttributeCases, AttributeClass, Codes, Scope
from engine.assessment.deviation_cases import DeviationCases, RiskGroups, bundles
from engine.assessment.exact_tests import difference_interval
from engine.assessment.losses import Cause
from engine.assessment.patterns import PATTERNS_KEPT, Found, MoreFrequent
from engine.assessment.tables import Significant, Tables, finite, rounded, significant
from engine.assessment.together import examples
from engine.vocabulary import DeviationKind

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]

WITHOUT_OTHERS = frozenset({DeviationKind.SKIPPED, DeviationKind.UNFINISHED, DeviationKind.UNPLANNED})
"""Kinds that no event of the step shows, or every one: at the step itself there is nobody to compare with."""


def is_about(one: AttributeClass, cause: Cause) -> bool:
    """Whether a class is one of cases that could have a deviation: a step's own classes are, for deviations there."""
    return one.scope is not Scope.STEP or (cause.kind not in WITHOUT_OTHERS and one.step in cause.steps)


@dataclass(frozen=True, eq=False, slots=True)
class _Seen:
    """What is compared."""

    bundles: Sequence[Sequence[DeviationCases]]
    attributes: Sequence[AttributeCases]
    risk: RiskGroups

    def inside(self, bundle: int, attribute: int, number: int) -> Truths:
        """The cases of a class that could have a deviation."""
        inside: Truths = self.attributes[attribute].codes == number
        return inside & self.risk.groups[self.bundles[bundle][0].at_risk]

    def about(self, bundle: int, where: AttributeClass) -> tuple[Cause, ...]:
        """The deviations of a bundle that a class says something about."""
        return tuple(one.cause for one in self.bundles[bundle] if is_about(where, one.cause))


@dataclass(frozen=True, eq=False, slots=True)
class _Questions:
    """The tables, and what each is about: int64 indices of bundle, attribute and class."""

    tables: Tables
    bundle: Rows
    attribute: Rows
    number: Rows


def find_more_frequent(
    deviations: Sequence[DeviationCases],
    attributes: Sequence[AttributeCases],
    risk: RiskGroups,
    case_ids: pl.Series,
) -> Found[MoreFrequent]:
    """The deviations that are more frequent in a class of cases, the surest difference first.

    Args:
        deviations: In their order.
        attributes: In theirs.
        risk: Who could have what. A class is compared with the other cases at risk that have a value.
        case_ids: In the log's order.
    """
    seen = _Seen([[deviations[index] for index in alike] for alike in bundles(deviations)], attributes, risk)
    asked = _questions(seen)
    found = significant(asked.tables)
    table = found.tables
    intervals = [
        difference_interval((both, inside), (having - both, cases - inside))
        for both, having, inside, cases in zip(
            *(values.tolist() for values in (table.both, table.first, table.second, table.cases)), strict=True
        )
    ]
    bundle, attribute, number = (part[found.rows] for part in (asked.bundle, asked.attribute, asked.number))
    strength = np.array([-low for low, _ in intervals])
    order = np.lexsort((number, attribute, bundle, strength)).tolist()
    groups = _same_cases(seen, asked, found, order)
    kept = []
    for at, *others in groups[:PATTERNS_KEPT]:
        inside = seen.inside(bundle[at], attribute[at], number[at])
        cases = seen.bundles[bundle[at]][0].cases
        classes = [attributes[attribute[row]].classes[number[row]] for row in (at, *others)]
        kept.append(
            _pattern(
                seen.about(bundle[at], classes[0]),
                classes,
                (found, at),
                intervals[at],
                examples(cases[inside[cases]], case_ids),
            )
        )
    return Found(tuple(kept), len(groups), found.tests)


def _questions(seen: _Seen) -> _Questions:
    """Every deviation against every class it could differ by."""
    totals: dict[tuple[int, int], Rows] = {}
    parts: list[Rows] = [np.zeros((7, 0), dtype=np.int64)]
    for b, (deviation, *_) in enumerate(seen.bundles):
        for a, attribute in enumerate(seen.attributes):
            if not seen.about(b, attribute.classes[0]):
                continue
            size = len(attribute.classes)
            key = (deviation.at_risk, a)
            if key not in totals:
                totals[key] = _by_class(attribute.codes[seen.risk.groups[deviation.at_risk]], size)
            total, having = totals[key], _by_class(attribute.codes[deviation.cases], size)
            table = np.empty((7, size), dtype=np.int64)
            table[0], table[1], table[2], table[3] = having[:size], having.sum(), total[:size], total.sum()
            table[4], table[5], table[6] = b, a, np.arange(size)
            parts.append(table)
    both, having, inside, cases, b, a, number = np.concatenate(parts, axis=1)
    return _Questions(Tables(both, having, inside, cases), b, a, number)


def _by_class(codes: Codes, size: int) -> Rows:
    """int64 cases of each class, then of the other values; those without a value are not counted."""
    return np.bincount(codes.astype(np.int64) + 1, minlength=size + 2)[1:].astype(np.int64)


def _same_cases(seen: _Seen, asked: _Questions, found: Significant, order: Sequence[int]) -> list[list[int]]:
    """Tables of one deviation whose classes hold the same cases, in one group: nothing tells them apart."""
    table = found.tables
    groups: dict[tuple[int, ...], list[list[int]]] = {}
    every: list[list[int]] = []
    for at in order:
        row = found.rows[at]
        key = (int(asked.bundle[row]), *(int(v[at]) for v in (table.both, table.first, table.second, table.cases)))
        for group in groups.setdefault(key, []):
            if np.array_equal(_inside(seen, asked, row), _inside(seen, asked, found.rows[group[0]])):
                group.append(at)
                break
        else:
            every.append([at])
            groups[key].append(every[-1])
    return every


def _inside(seen: _Seen, asked: _Questions, row: int) -> Truths:
    return seen.inside(asked.bundle[row], asked.attribute[row], asked.number[row])


def _pattern(
    causes: tuple[Cause, ...],
    classes: Sequence[AttributeClass],
    found: tuple[Significant, int],
    interval: tuple[float, float],
    ids: tuple[str, ...],
) -> MoreFrequent:
    table, at = found[0].tables, found[1]
    inside_with, inside = int(table.both[at]), int(table.second[at])
    outside_with, outside = int(table.first[at]) - inside_with, int(table.cases[at]) - inside
    share, other = inside_with / inside, outside_with / outside
    return MoreFrequent(
        deviations=causes,
        where=classes[0],
        same=tuple(classes[1:]),
        inside=inside,
        inside_with=inside_with,
        outside=outside,
        outside_with=outside_with,
        ratio=share / other if outside_with else None,
        difference=share - other,
        interval=interval,
        odds_ratio=finite(table.odds_ratio[at]),
        p=rounded(found[0].p[at]),
        q=rounded(found[0].q[at]),
        examples=ids,
    )
