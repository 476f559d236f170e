"""How often, in which order, and all of a set."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions import rules
from tests.oracles.standards.facts import MET, NOT_DUE, PlainFacts, PlainInstance
from tests.oracles.standards.times import timed


def count(rule: rules.Count, facts: PlainFacts) -> Iterator[PlainInstance]:
    times = len(facts.done(rule.step))
    if rule.at_most is not None and times > rule.at_most:
        yield PlainInstance(None, "wrong-count")
    elif facts.closed:
        yield PlainInstance(None, "wrong-count" if rule.at_least is not None and times < rule.at_least else MET)
    else:
        enough = rule.at_most is None and (rule.at_least is None or times >= rule.at_least)
        yield PlainInstance(None, MET if enough else NOT_DUE)


def precedence(rule: rules.Precedence, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.second):
        yield PlainInstance(at, MET if any(i < at for i in facts.done(rule.first)) else "wrong-order")


def response(rule: rules.Response, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.first):
        answer = next((i for i in facts.done(rule.second) if i > at), None)
        if rule.within is not None:
            then = None if answer is None else facts.events[answer].time
            begin = facts.events[at].time
            later = rule.second_tier.within if rule.second_tier else None
            yield timed(
                facts.by(rule.second), at, (begin, then), happened=answer is not None, spans=(None, rule.within, later)
            )
        elif answer is not None:
            yield PlainInstance(at, MET)
        else:
            yield PlainInstance(at, "wrong-order" if facts.closed else NOT_DUE)


def all_of(rule: rules.AllOf, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.before):
        whole = all(any(i < at for i in facts.done(member)) for member in rule.members)
        yield PlainInstance(at, MET if whole else "incomplete")


def together(rule: rules.Together, facts: PlainFacts) -> Iterator[PlainInstance]:
    if any(facts.asking(member) for member in rule.members):
        whole = all(facts.done(member) for member in rule.members)
        yield PlainInstance(None, MET if whole else "not-together" if facts.closed else NOT_DUE)
