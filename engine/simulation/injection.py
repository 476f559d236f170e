"""Known deviations: put into a case, and believed only when one explanation is left.

Most things go wrong in the game itself (``Disturbance``); a swap and an early end are cut into a case that was played.
Either way the changed case is explained anew, plainly (``explanations``), and kept only when its one explanation is the
deviation that was meant. Of the cases that pass, one that misses no other standard is preferred; what it misses
besides is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.definitions.standards import StandardKind
from engine.nets.net import SILENT
from engine.simulation.board import Board
from engine.simulation.chance import Chance
from engine.simulation.explanations import Explanation
from engine.simulation.judgement import is_judged, missed_standards
from engine.simulation.specification import Injection
from engine.simulation.world import Disturbance, Performed, Played, World
from engine.vocabulary import DeviationKind, Language

_UNPLANNED = {Language.EN: "Errand outside the flow", Language.ZH: "流程外事项"}
_EXPECTED = {
    Injection.SKIP: DeviationKind.SKIPPED,
    Injection.SWAP: DeviationKind.MISPLACED,
    Injection.REPEAT: DeviationKind.REPEATED,
    Injection.UNPLANNED: DeviationKind.UNPLANNED,
    Injection.OUT_OF_PLACE: DeviationKind.OUT_OF_PLACE,
    Injection.STOP: DeviationKind.UNFINISHED,
    Injection.LATE: DeviationKind.LATE,
    Injection.SHORT: DeviationKind.TOO_SHORT,
    Injection.OVERDUE: DeviationKind.LATE,
    Injection.CYCLE: DeviationKind.LATE,
    Injection.PLAN: None,
}
_FITTING = frozenset({Injection.LATE, Injection.SHORT, Injection.OVERDUE, Injection.CYCLE, Injection.PLAN})
"""Those that leave the order of the steps as the flow wants it."""


@dataclass(frozen=True, slots=True)
class Injected:
    """What was put into a case, as an assessment should find it.

    Attributes:
        injection: What was done.
        kind: The deviation it is; None for a plan, which is a planned answer and no deviation.
        steps: Step ids concerned (for ``unplanned`` the activity name): those left out, displaced, repeated or
            missing at the end; of a missed standard the steps it names.
        positions: 0-based positions of the events concerned; empty for steps that are missing.
        standard: Id of the standard that is missed by it, or "".
        plan: Id of the plan that was entered, or "".
    """

    injection: Injection
    kind: DeviationKind | None
    steps: tuple[str, ...]
    positions: tuple[int, ...]
    standard: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case as it goes into the log.

    Attributes:
        played: Its events and the people's time.
        missed: Ids of the standards it misses.
        injected: What was put into it, or None.
        side_effects: Standards it misses that were not meant and need not be: a case that stops early misses its
            cycle time in any event.
    """

    played: Played
    missed: tuple[str, ...]
    injected: Injected | None = None
    side_effects: int = 0


def candidates(world: World, injection: Injection) -> tuple[Disturbance, ...]:
    """Everything that could be done to some case of this flow; empty when the flow has no room for it."""
    steps = [s for s in world.board.net.labels if _is_played(world, s)]
    required = [s for s in steps if (node := world.flow.by_id.get(s)) is None or not node.optional]
    if injection is Injection.UNPLANNED:
        name = unplanned_activity(world)
        return tuple(Disturbance(injection, step=step, activity=name) for step in steps)
    if injection is Injection.OUT_OF_PLACE:
        avoidable = [s for s in required if world.board.can_avoid(world.board.net.labels.index(s))]
        pairs = ((after, extra) for after in steps for extra in avoidable if after != extra)
        return tuple(Disturbance(injection, step=after, activity=extra) for after, extra in pairs)
    if injection in (Injection.SKIP, Injection.REPEAT):
        chosen = required if injection is Injection.SKIP else steps
        return tuple(Disturbance(injection, step=step) for step in chosen)
    if injection is Injection.PLAN:
        return tuple(Disturbance(injection, plan=plan.id) for plan in world.flow.plans)
    if injection in (Injection.SWAP, Injection.STOP):
        return (Disturbance(injection),)
    return tuple(_of_standards(world, injection, steps))


def unplanned_activity(world: World) -> str:
    """The name of an activity that the flow does not have."""
    name = _UNPLANNED[world.settings.language]
    while name in world.board.net.label_of_activity:
        name += " *"
    return name


def outcomes(world: World, chance: Chance, played: Played, meant: Disturbance) -> Iterator[Outcome]:
    """The case with what was meant, for each place at which one explanation is left.

    Args:
        world: What stays the same.
        chance: Decides which place comes first.
        played: The case; ``meant`` has happened in it, but for a swap and an early end, which are cut in here.
        meant: What shall go wrong.
    """
    index = {label: code for code, label in enumerate(world.board.net.labels)}
    for events in _changed(chance, played, meant):
        found = world.explainer.explain([index.get(event.activity, -1) for event in events])
        if found is None or not _is_meant(world.board, found, events, played, meant=meant):
            continue
        injected = _injected(world.board, found, events, played, meant=meant)
        beside = () if injected.kind is DeviationKind.MISPLACED else found.log_positions
        stops = meant.injection is Injection.STOP
        missed = missed_standards(world.flow, events, world.judged, beside=beside, ended=not stops)
        if injected.standard and injected.standard not in missed:
            continue
        avoidable = missed_standards(world.flow, events, world.judged, beside=beside) if stops else missed
        side_effects = sum(1 for standard in avoidable if standard != injected.standard)
        yield Outcome(replace(played, events=events), missed, injected, side_effects)


def _is_played(world: World, label: str) -> bool:
    return label not in world.flow.plan_steps and any(
        not t.plan and t.label != SILENT and world.board.net.labels[t.label] == label
        for t in world.board.net.transitions
    )


def _of_standards(world: World, injection: Injection, steps: Sequence[str]) -> Iterator[Disturbance]:
    maxima = [s for s in world.flow.standards if s.kind is StandardKind.DURATION and s.at_most is not None]
    for standard in filter(is_judged, world.flow.standards):
        kind, most, least = standard.kind, standard.at_most, standard.at_least
        wanted = Disturbance(injection, standard=standard.id, span=least if injection is Injection.SHORT else most)
        if wanted.span is None:
            continue
        if kind is StandardKind.DURATION and injection in (Injection.LATE, Injection.SHORT):
            yield replace(wanted, step=standard.steps[0])
        elif kind is StandardKind.RESPONSE and (
            injection is Injection.OVERDUE or (injection is Injection.LATE and not maxima)
        ):
            yield replace(wanted, step=standard.steps[1], after=standard.steps[0])
        elif kind is StandardKind.CYCLE_TIME and injection is Injection.CYCLE:
            yield from (replace(wanted, step=step) for step in steps)


def _changed(chance: Chance, played: Played, meant: Disturbance) -> Iterator[tuple[Performed, ...]]:
    events = played.events
    if meant.injection is Injection.SWAP:
        places = [at for at in range(len(events) - 1) if _are_sequential(events[at], events[at + 1])]
        change: Callable[[int], tuple[Performed, ...]] = lambda at: _swapped(events, at)  # noqa: E731
    elif meant.injection is Injection.STOP:
        places = list(range(1, len(events)))
        change = lambda at: events[:at]  # noqa: E731
    else:
        if played.happened is not None:
            yield events
        return
    chance.shuffle(places)
    yield from (change(at) for at in places)


def _are_sequential(first: Performed, second: Performed) -> bool:
    """Whether the second depends on the first and they are on one day, so that both orders are thinkable."""
    depends = first.number >= 0 and second.causes >> first.number & 1 == 1
    return depends and first.activity != second.activity and second.start - first.time < 3_600_000_000


def _swapped(events: tuple[Performed, ...], at: int) -> tuple[Performed, ...]:
    """Two events in each other's place: each keeps its duration, both together their span."""
    first, second = events[at], events[at + 1]
    early = replace(second, start=first.start, time=first.start + (second.time - second.start))
    late = replace(first, start=second.time - (first.time - first.start), time=second.time)
    return (*events[:at], early, late, *events[at + 2 :])


def _injected(
    board: Board, found: Explanation, events: Sequence[Performed], played: Played, *, meant: Disturbance
) -> Injected:
    """What an assessment should find."""
    kind = _EXPECTED[meant.injection]
    if meant.injection in _FITTING:
        at = tuple(at for at, event in enumerate(events) if event.number == played.happened)
        concerned = () if meant.injection in (Injection.CYCLE, Injection.PLAN) else (meant.step,)
        return Injected(meant.injection, kind, concerned, at if concerned else (), meant.standard, meant.plan)
    missing = tuple(board.net.labels[code] for code in found.model_labels)
    steps = missing or tuple(events[at].activity for at in found.log_positions)
    return Injected(meant.injection, kind, steps, found.log_positions)


def _is_meant(
    board: Board, found: Explanation, events: Sequence[Performed], played: Played, *, meant: Disturbance
) -> bool:
    """Whether the one explanation is the deviation that was put in."""
    gone, extra = len(found.model_labels), len(found.log_positions)
    activities = [events[at].activity for at in found.log_positions]
    match meant.injection:
        case Injection.SKIP:
            bit = played.left_out if played.left_out is not None else 0
            return (gone, extra) == (1, 0) and any(event.causes >> bit & 1 for event in events)
        case Injection.SWAP:
            return (gone, extra) == (1, 1) and activities == [board.net.labels[found.model_labels[0]]]
        case Injection.STOP:
            return gone > 0 and extra == 0
        case Injection.REPEAT | Injection.UNPLANNED | Injection.OUT_OF_PLACE:
            added = meant.activity or meant.step
            times = sum(1 for event in events if event.activity == added)
            is_alone = meant.injection is Injection.OUT_OF_PLACE
            return (gone, extra) == (0, 1) and activities == [added] and (times == 1 or not is_alone)
        case _:
            return found.fits
