"""Deviations and standards summed up over the whole log."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import polars as pl

from engine.assessment.assessment import DeviationSummary, StandardResult
from engine.assessment.explanations import EXAMPLES
from engine.assessment.losses import Cause, Loss, Losses, missed_standards
from engine.assessment.population import Population
from engine.definitions.standards import Standard
from engine.vocabulary import DeviationKind, Outcome


def summarise_deviations(population: Population) -> tuple[DeviationSummary, ...]:
    """Equal deviations together, most frequent first, then in the order of the flow."""
    losses = Losses(population.explanations)
    for row, deviations in enumerate(population.explanations.deviations):
        for deviation in deviations:
            losses.add(Cause(deviation.kind.value, deviation.steps, other_branch=deviation.other_branch), row)
    place = {step: index for index, step in enumerate(population.net.labels)}

    def order(loss: Loss) -> tuple[int, list[int], Cause]:
        return -loss.units, [place.get(step, len(place)) for step in loss.cause.steps], loss.cause

    found = losses.gathered() + missed_standards(population.instances, population.flow.standards)
    return tuple(
        DeviationSummary(
            kind=DeviationKind(loss.cause.kind),
            steps=loss.cause.steps,
            standard=loss.cause.standard,
            other_branch=loss.cause.other_branch,
            count=loss.units,
            cases=loss.cases,
            examples=population.names(loss.examples),
        )
        for loss in sorted(found, key=order)
    )


def summarise_standards(population: Population) -> tuple[StandardResult, ...]:
    """Each standard over the whole log, in the flow's order."""
    counts = {
        (standard, outcome): count
        for standard, outcome, count in population.instances.group_by("standard", "outcome").len().iter_rows()
    }
    missed = population.instances.filter(pl.col("outcome") == Outcome.MISSED.value)
    worst = dict(missed.group_by("standard").agg(pl.col("case").unique().bottom_k(EXAMPLES).sort()).iter_rows())
    return tuple(
        _result(
            standard,
            {outcome: counts.get((index, outcome.value), 0) for outcome in Outcome},
            population.names(worst.get(index, ())),
        )
        for index, standard in enumerate(population.flow.standards)
    )


def _result(standard: Standard, counts: dict[Outcome, int], worst: tuple[str, ...]) -> StandardResult:
    due = counts[Outcome.MET] + counts[Outcome.MISSED]
    share = Fraction(counts[Outcome.MET], due) if due else None
    verdict: Literal["met", "missed", "not-assessable"] = "not-assessable"
    if share is not None:
        verdict = "met" if share >= standard.share - standard.tolerance else "missed"
    return StandardResult(
        standard=standard.id,
        title=standard.title,
        dimension=standard.dimension,
        met=counts[Outcome.MET],
        missed=counts[Outcome.MISSED],
        not_due=counts[Outcome.NOT_DUE],
        no_evidence=counts[Outcome.NO_EVIDENCE],
        share=share,
        target=standard.share,
        tolerance=standard.tolerance,
        verdict=verdict,
        worst_cases=worst,
    )
