"""Known deviations: put into a case, and believed only when one explanation is left.

Most things go wrong in the game itself (``Disturbance``); a swap and an early end are cut into a case that was played.
Either way the changed case is explained anew, plainly (``explanations``), and kept only when its one explanation is the
deviation that was meant. Of the cases that pass, one that misses no other standard is preferred; what it misses
besides is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.definitions import rules
from engine.definitions.conditions import compiled_condition
from engine.definitions.evidence import EvidenceKind, evidence_of
from engine.definitions.rules import AttributeRef
from engine.definitions.standards import Standard, StandardKind
from engine.nets.net import SILENT
from engine.simulation.board import Board
from engine.simulation.breaking import BREAKS, Changed, broken, may_break, put
from engine.simulation.chance import Chance
from engine.simulation.decisions import is_shown, wrong_branches
from engine.simulation.explanations import Explanation
from engine.simulation.filling import filled
from engine.simulation.judgement import kind_of, missed_standards
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
    Injection.FIELD: DeviationKind.MISSING_FIELD,
    Injection.BRANCH: DeviationKind.WRONG_BRANCH,
}
_BY_PATH: dict[Injection, tuple[type, ...]] = {
    Injection.COUNT: (rules.Count,),
    Injection.SET: (rules.AllOf, rules.Together),
    Injection.ORDER: (rules.Precedence, rules.Response),
}
"""What a case can miss by the way it takes, and the rules that are missed then."""
_FITTING = frozenset(Injection) - {
    Injection.SKIP,
    Injection.SWAP,
    Injection.REPEAT,
    Injection.UNPLANNED,
    Injection.OUT_OF_PLACE,
    Injection.STOP,
}
"""Those that leave the order of the steps as the flow wants it."""
_UNBOUND = frozenset({*BREAKS, *_BY_PATH, Injection.BRANCH})
"""Those that happen at no moment of the game."""
_BRANCHES = 20


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
            cycle time in any event. Of a case with a plan also the promises that nobody could make, because their work
            was not done.
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
    if injection in (Injection.SWAP, Injection.STOP) or (injection is Injection.BRANCH and world.gateways):
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
        injected = _injected(world, found, events, played, meant=meant)
        case = filled(world, chance, replace(played, events=events))
        if meant.injection is Injection.STOP:
            case = _undecided(world, case)
        for changed, places in _broken(world, chance, case, meant):
            outcome = _outcome(world, changed, found, injected, places=places)
            if outcome is not None:
                yield outcome


def _outcome(
    world: World, case: Played, found: Explanation, injected: Injected, *, places: tuple[int, ...]
) -> Outcome | None:
    """The case as it goes into the log; None when what was meant is not what happened, or not all of it."""
    wrong = wrong_branches(world.gateways, case.transitions, world.conditions, case.attributes)
    if len(wrong) != (injected.injection is Injection.BRANCH):
        return None
    if injected.injection is not Injection.STOP and not shows_its_way(world, case):
        return None
    beside = () if injected.kind is DeviationKind.MISPLACED else found.log_positions
    stops = injected.injection is Injection.STOP
    missed = judged(world, case, beside=beside, ended=not stops)
    if injected.standard and injected.standard not in missed:
        return None
    if wrong:
        injected = replace(injected, steps=(wrong[0].source, wrong[0].target))
    elif places:
        injected = replace(injected, positions=places)
    avoidable = judged(world, case, beside=beside) if stops else missed
    side_effects = sum(1 for standard in avoidable if standard != injected.standard)
    if injected.injection is Injection.PLAN:  # goes on to the end, so that what was promised can be kept
        side_effects += sum(1 for ref in world.plan.promises if ref.step is None and case.attributes[ref.name] is None)
    return Outcome(case, missed, injected, side_effects)


def shows_its_way(world: World, case: Played) -> bool:
    """Whether the events of a case show each way that it took."""
    routes = [(route.transition, route.moment) for route in case.routes]
    return is_shown(world.gateways, routes, [(event.activity, event.start) for event in case.events])


def judged(world: World, case: Played, *, beside: Sequence[int] = (), ended: bool = True) -> tuple[str, ...]:
    """Ids of the standards that a case with its attributes misses."""
    return missed_standards(
        world.flow,
        case.events,
        world.judged,
        beside=beside,
        ended=ended,
        attributes=case.attributes,
        conditions=world.conditions,
    )


def _broken(world: World, chance: Chance, case: Played, meant: Disturbance) -> Iterator[Changed]:
    """The case, changed where values or people are to be wrong."""
    if meant.injection is Injection.BRANCH:
        names = sorted(_names_decided(world) & world.plan.case.keys())
        for _ in range(_BRANCHES if names else 0):
            name = chance.one_of(names)
            yield put(case, AttributeRef(None, name), world.plan.case[name].draw(chance))
    elif meant.injection in BREAKS:
        standard = next(standard for standard in world.flow.standards if standard.id == meant.standard)
        yield from broken(world, chance, case, meant.injection, standard)
    else:
        yield case, ()


def _undecided(world: World, case: Played) -> Played:
    """A case that stopped, without the attributes that only its decisions read: nobody has asked about them yet."""
    read = {name for standard in world.flow.standards for name in _names_read(standard)}
    read |= {choice.attribute for choice in world.flow.calendar_choices}
    gone = dict.fromkeys(name for name in case.attributes if name in _names_decided(world) - read)
    return replace(case, attributes={**case.attributes, **gone})


def _names_read(standard: Standard) -> frozenset[str]:
    """The attributes of cases that a standard reads."""
    found = [evidence.name for evidence in evidence_of(standard) if evidence.kind is EvidenceKind.CASE_ATTRIBUTE]
    return frozenset(found)


def _names_decided(world: World) -> frozenset[str]:
    """The attributes of cases that gateways read."""
    conditions = (edge.when for gateway in world.gateways for edge in gateway.edges if edge.when is not None)
    return frozenset(name for condition in conditions for name in compiled_condition(condition).names.case)


def _is_played(world: World, label: str) -> bool:
    return label not in world.flow.plan_steps and any(
        not t.plan and t.label != SILENT and world.board.net.labels[t.label] == label
        for t in world.board.net.transitions
    )


def _of_standards(world: World, injection: Injection, steps: Sequence[str]) -> Iterator[Disturbance]:
    if injection in BREAKS or injection in _BY_PATH:
        for standard in world.flow.standards:
            by_path = isinstance(standard.rule, _BY_PATH.get(injection, ())) and standard.at_most is None
            if by_path or may_break(standard, injection):
                yield Disturbance(injection, standard=standard.id)
        return
    maxima = [s for s in world.flow.standards if s.kind is StandardKind.DURATION and s.at_most is not None]
    for standard in world.flow.standards:
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
        if played.happened is not None or meant.injection in _UNBOUND:
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
    world: World, found: Explanation, events: Sequence[Performed], played: Played, *, meant: Disturbance
) -> Injected:
    """What an assessment should find."""
    kind = _EXPECTED.get(meant.injection)
    if meant.injection in _UNBOUND:
        standard = next((standard for standard in world.flow.standards if standard.id == meant.standard), None)
        steps = standard.steps if standard is not None else ()
        return Injected(meant.injection, kind or (kind_of(standard) if standard else None), steps, (), meant.standard)
    if meant.injection in _FITTING:
        at = tuple(at for at, event in enumerate(events) if event.number == played.happened)
        concerned = () if meant.injection in (Injection.CYCLE, Injection.PLAN) else (meant.step,)
        return Injected(meant.injection, kind, concerned, at if concerned else (), meant.standard, meant.plan)
    missing = tuple(world.board.net.labels[code] for code in found.model_labels)
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
