"""Amounts of time as a designer writes them, and the second limit for what missed the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction


class TimeUnit(StrEnum):
    """How an amount of time passes.

    ``clock``: always. ``working``: only while the calendar is open. ``days``: counted in days of the calendar's time
    zone, the day of the first event being day 0; kept until that day ends, so ``same day`` is 0. ``workdays``: the same
    in working days.
    """

    CLOCK = "clock"
    WORKING = "working"
    DAYS = "days"
    WORKDAYS = "workdays"


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """An amount of time as a designer writes it: ``7m``, ``14d``, ``6 workhours``, ``5 workdays``, ``same day``.

    Attributes:
        text: As written, trimmed; ``60m`` and ``1h`` are equal.
        unit: How it passes.
        amount: Microseconds for ``clock`` and ``working``, whole days for ``days`` and ``workdays``; positive, or 0 for
            ``same day`` and ``same workday``.
    """

    text: str = field(compare=False)
    unit: TimeUnit
    amount: int


@dataclass(frozen=True, slots=True)
class SecondTier:
    """A second, later limit for what missed the first: "special cases may be one day late".

    It changes no instance's outcome, and is judged over the population: the instances that keep the first or the
    second limit have to be ``share`` of all.

    Attributes:
        within: The later limit.
        share: The share that has to keep it, 0 < share ≤ 1.
    """

    within: TimeSpan
    share: Fraction = Fraction(1)
