"""Deviations: one thing that went wrong, with one cause, found in the alignment of one variant.

The rules are those of the documentation's chapter "Deviations"; this file holds them and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.vocabulary import DeviationKind


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation of one variant.

    Attributes:
        kind: What went wrong (alignment kinds only; those of standards are per case).
        steps: Labels of the steps concerned (step ids of a flow), in run order; for ``unplanned`` the activity names.
        positions: 0-based positions in the variant of the events concerned, increasing; empty for skipped and
            unfinished steps.
        moves: Indices of the alignment's moves it explains, increasing. Every log move and every visible model move
            of an alignment belongs to exactly one deviation.
        other_branch: For ``out-of-place``: whether an exclusive branch that was not taken contains the step.
    """

    kind: DeviationKind
    steps: tuple[str, ...]
    positions: tuple[int, ...]
    moves: tuple[int, ...]
    other_branch: bool = False
