"""What went wrong at the steps of a flow: in all cases of an assessment, or in some of them by its case book.

Nothing is judged anew. What is found in some cases is what the assessment of all of them found there, so the findings
of parts add up to those of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from engine.assessment.assessment import Assessment
from engine.assessment.case_book import BookTables
from engine.definitions.flow import Flow
from engine.vocabulary import DeviationKind, Dimension

Lost = Mapping[tuple[str, ...], int]
"""Steps that findings name together → the units lost by them; none where a finding names no step."""

_OF_STEPS = {
    DeviationKind.SKIPPED: "skipped",
    DeviationKind.MISPLACED: "misplaced",
    DeviationKind.REPEATED: "repeated",
    DeviationKind.OUT_OF_PLACE: "out_of_place",
    DeviationKind.UNFINISHED: "unfinished",
    DeviationKind.LATE: "late",
}
"""Kind → the field of ``StepStatistics`` that counts it."""

_TIMED = (DeviationKind.LATE.value, DeviationKind.TOO_SHORT.value)


@dataclass(frozen=True, eq=False, slots=True)
class StepFindings:
    """What went wrong where.

    Attributes:
        flow: The flow.
        steps: Every step that a case can show, in the flow's order.
        occurrences: Kind → step → how often; of ``unplanned``, activity → how often. Time standards that were missed
            are ``late``, at the step that they end at.
        lost: Dimension → what was lost in it.
    """

    flow: Flow
    steps: tuple[str, ...]
    occurrences: Mapping[DeviationKind, Mapping[str, int]]
    lost: Mapping[Dimension, Lost]

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        object.__setattr__(self, "occurrences", MappingProxyType(dict(self.occurrences)))
        object.__setattr__(self, "lost", MappingProxyType(dict(self.lost)))


def findings_of(assessment: Assessment) -> StepFindings:
    """What went wrong in all cases of an assessment."""
    found: dict[DeviationKind, Counter[str]] = {
        kind: Counter({step.step: int(getattr(step, name)) for step in assessment.steps})
        for kind, name in _OF_STEPS.items()
    }
    found[DeviationKind.UNPLANNED] = Counter()
    for deviation in assessment.deviations:
        if deviation.kind is DeviationKind.UNPLANNED:
            for activity in deviation.steps:
                found[DeviationKind.UNPLANNED][activity] += deviation.count
    lost: dict[Dimension, Counter[tuple[str, ...]]] = {score.dimension: Counter() for score in assessment.dimensions}
    for score in assessment.dimensions:
        for finding in score.findings:
            lost[score.dimension][finding.steps] += finding.lost
    return StepFindings(assessment.flow, tuple(step.step for step in assessment.steps), found, lost)


def findings_in(assessment: Assessment, book: BookTables, cases: pl.Series) -> StepFindings:
    """What went wrong in some cases of an assessment.

    Args:
        assessment: The assessment.
        book: Its case book.
        cases: The numbers of the cases, from 0.
    """
    wanted = cases.cast(pl.UInt32).implode()
    found: dict[DeviationKind, Counter[str]] = {kind: Counter() for kind in (*_OF_STEPS, DeviationKind.UNPLANNED)}
    for kind, step, count in pl.concat([_deviating(book, wanted), _missed(book, wanted)]).collect().iter_rows():
        if DeviationKind(kind) in found:
            found[DeviationKind(kind)][step] += count
    lost: dict[Dimension, Counter[tuple[str, ...]]] = {score.dimension: Counter() for score in assessment.dimensions}
    sums = book.losses.filter(pl.col("case").is_in(wanted)).group_by("dimension", "finding").agg(pl.col("units").sum())
    for name, finding, units in sums.collect().iter_rows():
        dimension = Dimension(name)
        lost[dimension][assessment.dimension(dimension).findings[finding].steps] += units
    return StepFindings(assessment.flow, tuple(step.step for step in assessment.steps), found, lost)


def _deviating(book: BookTables, wanted: pl.Series) -> pl.LazyFrame:
    """``kind``, ``step``, ``count``: of deviations of alignments; a step counts as often as they name it."""
    explained = book.cases.filter(pl.col("case").is_in(wanted)).group_by("explanation").len("count")
    found = book.deviations.join(explained, on="explanation").group_by("summary").agg(pl.col("count").sum())
    named = found.join(book.summaries.select("summary", "kind", "steps"), on="summary").explode("steps")
    return named.select(pl.col("kind").cast(pl.String), pl.col("steps").alias("step"), pl.col("count").cast(pl.Int64))


def _missed(book: BookTables, wanted: pl.Series) -> pl.LazyFrame:
    """The same of missed time standards."""
    missed = book.missed.filter(pl.col("case").is_in(wanted), pl.col("kind").cast(pl.String).is_in(_TIMED))
    found = missed.group_by("summary").len("count")
    named = found.join(book.summaries.select("summary", pl.col("steps").list.last().alias("step")), on="summary")
    late = pl.lit(DeviationKind.LATE.value).alias("kind")
    return named.drop_nulls("step").select(late, "step", pl.col("count").cast(pl.Int64))
