"""Adaptability (应变能力): does it keep working when things go wrong?

Units: disturbed closed cases. A case is disturbed when a plan was entered, a deviation occurred, a standard was missed
or a wrong branch was taken. It recovered when its run reached an end, every required step was performed, late or out of
place included, and every due standard that is about the case as a whole, such as its cycle time, is met. The finding is
the first of these that fails. Open disturbed cases stand beside, as pending.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.assessment import DimensionScore, GroupScore
from engine.assessment.explanations import EXAMPLES, SYNC
from engine.assessment.groups import REST, REST_WEIGHT
from engine.assessment.intervals import wilson
from engine.assessment.losses import Cause, Loss, Losses
from engine.assessment.population import Population
from engine.assessment.scoring import Scored, findings_of, rank_losses, weighted_score
from engine.assessment.times import median_seconds
from engine.review.simplicity import simplicity
from engine.vocabulary import DeviationKind, Dimension, Outcome

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]

MISSED_STANDARD = "missed-standard"
"""Why a case did not recover although all its required work was done."""


def assess_adaptability(population: Population) -> Scored:
    """The score of adaptability."""
    explanations, closed = population.explanations, population.cases.closed
    disturbed = disturbed_cases(population)
    counted = disturbed & closed
    broken = _unrecovered_explanations(population)
    late = _missed_by_case(population)
    of_case = explanations.of_case
    losses = Losses(explanations)
    for row, (number, cause) in broken.items():
        losses.add(cause, row, number)
    is_broken = np.zeros(len(explanations), dtype=np.bool_)
    is_broken[list(broken)] = True
    found = [*losses.gathered(), *_late_losses(population, np.where(counted & ~is_broken[of_case], late, -1))]
    due = int(counted.sum())
    lost = sum(loss.units for loss in found)
    groups = (GroupScore(REST, REST_WEIGHT, due - lost, due),) if due else ()
    score = weighted_score(groups)
    ranked = () if score is None else rank_losses(population, found, groups)
    result = DimensionScore(
        dimension=Dimension.ADAPTABILITY,
        numerator=due - lost,
        denominator=due,
        score=score,
        interval=wilson((due - lost) / due, due) if due > 1 else None,
        findings=() if score is None else findings_of(population, ranked, groups, score),
        reason="" if due else _reason(population),
        no_evidence=int((closed & ~population.known).sum()),
        groups=groups,
        beside=_beside(population, disturbed),
    )
    return Scored(result, ranked)


def _reason(population: Population) -> str:
    """Why there is no disturbed closed case."""
    closed = population.cases.closed
    if not closed.any():
        return "assess.nothing-closed"
    return "assess.nothing-disturbed" if population.known[closed].any() else "assess.past-budget"


def disturbed_cases(population: Population) -> Truths:
    """For each case whether it was disturbed; False where the explanation is not exact."""
    explanations = population.explanations
    by_explanation = _plan_entries(population) > 0
    by_explanation |= np.array([bool(found) for found in explanations.deviations], dtype=np.bool_)
    disturbed = by_explanation[explanations.of_case]
    disturbed[_missed(population)["case"].to_numpy()] = True
    return disturbed & population.known


def _plan_entries(population: Population) -> Rows:
    """How often each explanation entered a plan."""
    explanations = population.explanations
    moves = explanations.moves
    entered = (moves.kinds == SYNC) & population.enters_plan[moves.transitions]
    return np.bincount(
        explanations.row_of_move[entered & explanations.known[explanations.row_of_move]], minlength=len(explanations)
    ).astype(np.int64)


def _missed(population: Population) -> pl.DataFrame:
    return population.instances.filter(pl.col("outcome") == Outcome.MISSED.value)


def _unrecovered_explanations(population: Population) -> Mapping[int, tuple[int, Cause]]:
    """The closed explanations whose cases left required work undone: the first deviation that did, and its cause."""
    explanations = population.explanations
    is_required = population.required_moves.tolist()
    offsets = explanations.moves.offsets.tolist()
    broken: dict[int, tuple[int, Cause]] = {}
    for row, deviations in enumerate(explanations.deviations):
        if explanations.is_open[row]:
            continue
        for kind in (DeviationKind.UNFINISHED, DeviationKind.SKIPPED):
            for number, deviation in enumerate(deviations):
                if deviation.kind is kind and any(is_required[offsets[row] + index] for index in deviation.moves):
                    broken.setdefault(row, (number, Cause(kind.value, deviation.steps)))
    return broken


def _missed_by_case(population: Population) -> Rows:
    """For each case the index of the first standard about the case as a whole that it missed, −1 without one."""
    whole = [index for index, check in enumerate(population.checks) if check.is_of_case]
    first = _missed(population).filter(pl.col("standard").is_in(whole)).group_by("case").agg(pl.col("standard").min())
    found = np.full(len(population.cases.closed), -1, dtype=np.int64)
    found[first["case"].to_numpy()] = first["standard"].to_numpy()
    return found


def _late_losses(population: Population, standard_of_case: Rows) -> list[Loss]:
    """One loss for each standard that kept cases from recovering."""
    losses = []
    for index in np.unique(standard_of_case[standard_of_case >= 0]).tolist():
        cases = np.flatnonzero(standard_of_case == index)
        cause = Cause(MISSED_STANDARD, (), population.checks[index].standard)
        examples = tuple(cases[:EXAMPLES].tolist())
        losses.append(Loss(cause, len(cases), len(cases), examples, check=index, in_cases=cases))
    return losses


def _beside(population: Population, disturbed: Truths) -> Mapping[str, float | int | None]:
    closed, explanations = population.cases.closed, population.explanations
    closed_rows = explanations.cases * ~explanations.is_open
    planned = int(_plan_entries(population) @ closed_rows)
    deviations = sum(len(d) * n for d, n in zip(explanations.deviations, closed_rows.tolist(), strict=True))
    missed = int((closed & population.known)[_missed(population)["case"].to_numpy()].sum())
    disturbances = planned + deviations + missed
    lasted = population.times.cycle
    with_it = median_seconds(lasted[closed & disturbed])
    without = median_seconds(lasted[closed & population.known & ~disturbed])
    return {
        "planned_answers_share": planned / disturbances if disturbances else None,
        "contingency_coverage_share": _coverage(population),
        "added_time_median_seconds": with_it - without if with_it is not None and without is not None else None,
        "simplicity_share": simplicity(population.flow).simplicity if population.flow.edges else None,
        "open_disturbed_count": int((disturbed & ~closed).sum()),
    }


def _coverage(population: Population) -> float | None:
    """The share of risk steps that a plan protects: steps and sub-flows that say what may go wrong, or have a plan."""
    protected = {plan.at for plan in population.flow.plans}
    risks = protected | {node.id for node in population.flow.nodes if node.risk is not None}
    return len(protected) / len(risks) if risks else None
