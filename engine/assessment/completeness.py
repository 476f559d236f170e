"""Completeness (完整性): is every step there?

Units: required step occurrences and due instances of its standards. A required occurrence is a step that the aligned
run executes and that is not optional. It is kept when it was performed, in place or not; it is lost when it was skipped
or, in a closed case, left unfinished.
"""

from __future__ import annotations

import numpy as np

from engine.assessment.assessment import DimensionScore
from engine.assessment.explanations import SYNC
from engine.assessment.losses import Cause, Losses
from engine.assessment.population import Population
from engine.assessment.scoring import Units, score_units
from engine.vocabulary import DeviationKind, Dimension


def assess_completeness(population: Population) -> DimensionScore:
    """The score of completeness."""
    return score_units(
        population,
        Dimension.COMPLETENESS,
        required_units(population),
        reason="assess.nothing-required" if population.known.all() else "assess.past-budget",
        no_evidence=int((~population.known).sum()),
    )


def required_units(population: Population) -> Units:
    """Required occurrences per explanation, and those that nobody performed."""
    explanations, groups = population.explanations, population.groups
    moves = explanations.moves
    kept = np.zeros((len(explanations), len(groups.ids)), dtype=np.int64)
    in_place = (moves.kinds == SYNC) & population.required[moves.transitions]
    labels = population.net.transition_labels[moves.transitions[in_place]]
    exact = explanations.known[explanations.row_of_move[in_place]]
    np.add.at(kept, (explanations.row_of_move[in_place][exact], groups.of_label[labels[exact]]), 1)
    due = kept.copy()
    losses = Losses(explanations)
    for row, deviations in enumerate(explanations.deviations):
        for deviation in deviations:
            lost: dict[int, list[str]] = {}
            for index in deviation.moves:
                transition = moves.transitions[moves.offsets[row] + index]
                if transition < 0 or not population.required[transition]:
                    continue
                label = population.net.transition_labels[transition]
                group = groups.of_label[label]
                due[row, group] += 1
                if deviation.kind is DeviationKind.MISPLACED:
                    kept[row, group] += 1
                else:
                    lost.setdefault(group, []).append(population.net.labels[label])
            for group, steps in lost.items():
                losses.add(Cause(deviation.kind.value, tuple(steps), group=groups.ids[group]), row, len(steps))
    return Units(kept, due, losses.gathered())
