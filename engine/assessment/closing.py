"""Which cases are closed: a rule as the user states it.

A case of a file is closed unless the rule says otherwise. A live log says itself which cases a call has closed; the
others are closed when they have ended, or are idle as their flow says, unless the rule says otherwise.

``ended``: closed when ending now costs no more than the prefix, so when its work has reached an end. ``idle:14d``:
closed when nothing has happened in it for 14 days at ``now``; a case without a timestamp at its last event, or without
events, is never known to be idle and stays open. ``ended-or-idle:14d``: closed by either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.definitions.durations import days_of, parse_time_span
from engine.definitions.standards import TimeSpan, TimeUnit
from engine.errors import InputRefused, Problem, Value

MAXIMUM_IDLE_DAYS = 36_500
"""The longest idle time that a rule may ask for."""


class Closing(StrEnum):
    """The kinds of rule."""

    ALL = "all"
    ENDED = "ended"
    IDLE = "idle"
    ENDED_OR_IDLE = "ended-or-idle"


@dataclass(frozen=True, slots=True)
class ClosedRule:
    """When a case counts as closed.

    Attributes:
        closing: The kind of rule.
        idle: For ``idle`` and ``ended-or-idle``: how long nothing has to happen, in clock time; None for the others.
    """

    closing: Closing
    idle: TimeSpan | None = None

    @classmethod
    def parse(cls, text: str) -> ClosedRule:
        """Read ``all``, ``ended``, ``idle:14d`` or ``ended-or-idle:14d``.

        Raises:
            InputRefused: ``assess.unknown-closed-rule`` for anything else; ``assess.idle-out-of-range`` for a time of
                nothing or past ``MAXIMUM_IDLE_DAYS``.
        """
        name, _, rest = text.strip().partition(":")
        if name in {Closing.ALL, Closing.ENDED} and not rest:
            return cls(Closing(name))
        span = parse_time_span(rest) if name in {Closing.IDLE, Closing.ENDED_OR_IDLE} else None
        if span is None or span.unit is not TimeUnit.CLOCK:
            raise InputRefused([Problem("assess.unknown-closed-rule", values={"found": text[:80]})])
        if span.amount == 0 or days_of(span) > MAXIMUM_IDLE_DAYS:
            values: dict[str, Value] = {"found": span.text[:80], "maximum": MAXIMUM_IDLE_DAYS}
            raise InputRefused([Problem("assess.idle-out-of-range", values=values)])
        return cls(Closing(name), span)

    @classmethod
    def of_live_log(cls, idle: TimeSpan | None) -> ClosedRule:
        """What closes cases of a live log beside calls: their end, and the idle rule of their flow, if it has one."""
        return ENDED_CLOSED if idle is None else cls(Closing.ENDED_OR_IDLE, idle)

    def __str__(self) -> str:
        """The rule as ``parse`` reads it."""
        return self.closing.value if self.idle is None else f"{self.closing.value}:{self.idle.text}"


ALL_CLOSED = ClosedRule(Closing.ALL)
ENDED_CLOSED = ClosedRule(Closing.ENDED)
