"""Who does what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from engine.definitions import rules
from tests.oracles.standards.facts import MET, NO_EVIDENCE, NOT_DUE, PlainFacts, PlainInstance, number, word


def _actors(
    members: Sequence[str], facts: PlainFacts, clash: Callable[[list[tuple[str, str]]], bool]
) -> Iterator[PlainInstance]:
    done = [(step, i) for i, step in enumerate(facts.steps) if step in members and i not in facts.pending]
    if len({step for step, _ in done}) < 2:
        return
    who = [(step or "", word(facts.events[i].resource)) for step, i in done]
    if clash([(step, name) for step, name in who if name is not None]):
        yield PlainInstance(None, "wrong-actor")
    elif any(name is None for _, name in who):
        yield PlainInstance(None, NO_EVIDENCE)
    else:
        whole = {step for step, _ in who} == set(members)
        yield PlainInstance(None, MET if whole or facts.closed else NOT_DUE)


def same_actor(rule: rules.SameActor, facts: PlainFacts) -> Iterator[PlainInstance]:
    return _actors(rule.members, facts, lambda who: len({name for _, name in who}) > 1)


def different_actor(rule: rules.DifferentActor, facts: PlainFacts) -> Iterator[PlainInstance]:
    return _actors(rule.members, facts, lambda who: any(a[1] == b[1] and a[0] != b[0] for a, b in combinations(who, 2)))


def _role(facts: PlainFacts, at: int) -> str | None:
    event = facts.events[at]
    said = word(event.value("org:role")) or word(event.value("role")) or word(event.resource)
    if said is None:
        return None
    for role, title in facts.roles.items():
        if said.casefold() in {name.casefold() for name in (role, title.en, title.zh)}:
            return role
    return None


def performed_by(rule: rules.PerformedBy, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        role = _role(facts, at)
        yield PlainInstance(at, NO_EVIDENCE if role is None else MET if role in rule.roles else "wrong-actor")


def authority(rule: rules.Authority, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        own = rule.amount.step == rule.step
        amount = number(facts.events[at].value(rule.amount.name) if own else facts.of(rule.amount))
        role = _role(facts, at)
        limits = {limit.role: limit.at_most for limit in rule.limits}
        if amount is None or role is None:
            yield PlainInstance(at, NO_EVIDENCE)
        elif role not in limits:
            yield PlainInstance(at, "wrong-actor")
        else:
            most = limits[role]
            yield PlainInstance(at, MET if most is None or amount <= most else "wrong-actor")
