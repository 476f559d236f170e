"""What goes into a game and what comes out of it: the world, what shall go wrong, and the case as played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from engine.definitions.conditions import compiled_condition
from engine.definitions.flow import Flow, TriggerKind
from engine.definitions.standards import TimeSpan
from engine.simulation.attributes import AttributePlan
from engine.simulation.board import Board
from engine.simulation.conditions import Conditions
from engine.simulation.crew import Crew
from engine.simulation.decisions import Gateway
from engine.simulation.explanations import Explainer
from engine.simulation.people import Booking, People
from engine.simulation.settings import SimulationSettings
from engine.simulation.shifts import Shifts
from engine.simulation.specification import Injection
from engine.simulation.timing import StepTiming
from engine.simulation.values import Value

_NO_ATTRIBUTES: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Performed:
    """One piece of work of a case.

    Attributes:
        activity: Its label in the net; for work that the flow does not have, its name.
        start: When it began, in microseconds since 1970 in UTC.
        time: When it was completed, later than it began.
        resource: Who did it, or None.
        number: Number of its occurrence in the run; work that is no part of the run has −1.
        causes: A bit for each occurrence of the run it depends on.
        role: Id of the role in which it was done, or "".
        values: The event's attributes: names and values, none of them None.
    """

    activity: str
    start: int
    time: int
    resource: str | None
    number: int = -1
    causes: int = 0
    role: str = ""
    values: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What goes wrong in one case, once.

    Attributes:
        injection: What.
        step: The step at which it happens (for ``unplanned`` and ``out-of-place``: after it; for ``overdue`` and
            ``cycle``: before it), "" where chance decides.
        after: A step that has to be done before, or "".
        activity: The extra activity of ``unplanned`` and ``out-of-place``.
        standard: Id of the standard that shall be missed, or "".
        span: The limit of that standard, or None.
        plan: Id of the plan that shall be entered, or "".
    """

    injection: Injection
    step: str = ""
    after: str = ""
    activity: str = ""
    standard: str = ""
    span: TimeSpan | None = None
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A silent transition that was taken, and when (microseconds since 1970 in UTC)."""

    transition: int
    moment: int


@dataclass(frozen=True, slots=True)
class Played:
    """A case, played.

    Attributes:
        events: In the order of completion.
        bookings: The time of people that it took.
        happened: Number of the occurrence at which the disturbance happened, or None when it did not. For a plan
            the number of its first step.
        left_out: The occurrence that was left out (its bit in ``causes``), or None.
        plan: Id of the plan that was entered, or "".
        routes: The silent transitions that were taken, in order.
        attributes: Those of the case: each name that the log has, None where the case has no value.
    """

    events: tuple[Performed, ...]
    bookings: tuple[Booking, ...]
    happened: int | None = None
    left_out: int | None = None
    plan: str = ""
    routes: tuple[Route, ...] = ()
    attributes: Mapping[str, Value] = field(default_factory=lambda: _NO_ATTRIBUTES)

    @property
    def transitions(self) -> tuple[int, ...]:
        """The silent transitions that were taken, in order."""
        return tuple(route.transition for route in self.routes)


@dataclass(frozen=True)
class World:
    """What stays the same over all cases.

    Attributes:
        flow: The flow.
        board: Its net.
        explainer: Explains traces against it.
        settings: How it is played.
        timings: Times by step id.
        hours: When people work.
        judged: By whose hours the flow's standards count working time.
        people: Who works.
        plan: Which attributes the log carries.
        gateways: Those whose conditions decide.
        crew: What standards ask of people.
        conditions: Answers to conditions.
    """

    flow: Flow
    board: Board
    explainer: Explainer
    settings: SimulationSettings
    timings: Mapping[str, StepTiming]
    hours: Shifts
    judged: Shifts
    people: People
    plan: AttributePlan = field(default_factory=AttributePlan)
    gateways: tuple[Gateway, ...] = ()
    crew: Crew = field(default_factory=Crew)
    conditions: Conditions = field(default_factory=Conditions)

    @cached_property
    def triggers(self) -> Mapping[str, str]:
        """Plan → the condition that sets it off, where all that it reads is known from the beginning of a case."""
        conditional = (plan for plan in self.flow.plans if plan.trigger.kind is TriggerKind.CONDITION)
        return {
            plan.id: plan.trigger.detail
            for plan in conditional
            if compiled_condition(plan.trigger.detail).names.case <= self.plan.case.keys()
        }

    @cached_property
    def gateway_of(self) -> Mapping[int, Gateway]:
        """Transition of the net → the gateway that it leaves."""
        return {route: gateway for gateway in self.gateways for route in gateway.routes}
