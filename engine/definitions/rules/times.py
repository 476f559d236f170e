"""Rules about how long something takes, and about a moment that was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.definitions.rules.kinds import StandardKind
from engine.definitions.rules.references import AttributeRef
from engine.definitions.rules.spans import SecondTier, TimeSpan


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
