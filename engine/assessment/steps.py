"""Statistics of steps, for charts and tables."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.assessment import StepStatistics
from engine.assessment.explanations import SYNC
from engine.assessment.population import Population
from engine.assessment.times import MICROSECONDS
from engine.vocabulary import DeviationKind, Outcome

_TIME_KINDS = (DeviationKind.LATE, DeviationKind.TOO_SHORT)


def step_statistics(population: Population) -> tuple[StepStatistics, ...]:
    """What happened at each step, in the flow's order."""
    went_wrong = _deviating_occurrences(population)
    synchronous = _synchronous(population)
    late = _missed_times(population)
    durations, waits = _median_times(population.part.step_spans, len(population.net.labels))
    return tuple(
        StepStatistics(
            step=step,
            synchronous=int(synchronous[label]),
            misplaced=went_wrong[step, DeviationKind.MISPLACED],
            skipped=went_wrong[step, DeviationKind.SKIPPED],
            unfinished=went_wrong[step, DeviationKind.UNFINISHED],
            repeated=went_wrong[step, DeviationKind.REPEATED],
            out_of_place=went_wrong[step, DeviationKind.OUT_OF_PLACE],
            late=late[step],
            median_seconds=durations[label],
            waiting_seconds=waits[label],
        )
        for label, step in enumerate(population.net.labels)
    )


def _synchronous(population: Population) -> NDArray[np.int64]:
    """Synchronous moves of each label over all cases."""
    explanations = population.explanations
    moves = explanations.moves
    counts = np.zeros(len(population.net.labels), dtype=np.int64)
    chosen = (moves.kinds == SYNC) & explanations.known[explanations.row_of_move]
    labels = population.net.transition_labels[moves.transitions[chosen]]
    np.add.at(counts, labels, explanations.cases[explanations.row_of_move[chosen]])
    return counts


def _deviating_occurrences(population: Population) -> Counter[tuple[str, DeviationKind]]:
    found: Counter[tuple[str, DeviationKind]] = Counter()
    explanations = population.explanations
    for deviations, cases in zip(explanations.deviations, explanations.cases.tolist(), strict=True):
        for deviation in deviations:
            if deviation.kind is not DeviationKind.UNPLANNED:
                for step in deviation.steps:
                    found[step, deviation.kind] += cases
    return found


def _missed_times(population: Population) -> Counter[str]:
    """Missed time standards by the step that they end at."""
    missed = population.instances.filter(
        pl.col("outcome") == Outcome.MISSED.value, pl.col("kind").is_in([kind.value for kind in _TIME_KINDS])
    )
    found: Counter[str] = Counter()
    for standard, count in missed.group_by("standard").len().iter_rows():
        for step in population.checks[standard].steps[-1:]:
            found[step] += count
    return found


def _median_times(spans: pl.DataFrame, labels: int) -> tuple[list[float | None], list[float | None]]:
    """The median duration and the median waiting time of each label's performed events, in seconds."""
    medians = spans.group_by("label").agg(
        pl.col("duration").clip(0).median() / MICROSECONDS, pl.col("wait").clip(0).median() / MICROSECONDS
    )
    durations: list[float | None] = [None] * labels
    waits: list[float | None] = [None] * labels
    for label, duration, wait in medians.iter_rows():
        durations[label], waits[label] = duration, wait
    return durations, waits
