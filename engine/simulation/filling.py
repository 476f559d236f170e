"""The attributes of a played case: drawn where they are free, worked out where a standard ties them to something.

A promised moment lies after the work that has to be done by it, a second number near the first, an amount within the
authority of whoever decided. What ``attributes`` has no rule for is left to the judgement, which refuses the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.definitions import rules
from engine.definitions.rules import AttributeRef, TimeUnit
from engine.definitions.standards import Standard
from engine.simulation.attributes import AttributePlan, largest_of
from engine.simulation.chance import Chance
from engine.simulation.decisions import Gateway
from engine.simulation.facts import CaseFacts, passed
from engine.simulation.hours import DAY, HOUR, MINUTE, Hours
from engine.simulation.values import Number, Value, as_moment, as_number, number_of
from engine.simulation.world import Performed, Played, World

_ATTEMPTS = 40
_QUARTER = 15 * MINUTE


def case_values(world: World, chance: Chance, plan: str = "") -> dict[str, Value]:
    """What is known of a case from its beginning.

    Every gateway leaves it a way that leads to an end, and of the plans that a condition sets off, that of the case
    alone is set off.

    Args:
        world: What stays the same.
        chance: The source of choices.
        plan: Id of the plan that the case shall enter, or "".
    """
    values: dict[str, Value] = {}
    for _ in range(_ATTEMPTS):
        values = {name: draw.draw(chance) for name, draw in world.plan.case.items()}
        if _sets_off(world, values, plan) and all(_leads_on(gateway, world, values) for gateway in world.gateways):
            break
    return values


def _sets_off(world: World, values: Mapping[str, Value], plan: str) -> bool:
    """Whether the values set off this plan, where a condition does that, and no other one."""
    answers = ((wanted, world.conditions.holds(text, values)) for wanted, text in world.triggers.items())
    return all((answer is True) == (wanted == plan) for wanted, answer in answers)


def _leads_on(gateway: Gateway, world: World, values: Mapping[str, Value]) -> bool:
    right = gateway.right(world.conditions, values)
    return any(not gateway.routes[route] & gateway.circular for route in right)


def filled(world: World, chance: Chance, played: Played) -> Played:
    """A played case with the attributes of its events, and with those of the case that follow from what happened.

    Args:
        world: What stays the same.
        chance: The source of choices.
        played: The case; ``attributes`` holds what was known from the beginning.
    """
    plan = world.plan
    values = [_drawn(plan, event, chance) for event in played.events]
    attributes: dict[str, Value] = {name: played.attributes.get(name) for name in plan.names}
    sheet = _Sheet(played.events, values, attributes)
    _make_hold(world, sheet, chance)
    for authority in plan.authorities:
        _set_amounts(authority, sheet, chance)
    for agreement in plan.agreements:
        _agree(agreement, sheet, chance)
    if plan.promises:
        facts = sheet.facts(world)
        for ref, standards in plan.promises.items():
            _promise(world, ref, standards, sheet, facts=facts, chance=chance)
    return replace(played, events=sheet.written(), attributes=attributes)


class _Sheet:
    """The attributes of one case while they are filled in."""

    def __init__(
        self, events: Sequence[Performed], values: list[dict[str, Value]], attributes: dict[str, Value]
    ) -> None:
        self.events, self.values, self.attributes = events, values, attributes

    def places(self, step: str) -> list[int]:
        """Where a step was done."""
        return [at for at, event in enumerate(self.events) if event.activity == step]

    def get(self, ref: AttributeRef) -> Value:
        """An attribute of the case, or of the last event of a step."""
        if ref.step is None:
            return self.attributes.get(ref.name)
        places = self.places(ref.step)
        return self.values[places[-1]].get(ref.name) if places else None

    def put(self, ref: AttributeRef, value: Value) -> None:
        """Set an attribute of the case, or of every event of a step."""
        if ref.step is None:
            self.attributes[ref.name] = value
        for at in self.places(ref.step or ""):
            self.values[at][ref.name] = value

    def written(self) -> tuple[Performed, ...]:
        """The events with their values."""
        return tuple(
            replace(event, values=tuple([pair for pair in values.items() if pair[1] is not None])) if values else event
            for event, values in zip(self.events, self.values, strict=True)
        )

    def facts(self, world: World) -> CaseFacts:
        """The case as conditions see it."""
        return CaseFacts(self.written(), world.judged, self.attributes, conditions=world.conditions)


def _drawn(plan: AttributePlan, event: Performed, chance: Chance) -> dict[str, Value]:
    return {name: draw.draw(chance) for name, draw in plan.events.get(event.activity, {}).items()}


def _make_hold(world: World, sheet: _Sheet, chance: Chance) -> None:
    """Draw the attributes of events anew until what has to hold of them holds, and what has to be filled in is."""
    for standard in world.flow.standards:
        if not isinstance(standard.rule, rules.Holds):
            continue
        draws = world.plan.events.get(standard.rule.step, {})
        for at in sheet.places(standard.rule.step):
            for _ in range(_ATTEMPTS if draws else 0):
                event, known = sheet.values[at], world.conditions
                if known.holds(standard.rule.holds, sheet.attributes, event) is True:
                    break
                if standard.when is not None and known.holds(standard.when, sheet.attributes, event) is not True:
                    break
                sheet.values[at].update({name: draw.draw(chance) for name, draw in draws.items()})


def _set_amounts(rule: rules.Authority, sheet: _Sheet, chance: Chance) -> None:
    """Amounts that whoever decided may decide on."""
    places = sheet.places(rule.step)
    mosts = [largest_of(rule, sheet.events[at].role) for at in places]
    if rule.amount.step == rule.step:
        for at, most in zip(places, mosts, strict=True):
            sheet.values[at][rule.amount.name] = _amount(most, chance)
    elif places:
        sheet.put(rule.amount, _amount(min(mosts), chance))


def _amount(most: Fraction, chance: Chance) -> Value:
    """Up to a limit, now and then exactly the limit; in tens where that leaves room."""
    if most < 1 or chance.share() < 0.05:
        return as_number(most, 0 if most.denominator == 1 else 2)
    drawn = Number(Fraction(1), most).draw(chance)
    return max(drawn // 10 * 10, 1) if isinstance(drawn, int) else drawn


def _agree(rule: rules.Agreement, sheet: _Sheet, chance: Chance) -> None:
    """A second number near the first, on the cent."""
    first = number_of(sheet.get(rule.first))
    if first is None:
        return
    off = rule.within * Fraction(int(chance.between(-900, 900)), 1000)
    second = Fraction(round(first * (1 + off) * 100), 100)
    sheet.put(rule.second, as_number(second, 0 if second.denominator == 1 else 2))


def _promise(
    world: World,
    ref: AttributeRef,
    standards: Sequence[Standard],
    sheet: _Sheet,
    *,
    facts: CaseFacts,
    chance: Chance,
) -> None:
    """A moment by which everything was done that had to be, on the quarter of an hour; none where something was not."""
    needed = [s for s in standards if _is_asked(world, s, facts)]
    moments = []
    for standard in needed or standards:
        rule = standard.rule
        assert isinstance(rule, rules.Deadline | rules.LeadTime)  # noqa: S101 - for the type checker
        done = facts.done(rule.step)
        if not done and needed:
            sheet.put(ref, None)
            return
        if done:
            moments.append(_earliest(rule, sheet.events[done[0]].time, facts.hours(rule.step)))
    if not moments:
        sheet.put(ref, None)
        return
    slack = int(chance.between(0, 2 * HOUR))
    moment = -(-(max(moments) + slack) // _QUARTER) * _QUARTER
    sheet.put(ref, as_moment(moment))


def _is_asked(world: World, standard: Standard, facts: CaseFacts) -> bool:
    """Whether a standard about the case is in force for it."""
    inside = None if standard.inside is None else world.flow.steps_inside[standard.inside]
    part = facts.part(inside)
    if inside is not None and facts.beside.issuperset(part):
        return False
    season = next((season for season in world.flow.seasons if season.id == standard.season), None)
    if season is not None and facts.in_season(season, facts.begun_in(part)) == standard.out_of_season:
        return False
    return standard.when is None or facts.holds(standard.when, None) is True


def _earliest(rule: rules.Deadline | rules.LeadTime, done: int, hours: Hours) -> int:
    """The earliest promise that work done at a moment keeps, or a little later."""
    if isinstance(rule, rules.Deadline):
        return done
    span, moment = rule.at_least, done
    if span.unit is TimeUnit.CLOCK:
        return done + span.amount
    if span.unit is TimeUnit.WORKING:
        return hours.add(done, span.amount)
    while passed(span, done, moment, hours) < span.amount:
        moment += DAY
    return moment
