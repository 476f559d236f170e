"""What happened, ready to be drawn on a flow or a net: numbers and levels by step and edge, no colours, no words.

One overlay shows one thing: deviations, frequency or time. Levels run from 0 (nothing) to ``palette.LEVELS``.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from engine.assessment.assessment import Assessment, EdgeStatistics, StepStatistics
from engine.rendering.palette import LEVELS
from engine.vocabulary import DeviationKind


class OverlayKind(StrEnum):
    """What an overlay shows."""

    DEVIATIONS = "deviations"
    FREQUENCY = "frequency"
    TIME = "time"


DEVIATION_BOUNDS = (Fraction(5, 100), Fraction(15, 100), Fraction(30, 100))
"""Share of deviating occurrences up to which a step is on level 1, 2 and 3; above is level 4."""

UNPLANNED_SHOWN = 5
"""How many activities that the flow lacks are named in the picture."""


@dataclass(frozen=True, slots=True)
class StepOverlay:
    """What is drawn on one step.

    Attributes:
        level: How strongly it stands out, 0…LEVELS.
        performed: Times it was done, in place or not.
        deviations: (kind, occurrences) of the kinds that occurred.
        share: Deviating occurrences ÷ occurrences done or owed; None when there are none.
        duration: Median seconds from start to completion, or None.
        waiting: Median seconds of waiting before it, or None.
    """

    level: int = 0
    performed: int = 0
    deviations: tuple[tuple[DeviationKind, int], ...] = ()
    share: Fraction | None = None
    duration: float | None = None
    waiting: float | None = None


@dataclass(frozen=True, slots=True)
class EdgeOverlay:
    """What is drawn on one edge.

    Attributes:
        level: How strongly it stands out, 0…LEVELS.
        count: How many times it was gone along.
        seconds: Median seconds between its two ends, or None.
    """

    level: int
    count: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Overlay:
    """Everything that is drawn on a flow or a net.

    Attributes:
        kind: What it shows.
        log_name: The log's file name.
        cases: Cases of the log.
        steps: By step id (for a net, by label).
        edges: By (source node id, target node id).
        unplanned: Activities that the flow lacks with their occurrences, most frequent first; only on ``deviations``.
        unplanned_left: How many more such activities there are.
    """

    kind: OverlayKind
    log_name: str
    cases: int
    steps: Mapping[str, StepOverlay]
    edges: Mapping[tuple[str, str], EdgeOverlay]
    unplanned: tuple[tuple[str, int], ...] = ()
    unplanned_left: int = 0

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        object.__setattr__(self, "steps", MappingProxyType(dict(self.steps)))
        object.__setattr__(self, "edges", MappingProxyType(dict(self.edges)))


def make_overlay(assessment: Assessment, kind: OverlayKind) -> Overlay:
    """The overlay of one assessment.

    Args:
        assessment: What was found.
        kind: What to show of it.

    Returns:
        An overlay with every step and edge that the assessment has statistics for. On ``deviations``, the level of a
        step comes from ``DEVIATION_BOUNDS``; on the others, from its value ÷ the largest value in the picture.
    """
    unplanned: tuple[tuple[str, int], ...] = ()
    if kind is OverlayKind.DEVIATIONS:
        unplanned = tuple(
            (summary.steps[0], summary.count)
            for summary in assessment.deviations
            if summary.kind is DeviationKind.UNPLANNED and summary.steps
        )
    levels = _step_levels(assessment.steps, kind)
    return Overlay(
        kind=kind,
        log_name=assessment.log_name,
        cases=assessment.cases,
        steps={step.step: _step(step, level) for step, level in zip(assessment.steps, levels, strict=True)},
        edges=_edges(assessment.edges, kind),
        unplanned=unplanned[:UNPLANNED_SHOWN],
        unplanned_left=max(0, len(unplanned) - UNPLANNED_SHOWN),
    )


def deviating_share(step: StepStatistics) -> Fraction | None:
    """Deviating occurrences ÷ occurrences done or owed; a late one in its place counts once, so never above 1."""
    occurrences = _performed(step) + step.skipped + step.unfinished
    wrong = step.misplaced + step.repeated + step.out_of_place + step.skipped + step.unfinished
    return Fraction(min(occurrences, wrong + step.late), occurrences) if occurrences else None


def _step(step: StepStatistics, level: int) -> StepOverlay:
    counts = (
        (DeviationKind.SKIPPED, step.skipped),
        (DeviationKind.MISPLACED, step.misplaced),
        (DeviationKind.REPEATED, step.repeated),
        (DeviationKind.OUT_OF_PLACE, step.out_of_place),
        (DeviationKind.UNFINISHED, step.unfinished),
        (DeviationKind.LATE, step.late),
    )
    return StepOverlay(
        level=level,
        performed=_performed(step),
        deviations=tuple((kind, count) for kind, count in counts if count),
        share=deviating_share(step),
        duration=step.median_seconds,
        waiting=step.waiting_seconds,
    )


def _performed(step: StepStatistics) -> int:
    return step.synchronous + step.misplaced + step.repeated + step.out_of_place


def _step_levels(steps: tuple[StepStatistics, ...], kind: OverlayKind) -> list[int]:
    if kind is OverlayKind.DEVIATIONS:
        shares = [deviating_share(step) for step in steps]
        return [1 + bisect_left(DEVIATION_BOUNDS, share) if share else 0 for share in shares]
    if kind is OverlayKind.FREQUENCY:
        return _relative([_performed(step) for step in steps])
    return _relative([(step.median_seconds or 0) + (step.waiting_seconds or 0) for step in steps])


def _edges(edges: tuple[EdgeStatistics, ...], kind: OverlayKind) -> dict[tuple[str, str], EdgeOverlay]:
    values = [(edge.median_seconds or 0.0) if kind is OverlayKind.TIME else float(edge.count) for edge in edges]
    return {
        (edge.source, edge.target): EdgeOverlay(level, edge.count, edge.median_seconds)
        for edge, level in zip(edges, _relative(values), strict=True)
    }


def _relative(values: list[float] | list[int]) -> list[int]:
    """Levels in equal steps of the largest value; 0 for what is not positive."""
    largest = max(values, default=0)
    return [max(1, math.ceil(LEVELS * value / largest)) if value > 0 else 0 for value in values]
