"""Completeness (完整性): is every step there?

Units: required step occurrences and due instances of its standards. A required occurrence is a step that the aligned
run executes and that is not optional. It is kept when it was performed, in place or not; it is lost when it was skipped
or, in a closed case, left unfinished.
"""

from __future__ import annotations

import numpy as np

from engine.assessment.explanations import SYNC
from engine.assessment.losses import Cause, Losses
from engine.assessment.population import Population
from engine.assessment.scoring import Scored, Units, score_units
from engine.vocabulary import DeviationKind, Dimension


def assess_completeness(population: Population) -> Scored:
    """The score of completeness."""
    return score_units(
        population,
        Dimension.COMPLETENESS,
        required_units(population),
        reason="assess.past-budget" if population.is_unexplained else "assess.nothing-required",
        no_evidence=int((~population.known).sum()),
    )


def required_units(population: Population) -> Units:
    """Required occurrences per explanation, and those that nobody performed."""
    explanations, groups = population.explanations, population.groups
    moves = explanations.moves
    kept = np.zeros((len(explanations), len(groups.ids)), dtype=np.int64)
    is_required, labels_of_net = population.required_moves, population.net.labels
    label_of_move = np.append(population.net.transition_labels, -1)[moves.transitions]
    in_place = (moves.kinds == SYNC) & is_required
    labels = label_of_move[in_place]
    exact = explanations.known[explanations.row_of_move[in_place]]
    np.add.at(kept, (explanations.row_of_move[in_place][exact], groups.of_label[labels[exact]]), 1)
    required, label_of, offsets = is_required.tolist(), label_of_move.tolist(), moves.offsets.tolist()
    group_of = groups.of_label.tolist()
    due = kept.copy()
    losses = Losses(explanations)
    for row, deviations in enumerate(explanations.deviations):
        for number, deviation in enumerate(deviations):
            lost: dict[int, list[str]] = {}
            for move in (offsets[row] + index for index in deviation.moves):
                if not required[move]:
                    continue
                group = group_of[label_of[move]]
                due[row, group] += 1
                if deviation.kind is DeviationKind.MISPLACED:
                    kept[row, group] += 1
                else:
                    lost.setdefault(group, []).append(labels_of_net[label_of[move]])
            for group, steps in lost.items():
                cause = Cause(deviation.kind.value, tuple(steps), group=groups.ids[group])
                losses.add(cause, row, number, len(steps))
    return Units(kept, due, losses.gathered())
