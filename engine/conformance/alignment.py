"""What an alignment is: the cheapest explanation of one variant by one net. The search stands in ``search.py``.

Terms as in van der Aalst, Adriansyah and van Dongen (2012), "Replaying history on process models for conformance
checking and performance analysis".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.nets.net import Net
from engine.vocabulary import AlignmentStatus, Explanation, MoveKind


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
        explanation: Whether ``moves`` have the fewest deviations of all optimal alignments, or may not.
    """

    status: AlignmentStatus
    cost: int | None
    lower_bound: int
    worst: int
    moves: tuple[Move, ...]
    explanation: Explanation = Explanation.GLOBAL

    @property
    def fitness(self) -> float:
        """1 − cost ÷ worst; 1 when both are 0; 0 when unreachable. Past the budget, the lower bound counts."""
        if self.cost is None:
            return 0.0
        return 1.0 if self.worst == 0 else 1.0 - self.lower_bound / self.worst


MOVE_KINDS = (MoveKind.SYNC, MoveKind.LOG, MoveKind.MODEL, MoveKind.SILENT)
"""Move kinds under their codes in ``MoveColumns``."""
STATUSES = (AlignmentStatus.OPTIMAL, AlignmentStatus.BUDGET, AlignmentStatus.UNREACHABLE)
"""Statuses under their codes in ``Alignments``."""
EXPLANATIONS = (Explanation.GLOBAL, Explanation.LOCAL)
"""Explanations under their codes in ``Alignments``."""


@dataclass(frozen=True, eq=False, slots=True)
class MoveColumns:
    """The moves of many alignments as columns.

    Attributes:
        offsets: int64, one more than there are alignments; alignment v has rows ``offsets[v]:offsets[v + 1]``.
        kinds: int8 index into ``MOVE_KINDS``.
        positions: int32 position of the event in its variant, −1 for model and silent moves.
        transitions: int32 transition, −1 for log moves.
    """

    offsets: NDArray[np.int64]
    kinds: NDArray[np.int8]
    positions: NDArray[np.int32]
    transitions: NDArray[np.int32]

    def moves(self, alignment: int) -> tuple[Move, ...]:
        """The moves of one alignment as values."""
        rows = slice(self.offsets[alignment], self.offsets[alignment + 1])
        return tuple(
            Move(MOVE_KINDS[kind], position if position >= 0 else None, transition if transition >= 0 else None)
            for kind, position, transition in zip(
                self.kinds[rows].tolist(), self.positions[rows].tolist(), self.transitions[rows].tolist(), strict=True
            )
        )


@dataclass(frozen=True, eq=False)
class Alignments:
    """One alignment for each variant of a log, kept as columns.

    Attributes:
        net: The net.
        activities: Activity names of the variants.
        counts: int64 cases of each variant.
        statuses: int8 index into ``STATUSES`` of each variant.
        costs: int64 best known cost of each variant, −1 where no alignment exists.
        lower_bounds: int64; equal to ``costs`` where optimal.
        worsts: int64 cost of the alignment without synchronous moves, as ``Alignment.worst``.
        moves: The moves of all variants.
        explanations: int8 index into ``EXPLANATIONS`` of each variant.
    """

    net: Net
    activities: tuple[str, ...]
    counts: NDArray[np.int64]
    statuses: NDArray[np.int8]
    costs: NDArray[np.int64]
    lower_bounds: NDArray[np.int64]
    worsts: NDArray[np.int64]
    moves: MoveColumns
    explanations: NDArray[np.int8]

    @classmethod
    def none(cls, net: Net) -> Alignments:
        """No alignments, of a log without variants or where only the net is known."""
        nothing = np.zeros(0, dtype=np.int64)
        codes, rows = np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.int32)
        moves = MoveColumns(np.zeros(1, dtype=np.int64), codes, rows, rows)
        return cls(net, (), nothing, codes, nothing, nothing, nothing, moves, codes)

    def __len__(self) -> int:
        """How many variants there are."""
        return len(self.counts)

    def alignment(self, variant: int) -> Alignment:
        """The explanation of one variant as a value."""
        cost = int(self.costs[variant])
        return Alignment(
            status=STATUSES[self.statuses[variant]],
            cost=cost if cost >= 0 else None,
            lower_bound=int(self.lower_bounds[variant]),
            worst=int(self.worsts[variant]),
            moves=self.moves.moves(variant),
            explanation=EXPLANATIONS[self.explanations[variant]],
        )

    @cached_property
    def per_variant(self) -> tuple[Alignment, ...]:
        """The explanations of all variants as values, in the order of the variants."""
        return tuple(self.alignment(variant) for variant in range(len(self)))

    @property
    def fitness(self) -> NDArray[np.float64]:
        """float64 fitness of each variant, as ``Alignment.fitness``."""
        quotients = np.divide(
            self.lower_bounds, self.worsts, out=np.zeros(len(self), dtype=np.float64), where=self.worsts > 0
        )
        return np.where(self.costs < 0, 0.0, 1.0 - quotients)

    @property
    def total_cost(self) -> int:
        """Σ cost × cases; past the budget the lower bound counts, unreachable variants count nothing."""
        return int((self.lower_bounds * self.counts)[self.costs >= 0].sum())

    @property
    def total_cost_upper(self) -> int:
        """Σ best known cost × cases; equal to ``total_cost`` when every variant is optimal or unreachable."""
        return int((self.costs * self.counts)[self.costs >= 0].sum())

    @property
    def fitting_cases(self) -> int:
        """Cases that the net accepts as they are."""
        return int(self.counts[self.costs == 0].sum())

    @property
    def average_fitness(self) -> float | None:
        """Mean fitness over cases; None without cases."""
        cases = int(self.counts.sum())
        return float((self.fitness * self.counts).sum() / cases) if cases else None

    @property
    def log_fitness(self) -> float | None:
        """1 − Σ cost ÷ Σ worst over cases; None without cases. Unreachable variants are wholly unfit."""
        if not len(self):
            return None
        lost = np.where(self.costs < 0, self.worsts, self.lower_bounds)
        worst = int((self.worsts * self.counts).sum())
        return 1.0 - int((lost * self.counts).sum()) / worst if worst else 1.0

    @property
    def not_optimal(self) -> int:
        """Cases whose status is not ``optimal``."""
        return int(self.counts[self.statuses != 0].sum())


def joined(parts: Sequence[Alignments]) -> Alignments:
    """Alignments of the same net and activities, end to end; there is at least one part."""
    starts = np.cumsum([0, *(len(part.moves.kinds) for part in parts)])
    offsets = [part.moves.offsets[:-1] + start for part, start in zip(parts, starts[:-1], strict=True)]

    def column(of: Callable[[Alignments], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([of(part) for part in parts])

    return Alignments(
        net=parts[0].net,
        activities=parts[0].activities,
        counts=column(lambda part: part.counts),
        statuses=column(lambda part: part.statuses),
        costs=column(lambda part: part.costs),
        lower_bounds=column(lambda part: part.lower_bounds),
        worsts=column(lambda part: part.worsts),
        moves=MoveColumns(
            offsets=np.concatenate([*offsets, starts[-1:]]).astype(np.int64),
            kinds=column(lambda part: part.moves.kinds),
            positions=column(lambda part: part.moves.positions),
            transitions=column(lambda part: part.moves.transitions),
        ),
        explanations=column(lambda part: part.explanations),
    )
