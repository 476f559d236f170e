"""How long a step takes and how long a case waits for it, read off the flow's standards and the settings.

A minimum or a maximum says what is usual: work that is normally done keeps to it, with room on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.definitions.flow import Flow
from engine.definitions.standards import Standard, StandardKind, TimeSpan, TimeUnit
from engine.simulation.chance import Chance
from engine.simulation.hours import DAY, HOUR, MINUTE, SECOND
from engine.simulation.settings import SimulationSettings

ATTENDED = 4 * HOUR
"""Up to this median a step is work that somebody does in one go; beyond it, somebody waits for something."""
SHORTEST, LONGEST = SECOND // 10, 400 * DAY
"""The limits of a step that has none."""
_WORKDAY = 8 * HOUR
_VARIETY = (1.0, 0.6, 1.4, 0.8, 1.2, 0.5, 1.7)


@dataclass(frozen=True, slots=True)
class StepTiming:
    """Times of one step, in microseconds.

    Attributes:
        typical: The median duration.
        least: No shorter, in normal work.
        most: No longer, in normal work.
        wait: The mean wait before it.
        unit: How its duration passes.
    """

    typical: int
    least: int
    most: int
    wait: int
    unit: TimeUnit = TimeUnit.CLOCK

    @property
    def is_attended(self) -> bool:
        """Whether somebody is busy with it all the time."""
        return self.typical <= ATTENDED

    def duration(self, chance: Chance, *, spread: float, patience: float) -> int:
        """A duration in normal work, on the second where it is longer than ten.

        Args:
            chance: The source.
            spread: How widely durations scatter.
            patience: 1 for the usual pace, less for a quicker one.
        """
        drawn = chance.around(max(self.least, self.typical * patience), spread)
        return whole(min(max(drawn, self.least), self.most))


def whole(amount: float) -> int:
    """Microseconds on the whole second from ten seconds on, on the tenth of a second below; at least that."""
    grain = SECOND if amount >= 10 * SECOND else SECOND // 10
    return max(grain, int(amount / grain + 0.5) * grain)


def timings(flow: Flow, settings: SimulationSettings) -> Mapping[str, StepTiming]:
    """The timing of every step of a flow, by id.

    A maximum alone suggests half of it, a minimum alone half as much again, both their middle; without a duration
    standard the settings count, varied from step to step. Where the work between two steps, or of the whole case, has a
    deadline, its usual times are shortened until together they take half of it.
    """
    found: dict[str, StepTiming] = {}
    for index, step in enumerate(flow.steps):
        median = settings.minutes_of.get(step.id, settings.step_minutes * _VARIETY[index % len(_VARIETY)]) * MINUTE
        timing = StepTiming(int(median), SHORTEST, LONGEST, int(settings.waiting_minutes * MINUTE))
        for standard in flow.standards:
            timing = _narrowed(timing, standard, step.id)
        if step.id in settings.minutes_of and timing.least <= median <= timing.most:
            timing = replace(timing, typical=int(median))
        found[step.id] = timing
    for standard in flow.standards:
        if standard.kind in (StandardKind.RESPONSE, StandardKind.CYCLE_TIME) and standard.at_most:
            _shorten(found, _between(flow, standard), _length(standard.at_most) // 2)
    return found


def _narrowed(timing: StepTiming, standard: Standard, step: str) -> StepTiming:
    """A step's timing once a standard is known."""
    if standard.kind is StandardKind.DURATION and standard.steps == (step,):
        low = int(_length(standard.at_least) * 1.05) if standard.at_least else timing.least
        high = int(_length(standard.at_most) * 0.95) if standard.at_most else timing.most
        low, high = max(low, timing.least), min(high, timing.most)
        span = standard.at_most or standard.at_least
        unit = TimeUnit.WORKING if span is not None and span.unit is TimeUnit.WORKING else timing.unit
        has_low, has_high = low > SHORTEST, high < LONGEST
        middle = (low + high) // 2 if has_low and has_high else int(low * 1.5) if has_low else high // 2
        return replace(timing, typical=min(middle, high), least=low, most=max(low, high), unit=unit)
    if standard.kind is StandardKind.RESPONSE and standard.steps[1] == step and standard.at_most:
        room = _length(standard.at_most)
        return replace(
            timing,
            typical=max(min(timing.typical, int(room * 0.4)), timing.least),
            most=max(min(timing.most, int(room * 0.9)), timing.least),
            wait=min(timing.wait, int(room * 0.3)),
        )
    return timing


def _length(span: TimeSpan) -> int:
    """The duration a span asks for; days as working days of eight hours, the same day as half of one."""
    if span.unit in (TimeUnit.DAYS, TimeUnit.WORKDAYS):
        return max(1, 2 * span.amount) * _WORKDAY // 2
    return span.amount


def _between(flow: Flow, standard: Standard) -> list[str]:
    """The steps whose work passes in the time of a standard: those on a way from its first to its second step."""
    if not standard.steps:
        return [step.id for step in flow.steps if step.id not in flow.plan_steps]
    first, second = standard.steps
    onward: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
    back: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
    for edge in flow.edges:
        onward[edge.source].append(edge.target)
        back[edge.target].append(edge.source)
    inside = _reached(onward, first, second) & _reached(back, second, first)
    return [step.id for step in flow.steps if step.id == second or (step.id in inside and step.id != first)]


def _reached(neighbours: Mapping[str, list[str]], start: str, end: str) -> set[str]:
    """The nodes on the ways from a node, up to another one."""
    seen, waiting = {start}, [start]
    while waiting:
        for node in neighbours[waiting.pop()]:
            if node not in seen:
                seen.add(node)
                if node != end:
                    waiting.append(node)
    return seen


def _shorten(found: dict[str, StepTiming], steps: Sequence[str], room: int) -> None:
    """Shorten the usual times of some steps until they fit into the room, none below its minimum."""
    fixed = sum(int(found[step].least * 1.2) for step in steps)
    work = sum(max(found[step].typical, int(found[step].least * 1.2)) + found[step].wait for step in steps)
    if work <= room:
        return
    factor = max((room - fixed) / (work - fixed), 0.01) if work > fixed else 1.0
    for step in steps:
        timing = found[step]
        floor = int(timing.least * 1.2)
        typical = floor + max(timing.typical - floor, 0) * factor
        found[step] = replace(timing, typical=min(int(typical), timing.most), wait=int(timing.wait * factor))
