"""Rules about order and time, made from their parts."""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.rules import CycleTime, Duration, Precedence, Response, Rule, StandardKind, TimeSpan

SIMPLE_KINDS = (StandardKind.DURATION, StandardKind.CYCLE_TIME, StandardKind.RESPONSE, StandardKind.PRECEDENCE)


def simple_rule(
    kind: StandardKind, steps: Sequence[str], at_least: TimeSpan | None = None, at_most: TimeSpan | None = None
) -> Rule:
    """A rule of one of ``SIMPLE_KINDS``; steps and limits that it has no place for are left out."""
    if kind is StandardKind.DURATION:
        return Duration(steps[0], at_least, at_most)
    if kind is StandardKind.CYCLE_TIME:
        return CycleTime(at_least, at_most)
    if kind is StandardKind.RESPONSE:
        return Response(steps[0], steps[1], at_most)
    assert kind is StandardKind.PRECEDENCE
    return Precedence(steps[0], steps[1])
