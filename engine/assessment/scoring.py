"""From units to a score: numerators and denominators per weight group, the findings' points, the interval.

Score = 100 × Σ w · n ÷ d ÷ Σ w over the groups with d > 0. A finding of u lost units in group g stands for
100 × w ÷ W × u ÷ d points, W the sum of the weights of the groups with d > 0; over all findings that is the gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.assessment import DimensionScore, Finding, GroupScore
from engine.assessment.intervals import score_interval
from engine.assessment.losses import Cause, Loss, missed_checks
from engine.assessment.points import share_points
from engine.assessment.population import Population
from engine.vocabulary import Dimension, Outcome

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Scored:
    """A dimension with the losses behind its findings.

    Attributes:
        score: The dimension.
        losses: One for each finding, in the same order.
    """

    score: DimensionScore
    losses: tuple[Loss, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Units:
    """The units that explanations bring to a dimension.

    Attributes:
        kept: int64, one row for each explanation, one column for each weight group.
        due: The same for the denominator.
        losses: What was lost, by cause; their units add up to Σ cases × (due − kept).
    """

    kept: Rows
    due: Rows
    losses: tuple[Loss, ...]

    @classmethod
    def none(cls, population: Population) -> Units:
        """No units: of dimensions that standards alone make up."""
        nothing = np.zeros((len(population.explanations), len(population.groups.ids)), dtype=np.int64)
        return cls(nothing, nothing, ())


def score_units(
    population: Population,
    dimension: Dimension,
    units: Units,
    *,
    reason: str,
    no_evidence: int = 0,
    beside: Mapping[str, float | int | None] | None = None,
) -> Scored:
    """The score of a dimension: the units of its explanations together with its checks.

    Args:
        population: The cases.
        dimension: The dimension, whose checks are added.
        units: What the explanations bring.
        reason: Code of why nothing is due, used when nothing is.
        no_evidence: What could not be judged, apart from its checks.
        beside: Further measures.
    """
    groups = population.groups
    instances = population.instances_of(dimension, Outcome.MET, Outcome.MISSED)
    group = groups.of_check[instances["standard"].to_numpy()] if groups.of_check.size else np.zeros(0, np.int64)
    met = (instances["outcome"] == Outcome.MET.value).to_numpy()
    cases = population.explanations.cases
    count = len(groups.ids)
    kept = cases @ units.kept + np.bincount(group[met], minlength=count)
    due = cases @ units.due + np.bincount(group, minlength=count)
    scores = tuple(
        GroupScore(*row) for row in zip(groups.ids, groups.weights, kept.tolist(), due.tolist(), strict=True) if row[3]
    )
    score = weighted_score(scores)
    losses = units.losses + missed_checks(
        population.instances,
        population.checks,
        dimension=dimension,
        groups=[groups.ids[index] for index in groups.of_check],
    )
    ranked = () if score is None else rank_losses(population, losses, scores)
    found = DimensionScore(
        dimension=dimension,
        numerator=int(kept.sum()),
        denominator=int(due.sum()),
        score=score,
        interval=_interval(population, units, instances, scores, score),
        findings=() if score is None else findings_of(population, ranked, scores, score),
        reason=reason if score is None else "",
        no_evidence=no_evidence + population.instances_of(dimension, Outcome.NO_EVIDENCE).height,
        groups=scores,
        beside=beside or {},
    )
    return Scored(found, ranked)


def weighted_score(groups: Sequence[GroupScore]) -> Fraction | None:
    """0 to 100 exactly, or None when no group has units."""
    counted = [group for group in groups if group.denominator]
    if not counted:
        return None
    weights = sum(group.weight for group in counted)
    return 100 * sum((Fraction(g.weight * g.numerator, g.denominator) for g in counted), Fraction()) / weights


def rank_losses(population: Population, losses: Sequence[Loss], groups: Sequence[GroupScore]) -> tuple[Loss, ...]:
    """Losses, the one that costs most points first, then in the order of the flow."""
    price = _prices(groups)
    place = {step: index for index, step in enumerate(population.net.labels)}

    def order(loss: Loss) -> tuple[Fraction, list[int], Cause]:
        return -loss.units * price[loss.cause.group], [place.get(s, len(place)) for s in loss.cause.steps], loss.cause

    return tuple(sorted(losses, key=order))


def _prices(groups: Sequence[GroupScore]) -> dict[str, Fraction]:
    """The points that one lost unit of each weight group costs."""
    weights = sum(group.weight for group in groups)
    return {g.group: Fraction(100 * g.weight, weights * g.denominator) for g in groups if g.denominator}


def findings_of(
    population: Population, ranked: Sequence[Loss], groups: Sequence[GroupScore], score: Fraction
) -> tuple[Finding, ...]:
    """Ranked losses as findings."""
    price = _prices(groups)
    points = share_points([loss.units * price[loss.cause.group] for loss in ranked], score)
    return tuple(
        Finding(
            kind=loss.cause.kind,
            steps=loss.cause.steps,
            standard=loss.cause.standard,
            lost=loss.units,
            cases=loss.cases,
            points=share,
            examples=population.names(loss.examples),
            group=loss.cause.group,
            other_branch=loss.cause.other_branch,
            branch=loss.cause.branch,
        )
        for loss, share in zip(ranked, points, strict=True)
    )


def _interval(
    population: Population,
    units: Units,
    instances: pl.DataFrame,
    groups: Sequence[GroupScore],
    score: Fraction | None,
) -> tuple[float, float] | None:
    """The interval of a score whose cases are explanations and instances of standards."""
    if score is None:
        return None
    ids = population.groups.ids
    weight, share = np.zeros((2, len(ids)))
    total = sum(group.weight for group in groups)
    for group in groups:
        index = ids.index(group.group)
        weight[index] = group.weight / (total * group.denominator)
        share[index] = group.numerator / group.denominator
    of_case = population.explanations.of_case
    residuals = np.zeros(len(units.due))
    for index in range(len(ids)):  # not a matrix product, whose rounding depends on the place of a row
        residuals += weight[index] * (units.kept[:, index] - units.due[:, index] * share[index])
    residuals = residuals[of_case]
    counted = (units.due.sum(axis=1) > 0)[of_case]
    if instances.height:
        case = instances["case"].to_numpy()
        group_of = population.groups.of_check[instances["standard"].to_numpy()]
        met = (instances["outcome"] == Outcome.MET.value).to_numpy()
        residuals += np.bincount(case, weights=weight[group_of] * (met - share[group_of]), minlength=len(residuals))
        counted[case] = True
    return score_interval(float(score / 100), residuals[counted], sum(group.denominator for group in groups))
