"""Standards: measurable rules with a target share and a tolerance. This file holds what they are, not how they end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engine.definitions.titles import Title
from engine.vocabulary import Dimension


class StandardKind(StrEnum):
    """The rule itself.

    ``duration``: from a step's start to its completion. ``cycle-time``: from the first to the last event of a case.
    ``response``: after each ``first`` comes a ``second`` (within a limit, when one is given).
    ``precedence``: before each ``second`` came a ``first``.
    """

    DURATION = "duration"
    CYCLE_TIME = "cycle-time"
    RESPONSE = "response"
    PRECEDENCE = "precedence"


class TimeUnit(StrEnum):
    """How an amount of time passes.

    ``clock``: always. ``working``: only while the calendar is open. ``workdays``: counted in working days, the day
    of the first event being day 0; kept until that day ends.
    """

    CLOCK = "clock"
    WORKING = "working"
    WORKDAYS = "workdays"


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """An amount of time as a designer writes it: ``7m``, ``14d``, ``6 workhours``, ``5 workdays``.

    Attributes:
        text: As written, trimmed.
        unit: How it passes.
        amount: Microseconds for ``clock`` and ``working``, whole days for ``workdays``; positive.
    """

    text: str
    unit: TimeUnit
    amount: int


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard of a flow.

    Attributes:
        id: The key in the file; for ``at-least``/``at-most`` written on a step, ``STEP.at-least``/``STEP.at-most``.
        title: Its name for people; where the file gives none, one made from its id.
        kind: The rule.
        steps: Step ids: (step,) for ``duration``, (first, second) for ``response`` and ``precedence``, () for
            ``cycle-time``.
        at_least: Minimum, or None.
        at_most: Maximum (``within`` of a response), or None.
        share: The share of instances that must meet it, 0 < share ≤ 1.
        tolerance: How far below ``share`` is still tolerated, 0 ≤ tolerance < share.
        dimension: The measure it counts in: durations and limits to efficiency, precedence and response without a
            limit to ordering, or as the file says.
        line: 1-based line in the file.
    """

    id: str
    title: Title
    kind: StandardKind
    steps: tuple[str, ...]
    at_least: TimeSpan | None
    at_most: TimeSpan | None
    share: Fraction
    tolerance: Fraction
    dimension: Dimension
    line: int = 0

    @property
    def is_timed(self) -> bool:
        """Whether it measures time."""
        return self.at_least is not None or self.at_most is not None
