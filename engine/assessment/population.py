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
from engine.assessment.part import Part
from engine.assessment.times import CaseTimes
from engine.calendars import Calendar
from engine.conformance.attributes import Attributes
from engine.conformance.performed import CaseTable
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
        cases: Closed or open, ended or not.
        explanations: What the alignments say.
        part: What all cases bring: times, instances of the checks (``standard`` is the index of the check), samples.
        now: The moment of judging, NaT when nobody knows.
        calendar: For periods.
    """

    flow: Flow
    net: Net
    cases: CaseTable
    explanations: Explanations
    part: Part
    now: np.datetime64
    calendar: Calendar

    @property
    def case_ids(self) -> pl.Series:
        """Ids of the cases, in the log's order."""
        return self.part.case_ids

    @property
    def times(self) -> CaseTimes:
        """The times of the cases."""
        return self.part.times

    @property
    def instances(self) -> pl.DataFrame:
        """The instances of the checks."""
        return self.part.instances

    @cached_property
    def attributes(self) -> Attributes:
        """The attributes of cases that the conditions of branches read."""
        nobody = pl.DataFrame({"case": pl.Series([], dtype=pl.UInt32)})
        return Attributes(self.part.values, nobody, np.zeros(0, dtype=np.int64))

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
