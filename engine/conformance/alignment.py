"""What an alignment is: the cheapest explanation of one variant by one net. The search stands in ``search.py``.

Terms as in van der Aalst, Adriansyah and van Dongen (2012), "Replaying history on process models for conformance
checking and performance analysis".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.nets.net import Net
from engine.vocabulary import AlignmentStatus, MoveKind


@dataclass(frozen=True, slots=True)
class Move:
    """One move.

    Attributes:
        kind: Synchronous, log, model or silent.
        position: 0-based position of the event in the variant, or None for model and silent moves.
        transition: Index of the net's transition, or None for log moves.
    """

    kind: MoveKind
    position: int | None
    transition: int | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """The explanation of one variant.

    Attributes:
        status: Whether the cost is exact.
        cost: The cost of ``moves``; None when no alignment exists.
        lower_bound: No alignment costs less; equal to ``cost`` when optimal.
        worst: The cost of the alignment without synchronous moves: log costs of the variant + cost of the empty
            trace. When no alignment exists: the log costs, at least 1, so that such a case weighs in the log fitness.
        moves: In order; empty when ``cost`` is None.
    """

    status: AlignmentStatus
    cost: int | None
    lower_bound: int
    worst: int
    moves: tuple[Move, ...]

    @property
    def fitness(self) -> float:
        """1 − cost ÷ worst; 1 when both are 0; 0 when unreachable. Past the budget, the lower bound counts."""
        if self.cost is None:
            return 0.0
        return 1.0 if self.worst == 0 else 1.0 - self.lower_bound / self.worst


@dataclass(frozen=True, eq=False)
class Alignments:
    """One alignment for each variant of a log.

    Attributes:
        net: The net.
        activities: Activity names of the variants.
        counts: int64 cases of each variant.
        per_variant: In the order of the variants.
    """

    net: Net
    activities: tuple[str, ...]
    counts: NDArray[np.int64]
    per_variant: tuple[Alignment, ...]

    @property
    def total_cost(self) -> int:
        """Σ cost × cases; past the budget the lower bound counts, unreachable variants count nothing."""
        return sum(
            a.lower_bound * int(n) for a, n in zip(self.per_variant, self.counts, strict=True) if a.cost is not None
        )

    @property
    def total_cost_upper(self) -> int:
        """Σ best known cost × cases; equal to ``total_cost`` when every variant is optimal or unreachable."""
        return sum(a.cost * int(n) for a, n in zip(self.per_variant, self.counts, strict=True) if a.cost is not None)

    @property
    def fitting_cases(self) -> int:
        """Cases that the net accepts as they are."""
        return sum(int(n) for a, n in zip(self.per_variant, self.counts, strict=True) if a.cost == 0)

    @property
    def average_fitness(self) -> float | None:
        """Mean fitness over cases; None without cases."""
        cases = int(self.counts.sum())
        if cases == 0:
            return None
        return float(sum(a.fitness * int(n) for a, n in zip(self.per_variant, self.counts, strict=True)) / cases)

    @property
    def log_fitness(self) -> float | None:
        """1 − Σ cost ÷ Σ worst over cases; None without cases. Unreachable variants are wholly unfit."""
        pairs = [
            (int(n) * (a.worst if a.cost is None else a.lower_bound), int(n) * a.worst)
            for a, n in zip(self.per_variant, self.counts, strict=True)
        ]
        if not pairs:
            return None
        worst = sum(w for _, w in pairs)
        return 1.0 if worst == 0 else 1.0 - sum(c for c, _ in pairs) / worst

    @property
    def not_optimal(self) -> int:
        """Cases whose status is not ``optimal``."""
        return sum(
            int(n)
            for a, n in zip(self.per_variant, self.counts, strict=True)
            if a.status is not AlignmentStatus.OPTIMAL
        )
