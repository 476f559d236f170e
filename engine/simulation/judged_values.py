"""The rules about values and people, held against one played case: what ``judgement`` asks of attributes and actors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from engine.definitions import rules
from engine.definitions.rules import AttributeRef
from engine.simulation.attributes import allows
from engine.simulation.facts import CaseFacts
from engine.simulation.values import Value, number_of, word_of

_Instance = tuple[int | None, bool]


def met_values(rule: rules.Rule, facts: CaseFacts) -> Iterator[_Instance]:
    """The instances of a rule about values or people for which there is evidence."""
    match rule:
        case rules.Agreement():
            first, second = number_of(facts.of(rule.first)), number_of(facts.of(rule.second))
            if first is not None and second is not None:
                yield None, abs(second - first) <= rule.within * abs(first)
        case rules.Level() | rules.Rating():
            for at, value in _occurrences(rule.attribute, facts):
                good = _is_good(rule, value)
                if good is not None:
                    yield at, good
        case rules.Fields():
            for at in facts.asking(rule.step):
                words = [(word_of(facts.at(at, field.name)), field.one_of) for field in rule.required]
                yield at, all(word is not None and (not allowed or word in allowed) for word, allowed in words)
        case rules.Holds():
            answers = ((at, facts.holds(rule.holds, at)) for at in facts.asking(rule.step))
            yield from ((at, answer) for at, answer in answers if answer is not None)
        case _:
            yield from _actors(rule, facts)


def _is_good(rule: rules.Level | rules.Rating, value: Value) -> bool | None:
    """Whether a value is within bounds or high enough on its scale; None where it is neither number nor word."""
    if isinstance(rule, rules.Rating):
        word = word_of(value)
        return rule.scale.index(word) >= rule.scale.index(rule.at_least) if word in rule.scale else None
    found = number_of(value)
    if found is None:
        return None
    low = rule.at_least is None or found >= rule.at_least
    return low and (rule.at_most is None or found <= rule.at_most)


def _actors(rule: rules.Rule, facts: CaseFacts) -> Iterator[_Instance]:
    match rule:
        case rules.SameActor():
            yield from _team(rule.members, facts, same=True)
        case rules.DifferentActor():
            yield from _team(rule.members, facts, same=False)
        case rules.PerformedBy():
            for at in facts.asking(rule.step):
                if facts.events[at].role:
                    yield at, facts.events[at].role in rule.roles
        case rules.Authority():
            for at in facts.asking(rule.step):
                amount = _amount(rule, facts, at)
                if amount is not None and facts.events[at].role:
                    yield at, allows(rule, facts.events[at].role, amount)


def _amount(rule: rules.Authority, facts: CaseFacts, at: int) -> Value:
    own = rule.amount.step == rule.step
    value = facts.at(at, rule.amount.name) if own else facts.of(rule.amount)
    return value if number_of(value) is not None else None


def _team(members: tuple[str, ...], facts: CaseFacts, *, same: bool) -> Iterator[_Instance]:
    done = [(step, facts.events[at].resource) for step in members for at in facts.done(step)]
    if len({step for step, _ in done}) < 2:
        return
    known = [(step, who) for step, who in done if who is not None]
    if same:
        clash = len({who for _, who in known}) > 1
    else:
        clash = any(a[1] == b[1] and a[0] != b[0] for a, b in combinations(known, 2))
    if clash or len(known) == len(done):
        yield None, not clash


def _occurrences(attribute: AttributeRef, facts: CaseFacts) -> Iterator[tuple[int | None, Value]]:
    if attribute.step is None:
        yield None, facts.of_case(attribute.name)
    else:
        yield from ((at, facts.at(at, attribute.name)) for at in facts.asking(attribute.step))
