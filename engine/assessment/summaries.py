"""Deviations summed up over the whole log."""

from __future__ import annotations

from collections.abc import Sequence

from engine.assessment.assessment import BranchEvidence, BranchExample, DeviationSummary
from engine.assessment.checks import branches_of
from engine.assessment.losses import Cause, Loss, Losses, missed_checks
from engine.assessment.population import Population
from engine.conformance.conditions import read_values
from engine.definitions.flow import Edge
from engine.vocabulary import DeviationKind


def rank_deviations(population: Population) -> tuple[Loss, ...]:
    """Equal deviations together, most frequent first, then in the order of the flow."""
    losses = Losses(population.explanations)
    for row, deviations in enumerate(population.explanations.deviations):
        for number, deviation in enumerate(deviations):
            cause = Cause(deviation.kind.value, deviation.steps, other_branch=deviation.other_branch)
            losses.add(cause, row, number)
    place = {step: index for index, step in enumerate(population.net.labels)}

    def order(loss: Loss) -> tuple[int, list[int], Cause]:
        return -loss.units, [place.get(step, len(place)) for step in loss.cause.steps], loss.cause

    return tuple(sorted(losses.gathered() + missed_checks(population.instances, population.checks), key=order))


def summarise_deviations(population: Population, ranked: Sequence[Loss]) -> tuple[DeviationSummary, ...]:
    """Ranked deviations with the ids of their examples, and what shows wrong branches."""
    edges: dict[tuple[str, ...], Edge] = {(edge.source, edge.target): edge for edge in branches_of(population.flow)}
    return tuple(
        DeviationSummary(
            kind=DeviationKind(loss.cause.kind),
            steps=loss.cause.steps,
            standard=loss.cause.standard,
            other_branch=loss.cause.other_branch,
            count=loss.units,
            cases=loss.cases,
            examples=population.names(loss.examples),
            branch=_evidence(edges[loss.cause.branch], loss.examples, population) if loss.cause.branch else None,
        )
        for loss in ranked
    )


def _evidence(edge: Edge, cases: tuple[int, ...], population: Population) -> BranchEvidence:
    """The condition of a branch and the values that some cases had for it."""
    others = [e for e in population.flow.edges if e.source == edge.source and e.when is not None]
    conditions = tuple(e.when for e in ([edge] if edge.when is not None else others) if e.when is not None)
    examples = []
    for case in cases:
        values = [pair for text in conditions for pair in read_values(text, population.attributes, case)]
        examples.append(BranchExample(population.names([case])[0], tuple(dict.fromkeys(values))))
    return BranchEvidence(edge.source, edge.target, conditions, edge.otherwise, tuple(examples))
