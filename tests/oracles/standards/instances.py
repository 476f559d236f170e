"""The instances of one standard in one case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.definitions import rules
from engine.definitions.standards import Standard
from tests.oracles.standards import actors, order, promises, times, values
from tests.oracles.standards.facts import PlainFacts, PlainInstance
from tests.oracles.standards.narrowing import narrowed


def instances_plainly(standard: Standard, facts: PlainFacts) -> list[PlainInstance]:
    """The instances of one standard in one case."""
    rule: Any = standard.rule
    is_cycle = isinstance(rule, rules.CycleTime)
    found = times.cycle_time(rule, facts, standard.inside) if is_cycle else _FINDERS[type(rule)](rule, facts)
    kept = [narrowed(standard, one, facts) for one in found]
    return [one for one in kept if one is not None]


_FINDERS: Mapping[type, Callable[[Any, PlainFacts], Iterator[PlainInstance]]] = {
    rules.Count: order.count,
    rules.Precedence: order.precedence,
    rules.Response: order.response,
    rules.AllOf: order.all_of,
    rules.Together: order.together,
    rules.Duration: times.duration,
    rules.Deadline: promises.deadline,
    rules.LeadTime: promises.lead_time,
    rules.Agreement: values.agreement,
    rules.Level: values.level,
    rules.Rating: values.rating,
    rules.Fields: values.fields,
    rules.Holds: values.holds_of,
    rules.SameActor: actors.same_actor,
    rules.DifferentActor: actors.different_actor,
    rules.PerformedBy: actors.performed_by,
    rules.Authority: actors.authority,
}
