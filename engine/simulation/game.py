"""The token game with time: one case played from the initial to a final marking.

Every token carries the moment from which it can be used and the work it depends on. The transition that can fire first
fires first; where several compete for a token, chance decides. A step takes time, so that its tokens arrive later, and
steps of parallel branches overlap. Ordered by completion, the events of a case are a run of the net, because nothing
is completed before what it depends on. What goes wrong in a case (``Disturbance``) happens in the game, not afterwards,
so that the times of all later steps follow from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter

from engine.definitions.standards import TimeSpan, TimeUnit
from engine.nets.net import SILENT, Purpose
from engine.simulation.chance import Chance
from engine.simulation.hours import DAY, MINUTE, Hours
from engine.simulation.people import Booking
from engine.simulation.specification import Injection
from engine.simulation.team import Assignment, Team
from engine.simulation.timing import ATTENDED, LONGEST, SHORTEST, StepTiming, whole
from engine.simulation.values import Value
from engine.simulation.world import Disturbance, Performed, Played, Route, World

_UNKNOWN_WORK = StepTiming(10 * MINUTE, SHORTEST, LONGEST, 0)
"""How long an activity takes that the flow does not have."""
_LOYALTY = 15 * MINUTE
"""So long a customer rather waits for the person who knows the case."""
_EVENT_SHARE = 0.05
"""How often an event on the border of something happens, beside 1 for the usual course."""
_FIRINGS = 50
"""After this many firings for each transition of the net, a case takes the shortest way to its end …"""
_MOST_FIRINGS = 100
"""… and after this many it is given up."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token: the moment from which it can be used, and a bit for each occurrence it depends on."""

    ready: int
    causes: int


@dataclass
class Game:
    """One case while it is played.

    Attributes:
        world: What stays the same.
        chance: The source of choices.
        patience: 1 for the usual pace, less for a quicker one.
        disturbance: What goes wrong, or None.
        attributes: What is known of the case from its beginning.
        leaning: Step → whether it should be done where the flow leaves that open.
    """

    world: World
    chance: Chance
    patience: float = 1.0
    disturbance: Disturbance | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)
    leaning: Mapping[str, bool] = field(default_factory=dict)
    _tokens: list[list[Token]] = field(default_factory=list)
    _enabled: dict[int, int] = field(default_factory=dict)
    _events: list[Performed] = field(default_factory=list)
    _bookings: list[Booking] = field(default_factory=list)
    _fired: Counter[int] = field(default_factory=Counter)
    _right: dict[str, frozenset[int]] = field(default_factory=dict)
    _team: Team = field(init=False)
    _firings: int = 0
    _numbers: int = 0
    _happened: int | None = None
    _left_out: int | None = None
    _plan: str = ""
    _patient_with_plan: bool = False
    _routes: list[Route] = field(default_factory=list)

    def play(self, arrival: int) -> Played | None:
        """Play the case from its arrival on; None when it found no end.

        People stay booked: whoever throws the result away gives its bookings back.
        """
        board = self.world.board
        self._team = Team(self.world, self.chance, self.attributes)
        self._tokens = [[Token(arrival, 0) for _ in range(count)] for count in board.initial]
        self._patient_with_plan = self.chance.share() < 0.5
        most = _MOST_FIRINGS * (len(board.before) + 1)
        self._look_at(range(len(board.before)))
        is_over = board.initial in board.finals
        while not is_over:
            transition = self._next()
            if transition is None or self._firings > most:
                self.world.people.give_back(self._bookings)
                return None
            self._firings += 1
            self._fired[transition] += 1
            self._fire(transition)
            self._look_at(board.touched[transition])
            is_over = board.may_end[transition] and tuple(map(len, self._tokens)) in board.finals
        events = tuple(sorted(self._events, key=lambda event: event.time))
        routes = tuple(self._routes)
        return Played(
            events, tuple(self._bookings), self._happened, self._left_out, self._plan, routes, self.attributes
        )

    def _ready(self, transition: int) -> int | None:
        """When a transition can fire, or None while it cannot."""
        ready = 0
        for place, weight in self.world.board.before[transition]:
            tokens = self._tokens[place]
            if len(tokens) < weight:
                return None
            ready = max(ready, tokens[weight - 1].ready)
        return ready

    def _look_at(self, transitions: Iterable[int]) -> None:
        """Note which of some transitions can fire, and when."""
        board = self.world.board
        for transition in transitions:
            ready = self._ready(transition)
            if ready is None or (transition in board.entries and not self._may_enter(transition)):
                self._enabled.pop(transition, None)
            else:
                self._enabled[transition] = ready

    def _next(self) -> int | None:
        """The transition to fire: the earliest, or by chance one of those that compete with it."""
        board, enabled = self.world.board, self._enabled
        if not enabled:
            return None
        _, first = min((ready, t) for t, ready in enabled.items())
        rivals = [r for r in board.rivals[first] if r in enabled] or [first]
        if self._firings > _FIRINGS * (len(board.before) + 1):
            return min(rivals, key=lambda t: (board.exits[t], self._fired[t], t))
        entries = [t for t in rivals if t in board.entries]
        if entries and not (self._patient_with_plan and self._is_before_its_step(rivals)):
            return self.chance.one_of(entries)
        weights = [self._weight(t) for t in rivals]
        if not any(weights):
            return min(rivals, key=lambda t: (board.exits[t], t))
        return rivals[self.chance.weighted(weights)]

    def _may_enter(self, transition: int) -> bool:
        """A plan is entered when the disturbance asks for it, and once."""
        wanted = self.disturbance.plan if self.disturbance is not None else ""
        return self.world.board.net.transitions[transition].plan == wanted and not self._plan

    def _is_before_its_step(self, rivals: list[int]) -> bool:
        """Whether the protected step can be done now, so that the plan may also be entered after it."""
        wanted = self.disturbance.plan if self.disturbance is not None else ""
        at = next((plan.at for plan in self.world.flow.plans if plan.id == wanted), "")
        meanings = [self.world.board.net.transitions[t] for t in rivals]
        return any(m.node == at and m.purpose is Purpose.PERFORM for m in meanings)

    def _weight(self, transition: int) -> float:
        meaning, settings = self.world.board.net.transitions[transition], self.world.settings
        damping = settings.loop_damping ** self._fired[transition]
        if meaning.enters_plan:
            return 0.0
        if transition in self.world.gateway_of:
            return self._way(transition) * damping
        share = float(self.leaning[meaning.node]) if meaning.node in self.leaning else settings.optional_share
        if meaning.purpose is Purpose.SKIP:
            return (1.0 - share) * damping
        node = self.world.flow.by_id.get(meaning.node)
        if node is not None and node.boundary is not None:
            return _EVENT_SHARE * damping
        if node is not None and node.optional and meaning.purpose is Purpose.PERFORM:
            return share * damping
        return damping

    def _way(self, transition: int) -> float:
        """How likely a way out of a gateway is: right for the case, or round again; never a wrong one for good."""
        gateway = self.world.gateway_of[transition]
        if gateway.routes[transition] & gateway.circular:
            return 0.3
        if gateway.node not in self._right:
            self._right[gateway.node] = gateway.right(self.world.conditions, self.attributes)
        return float(transition in self._right[gateway.node])

    def _fire(self, transition: int) -> None:
        board = self.world.board
        ready, causes = 0, 0
        for place, weight in board.before[transition]:
            for token in self._tokens[place][:weight]:
                ready, causes = max(ready, token.ready), causes | token.causes
            del self._tokens[place][:weight]
        meaning = board.net.transitions[transition]
        if meaning.label != SILENT:
            if meaning.enters_plan:
                self._plan, self._happened = meaning.plan, self._numbers
                self._look_at(board.entries)
            ready = self._occur(board.net.labels[meaning.label], ready, causes)
            causes |= 1 << (self._numbers - 1)
        else:
            self._routes.append(Route(transition, ready))
        for place, weight in board.after[transition]:
            tokens = self._tokens[place]
            tokens.extend([Token(ready, causes)] * weight)
            if len(tokens) > 1:
                tokens.sort(key=attrgetter("ready"))

    def _occur(self, label: str, ready: int, causes: int) -> int:
        """One occurrence of a step, with whatever goes wrong at it; the moment at which the case goes on."""
        number = self._numbers
        self._numbers += 1
        fault = self.disturbance
        if fault is None or fault.step != label or self._happened is not None or not self._is_done(fault.after):
            return self._work(label, ready, number=number, causes=causes)
        self._happened = number
        if fault.injection is Injection.SKIP:
            self._left_out = number
            return ready
        if fault.span is not None and fault.injection in (Injection.OVERDUE, Injection.CYCLE):
            hours = self.world.hours.of_step(label, self.attributes)
            ready = self._beyond(ready, fault.span, hours, self._judged(fault))
        done = self._work(label, ready, number=number, causes=causes, fault=fault)
        if fault.injection is Injection.REPEAT:
            return self._work(label, done, causes=causes | 1 << number)
        if fault.activity:
            return self._work(fault.activity, done, causes=causes | 1 << number)
        return done

    def _is_done(self, label: str) -> bool:
        return not label or any(event.activity == label for event in self._events)

    def _work(
        self, label: str, ready: int, *, number: int = -1, causes: int = 0, fault: Disturbance | None = None
    ) -> int:
        """Do a piece of work; the moment at which it is completed."""
        world = self.world
        timing = world.timings.get(label, _UNKNOWN_WORK)
        if self._events and timing.wait:
            ready += whole(self.chance.between(0, 2 * timing.wait * self.patience))
        who = self._team.for_step(label)
        duration = timing.duration(self.chance, spread=world.settings.spread, patience=self.patience)
        hours = world.hours.of_role(who.role, self.attributes)
        longest = fault.span if fault is not None and fault.injection is Injection.LATE else None
        if fault is not None and fault.span is not None and fault.injection is Injection.SHORT:
            timing = replace(timing, least=1)
            duration = whole(fault.span.amount * self.chance.between(0.3, 0.8))
        if timing.is_attended and (longest is None or _is_short(longest)):
            if longest is not None:
                duration = whole(longest.amount * self.chance.between(1.1, 1.7))
            person, start, end = self._attended(who, ready, duration, hours)
        else:
            person = self._team.anyone(who)
            start = hours.next_open(ready)
            if fault is not None and longest is not None:
                end = self._beyond(start, longest, hours, self._judged(fault))
            else:
                end = _elapsed(start, duration, timing, hours)
        self._team.done(who, person)
        role = who.role if person is not None and who.role in world.flow.roles else ""
        self._events.append(Performed(label, start, end, person, number, causes, role or ""))
        return end

    def _attended(self, who: Assignment, ready: int, duration: int, hours: Hours) -> tuple[str | None, int, int]:
        if who.role is None:
            start = hours.fit(ready, duration)
            return None, start, start + duration
        loyalty = int(_LOYALTY * self.patience)
        people = self.world.people
        booking = people.find(who.role, ready, duration, hours, known=who.known, loyalty=loyalty, among=who.among)
        people.take([booking])
        self._bookings.append(booking)
        return booking.person, booking.start, booking.end

    def _beyond(self, start: int, span: TimeSpan, hours: Hours, judged: Hours) -> int:
        """A moment in some hours that lies clearly past a limit, which counts by perhaps other ones."""
        factor = self.chance.between(1.1, 1.6)
        if span.unit is TimeUnit.WORKING:
            return hours.next_open(judged.add(start, whole(span.amount * factor)))
        if span.unit is TimeUnit.CLOCK:
            return hours.next_open(start + whole(span.amount * factor))
        end = start + (span.amount + 1) * DAY
        if span.unit is TimeUnit.DAYS:
            return hours.next_open(end)
        while judged.workdays_between(start, end) <= span.amount:
            end += DAY
        return hours.next_open(end)

    def _judged(self, fault: Disturbance) -> Hours:
        """The hours by which the limit counts that is to be missed: the flow's for a cycle time, else of the step."""
        judged = self.world.judged
        is_whole = fault.injection is Injection.CYCLE
        return judged.of_case(self.attributes) if is_whole else judged.of_step(fault.step, self.attributes)


def _elapsed(start: int, duration: int, timing: StepTiming, hours: Hours) -> int:
    """When something is over that takes its time: within working hours wherever its limits leave room."""
    if timing.unit is TimeUnit.WORKING:
        return hours.add(start, duration)
    end = hours.next_open(start + duration)
    if end - start <= timing.most:
        return end
    earlier = hours.last_close(start + duration)
    return earlier if earlier - start >= timing.least else start + duration


def _is_short(span: TimeSpan) -> bool:
    """Whether somebody can be busy for so long in one go."""
    return span.unit not in {TimeUnit.WORKDAYS, TimeUnit.DAYS} and span.amount <= ATTENDED
