"""What moves cost. The standard costs are 1 for each log move and each visible model move, 0 for all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputRefused, Problem
from engine.nets.net import SILENT, Net

MAXIMUM_COST = 1_000
"""The largest cost of one move. The search keeps one bucket for each possible cost of a whole alignment."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs other than the standard ones.

    Attributes:
        log: Cost of a log move by activity name; 1 for the others.
        model: Cost of a visible model move by label; 1 for the others.
        forbidden: Ids of transitions whose model move may not be made; they fire on evidence only.
    """

    log: Mapping[str, int] = field(default_factory=dict)
    model: Mapping[str, int] = field(default_factory=dict)
    forbidden: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse costs out of range, all at once, and freeze the mappings."""
        wrong = [
            Problem("align.cost-out-of-range", values={"name": name, "cost": cost, "maximum": MAXIMUM_COST})
            for costs in (self.log, self.model)
            for name, cost in costs.items()
            if not 0 <= cost <= MAXIMUM_COST
        ]
        if wrong:
            raise InputRefused(wrong)
        object.__setattr__(self, "log", MappingProxyType(dict(self.log)))
        object.__setattr__(self, "model", MappingProxyType(dict(self.model)))

    def of_activities(self, activities: tuple[str, ...]) -> NDArray[np.int32]:
        """The cost of a log move for each activity, int32."""
        return np.array([self.log.get(activity, 1) for activity in activities], dtype=np.int32)

    def of_transitions(self, net: Net) -> NDArray[np.int32]:
        """The cost of a model move for each transition, int32: 0 where silent, −1 where forbidden."""
        return np.array(
            [
                0 if t.label == SILENT else -1 if t.id in self.forbidden else self.model.get(net.labels[t.label], 1)
                for t in net.transitions
            ],
            dtype=np.int32,
        )


STANDARD_COSTS = Costs()
