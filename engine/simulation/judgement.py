"""Which standards a played case misses: the plain check that keeps undisturbed cases clean.

It asks one case at a time and knows exactly what happened, so that it needs neither columns nor alignments; the
evaluation that users see stands in ``engine.conformance``. Standards about many cases together are not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.definitions import rules
from engine.definitions.flow import Flow
from engine.definitions.standards import Standard, TimeSpan
from engine.simulation.conditions import Conditions
from engine.simulation.facts import CaseFacts, passed
from engine.simulation.hours import Hours
from engine.simulation.judged_values import met_values
from engine.simulation.shifts import Shifts
from engine.simulation.values import Value, as_microseconds
from engine.simulation.world import Performed
from engine.vocabulary import DeviationKind

_KINDS: dict[type, DeviationKind] = {
    rules.Count: DeviationKind.WRONG_COUNT,
    rules.Precedence: DeviationKind.WRONG_ORDER,
    rules.AllOf: DeviationKind.INCOMPLETE,
    rules.Together: DeviationKind.NOT_TOGETHER,
    **dict.fromkeys(
        (rules.Response, rules.Duration, rules.CycleTime, rules.Deadline, rules.LeadTime), DeviationKind.LATE
    ),
    **dict.fromkeys(
        (rules.SameActor, rules.DifferentActor, rules.PerformedBy, rules.Authority), DeviationKind.WRONG_ACTOR
    ),
}
"""What a missed standard is; of every other rule a wrong value."""

Instance = tuple[int | None, bool]
"""Position of the event that asks (None for the case) and whether the standard is met there; none without evidence."""


def is_judged(standard: Standard) -> bool:
    """Whether one case tells if it meets a standard: all but those about many cases together."""
    return not standard.is_of_population


def missed_standards(
    flow: Flow,
    events: Sequence[Performed],
    working: Shifts,
    *,
    beside: Sequence[int] = (),
    ended: bool = True,
    attributes: Mapping[str, Value] | None = None,
    conditions: Conditions | None = None,
) -> tuple[str, ...]:
    """Ids of the standards that a closed case misses at least once, in the flow's order.

    Args:
        flow: The flow.
        events: The case, in the order of completion.
        working: By whose hours working time counts.
        beside: Positions of the events that perform no step of the run: they ask for nothing themselves, but count as
            what came before or after another event.
        ended: Whether the case reached an end; one that did not misses its cycle time.
        attributes: Those of the case.
        conditions: Answers to conditions, to be remembered from case to case.
    """
    facts = CaseFacts(events, working, attributes or {}, frozenset(beside), conditions or Conditions(), ended)
    return tuple(standard.id for standard in flow.standards if is_judged(standard) and is_missed(flow, standard, facts))


def is_missed(flow: Flow, standard: Standard, facts: CaseFacts) -> bool:
    """Whether a case misses a standard at least once."""
    part = None if standard.inside is None else facts.part(flow.steps_inside[standard.inside])
    if part is not None and facts.beside.issuperset(part):
        return False  # nothing inside was performed
    found = _instances(standard.rule, facts, range(len(facts.events)) if part is None else part)
    return any(_is_in_force(flow, standard, facts, at) for at, met in found if not met)


def kind_of(standard: Standard) -> DeviationKind:
    """The deviation that a missed standard is, as far as its rule alone tells; a field may be missing instead."""
    if isinstance(standard.rule, rules.Response) and standard.rule.within is None:
        return DeviationKind.WRONG_ORDER
    return _KINDS.get(type(standard.rule), DeviationKind.WRONG_VALUE)


def _is_in_force(flow: Flow, standard: Standard, facts: CaseFacts, at: int | None) -> bool:
    """Whether an instance counts: its season is on, and its condition is true."""
    season = next((season for season in flow.seasons if season.id == standard.season), None)
    if season is not None:
        inside = None if standard.inside is None else flow.steps_inside[standard.inside]
        moment = facts.begun_in(facts.part(inside)) if at is None else facts.events[at].time
        if facts.in_season(season, moment) == standard.out_of_season:
            return False
    return standard.when is None or facts.holds(standard.when, at) is True


def _instances(rule: rules.Rule, facts: CaseFacts, part: Sequence[int]) -> Iterator[Instance]:
    """Each instance; ``part`` holds the positions of the events over which a cycle time is measured."""
    match rule:
        case rules.Count():
            times = len(facts.done(rule.step))
            yield None, (rule.at_least or 0) <= times and (rule.at_most is None or times <= rule.at_most)
        case rules.Precedence() | rules.AllOf() | rules.Together() | rules.Response():
            yield from _ordered(rule, facts)
        case rules.Duration():
            spans, hours = (rule.at_least, rule.at_most), facts.hours(rule.step)
            for at in facts.asking(rule.step):
                yield at, _is_kept(spans, facts.events[at].start, facts.events[at].time, hours)
        case rules.CycleTime() if part:
            end = max(facts.events[at].time for at in part)
            has_left = facts.ended or part[-1] < len(facts.events) - 1
            spans = rule.at_least, rule.at_most
            yield None, has_left and _is_kept(spans, facts.begun_in(part), end, facts.hours())
        case rules.Deadline() | rules.LeadTime():
            yield from _promised(rule, facts)
        case _:
            yield from met_values(rule, facts)


def _ordered(
    rule: rules.Precedence | rules.AllOf | rules.Together | rules.Response, facts: CaseFacts
) -> Iterator[Instance]:
    match rule:
        case rules.Precedence():
            for at in facts.asking(rule.second):
                yield at, any(place < at for place in facts.done(rule.first))
        case rules.AllOf():
            for at in facts.asking(rule.before):
                yield at, all(any(place < at for place in facts.done(member)) for member in rule.members)
        case rules.Together():
            if any(facts.asking(member) for member in rule.members):
                yield None, all(facts.done(member) for member in rule.members)
        case rules.Response():
            hours = facts.hours(rule.second)
            for at in facts.asking(rule.first):
                answer = next((place for place in facts.done(rule.second) if place > at), None)
                begun = facts.events[at].time
                yield (
                    at,
                    answer is not None and _is_kept((None, rule.within), begun, facts.events[answer].time, hours),
                )


def _promised(rule: rules.Deadline | rules.LeadTime, facts: CaseFacts) -> Iterator[Instance]:
    promise = facts.of(rule.promised)
    if promise is None or isinstance(promise, bool | int | float | str):
        return
    moment, done = as_microseconds(promise), facts.done(rule.step)
    if not done:
        yield None, False
        return
    at = facts.events[done[0]].time
    if isinstance(rule, rules.Deadline):
        yield None, at <= moment
    else:
        left = passed(rule.at_least, at, moment, facts.hours(rule.step))
        yield None, at <= moment and left >= rule.at_least.amount


def _is_kept(spans: tuple[TimeSpan | None, TimeSpan | None], start: int, end: int, hours: Hours) -> bool:
    least, most = spans
    if most is not None and passed(most, start, end, hours) > most.amount:
        return False
    return least is None or passed(least, start, end, hours) >= least.amount
