"""Rules about who does what."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from engine.definitions.rules.kinds import StandardKind
from engine.definitions.rules.references import AttributeRef


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
