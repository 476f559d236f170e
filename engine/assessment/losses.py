"""Losses: what took units from a dimension, gathered over explanations and over instances of standards.

Each loss remembers where its units were lost, so that a case book can follow them down to cases and events.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

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


class Source(NamedTuple):
    """A deviation that lost units.

    Attributes:
        explanation: Whose deviation.
        deviation: Its place among the deviations of the explanation.
        units: Units lost in each case of the explanation.
    """

    explanation: int
    deviation: int
    units: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What one cause took.

    Attributes:
        cause: The cause.
        units: Lost units, or occurrences.
        cases: Distinct cases.
        examples: Indices of up to ``EXAMPLES`` cases, in the log's order.
        sources: The deviations that lost them; empty for checks.
        check: Index of the check whose missed instances lost them, −1 for deviations of alignments.
        in_cases: int64 the cases that lost one unit each; None where ``sources`` or all missed instances say it.
    """

    cause: Cause
    units: int
    cases: int
    examples: tuple[int, ...]
    sources: tuple[Source, ...] = ()
    check: int = -1
    in_cases: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Losses:
    """Collects units lost by explanations; each counts once for every case of its explanation."""

    explanations: Explanations
    _sources: dict[Cause, list[Source]] = field(default_factory=dict)

    def add(self, cause: Cause, explanation: int, deviation: int, units: int = 1) -> None:
        """Note that every case of an explanation lost units by a cause, in one of its deviations."""
        self._sources.setdefault(cause, []).append(Source(explanation, deviation, units))

    def gathered(self) -> tuple[Loss, ...]:
        """One loss for each cause, in the order in which causes were first noted."""
        cases, examples = self.explanations.cases.tolist(), self.explanations.examples
        found = []
        for cause, sources in self._sources.items():
            rows = dict.fromkeys(source.explanation for source in sources)
            found.append(
                Loss(
                    cause,
                    sum(source.units * cases[source.explanation] for source in sources),
                    sum(cases[row] for row in rows),
                    tuple(heapq.nsmallest(EXAMPLES, (case for row in rows for case in examples[row]))),
                    tuple(sources),
                )
            )
        return tuple(found)


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
            found.append(Loss(cause, units, cases, tuple(examples), check=index))
    return tuple(found)
