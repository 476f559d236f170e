"""The rules that a standard can state: what they are about, not how they end.

A rule names steps by id, attributes by reference, and limits by value. Each class is one rule of the flow file, and its
docstring says what one *instance* of it is: the thing that is met or missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar


class StandardKind(StrEnum):
    """The name of a rule, as the flow file spells it."""

    COUNT = "count"
    PRECEDENCE = "precedence"
    RESPONSE = "response"
    ALL_OF = "all-of"
    TOGETHER = "together"
    DURATION = "duration"
    CYCLE_TIME = "cycle-time"
    DEADLINE = "deadline"
    LEAD_TIME = "lead-time"
    AGREEMENT = "agreement"
    LEVEL = "level"
    RATING = "rating"
    FIELDS = "fields"
    HOLDS = "holds"
    SAME_ACTOR = "same-actor"
    DIFFERENT_ACTOR = "different-actor"
    PERFORMED_BY = "performed-by"
    AUTHORITY = "authority"
    CHANGE = "change"
    QUICKER = "quicker"


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
        text: As written, trimmed.
        unit: How it passes.
        amount: Microseconds for ``clock`` and ``working``, whole days for ``days`` and ``workdays``; positive, or 0 for
            ``same day`` and ``same workday``.
    """

    text: str
    unit: TimeUnit
    amount: int


@dataclass(frozen=True, slots=True)
class AttributeRef:
    """An attribute of a case, or of the last event of a step in it: ``case.promised``, ``print-order.estimate``.

    Attributes:
        step: The step's id, or None for the case.
        name: The attribute's name in the log.
    """

    step: str | None
    name: str

    @property
    def text(self) -> str:
        """As it is written in a flow file."""
        return f"{self.step or 'case'}.{self.name}"


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


@dataclass(frozen=True, slots=True)
class Count:
    """How often a step is done in a case.

    One instance for each case. An open case is judged once ``at_most`` is passed, or ``at_least`` reached with no
    ``at_most``.
    """

    kind: ClassVar[StandardKind] = StandardKind.COUNT
    step: str
    at_least: int | None = None
    at_most: int | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


@dataclass(frozen=True, slots=True)
class Precedence:
    """Before each ``second`` there was a ``first``. One instance for each ``second``."""

    kind: ClassVar[StandardKind] = StandardKind.PRECEDENCE
    first: str
    second: str

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.first, self.second)


@dataclass(frozen=True, slots=True)
class Response:
    """After each ``first`` comes a ``second``, within a limit when one is given. One instance for each ``first``."""

    kind: ClassVar[StandardKind] = StandardKind.RESPONSE
    first: str
    second: str
    within: TimeSpan | None = None
    second_tier: SecondTier | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.first, self.second)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Before each ``before`` every one of some steps was done, in any order. One instance for each ``before``."""

    kind: ClassVar[StandardKind] = StandardKind.ALL_OF
    members: tuple[str, ...]
    before: str

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (*self.members, self.before)


@dataclass(frozen=True, slots=True)
class Together:
    """Where one of some steps is done, all are.

    One instance for each case with at least one of them; missed when the case is closed without the rest.
    """

    kind: ClassVar[StandardKind] = StandardKind.TOGETHER
    members: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return self.members


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a step takes, from its start to its completion. One instance for each occurrence."""

    kind: ClassVar[StandardKind] = StandardKind.DURATION
    step: str
    at_least: TimeSpan | None = None
    at_most: TimeSpan | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


@dataclass(frozen=True, slots=True)
class CycleTime:
    """How long a case takes, from its first to its last event. One instance for each case."""

    kind: ClassVar[StandardKind] = StandardKind.CYCLE_TIME
    at_least: TimeSpan | None = None
    at_most: TimeSpan | None = None
    second_tier: SecondTier | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step is done, for the first time, no later than a moment that an attribute holds.

    One instance for each case. It is missed when the step is late or, in a closed case, was never done; a case without
    the attribute gives no evidence.
    """

    kind: ClassVar[StandardKind] = StandardKind.DEADLINE
    step: str
    promised: AttributeRef
    second_tier: SecondTier | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


@dataclass(frozen=True, slots=True)
class LeadTime:
    """A step is done, for the first time, at least so long before a moment that an attribute holds.

    Instances as of ``Deadline``.
    """

    kind: ClassVar[StandardKind] = StandardKind.LEAD_TIME
    step: str
    promised: AttributeRef
    at_least: TimeSpan

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two numbers agree: the second differs from the first by no more than a share of the first.

    One instance for each case with a first number. Without a second one it is not due while the case is open, and
    without evidence afterwards.
    """

    kind: ClassVar[StandardKind] = StandardKind.AGREEMENT
    first: AttributeRef
    second: AttributeRef
    within: Fraction

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return _steps_of(self.first, self.second)


@dataclass(frozen=True, slots=True)
class Level:
    """A number lies within bounds: the rings before the answer, the satisfaction of a customer.

    One instance for each occurrence of the attribute's step, or for each case; without a number, no evidence.
    """

    kind: ClassVar[StandardKind] = StandardKind.LEVEL
    attribute: AttributeRef
    at_least: Fraction | None = None
    at_most: Fraction | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return _steps_of(self.attribute)


@dataclass(frozen=True, slots=True)
class Rating:
    """A word of a scale is good enough: observed politeness, say.

    Instances as of ``Level``; a word outside the scale is no evidence. The scale begins with the worst.
    """

    kind: ClassVar[StandardKind] = StandardKind.RATING
    attribute: AttributeRef
    scale: tuple[str, ...]
    at_least: str

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return _steps_of(self.attribute)


@dataclass(frozen=True, slots=True)
class RequiredField:
    """An attribute that has to be filled in.

    Attributes:
        name: Its name in the log.
        one_of: The values it may have, as text; () for any that is not empty.
    """

    name: str
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """The event of a step carries some attributes, each with a value.

    One instance for each occurrence. In a log that has no column of that name at all, an attribute is missing too.
    """

    kind: ClassVar[StandardKind] = StandardKind.FIELDS
    step: str
    required: tuple[RequiredField, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition is true of each occurrence of a step: "in front of the customer".

    One instance for each occurrence. ``holds`` is CEL about ``event`` and ``case``; where it asks for an attribute that
    is not there, there is no evidence.
    """

    kind: ClassVar[StandardKind] = StandardKind.HOLDS
    step: str
    holds: str

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


@dataclass(frozen=True, slots=True)
class SameActor:
    """Some steps of a case are done by the same resource. One instance for each case with two or more of them."""

    kind: ClassVar[StandardKind] = StandardKind.SAME_ACTOR
    members: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return self.members


@dataclass(frozen=True, slots=True)
class DifferentActor:
    """No resource does two of some steps of a case. One instance for each case with two or more of them."""

    kind: ClassVar[StandardKind] = StandardKind.DIFFERENT_ACTOR
    members: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return self.members


@dataclass(frozen=True, slots=True)
class PerformedBy:
    """A step is done by someone with one of some roles.

    One instance for each occurrence; where the log does not tell the role, no evidence.
    """

    kind: ClassVar[StandardKind] = StandardKind.PERFORMED_BY
    step: str
    roles: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


@dataclass(frozen=True, slots=True)
class AuthorityLimit:
    """The largest amount a role may decide on; None for no limit."""

    role: str
    at_most: Fraction | None


@dataclass(frozen=True, slots=True)
class Authority:
    """Whoever does a step may decide on its amount; a role without a limit here may decide on nothing.

    One instance for each occurrence; without an amount or a known role, no evidence.
    """

    kind: ClassVar[StandardKind] = StandardKind.AUTHORITY
    step: str
    amount: AttributeRef
    limits: tuple[AuthorityLimit, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.step,)


class Measured(StrEnum):
    """What is compared between periods: the events of a step, the share of cases with it, or the mean of a number."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Change:
    """A measure changes from each period to the next, by a share of the earlier one.

    Complaints down by a tenth is ``at_most=-1/10``. A rule about the population: one instance for each pair of
    neighbouring whole periods. ``of`` is the step of ``count`` and ``share``, or the attribute of ``mean``.
    """

    kind: ClassVar[StandardKind] = StandardKind.CHANGE
    measured: Measured
    of: str | AttributeRef
    at_least: Fraction | None = None
    at_most: Fraction | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.of,) if isinstance(self.of, str) else _steps_of(self.of)


@dataclass(frozen=True, slots=True)
class Quicker:
    """The median cycle time of some cases is below that of others.

    ``first`` and ``second`` say which cases, in CEL about ``case``. A rule about the population: one instance.
    """

    kind: ClassVar[StandardKind] = StandardKind.QUICKER
    first: str
    second: str

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return ()


Rule = (
    Count
    | Precedence
    | Response
    | AllOf
    | Together
    | Duration
    | CycleTime
    | Deadline
    | LeadTime
    | Agreement
    | Level
    | Rating
    | Fields
    | Holds
    | SameActor
    | DifferentActor
    | PerformedBy
    | Authority
    | Change
    | Quicker
)
CASE_RULES = (Count, Together, CycleTime, Deadline, LeadTime, Agreement, SameActor, DifferentActor)
"""The rules with one instance for each case; a level or a rating is one of them where its attribute is the case's."""
POPULATION_RULES = (Change, Quicker)
"""The rules that hold of many cases together and of none alone."""


def _steps_of(*attributes: AttributeRef) -> tuple[str, ...]:
    """The steps whose attributes they are, each once."""
    return tuple(dict.fromkeys(attribute.step for attribute in attributes if attribute.step is not None))
