"""Generalization: how likely it is that a part of a net which a log shows is no accident of this log.

A transition that ran often will run again; one that ran once may never run again. As in Buijs, van Dongen and van der
Aalst (2014), "Quality dimensions in process discovery: the importance of fitness, precision, generalization and
simplicity", with the transitions of a net for the nodes of a tree:

    generalization = 1 − the mean over all transitions of 1 ÷ √executions, where one that never ran counts 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import STATUSES, Alignments
from engine.vocabulary import AlignmentStatus


@dataclass(frozen=True, eq=False, slots=True)
class Generalization:
    """How often each transition ran.

    Attributes:
        executions: int64 executions of each transition, silent ones included, over all cases.
        cases: Cases that were counted.
        left_out: Cases that were not: they have no alignment, or none that is known to be optimal.
    """

    executions: NDArray[np.int64]
    cases: int
    left_out: int

    @property
    def value(self) -> float | None:
        """1 − mean of 1 ÷ √executions; None without cases, or without transitions."""
        if not self.cases or not len(self.executions):
            return None
        return 1.0 - float((1.0 / np.sqrt(np.maximum(self.executions, 1))).mean())

    @property
    def unvisited(self) -> int:
        """Transitions that never ran."""
        return int((self.executions == 0).sum())


def generalization(alignments: Alignments) -> Generalization:
    """Count the executions in the aligned runs: synchronous, model and silent moves."""
    known = alignments.statuses == STATUSES.index(AlignmentStatus.OPTIMAL)
    cases = np.where(known, alignments.counts, 0)
    weights = np.repeat(cases, np.diff(alignments.moves.offsets))
    fired = alignments.moves.transitions >= 0
    executions = np.zeros(len(alignments.net.transitions), dtype=np.int64)
    np.add.at(executions, alignments.moves.transitions[fired], weights[fired])
    return Generalization(executions, int(cases.sum()), int(alignments.counts.sum()) - int(cases.sum()))
