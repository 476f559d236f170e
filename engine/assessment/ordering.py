"""Ordering (系统性, systematicness): is every step where it belongs?

Units: performed events, due instances of its standards, and the ways taken out of gateways that say when they are
taken. An event is kept when it is synchronous; every other event, whether misplaced, unplanned, repeated or out of
place, is lost. A way is lost when it was taken against its condition.
"""

from __future__ import annotations

import numpy as np

from engine.assessment.losses import Cause, Losses
from engine.assessment.population import Population
from engine.assessment.scoring import Scored, Units, score_units
from engine.vocabulary import Dimension


def assess_ordering(population: Population) -> Scored:
    """The score of ordering."""
    return score_units(
        population,
        Dimension.ORDERING,
        event_units(population),
        reason="assess.past-budget" if population.is_unexplained else "assess.nothing-performed",
        no_evidence=int((~population.known).sum()),
    )


def event_units(population: Population) -> Units:
    """Performed events per explanation, and those that are not in their place."""
    explanations, groups = population.explanations, population.groups
    group_of = groups.of_events(explanations)
    rows = np.repeat(np.arange(len(explanations)), explanations.lengths)
    due = np.zeros((len(explanations), len(groups.ids)), dtype=np.int64)
    exact = explanations.known[rows]
    np.add.at(due, (rows[exact], group_of[exact]), 1)
    kept = due.copy()
    losses = Losses(explanations)
    groups_of_events, offsets = group_of.tolist(), explanations.event_offsets.tolist()
    for row, deviations in enumerate(explanations.deviations):
        for number, deviation in enumerate(deviations):
            lost: dict[int, list[str]] = {}
            for position, step in zip(deviation.positions, deviation.steps, strict=False):
                lost.setdefault(groups_of_events[offsets[row] + position], []).append(step)
            for group, steps in lost.items():
                kept[row, group] -= len(steps)
                cause = Cause(deviation.kind.value, tuple(steps), "", groups.ids[group], deviation.other_branch)
                losses.add(cause, row, number, len(steps))
    return Units(kept, due, losses.gathered())
