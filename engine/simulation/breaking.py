"""Standards about values and people, broken on purpose: one thing is changed in a case that keeps them all.

What is changed is only proposed here. The judgement decides whether the standard that was meant is missed by it, and
what else is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.definitions import rules
from engine.definitions.rules import AttributeRef, TimeUnit
from engine.definitions.standards import Standard
from engine.simulation.attributes import largest_of
from engine.simulation.chance import Chance
from engine.simulation.hours import DAY, HOUR, MINUTE
from engine.simulation.specification import Injection
from engine.simulation.values import Value, as_moment, as_number, number_of
from engine.simulation.world import Performed, Played, World

BREAKS: dict[Injection, tuple[type, ...]] = {
    Injection.FIELD: (rules.Fields,),
    Injection.VALUE: (rules.Agreement, rules.Level, rules.Rating, rules.Holds, rules.Fields),
    Injection.ACTOR: (rules.SameActor, rules.DifferentActor, rules.PerformedBy),
    Injection.AUTHORITY: (rules.Authority,),
    Injection.PROMISE: (rules.Deadline, rules.LeadTime),
}
"""What can be broken by a change of values or people, and the rules that are."""
_ATTEMPTS = 12

Changed = tuple[Played, tuple[int, ...]]
"""A case as changed, and the positions of the events that were."""


def may_break(standard: Standard, injection: Injection) -> bool:
    """Whether a standard can be broken in that way."""
    rule = standard.rule
    if not isinstance(rule, BREAKS.get(injection, ())):
        return False
    if isinstance(rule, rules.Fields) and injection is Injection.VALUE:
        return any(required.one_of for required in rule.required)
    return not isinstance(rule, rules.Rating) or rule.scale[0] != rule.at_least


def broken(world: World, chance: Chance, played: Played, injection: Injection, standard: Standard) -> Iterator[Changed]:
    """Cases in which one thing was changed so that a standard may be missed, by chance in some order.

    Args:
        world: What stays the same.
        chance: The source of choices.
        played: A case with its attributes.
        injection: What shall be broken.
        standard: The standard that shall be missed.
    """
    rule = standard.rule
    if isinstance(rule, rules.Fields):
        yield from _fields(rule, played, chance, missing=injection is Injection.FIELD)
    elif isinstance(rule, rules.Level | rules.Rating):
        yield from _level(rule, played, chance)
    elif isinstance(rule, rules.Holds):
        yield from _holds(world, rule, played, chance)
    elif isinstance(rule, rules.Agreement):
        first = number_of(_value(played, rule.first))
        if first is not None:
            off = (rule.within + Fraction(1, 50)) * Fraction(int(chance.between(1100, 2000)), 1000)
            yield put(played, rule.second, as_number(first * (1 + off), 2))
    elif isinstance(rule, rules.Deadline | rules.LeadTime):
        yield from _promise(rule, played, chance)
    elif isinstance(rule, rules.Authority):
        yield from _authority(rule, played, chance)
    else:
        yield from _people(world, rule, played, chance)


def put(played: Played, ref: AttributeRef, value: Value) -> Changed:
    """A case with another value of an attribute, and the events that hold it."""
    if ref.step is None:
        return replace(played, attributes={**played.attributes, ref.name: value}), ()
    places = _places(played, ref.step)[-1:]
    return _at(played, places, ref.name, value)


def _at(played: Played, places: Sequence[int], name: str, value: Value) -> Changed:
    events = list(played.events)
    for at in places:
        kept = [(key, known) for key, known in events[at].values if key != name]
        events[at] = replace(events[at], values=(*kept, *([(name, value)] if value is not None else [])))
    return replace(played, events=tuple(events)), tuple(places)


def _places(played: Played, step: str) -> list[int]:
    return [at for at, event in enumerate(played.events) if event.activity == step]


def _value(played: Played, ref: AttributeRef) -> Value:
    if ref.step is None:
        return played.attributes.get(ref.name)
    places = _places(played, ref.step)
    return dict(played.events[places[-1]].values).get(ref.name) if places else None


def _shuffled(chance: Chance, items: Sequence[int]) -> list[int]:
    order = list(items)
    chance.shuffle(order)
    return order


def _fields(rule: rules.Fields, played: Played, chance: Chance, *, missing: bool) -> Iterator[Changed]:
    fields = [required for required in rule.required if missing or required.one_of]
    for at in _shuffled(chance, _places(played, rule.step)):
        for which in _shuffled(chance, range(len(fields))):
            yield _at(played, [at], fields[which].name, None if missing else "?")


def _level(rule: rules.Level | rules.Rating, played: Played, chance: Chance) -> Iterator[Changed]:
    bad: Value
    if isinstance(rule, rules.Rating):
        bad = chance.one_of(rule.scale[: rule.scale.index(rule.at_least)])
    else:
        low, high = rule.at_least, rule.at_most
        bound = high if low is None or (high is not None and chance.share() < 0.5) else low
        assert bound is not None  # noqa: S101 - a level has one bound at least
        room = max(abs(bound) / 5, Fraction(1)) * Fraction(int(chance.between(400, 1500)), 1000)
        found = bound + room if bound == high and bound != low else bound - room
        bad = as_number(found, 0 if bound.denominator == 1 and room >= 1 else 2)
    if rule.attribute.step is None:
        yield put(played, rule.attribute, bad)
        return
    for at in _shuffled(chance, _places(played, rule.attribute.step)):
        yield _at(played, [at], rule.attribute.name, bad)


def _holds(world: World, rule: rules.Holds, played: Played, chance: Chance) -> Iterator[Changed]:
    """Other values of the event; where the condition reads the case alone, of the case."""
    draws = world.plan.events.get(rule.step, {})
    for at in _shuffled(chance, _places(played, rule.step)):
        for _ in range(_ATTEMPTS):
            for name, draw in draws.items():
                yield _at(played, [at], name, draw.draw(chance))
    for _ in range(_ATTEMPTS):
        for name, draw in world.plan.case.items():
            if name in rule.holds:
                yield put(played, AttributeRef(None, name), draw.draw(chance))


def _promise(rule: rules.Deadline | rules.LeadTime, played: Played, chance: Chance) -> Iterator[Changed]:
    done = _places(played, rule.step)
    if not done:
        return
    at, short = played.events[done[0]].time, int(chance.between(10 * MINUTE, 5 * HOUR)) // MINUTE * MINUTE
    if isinstance(rule, rules.Deadline):
        yield put(played, rule.promised, as_moment(at - short))
        return
    span = rule.at_least
    if span.unit in (TimeUnit.CLOCK, TimeUnit.WORKING):
        yield put(played, rule.promised, as_moment(at + span.amount * int(chance.between(20, 80)) // 100))
    elif span.amount > 1:
        yield put(played, rule.promised, as_moment(at + (span.amount - 1) * DAY // 2))
    yield put(played, rule.promised, as_moment(at - short))


def _authority(rule: rules.Authority, played: Played, chance: Chance) -> Iterator[Changed]:
    for at in _shuffled(chance, _places(played, rule.step)):
        if any(limit.role == played.events[at].role and limit.at_most is None for limit in rule.limits):
            continue
        most = largest_of(rule, played.events[at].role)
        high = as_number(most * Fraction(int(chance.between(110, 250)), 100) + 1, 0)
        if rule.amount.step == rule.step:
            yield _at(played, [at], rule.amount.name, high)
        else:
            yield put(played, rule.amount, high)


def _people(world: World, rule: rules.Rule, played: Played, chance: Chance) -> Iterator[Changed]:
    """Another person or role for one event."""
    events = played.events
    if isinstance(rule, rules.PerformedBy):
        others = [role for role in world.flow.roles if role not in rule.roles]
        for at in _shuffled(chance, _places(played, rule.step)):
            for which in _shuffled(chance, range(len(others))):
                role = others[which]
                yield _done_by(played, at, _stand_in(world, role, events[at], chance), role)
        return
    members = rule.members if isinstance(rule, rules.SameActor | rules.DifferentActor) else ()
    places = [at for at, event in enumerate(events) if event.activity in members and event.resource is not None]
    for at in _shuffled(chance, places):
        own = events[at]
        if isinstance(rule, rules.DifferentActor):
            others = [e.resource for e in events if e.activity in members and e.activity != own.activity and e.resource]
            if others:
                yield _done_by(played, at, chance.one_of(others), own.role)
        else:
            yield _done_by(played, at, _stand_in(world, (own.resource or "").rpartition("-")[0], own, chance), own.role)


def _done_by(played: Played, at: int, person: str, role: str) -> Changed:
    events = list(played.events)
    events[at] = replace(events[at], resource=person, role=role)
    return replace(played, events=tuple(events)), (at,)


def _stand_in(world: World, role: str, event: Performed, chance: Chance) -> str:
    """Somebody else with a role who has time; where nobody has, one who is not in the pool."""
    pool = [person for person in world.people.pool(role) if person != event.resource]
    free = [person for person in pool if world.people.is_free(person, event.start, event.time)]
    return chance.one_of(free) if free else f"{role}-{len(world.people.pool(role)) + 1}"
