"""What is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions import rules
from engine.definitions.rules import AttributeRef
from tests.oracles.standards.facts import (
    MET,
    NO_EVIDENCE,
    NOT_DUE,
    PlainFacts,
    PlainInstance,
    Value,
    is_given,
    number,
    word,
)
from tests.oracles.standards.narrowing import holds


def agreement(rule: rules.Agreement, facts: PlainFacts) -> Iterator[PlainInstance]:
    if not is_given(facts.of(rule.first)):
        return
    one, other = number(facts.of(rule.first)), number(facts.of(rule.second))
    if one is None:
        yield PlainInstance(None, NO_EVIDENCE)
    elif not is_given(facts.of(rule.second)) and not facts.closed:
        yield PlainInstance(None, NOT_DUE)
    elif other is None:
        yield PlainInstance(None, NO_EVIDENCE)
    else:
        yield PlainInstance(None, MET if abs(other - one) <= rule.within * abs(one) else "wrong-value")


def _values(attribute: AttributeRef, facts: PlainFacts) -> Iterator[tuple[int | None, Value]]:
    if attribute.step is None:
        yield None, facts.of_case(attribute.name)
    else:
        for at in facts.asking(attribute.step):
            yield at, facts.events[at].value(attribute.name)


def level(rule: rules.Level, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at, value in _values(rule.attribute, facts):
        found = number(value)
        if at is None and not facts.closed and not is_given(value):
            yield PlainInstance(at, NOT_DUE)
        elif found is None:
            yield PlainInstance(at, NO_EVIDENCE)
        else:
            low, high = rule.at_least, rule.at_most
            inside = (low is None or found >= low) and (high is None or found <= high)
            yield PlainInstance(at, MET if inside else "wrong-value")


def rating(rule: rules.Rating, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at, value in _values(rule.attribute, facts):
        found = word(value)
        if at is None and not facts.closed and not is_given(value):
            yield PlainInstance(at, NOT_DUE)
        elif found not in rule.scale:
            yield PlainInstance(at, NO_EVIDENCE)
        else:
            good = rule.scale.index(found) >= rule.scale.index(rule.at_least)
            yield PlainInstance(at, MET if good else "wrong-value")


def fields(rule: rules.Fields, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        said = [(word(facts.events[at].value(one.name)), one.one_of) for one in rule.required]
        if any(found is None for found, _ in said):
            yield PlainInstance(at, "missing-field")
        else:
            good = all(not allowed or found in allowed for found, allowed in said)
            yield PlainInstance(at, MET if good else "wrong-value")


def holds_of(rule: rules.Holds, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        answer = holds(rule.holds, facts, at)
        yield PlainInstance(at, {True: MET, False: "wrong-value", None: NO_EVIDENCE}[answer])
