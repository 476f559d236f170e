"""Weight groups: which steps, events and standards weigh together (接车 3 : 交车 7).

A step belongs to the group that names it; steps that no group names form one more group, "", of weight 1. An event that
the flow does not know counts in the group of the event before it in its case, or of the first known one when there is
none before, so that it weighs like the work around it. A standard counts in the group of its last step, a branch in
that of the step it leads to, what names no step in "". Without groups everything is in "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.assessment.checks import checks_of
from engine.assessment.explanations import Explanations
from engine.definitions.flow import Flow
from engine.nets.net import Net

Rows = NDArray[np.int64]

REST = ""
"""Id of the group of everything that no group names."""
REST_WEIGHT = 1


@dataclass(frozen=True, eq=False)
class Groups:
    """The weight groups of a flow, in its order, the rest last.

    Attributes:
        flow: The flow.
        net: Its net.
    """

    flow: Flow
    net: Net

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Their ids."""
        return (*(group.id for group in self.flow.weights), REST)

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """Their weights."""
        return (*(group.weight for group in self.flow.weights), REST_WEIGHT)

    @property
    def rest(self) -> int:
        """Index of the rest."""
        return len(self.flow.weights)

    @cached_property
    def of_step(self) -> Mapping[str, int]:
        """Index of the group of each step that is in one."""
        return {step: index for index, group in enumerate(self.flow.weights) for step in group.steps}

    @cached_property
    def of_label(self) -> Rows:
        """int64 index of the group of each label; the last value stands for label −1, the unknown activities."""
        groups = [self.of_step.get(label, self.rest) for label in self.net.labels]
        return np.array([*groups, self.rest], dtype=np.int64)

    @cached_property
    def of_check(self) -> Rows:
        """int64 index of the group of each check."""
        nodes = [check.weighed_with for check in checks_of(self.flow)]
        return np.array([self.of_step.get(node, self.rest) for node in nodes], dtype=np.int64)

    def of_events(self, explanations: Explanations) -> Rows:
        """int64 index of the group of each event of each explanation, laid end to end.

        Args:
            explanations: Whose ``event_offsets`` lay them out.
        """
        labels = event_labels(self.net, explanations)
        count = len(labels)
        known = np.where(labels >= 0, np.arange(count), -1)
        starts = np.repeat(explanations.event_offsets[:-1], explanations.lengths)
        before = np.maximum.accumulate(known) if count else known
        after = np.minimum.accumulate(np.where(known >= 0, known, count)[::-1])[::-1] if count else known
        ends = starts + np.repeat(explanations.lengths, explanations.lengths)
        source = np.where(before >= starts, before, np.where(after < ends, after, -1))
        if not count:
            return labels
        found: Rows = self.of_label[np.where(source >= 0, labels[np.maximum(source, 0)], -1)]
        return found


def event_labels(net: Net, explanations: Explanations) -> Rows:
    """int64 label of each event of each explanation, laid end to end; −1 for activities the net does not know."""
    variants = explanations.variants
    label_of = net.codes(variants.activities).astype(np.int64)
    starts = variants.offsets[explanations.variant]
    rows = np.arange(explanations.event_offsets[-1]) + np.repeat(
        starts - explanations.event_offsets[:-1], explanations.lengths
    )
    found: Rows = label_of[variants.codes[rows]] if len(label_of) else np.zeros(0, dtype=np.int64)
    return found
