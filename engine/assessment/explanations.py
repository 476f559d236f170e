"""Explanations: what the alignments say of each case, once for all cases that share a variant and a state.

A closed case is explained by the alignment of its variant, an open one by its prefix alignment. So an explanation is a
variant together with open or closed, and everything countable is counted per explanation and multiplied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.assessment.closing import ClosedRule, Closing
from engine.conformance.alignment import MOVE_KINDS, STATUSES, Alignment, Alignments, MoveColumns
from engine.conformance.deviations import Deviation, find_deviations
from engine.conformance.structure import Structure
from engine.logs.variants import Variants
from engine.vocabulary import AlignmentStatus, DeviationKind, MoveKind

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]

SYNC, LOG, MODEL, SILENT = (MOVE_KINDS.index(kind) for kind in MoveKind)
_OPTIMAL = STATUSES.index(AlignmentStatus.OPTIMAL)
EXAMPLES = 5
"""How many cases a finding names."""


@dataclass(frozen=True, eq=False)
class Explanations:
    """The explanations of a log. Arrays without another word have one value for each explanation.

    Attributes:
        variants: The variants that are explained.
        variant: int64 variant of each.
        is_open: Whether its cases are judged as open.
        known: Whether it is exact. Past the budget nothing is known, and its cases count as no evidence.
        of_case: int64 explanation of each case, in the order of ``Log.cases``.
        moves: The moves of all, in the order of the explanations.
        deviations: Those of each; empty where not known. Of open cases only what is due: nothing unfinished.
        ended: Whether the run reached an end: nothing unfinished, or of an open case: ending now costs nothing.
    """

    variants: Variants
    variant: Rows
    is_open: Truths
    known: Truths
    of_case: Rows
    moves: MoveColumns
    deviations: tuple[tuple[Deviation, ...], ...]
    ended: Truths

    def __len__(self) -> int:
        """How many explanations there are."""
        return len(self.variant)

    @cached_property
    def cases(self) -> Rows:
        """int64 number of cases of each."""
        return np.bincount(self.of_case, minlength=len(self)).astype(np.int64)

    @cached_property
    def lengths(self) -> Rows:
        """int64 number of events of each."""
        return np.diff(self.variants.offsets)[self.variant]

    @cached_property
    def row_of_move(self) -> Rows:
        """int64 explanation of each move."""
        return np.repeat(np.arange(len(self)), np.diff(self.moves.offsets))

    @cached_property
    def event_offsets(self) -> Rows:
        """int64 where each explanation's events start when all are laid end to end; one more than there are."""
        return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(self.lengths)])

    @cached_property
    def performed(self) -> Truths:
        """For each event of each explanation, laid end to end, whether it performs its step, in place or misplaced.

        Where nothing is known, every event may.
        """
        found = np.zeros(self.event_offsets[-1], dtype=np.bool_)
        found[np.repeat(~self.known, self.lengths)] = True  # so that their standards are counted as no evidence
        sync = self.moves.kinds == SYNC
        found[self.event_offsets[self.row_of_move[sync]] + self.moves.positions[sync]] = True
        for row, deviations in enumerate(self.deviations):
            for deviation in deviations:
                if deviation.kind is DeviationKind.MISPLACED:
                    found[self.event_offsets[row] + np.array(deviation.positions)] = True
        return found

    def to_events(self, values: Truths, offsets: Rows, cases: slice = slice(None)) -> Truths:
        """Carry one value for each event of each explanation over to the events of cases.

        Args:
            values: As long as ``event_offsets`` says.
            offsets: int64 row offsets of the cases.
            cases: Which cases of the log they are.
        """
        starts = self.event_offsets[self.of_case[cases]] - offsets[:-1]
        rows = np.arange(offsets[-1]) + np.repeat(starts, np.diff(offsets))
        found: Truths = values[rows]
        return found

    @cached_property
    def examples(self) -> tuple[tuple[int, ...], ...]:
        """Up to ``EXAMPLES`` cases of each, in the log's order."""
        order = np.argsort(self.of_case, kind="stable")
        ends = np.cumsum(self.cases)
        return tuple(
            tuple(order[end - count : min(end, end - count + EXAMPLES)].tolist())
            for end, count in zip(ends.tolist(), self.cases.tolist(), strict=True)
        )


def closed_cases(
    rule: ClosedRule, variants: Variants, ends_now: Truths, last: NDArray[np.datetime64], now: np.datetime64
) -> Truths:
    """For each case whether a rule closes it.

    Args:
        rule: The rule.
        variants: The variants, with the variant of each case.
        ends_now: Of each variant whether ending now costs no more than its prefix (``ends_for_free``).
        last: The latest time of each case, NaT where it is unknown because its last event has none.
        now: The moment of judging, NaT where unknown.
    """
    if rule.closing is Closing.ALL:
        return np.ones(len(variants.of_case), dtype=np.bool_)
    closed = np.zeros(len(variants.of_case), dtype=np.bool_)
    if rule.idle is not None:
        closed |= (now - last) >= np.timedelta64(rule.idle.amount, "us")
    if rule.closing in {Closing.ENDED, Closing.ENDED_OR_IDLE}:
        closed |= ends_now[variants.of_case]
    return closed


def ends_for_free(whole: Alignments, prefixes: Alignments) -> Truths:
    """Of each variant whether ending now costs no more than its prefix; False where either is not exact."""
    exact = (whole.statuses == _OPTIMAL) & (prefixes.statuses == _OPTIMAL)
    free: Truths = exact & (whole.costs <= prefixes.costs)
    return free


def explain(
    structure: Structure, variants: Variants, closed: Truths, whole: Alignments, prefixes: Alignments | None
) -> Explanations:
    """Join cases with alignments, and find the deviations of each explanation.

    Args:
        structure: The net, made ready.
        variants: The variants, with the variant of each case.
        closed: For each case whether it is closed.
        whole: The alignments of whole variants.
        prefixes: The prefix alignments; needed when a case is open.
    """
    if prefixes is None:
        prefixes = whole
    keys, of_case = np.unique(variants.of_case.astype(np.int64) * 2 + ~closed, return_inverse=True)
    variant, is_open = keys // 2, (keys % 2).astype(np.bool_)
    moves = _chosen_moves(whole.moves, prefixes.moves, variant, is_open)
    status = np.where(is_open, prefixes.statuses[variant], whole.statuses[variant])
    known = status == _OPTIMAL
    cost = np.where(is_open, prefixes.costs[variant], whole.costs[variant])
    deviations = tuple(
        _due_deviations(structure, variants.sequence(v), (prefixes if open_ else whole).alignment(v), closed=not open_)
        if exact and cost > 0
        else ()
        for v, open_, exact, cost in zip(variant.tolist(), is_open.tolist(), known.tolist(), cost.tolist(), strict=True)
    )
    unfinished = np.array([any(d.kind is DeviationKind.UNFINISHED for d in found) for found in deviations], dtype=bool)
    return Explanations(
        variants=variants,
        variant=variant,
        is_open=is_open,
        known=known,
        of_case=of_case,
        moves=moves,
        deviations=deviations,
        ended=known & np.where(is_open, ends_for_free(whole, prefixes)[variant], ~unfinished),
    )


def _due_deviations(
    structure: Structure, activities: Sequence[str], alignment: Alignment, *, closed: bool
) -> tuple[Deviation, ...]:
    """The deviations of one explanation. What an open case has not got to is not due."""
    found = find_deviations(structure.net, activities, alignment, structure=structure)
    return tuple(d for d in found if closed or d.kind is not DeviationKind.UNFINISHED)


def _chosen_moves(whole: MoveColumns, prefixes: MoveColumns, variant: Rows, is_open: Truths) -> MoveColumns:
    """The moves of the explanations, each from the whole or the prefix alignment of its variant."""
    shift = whole.offsets[-1]
    starts = np.where(is_open, prefixes.offsets[variant] + shift, whole.offsets[variant])
    counts = np.where(is_open, np.diff(prefixes.offsets)[variant], np.diff(whole.offsets)[variant])
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])
    rows = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts)

    return MoveColumns(
        offsets,
        np.concatenate([whole.kinds, prefixes.kinds])[rows],
        np.concatenate([whole.positions, prefixes.positions])[rows],
        np.concatenate([whole.transitions, prefixes.transitions])[rows],
    )
