"""Which attributes a simulated log carries: what a user says, and what the flow's conditions and standards read.

Every attribute that a standard reads is given values that keep it, so that an undisturbed case has all the evidence
that the standards ask for and misses none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from engine.definitions import rules
from engine.definitions.flow import Flow
from engine.definitions.rules import AttributeRef
from engine.definitions.standards import Standard, event_step
from engine.simulation.conditions import draws_of
from engine.simulation.settings import USUAL_ATTRIBUTES
from engine.simulation.values import Choice, Draw, Number, Reference, Value, number_of

_AMOUNT = Number(Fraction(100), Fraction(3_000))
"""An amount of which nothing more is known."""
_NO_LIMIT = Fraction(20_000)
"""The largest amount where nobody sets a limit."""


@dataclass(frozen=True)
class AttributePlan:
    """What is drawn, and what follows from something else.

    Attributes:
        case: Attributes of the case that are known from its beginning.
        events: Step → name → how an attribute of its events is drawn.
        promises: Attributes that hold a promised moment, with the standards that read it.
        agreements: Standards by which a second number follows from a first.
        authorities: Standards by which an amount follows from who decides; not those whose amount is known before.
    """

    case: Mapping[str, Draw] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, Draw]] = field(default_factory=dict)
    promises: Mapping[AttributeRef, tuple[Standard, ...]] = field(default_factory=dict)
    agreements: tuple[rules.Agreement, ...] = ()
    authorities: tuple[rules.Authority, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes of cases that the log has a column for."""
        later = [ref.name for ref in self.promises if ref.step is None]
        later += [rule.second.name for rule in self.agreements if rule.second.step is None]
        later += [rule.amount.name for rule in self.authorities if rule.amount.step is None]
        return tuple(dict.fromkeys([*self.case, *later]))


def attribute_plan(flow: Flow, said: Mapping[str, Draw]) -> AttributePlan:
    """The attributes of a flow's log.

    Args:
        flow: The flow.
        said: What the user asks for: ``name`` of an attribute of the case, ``step.name`` of one of a step's events. It
            goes before what the flow suggests.
    """
    steps = {step.id for step in flow.steps}
    draws = {
        **{AttributeRef(None, name): draw for (_, name), draw in draws_of(_about_cases(flow)).items() if _ == "case"},
        **_of_events(flow),
    }
    from_conditions = frozenset(draws)
    for standard in flow.standards:
        _take(standard.rule, draws)
    for key, draw in said.items():
        step, dot, name = key.partition(".")
        draws[AttributeRef(step, name) if dot and step in steps else AttributeRef(None, key)] = draw
    _tell_calendars(flow, draws, said)
    promises = _promises(flow)
    agreements = tuple(rule.rule for rule in flow.standards if isinstance(rule.rule, rules.Agreement))
    amounts = [rule.rule for rule in flow.standards if isinstance(rule.rule, rules.Authority)]
    known = from_conditions | {AttributeRef(None, key) for key in said}
    authorities = tuple(rule for rule in amounts if rule.amount.step is not None or rule.amount not in known)
    later = {*promises, *(rule.second for rule in agreements), *(rule.amount for rule in authorities)}
    events: dict[str, dict[str, Draw]] = {}
    for ref, draw in draws.items():
        if ref.step is not None and ref not in later:
            events.setdefault(ref.step, {})[ref.name] = draw
    case = {ref.name: draw for ref, draw in draws.items() if ref.step is None and ref not in later}
    case = {name: case[name] for name in [*(key for key in said if key in case), *case] if name != "case_id"}
    return AttributePlan(case, events, promises, agreements, authorities)


def _tell_calendars(flow: Flow, draws: dict[AttributeRef, Draw], said: Mapping[str, Draw]) -> None:
    """Make room for the attributes that tell which calendar holds: each value that has one, and a case without."""
    for choice in flow.calendar_choices:
        name, values = choice.attribute, tuple(value for value, _ in choice.by_value)
        is_usual = name in USUAL_ATTRIBUTES and said.get(name) == USUAL_ATTRIBUTES[name]
        if not name or (name in said and not is_usual):
            continue
        ref = AttributeRef(None, name)
        known = draws.get(ref)
        if isinstance(known, Choice) and not (is_usual and set(values).isdisjoint(known.values)):
            draws[ref] = Choice((*known.values, *(value for value in values if value not in known.values)))
        elif known is None or isinstance(known, Choice):
            draws[ref] = Choice((*values, None))


def largest_of(rule: rules.Authority, role: str) -> Fraction:
    """The largest amount a role may decide on; twice the highest limit of all where it has none."""
    limits = [limit.at_most for limit in rule.limits if limit.at_most is not None]
    own = [limit.at_most for limit in rule.limits if limit.role == role]
    if own and own[0] is not None:
        return own[0]
    return 2 * max(limits) if limits else _NO_LIMIT


def allows(rule: rules.Authority, role: str, amount: Value) -> bool:
    """Whether a role may decide on an amount, which is a number."""
    found = number_of(amount)
    limits = [limit.at_most for limit in rule.limits if limit.role == role]
    return bool(limits) and found is not None and (limits[0] is None or found <= limits[0])


def _about_cases(flow: Flow) -> Iterator[str]:
    """The conditions that read attributes of cases."""
    yield from (edge.when for edge in flow.edges if edge.when is not None)
    for standard in flow.standards:
        yield from _conditions(standard)
        if isinstance(standard.rule, rules.Quicker):
            yield from (standard.rule.first, standard.rule.second)


def _conditions(standard: Standard) -> Iterator[str]:
    if standard.when is not None:
        yield standard.when
    if isinstance(standard.rule, rules.Holds):
        yield standard.rule.holds


def _of_events(flow: Flow) -> dict[AttributeRef, Draw]:
    """How the attributes of events are drawn that conditions read."""
    texts: dict[str, list[str]] = {}
    for standard in flow.standards:
        step = event_step(standard.rule)
        if step is not None:
            texts.setdefault(step, []).extend(_conditions(standard))
    return {
        AttributeRef(step, name): draw
        for step, conditions in texts.items()
        for (scope, name), draw in draws_of(conditions).items()
        if scope == "event"
    }


def _promises(flow: Flow) -> dict[AttributeRef, tuple[Standard, ...]]:
    found: dict[AttributeRef, tuple[Standard, ...]] = {}
    for standard in flow.standards:
        if isinstance(standard.rule, rules.Deadline | rules.LeadTime):
            found[standard.rule.promised] = (*found.get(standard.rule.promised, ()), standard)
    return found


def _take(rule: rules.Rule, draws: dict[AttributeRef, Draw]) -> None:
    """Make room for what a rule reads, with values that keep it."""
    match rule:
        case rules.Level():
            draws[rule.attribute] = _within(draws.get(rule.attribute), rule)
        case rules.Rating():
            draws[rule.attribute] = Choice(rule.scale[rule.scale.index(rule.at_least) :])
        case rules.Fields():
            for required in rule.required:
                ref = AttributeRef(rule.step, required.name)
                draws[ref] = _filled(draws.get(ref), required)
        case rules.Agreement():
            draws.setdefault(rule.first, _AMOUNT)
            draws.setdefault(rule.second, _AMOUNT)
        case rules.Authority():
            draws.setdefault(rule.amount, Number(Fraction(1), max(largest_of(rule, x.role) for x in rule.limits)))
        case rules.Change() if isinstance(rule.of, AttributeRef):
            draws.setdefault(rule.of, _AMOUNT)
        case _:
            pass


def _within(known: Draw | None, rule: rules.Level) -> Number:
    """A number within the bounds of a level, and within what conditions suggest where both leave room."""
    low, high = rule.at_least, rule.at_most
    room = max(abs(low if low is not None else high or Fraction(0)) / 5, Fraction(2))
    least = low if low is not None else max((high or Fraction(0)) - 5 * room, Fraction(0))
    most = high if high is not None else least + room
    least = min(least, most)
    decimals = 0 if all(bound is None or bound.denominator == 1 for bound in (low, high)) else 2
    points: tuple[Fraction, ...] = ()
    if isinstance(known, Number):
        points = tuple(point for point in known.points if least <= point <= most)
        decimals = max(decimals, known.decimals)
    return Number(least, most, decimals, points)


def _filled(known: Draw | None, required: rules.RequiredField) -> Draw:
    """A field's values: those that are allowed, else what is known of it, without a gap."""
    if required.one_of:
        return Choice(required.one_of)
    if isinstance(known, Choice):
        return Choice(tuple(value for value in known.values if value is not None) or (True,))
    return known or Reference(required.name)
