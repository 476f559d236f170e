"""Rules that hold of many cases together and of none alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from engine.definitions.rules.kinds import StandardKind
from engine.definitions.rules.references import AttributeRef, steps_of


class Measured(StrEnum):
    """What is compared between periods: the events of a step, the share of cases with it, or the mean of a number."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Change:
    """A measure changes from each period to the next, by a share of the earlier one.

    Complaints down by a tenth is ``at_most=-1/10``. A rule about the population: one instance for each pair of
    neighbouring whole periods with something to measure in one of them. ``of`` is the step of ``count`` and ``share``,
    or the attribute of ``mean``.
    """

    kind: ClassVar[StandardKind] = StandardKind.CHANGE
    measured: Measured
    of: str | AttributeRef
    at_least: Fraction | None = None
    at_most: Fraction | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return (self.of,) if isinstance(self.of, str) else steps_of(self.of)


@dataclass(frozen=True, slots=True)
class Quicker:
    """The median time of some cases is below that of others.

    ``first`` and ``second`` say which cases, in CEL about ``case``. A rule about the population: one instance.

    Attributes:
        first: The cases that are to be quicker.
        second: Those they are compared with.
        since: The step from whose first completion time runs, or None for the begin of the case.
        until: The step to whose first completion after that time runs, or None for the end of the case.
    """

    kind: ClassVar[StandardKind] = StandardKind.QUICKER
    first: str
    second: str
    since: str | None = None
    until: str | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it names."""
        return tuple(step for step in (self.since, self.until) if step is not None)
