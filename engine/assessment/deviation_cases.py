"""Which cases have a deviation, of those that could have it: what patterns are counted from.

A deviation of an alignment can be found in every case with an explanation; unfinished steps only in closed ones. A
missed standard or a wrong branch can be found in the cases in which an instance of it was due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.losses import Cause
from engine.assessment.population import Population
from engine.vocabulary import DeviationKind, Outcome

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class DeviationCases:
    """One kind of deviation at its steps, over the cases.

    Attributes:
        cause: Kind, steps, standard and whether another branch has the step: as in a ``DeviationSummary``.
        cases: int64 cases that have it, increasing.
        at_risk: Index of the cases that could have it, in ``RiskGroups``.
    """

    cause: Cause
    cases: Rows
    at_risk: int


@dataclass(frozen=True, eq=False, slots=True)
class RiskGroups:
    """The cases that could have a deviation, by group: all explained ones, the closed ones, then one of each check.

    Attributes:
        groups: For each group one truth value for each case.
    """

    groups: tuple[Truths, ...]

    EXPLAINED = 0
    CLOSED = 1
    CHECKS = 2


def risk_groups(population: Population) -> RiskGroups:
    """Who could have what."""
    known = population.known
    due = population.instances.filter(pl.col("outcome").is_in([Outcome.MET.value, Outcome.MISSED.value]))
    groups = [known, known & population.cases.closed]
    for index in range(len(population.checks)):
        asked = np.zeros(len(known), dtype=np.bool_)
        asked[due.filter(pl.col("standard") == index)["case"].to_numpy()] = True
        groups.append(asked)
    return RiskGroups(tuple(groups))


def deviation_cases(population: Population) -> tuple[DeviationCases, ...]:
    """Every kind of deviation with its cases: most cases first, then in the order of the flow."""
    place = {step: index for index, step in enumerate(population.net.labels)}

    def order(one: DeviationCases) -> tuple[int, list[int], Cause]:
        return -len(one.cases), [place.get(step, len(place)) for step in one.cause.steps], one.cause

    return tuple(sorted((*_of_alignments(population), *_of_checks(population)), key=order))


def bundles(deviations: Sequence[DeviationCases]) -> tuple[tuple[int, ...], ...]:
    """Indices of deviations that are in exactly the same cases, together; most of them stand alone.

    Where several steps go wrong with one cause, they do so in the same cases, and are told as one thing.
    """
    found: dict[tuple[int, bytes], list[int]] = {}
    for index, one in enumerate(deviations):
        found.setdefault((one.at_risk, one.cases.tobytes()), []).append(index)
    return tuple(tuple(indices) for indices in found.values())


def are_one_fact(one: Cause, other: Cause) -> bool:
    """Whether two deviations are two views of one thing, or exclude each other, so that meeting says nothing.

    All unfinished steps of a case are one deviation, so two of them never meet. A standard is missed *because* a step
    was left out or is in the wrong place; a cycle time because the case did not end.
    """
    if one.kind == other.kind == DeviationKind.UNFINISHED:
        return True
    if bool(one.standard) == bool(other.standard):
        return False
    standard, deviation = (one, other) if one.standard else (other, one)
    if not standard.steps:
        return deviation.kind == DeviationKind.UNFINISHED
    return not set(standard.steps).isdisjoint(deviation.steps)


def _of_alignments(population: Population) -> Sequence[DeviationCases]:
    explanations = population.explanations
    rows: dict[Cause, list[int]] = {}
    for row, deviations in enumerate(explanations.deviations):
        for deviation in deviations:
            cause = Cause(deviation.kind.value, deviation.steps, other_branch=deviation.other_branch)
            rows.setdefault(cause, []).append(row)
    order = np.argsort(explanations.of_case, kind="stable")
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(explanations.cases)])
    found = []
    for cause, having in rows.items():
        parts = [order[starts[row] : starts[row + 1]] for row in dict.fromkeys(having)]
        group = RiskGroups.CLOSED if cause.kind == DeviationKind.UNFINISHED else RiskGroups.EXPLAINED
        found.append(DeviationCases(cause, np.sort(np.concatenate(parts)), group))
    return found


def _of_checks(population: Population) -> Sequence[DeviationCases]:
    missed = population.instances.filter(pl.col("outcome") == Outcome.MISSED.value)
    found = []
    for (index, kind), instances in missed.group_by("standard", "kind", maintain_order=True):
        check = population.checks[index]
        cases = np.unique(instances["case"].to_numpy()).astype(np.int64)
        cause = Cause(str(kind), check.steps, check.standard, branch=check.branch)
        found.append(DeviationCases(cause, cases, RiskGroups.CHECKS + index))
    return found
