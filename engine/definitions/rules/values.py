"""Rules about what is recorded: numbers, words of a scale, fields, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from engine.definitions.rules.kinds import StandardKind
from engine.definitions.rules.references import AttributeRef, steps_of


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
        return steps_of(self.first, self.second)


@dataclass(frozen=True, slots=True)
class Level:
    """A number lies within bounds: the rings before the answer, the satisfaction of a customer.

    One instance for each occurrence of the attribute's step, or for each case; without a number, no evidence. An open
    case without a value of its own is not due.
    """

    kind: ClassVar[StandardKind] = StandardKind.LEVEL
    attribute: AttributeRef
    at_least: Fraction | None = None
    at_most: Fraction | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return steps_of(self.attribute)


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
        return steps_of(self.attribute)


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
