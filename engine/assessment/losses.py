"""Losses: what took units from a dimension, gathered over explanations and over instances of standards."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from engine.assessment.checks import Check
from engine.assessment.explanations import EXAMPLES, Explanations
from engine.vocabulary import Dimension, Outcome


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """What losses are gathered by.

    Attributes:
        kind: A ``DeviationKind`` value, or the reason a case did not recover.
        steps: Labels of the steps; activity names for ``unplanned``.
        standard: Id of the standard, or "".
        group: Id of the weight group that lost, or "".
        other_branch: For ``out-of-place``.
        branch: Gateway and target of the edge, for ``wrong-branch``, else ().
    """

    kind: str
    steps: tuple[str, ...]
    standard: str = ""
    group: str = ""
    other_branch: bool = False
    branch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """What one cause took.

    Attributes:
        cause: The cause.
        units: Lost units, or occurrences.
        cases: Distinct cases.
        examples: Indices of up to ``EXAMPLES`` cases, in the log's order.
    """

    cause: Cause
    units: int
    cases: int
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """Collects units lost by explanations; each counts once for every case of its explanation."""

    explanations: Explanations
    _units: dict[Cause, dict[int, int]] = field(default_factory=dict)

    def add(self, cause: Cause, explanation: int, units: int = 1) -> None:
        """Note that every case of an explanation lost units by a cause."""
        rows = self._units.setdefault(cause, {})
        rows[explanation] = rows.get(explanation, 0) + units

    def gathered(self) -> tuple[Loss, ...]:
        """One loss for each cause, in the order in which causes were first noted."""
        cases, examples = self.explanations.cases.tolist(), self.explanations.examples
        return tuple(
            Loss(
                cause,
                sum(units * cases[row] for row, units in rows.items()),
                sum(cases[row] for row in rows),
                tuple(heapq.nsmallest(EXAMPLES, (case for row in rows for case in examples[row]))),
            )
            for cause, rows in self._units.items()
        )


def missed_checks(
    instances: pl.DataFrame,
    checks: Sequence[Check],
    *,
    dimension: Dimension | None = None,
    groups: Sequence[str] | None = None,
) -> tuple[Loss, ...]:
    """One loss for each check and each way of missing it.

    Args:
        instances: ``INSTANCE_COLUMNS``, numbered by check.
        checks: The flow's checks.
        dimension: Only those that count in it; None for all.
        groups: Id of the weight group of each check; "" for all when missing.
    """
    missed = (
        instances.filter(pl.col("outcome") == Outcome.MISSED.value)
        .group_by("standard", "kind")
        .agg(
            pl.len().alias("units"),
            pl.col("case").n_unique().alias("cases"),
            pl.col("case").unique().bottom_k(EXAMPLES).sort().alias("examples"),
        )
        .sort("standard", "kind")
    )
    found = []
    for index, kind, units, cases, examples in missed.iter_rows():
        check = checks[index]
        if dimension in {None, check.dimension}:
            group = groups[index] if groups is not None else ""
            cause = Cause(kind, check.steps, check.standard, group, branch=check.branch)
            found.append(Loss(cause, units, cases, tuple(examples)))
    return tuple(found)
