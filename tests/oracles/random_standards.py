"""Random standards of every rule, and random attributes for them to ask about."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

from engine.calendars.days import DayOfYear, DayRange
from engine.definitions import rules
from engine.definitions.flow import Season
from engine.definitions.rules import AttributeRef, SecondTier
from engine.definitions.standards import Period, Standard, TimeSpan, TimeUnit
from engine.definitions.titles import Title
from engine.vocabulary import Dimension
from tests.oracles.plain_log import PlainEvent
from tests.oracles.small_logs import BEGIN
from tests.oracles.standards.facts import Value

HOUR = 3_600_000_000
ROLES = {"advisor": Title("Service advisor", "服务顾问"), "manager": Title("Manager", "经理")}
SEASONS = (
    Season("march", Title("March", "三月"), (DayRange(DayOfYear(3, 3), DayOfYear(3, 6)),)),
    Season("winter", Title("Winter", "冬季"), (DayRange(DayOfYear(11, 1), DayOfYear(3, 4)),)),
    Season("fixed", Title("Fixed", "固定"), (DayRange(DayOfYear(3, 1, 2026), DayOfYear(3, 5, 2026)),)),
)
INSIDE = {"one": ("a",), "both": ("b", "c")}
"""Sub-flows and the steps inside them."""
CONDITIONS = (
    "case.x >= 2",
    "case.flag",
    "event.note == 'good'",
    "has(case.x) || case.flag",
    "case.mean > 1.0",
    "!case.flag",
)
DIMENSIONS = (Dimension.COMPLETENESS, Dimension.ORDERING, Dimension.EFFICIENCY)


@dataclass(frozen=True)
class Attributed:
    """Cases with attributes on their events, and the attributes of the cases themselves: all of the same names."""

    events: list[tuple[PlainEvent, ...]]
    values: list[Mapping[str, Value]]


def with_attributes(rng: random.Random, cases: Sequence[Sequence[PlainEvent]]) -> Attributed:
    """Give random attributes to cases and their events."""
    as_text = rng.random() < 0.3

    def amount() -> Value:
        found = rng.choice([None, 1, 2.5, 80, 100, 110, 111])
        return found if found is None or not as_text else rng.choice([str(found), f"¥{found}", " "])

    def promise() -> Value:
        moment = BEGIN + timedelta(hours=rng.choice([0, 1, 5, 30, 60, 200]))
        if rng.random() < 0.2:
            return None
        return moment.isoformat() if as_text else moment

    def event(one: PlainEvent) -> PlainEvent:
        values = {
            "amount": amount(),
            "note": rng.choice([None, "", " ", "good", "fair", "bad", "odd"]),
            "org:role": rng.choice([None, None, "advisor", "Manager", "经理", "stranger"]),
            "mean": rng.choice([None, 0.5, 1.5, float("nan")]),
            "due": promise(),
        }
        resource = rng.choice([None, "王", "李", " 李 ", "服务顾问", "manager"])
        return replace(one, resource=resource, values=tuple(values.items()))

    def case() -> Mapping[str, Value]:
        return {"x": rng.choice([None, 1, 2, 3]), "flag": rng.choice([None, True, False]), "promised": promise()}

    return Attributed([tuple(event(one) for one in events) for events in cases], [case() for _ in cases])


def random_span(rng: random.Random) -> TimeSpan:
    unit = rng.choice(list(TimeUnit))
    whole = unit in {TimeUnit.DAYS, TimeUnit.WORKDAYS}
    return TimeSpan("span", unit, rng.choice([0, 1, 2]) if whole else rng.choice([1, 2, 24]) * HOUR // 2)


def random_rule(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    """A rule of one of the kinds that have instances in cases."""
    return rng.choice(_MAKERS)(rng, steps)


def random_standard(rng: random.Random, name: str, steps: Sequence[str], sub_flows: Sequence[str] = ()) -> Standard:
    """A standard with such a rule, perhaps under a condition, in a season or about a sub-flow."""
    return Standard(
        id=name,
        title=Title(name, name),
        rule=random_rule(rng, steps),
        share=Fraction(9, 10),
        tolerance=Fraction(1, 20),
        dimension=rng.choice(DIMENSIONS),
        when=rng.choice(CONDITIONS) if rng.random() < 0.3 else None,
        season=rng.choice(SEASONS).id if rng.random() < 0.2 else None,
        out_of_season=rng.random() < 0.5,
        per=rng.choice(list(Period)) if rng.random() < 0.3 else None,
        inside=rng.choice(sub_flows) if sub_flows and rng.random() < 0.3 else None,
    )


def _tier(rng: random.Random) -> SecondTier | None:
    return SecondTier(random_span(rng), Fraction(1)) if rng.random() < 0.5 else None


def _amount(rng: random.Random, steps: Sequence[str]) -> AttributeRef:
    if rng.random() < 0.5:
        return AttributeRef(rng.choice(steps), "amount")
    return AttributeRef(None, rng.choice(["amount", "x", "case:x"]))


def _promise(rng: random.Random, steps: Sequence[str]) -> AttributeRef:
    return rng.choice([AttributeRef(None, "promised"), AttributeRef(rng.choice(steps), "due")])


def _bounds(rng: random.Random, low: Fraction, high: Fraction) -> tuple[Fraction | None, Fraction | None]:
    return rng.choice([(low, None), (None, high), (low, high)])


def _count(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    return rules.Count(rng.choice(steps), *rng.choice([(1, None), (None, 1), (1, 2), (2, 2), (None, 0)]))


def _duration(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    least, most = rng.choice([(True, False), (False, True), (True, True)])
    return rules.Duration(rng.choice(steps), _clock(rng) if least else None, random_span(rng) if most else None)


def _cycle_time(rng: random.Random, _: Sequence[str]) -> rules.Rule:
    least, most = rng.choice([(True, False), (False, True), (True, True)])
    if not most:
        return rules.CycleTime(_clock(rng))
    return rules.CycleTime(_clock(rng) if least else None, random_span(rng), _tier(rng))


def _clock(rng: random.Random) -> TimeSpan:
    return TimeSpan("least", TimeUnit.CLOCK, rng.choice([1, 40]) * HOUR // 8)


def _response(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    first, second = rng.sample(steps, 2)
    if rng.random() < 0.3:
        return rules.Response(first, second)
    return rules.Response(first, second, random_span(rng), _tier(rng))


def _all_of(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    chosen = rng.sample(steps, rng.randint(2, len(steps)))
    return rules.AllOf(tuple(chosen[1:]), chosen[0])


def _fields(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    named = rng.sample(["note", "amount", "nothing"], rng.randint(1, 2))
    allowed = ("good", "fair", "100") if rng.random() < 0.5 else ()
    return rules.Fields(rng.choice(steps), tuple(rules.RequiredField(name, allowed) for name in named))


def _rating(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    attribute = AttributeRef(rng.choice([None, *steps]), "note")
    return rules.Rating(attribute, ("bad", "fair", "good"), rng.choice(["fair", "good"]))


def _members(rng: random.Random, steps: Sequence[str]) -> tuple[str, ...]:
    return tuple(rng.sample(steps, rng.randint(2, len(steps))))


def _authority(rng: random.Random, steps: Sequence[str]) -> rules.Rule:
    limits = [rules.AuthorityLimit("advisor", Fraction(100)), rules.AuthorityLimit("manager", None)]
    step, chosen = rng.choice(steps), tuple(rng.sample(limits, rng.randint(1, 2)))
    return rules.Authority(step, AttributeRef(rng.choice([step, None, rng.choice(steps)]), "amount"), chosen)


_MAKERS: tuple[Callable[[random.Random, Sequence[str]], rules.Rule], ...] = (
    _count,
    lambda rng, steps: rules.Precedence(*rng.sample(steps, 2)),
    _response,
    _all_of,
    lambda rng, steps: rules.Together(_members(rng, steps)),
    _duration,
    _cycle_time,
    lambda rng, steps: rules.Deadline(rng.choice(steps), _promise(rng, steps), _tier(rng)),
    lambda rng, steps: rules.LeadTime(rng.choice(steps), _promise(rng, steps), random_span(rng)),
    lambda rng, steps: rules.Agreement(_amount(rng, steps), _amount(rng, steps), Fraction(1, 10)),
    lambda rng, steps: rules.Level(_amount(rng, steps), *_bounds(rng, Fraction(5, 2), Fraction(100))),
    _rating,
    _fields,
    lambda rng, steps: rules.Holds(rng.choice(steps), rng.choice(CONDITIONS)),
    lambda rng, steps: rules.SameActor(_members(rng, steps)),
    lambda rng, steps: rules.DifferentActor(_members(rng, steps)),
    lambda rng, steps: rules.PerformedBy(rng.choice(steps), tuple(rng.sample(list(ROLES), rng.randint(1, 2)))),
    _authority,
)
