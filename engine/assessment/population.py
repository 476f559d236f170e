"""The population: a log's cases and events, joined with their explanations and the instances of the standards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.checks import Check, checks_of
from engine.assessment.explanations import Explanations
from engine.assessment.groups import Groups
from engine.conformance.performed import CaseTable, EventTable
from engine.conformance.standards.facts import Facts
from engine.definitions.flow import Flow
from engine.definitions.standards import Standard
from engine.nets.net import Net
from engine.vocabulary import Dimension, Outcome

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Population:
    """Everything the dimensions are counted from.

    Attributes:
        flow: The flow.
        net: Its net.
        case_ids: In the log's order.
        events: The events with their steps.
        cases: Closed or open, ended or not.
        explanations: What the alignments say.
        instances: The instances of the checks (``INSTANCE_COLUMNS``; ``standard`` is the index of the check).
        facts: The log as rules see it.
    """

    flow: Flow
    net: Net
    case_ids: pl.Series
    events: EventTable
    cases: CaseTable
    explanations: Explanations
    instances: pl.DataFrame
    facts: Facts

    @cached_property
    def groups(self) -> Groups:
        """The weight groups."""
        return Groups(self.flow, self.net)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What the instances are judged by."""
        return checks_of(self.flow)

    @cached_property
    def known(self) -> Truths:
        """For each case whether its explanation is exact."""
        return self.explanations.known[self.explanations.of_case]

    @property
    def is_unexplained(self) -> bool:
        """Whether there are cases, and not one of their explanations is exact."""
        return bool(self.known.size and not self.known.any())

    @cached_property
    def required(self) -> Truths:
        """For each transition whether it performs a required step: visible and not optional."""
        nodes = self.flow.by_id
        required = np.array([not nodes[label].optional for label in self.net.labels] + [False], dtype=np.bool_)
        return required[self.net.transition_labels]

    @cached_property
    def required_moves(self) -> Truths:
        """For each move of the explanations whether it performs, or should perform, a required step."""
        transitions = self.explanations.moves.transitions
        found: Truths = (transitions >= 0) & np.append(self.required, False)[transitions]
        return found

    @cached_property
    def enters_plan(self) -> Truths:
        """For each transition whether it enters a plan; one more value stands for log moves, which have none."""
        return np.array([*(t.enters_plan for t in self.net.transitions), False], dtype=np.bool_)

    def standards_of(self, dimension: Dimension) -> tuple[Standard, ...]:
        """The flow's standards that count in a dimension; those of the population count in none."""
        return tuple(s for s in self.flow.standards if s.dimension is dimension and not s.is_of_population)

    def instances_of(self, dimension: Dimension, *outcomes: Outcome) -> pl.DataFrame:
        """The instances of a dimension's checks that came to one of the outcomes."""
        wanted = [i for i, check in enumerate(self.checks) if check.dimension is dimension]
        return self.instances.filter(
            pl.col("standard").is_in(wanted), pl.col("outcome").is_in([outcome.value for outcome in outcomes])
        )

    def names(self, cases: Iterable[int]) -> tuple[str, ...]:
        """The ids of some cases."""
        return tuple(self.case_ids[case] for case in cases)
