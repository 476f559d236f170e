"""Efficiency (效率): is it done in time?

Units: due instances of its standards, and nothing else. Beside it stand the times of the closed cases.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.assessment.population import Population
from engine.assessment.scoring import Scored, Units, score_units
from engine.assessment.times import median_seconds, quantile_seconds
from engine.vocabulary import Dimension, Outcome


def assess_efficiency(population: Population) -> Scored:
    """The score of efficiency."""
    return score_units(
        population,
        Dimension.EFFICIENCY,
        Units.none(population),
        reason=_reason(population),
        beside=_beside(population),
    )


def _reason(population: Population) -> str:
    """Why nothing is due: no standard, no evidence, or nothing has come so far."""
    if not population.standards_of(Dimension.EFFICIENCY):
        return "assess.no-standards"
    unknown = population.instances_of(Dimension.EFFICIENCY, Outcome.NO_EVIDENCE).height
    return "assess.no-evidence" if unknown else "assess.nothing-due"


def _beside(population: Population) -> Mapping[str, float | int | None]:
    times = population.times
    closed = population.cases.closed
    cycle, touch, waiting = times.cycle[closed], times.touch[closed], times.waiting[closed]
    known = ~np.isnat(touch)
    total = int(cycle[known].astype("int64").sum())
    return {
        "cycle_median_seconds": median_seconds(cycle),
        "cycle_p90_seconds": quantile_seconds(cycle, 0.9),
        "waiting_median_seconds": median_seconds(waiting),
        "touch_median_seconds": median_seconds(touch),
        "flow_efficiency_share": int(touch[known].astype("int64").sum()) / total if total else None,
    }
