"""A flow played out as a log: who arrives when, what happens to each case, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from engine import VERSION
from engine.calendars import CALENDAR_NAMES, Calendar, calendar_named
from engine.definitions.flow import Flow
from engine.definitions.rules import AllOf, Count, Deadline, LeadTime, Precedence, Quicker, Response, Together
from engine.errors import InputRefused, LimitExceeded, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import Log
from engine.nets.net import Net
from engine.simulation.attributes import attribute_plan
from engine.simulation.board import Board
from engine.simulation.chance import Chance
from engine.simulation.columns import Gathering, case_ids
from engine.simulation.crew import crew_of
from engine.simulation.decisions import gateways_of, wrong_branches
from engine.simulation.explanations import Explainer
from engine.simulation.filling import case_values, filled
from engine.simulation.game import Game
from engine.simulation.hours import MINUTE, SECOND, Hours
from engine.simulation.injection import Outcome, candidates, judged, outcomes, shows_its_way
from engine.simulation.people import People
from engine.simulation.settings import SimulationSettings
from engine.simulation.shifts import Shifts
from engine.simulation.specification import Injection
from engine.simulation.timing import StepTiming, timings
from engine.simulation.trend import Trend
from engine.simulation.truth import CaseTruth, Truth
from engine.simulation.world import Disturbance, Played, World

_CALENDAR = "china-office"
"""Working hours where neither the settings nor the flow name any."""
_WEEKDAY = (1.2, 1.0, 0.9, 0.95, 1.15, 0.8, 0.7)
"""Arrivals from Monday to Sunday, as a share of the mean."""
_ATTEMPTS = 60
_HOPELESS = 6
"""So many cases in a row without room for a deviation, and none before, say that the flow has no room for it."""
_ENOUGH = 12
"""After this many attempts a deviation that makes the case miss other standards, too, is good enough."""
_PLACES = 6
_QUICK = 0.5
"""The pace of cases that have to be quicker than others."""
_DEFAULT_SETTINGS = SimulationSettings()


@dataclass(frozen=True, eq=False, slots=True)
class SimulatedLog:
    """A log and what is known of it.

    Attributes:
        log: The log; every event has a start and a completion.
        truth: What was put into which case.
    """

    log: Log
    truth: Truth


def simulate(
    flow: Flow,
    net: Net,
    *,
    cases: int,
    seed: int,
    settings: SimulationSettings = _DEFAULT_SETTINGS,
    limits: Limits = DEFAULT_LIMITS,
) -> SimulatedLog:
    """Play a flow out as a log.

    The same flow, seed, settings and version give the same log, on every platform. A case into which nothing was put
    fits the flow and meets every standard that one case can
    meet, and takes the branches that its attributes ask for.

    Args:
        flow: The flow; its standards say how long steps usually take.
        net: What it means (``engine.nets.compile.compile_flow``).
        cases: How many cases.
        seed: Decides every choice.
        settings: How it is played, and what goes wrong.
        limits: ``simulated_cases`` bounds ``cases``.

    Raises:
        LimitExceeded: ``cases`` is above ``simulated_cases``.
        InputRefused: ``simulate.no-cases`` (below 1), ``simulate.unknown-step`` (of ``minutes_of``),
            ``simulate.no-end`` (no case finds an end), ``simulate.standards-not-met`` (standards that ordinary work
            does not meet, or that contradict each other), ``simulate.deviation-impossible`` (the flow has no room for
            a deviation that was asked for), ``simulate.unknown-calendar``.
    """
    _check(flow, cases, settings, limits)
    world = _world(flow, net, cases, settings)
    asked = settings.deviations.counts(cases)
    impossible = [kind for kind, count in asked.items() if count and not candidates(world, kind)]
    if impossible:
        raise InputRefused(_impossible(flow, kind) for kind in impossible)
    ids, gathering, affected = case_ids(flow, settings, cases), Gathering(world), []
    for case, outcome in zip(ids, _Simulation(world, seed).run(cases, asked), strict=True):
        gathering.add(outcome.played)
        if outcome.injected is not None:
            affected.append(CaseTruth(case, outcome.injected, outcome.missed))
    log = gathering.log(ids)
    return SimulatedLog(
        log,
        Truth(
            flow=flow.id,
            flow_hash=flow.source_hash,
            engine_version=VERSION,
            seed=seed,
            settings=settings.as_texts(),
            cases=cases,
            events=log.events.height,
            asked={kind: count for kind, count in asked.items() if count},
            affected=tuple(affected),
        ),
    )


def _check(flow: Flow, cases: int, settings: SimulationSettings, limits: Limits) -> None:
    if cases > limits.simulated_cases:
        raise LimitExceeded(limit="simulated_cases", allowed=limits.simulated_cases, found=cases)
    steps = {step.id for step in flow.steps}
    problems = [
        Problem("simulate.unknown-step", values={"step": step}) for step in settings.minutes_of if step not in steps
    ]
    if settings.calendar and settings.calendar not in CALENDAR_NAMES:
        known = ", ".join(CALENDAR_NAMES)
        problems.append(Problem("simulate.unknown-calendar", values={"name": settings.calendar, "known": known}))
    if cases < 1:
        problems.append(Problem("simulate.no-cases", values={"cases": cases}))
    if problems:
        raise InputRefused(problems)


def _world(flow: Flow, net: Net, cases: int, settings: SimulationSettings) -> World:
    hours = Shifts(Hours(_calendar_of(flow, settings), first=settings.start), None if settings.calendar else flow)
    judged = Shifts(Hours(flow.main_calendar, first=settings.start), flow)
    usual = timings(flow, settings)
    per_day = _per_day(cases, settings)
    plan = attribute_plan(flow, settings.attributes)
    crew = crew_of(flow, tuple(plan.case))
    roles = [*flow.roles, *(role for step in flow.steps for role in crew.possible(step.id))]
    work = {
        role: [step.id for step in flow.steps if role in (crew.possible(step.id) or (step.role,))] for role in roles
    }
    sizes = {role: settings.people or _people_needed(role, work[role], usual, hours, per_day=per_day) for role in work}
    board = Board(net)
    return World(
        flow,
        board,
        Explainer(board),
        settings,
        usual,
        hours,
        judged,
        People(sizes),
        plan,
        gateways_of(flow, net),
        crew,
    )


def _per_day(cases: int, settings: SimulationSettings) -> float:
    return settings.cases_per_day or max(12.0, cases / 240)


def _calendar_of(flow: Flow, settings: SimulationSettings) -> Calendar:
    """When people work: as asked, else as the flow says, else as an office in China does."""
    if settings.calendar:
        return flow.calendar_named(settings.calendar)
    return calendar_named(_CALENDAR) if flow.calendar is None else flow.main_calendar


def _people_needed(
    role: str, steps: Sequence[str], usual: Mapping[str, StepTiming], hours: Shifts, *, per_day: float
) -> int:
    """As many as are busy two thirds of the time when every case does each of some steps once, and one more."""
    work = sum(usual[step].typical for step in steps if usual[step].is_attended)
    return 1 + int(1.5 * work * per_day / hours.presence(role) + 1)


def _impossible(flow: Flow, kind: Injection) -> Problem:
    return Problem("simulate.deviation-impossible", values={"name": str(kind), "flow": flow.id})


class _Simulation:
    """Plays one case after the other; people stay booked from case to case."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._seed = seed

    def run(self, cases: int, asked: Mapping[Injection, int]) -> Iterator[Outcome]:
        """The cases, in the order of their arrival."""
        planned = self._planned(cases, asked)
        waiting: list[Injection] = []
        failures = dict.fromkeys(asked, 0)
        for number, arrival in enumerate(islice(self._arrivals(_per_day(cases, self._world.settings)), cases)):
            self._world.people.forget_before(arrival)
            kind = planned.get(number) or (waiting.pop(0) if waiting else None)
            outcome = self._disturbed(number, arrival, kind) if kind is not None else None
            if kind is not None and outcome is None:
                waiting.append(kind)
                failures[kind] += 1
                if failures[kind] == _HOPELESS:
                    raise InputRefused([_impossible(self._world.flow, kind)])
            elif kind is not None:
                failures[kind] = -cases
            yield outcome or self._clean(number, arrival)

    def _planned(self, cases: int, asked: Mapping[Injection, int]) -> dict[int, Injection]:
        """Which case is given what."""
        numbers = list(range(cases))
        Chance(self._seed, "which cases").shuffle(numbers)
        kinds = [kind for kind, count in asked.items() for _ in range(count)]
        return dict(zip(numbers, kinds, strict=False))

    def _arrivals(self, per_day: float) -> Iterator[int]:
        """Moments of arrival, in order: more on Mondays and before weekends, more in the morning."""
        chance, hours, day = Chance(self._seed, "arrivals"), self._world.hours.main, 0
        trend = Trend(self._world.flow, self._world.settings, hours.calendar)
        while True:
            for opened, closed in hours.workdays(day, day + 60):
                expected = per_day * _WEEKDAY[hours.local_day(opened).weekday()] * trend.factor(hours.local_day(opened))
                count = int(expected * chance.between(0.7, 1.3) + chance.share())
                shares = sorted(min(chance.share(), chance.between(0.2, 1.0)) for _ in range(count))
                for share in shares:
                    yield hours.next_open(opened + int((closed - opened) * share) // SECOND * SECOND)
            day += 60

    def _play(self, game: Game, arrival: int, attempt: int) -> Played | None:
        later = int(game.chance.between(0, attempt * 40 * MINUTE)) // SECOND * SECOND
        return game.play(self._world.hours.of_case(game.attributes).next_open(arrival + later))

    def _game(self, chance: Chance, patience: float, disturbance: Disturbance | None = None) -> Game:
        """A case that has come, with what is known of it."""
        world = self._world
        attributes = case_values(world, chance, plan=disturbance.plan if disturbance is not None else "")
        conditions = [s.rule.first for s in world.flow.standards if isinstance(s.rule, Quicker)]
        quick = any(world.conditions.holds(condition, attributes) for condition in conditions)
        return Game(world, chance, patience * (_QUICK if quick else 1.0), disturbance, attributes)

    def _clean(self, number: int, arrival: int) -> Outcome:
        """A case that fits the flow and meets every standard; each attempt is a little quicker and later."""
        world, missed, leaning = self._world, tuple[str, ...](), dict[str, bool]()
        for attempt in range(_ATTEMPTS):
            chance = Chance(self._seed, number, "clean", attempt)
            game = self._game(chance, 0.9**attempt)
            game.leaning = leaning
            played = self._play(game, arrival, attempt)
            if played is None:
                continue
            done = frozenset(event.activity for event in played.events)
            if shows_its_way(world, played) and not wrong_branches(
                world.gateways, played.transitions, world.conditions, played.attributes
            ):
                case = filled(world, chance, played)
                missed = judged(world, case)
                if not missed:
                    return Outcome(case, ())
                leaning = {**leaning, **_leaning(world.flow, missed, done)}
            world.people.give_back(played.bookings)
        code = "simulate.standards-not-met" if missed else "simulate.no-end"
        raise InputRefused([Problem(code, values={"flow": world.flow.id, "standards": ", ".join(missed)})])

    def _disturbed(self, number: int, arrival: int, kind: Injection) -> Outcome | None:
        """A case with one thing put in and, where possible, no other standard missed; None without one."""
        possible, best = candidates(self._world, kind), None
        for attempt in range(_ATTEMPTS):
            chance = Chance(self._seed, number, kind, attempt)
            meant = chance.one_of(possible)
            game = self._game(chance, 0.9 ** (attempt // 3), meant)
            played = self._play(game, arrival, attempt // 3)
            if played is None:
                continue
            for outcome in islice(outcomes(self._world, chance, played, meant), _PLACES):
                if best is None or outcome.side_effects < best.side_effects:
                    best = outcome
                if best.side_effects == 0:
                    break
            self._world.people.give_back(played.bookings)
            if best is not None and (best.side_effects == 0 or attempt >= _ENOUGH):
                break
        if best is not None:
            self._world.people.take(best.played.bookings)
        return best


def _leaning(flow: Flow, missed: Sequence[str], done: frozenset[str]) -> dict[str, bool]:
    """What to do, or to leave out, the next time, so that these standards are met."""
    found: dict[str, bool] = {}
    for standard in flow.standards:
        if standard.id not in missed:
            continue
        rule = standard.rule
        if isinstance(rule, Count):
            found[rule.step] = rule.step not in done
        elif isinstance(rule, Response | AllOf | Together | Precedence | Deadline | LeadTime):
            found.update(dict.fromkeys((step for step in standard.steps if step not in done), True))
    return found
