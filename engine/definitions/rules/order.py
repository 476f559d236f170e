"""Rules about what is done, how often, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.definitions.rules.kinds import StandardKind
from engine.definitions.rules.spans import SecondTier, TimeSpan


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
