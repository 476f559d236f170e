"""What is drawn on a process map: one number for each activity and each path, its unit, and the colours that say it.

An overlay knows nothing of how a map is laid out. Those of frequency and time come from the map itself; those of
deviations and of lost units from what an assessment found in the same cases, whose steps are found again as activities.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from engine.assessment.step_findings import StepFindings
from engine.definitions.titles import Title
from engine.logs.filtering import ActivityPair
from engine.mining.process_map import ProcessMap
from engine.rendering.palette import BLUE_LINES, BLUES, GREEN_LINES, GREENS, ORANGE_LINES, ORANGES
from engine.vocabulary import DeviationKind, Dimension

Number = int | float | Fraction


class Unit(StrEnum):
    """What a number counts."""

    COUNT = "count"
    SECONDS = "seconds"


class MapShow(StrEnum):
    """What a map says of itself.

    ``frequency``: events of an activity, times a path is gone. ``cases``: cases of both. ``time``: medians of the work
    on an activity and between two. ``total-time``: the same added up over all occurrences.
    """

    FREQUENCY = "frequency"
    CASES = "cases"
    TIME = "time"
    TOTAL_TIME = "total-time"


@dataclass(frozen=True, slots=True)
class Scale:
    """Colours from "nothing" to "most": fills of activities, and lines of paths in the same hue."""

    fills: tuple[str, ...]
    lines: tuple[str, ...]


FREQUENT = Scale(BLUES, BLUE_LINES)
SLOW = Scale(GREENS, GREEN_LINES)
WRONG = Scale(ORANGES, ORANGE_LINES)

MAP_DEVIATIONS = (
    DeviationKind.SKIPPED,
    DeviationKind.MISPLACED,
    DeviationKind.REPEATED,
    DeviationKind.OUT_OF_PLACE,
    DeviationKind.UNFINISHED,
    DeviationKind.LATE,
    DeviationKind.UNPLANNED,
)
"""The kinds that an assessment counts for each step, and activities without one."""


@dataclass(frozen=True, slots=True)
class MapOverlay:
    """Numbers on a map.

    Attributes:
        code: Of the sentence that says what is shown; ``{what}`` in it is filled with the names of ``about``.
        unit: Of every number.
        scale: The colours.
        nodes: Activity → number; one without a number has no value, which is not the same as 0.
        edges: (activity, next activity) → number, "" for the beginning and the end of a case.
        about: Words of the vocabulary that the sentence names.
        unplaced: What belongs to no activity.
        titles: Key of ``nodes`` that is no activity of the log but a step of a flow → its title.
    """

    code: str
    unit: Unit
    scale: Scale
    nodes: Mapping[str, Number]
    edges: Mapping[ActivityPair, Number] = field(default_factory=dict)
    about: tuple[StrEnum, ...] = ()
    unplaced: Number = 0
    titles: Mapping[str, Title] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))
        object.__setattr__(self, "edges", MappingProxyType(dict(self.edges)))
        object.__setattr__(self, "titles", MappingProxyType(dict(self.titles)))


def overlay_of_map(drawn: ProcessMap, show: MapShow) -> MapOverlay:
    """What a map says of itself."""
    if show is MapShow.FREQUENCY or show is MapShow.CASES:
        by_case = show is MapShow.CASES
        return MapOverlay(
            f"map.show.{show}",
            Unit.COUNT,
            FREQUENT,
            {node.activity: node.cases if by_case else node.events for node in drawn.nodes},
            {(edge.source, edge.target): edge.cases if by_case else edge.count for edge in drawn.edges},
        )
    of_nodes = ((node.activity, node.work) for node in drawn.nodes)
    of_edges = (((edge.source, edge.target), edge.between) for edge in drawn.edges)
    read = "total" if show is MapShow.TOTAL_TIME else "median"
    return MapOverlay(
        f"map.show.{show}",
        Unit.SECONDS,
        SLOW,
        {name: getattr(found, read) for name, found in of_nodes if found.known},
        {path: getattr(found, read) for path, found in of_edges if found.known},
    )


def overlay_of_deviations(
    drawn: ProcessMap, findings: StepFindings, kinds: Collection[DeviationKind] = MAP_DEVIATIONS
) -> MapOverlay:
    """How often the steps of a flow deviate, on the map of the cases in which that was found.

    Args:
        drawn: The map, of the same cases or a part of their events.
        findings: What was found in them.
        kinds: Which kinds are counted, of ``MAP_DEVIATIONS``; each occurrence of a step counts.
    """
    chosen = tuple(kind for kind in MAP_DEVIATIONS if kind in kinds)
    counts: dict[str, Number] = dict.fromkeys(findings.steps, 0)
    for kind in chosen:
        for step, count in findings.occurrences[kind].items():
            counts[step] = counts.get(step, 0) + count
    nodes = _by_activity(drawn, findings, counts)
    return MapOverlay("map.show.deviations", Unit.COUNT, WRONG, nodes, about=chosen, titles=_titles(findings))


def overlay_of_losses(drawn: ProcessMap, findings: StepFindings, dimension: Dimension) -> MapOverlay:
    """How many units of one dimension are lost at which activity, on the map of the cases that lost them.

    A finding that concerns several steps is shared among them in equal parts; so the numbers add up exactly to what the
    dimension lacks. What concerns no step (a case that did not recover) is ``unplaced``.
    """
    lost: dict[str, Number] = dict.fromkeys(findings.steps, 0)
    unplaced: Number = 0
    for steps, units in findings.lost[dimension].items():
        for step in steps:
            lost[step] = lost.get(step, 0) + Fraction(units, len(steps))
        unplaced += 0 if steps else units
    nodes, titles = _by_activity(drawn, findings, lost), _titles(findings)
    return MapOverlay("map.show.lost", Unit.COUNT, WRONG, nodes, about=(dimension,), unplaced=unplaced, titles=titles)


def _titles(findings: StepFindings) -> dict[str, Title]:
    return {step.id: step.title for step in findings.flow.steps}


def _by_activity(drawn: ProcessMap, findings: StepFindings, numbers: Mapping[str, Number]) -> dict[str, Number]:
    """Numbers of steps as numbers of activities.

    A step that the log spells in several ways has its number once, at the most frequent of them on the map; one that
    is not on the map keeps its own name.
    """
    step_of = findings.flow.step_of_activity
    spelled: dict[str, str] = {}
    for node in sorted(drawn.nodes, key=lambda node: (-node.events, node.activity)):
        if node.activity in step_of:
            spelled.setdefault(step_of[node.activity], node.activity)
    found: dict[str, Number] = {}
    for step, number in numbers.items():
        name = spelled.get(step, step)
        found[name] = found.get(name, 0) + number
    return found
