"""The five requirements of a standard, held against each standard of a flow, and the domains that they cover.

A standard has to be clear 明确性, measurable 可衡量性, feasible 可行性, in time 及时性, and fitting 吻合性: about what
makes customers come and come back. Which of the 14 domains of service a standard is about is for its writer to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.definitions.flow import Flow
from engine.definitions.rules import (
    Agreement,
    Count,
    CycleTime,
    Deadline,
    Duration,
    LeadTime,
    Level,
    Rating,
    Response,
    Together,
)
from engine.definitions.standards import Domain, Intention, Standard
from engine.vocabulary import Answer, Requirement

_MEASURED = (Response, Duration, CycleTime, Deadline, LeadTime, Agreement, Level, Rating)
"""Rules whose instances vary around a number, so that some will miss it."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """One standard, or what is meant to become one, beside the five requirements.

    Attributes:
        standard: The standard or the intention.
        answers: Each requirement's answer:

            - clear: it states a rule;
            - measurable: a rule's instances can be counted, so that its share can be formed;
            - feasible: open, because history decides; no, where a measure that varies is asked for every time without
              any tolerance;
            - in time: it says by when: a limit, a moment, or the step before or at which it has to hold;
            - fitting: it names its domain; open without one.
    """

    standard: Standard | Intention
    answers: Mapping[Requirement, Answer]

    def __post_init__(self) -> None:
        """Freeze the answers."""
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))


@dataclass(frozen=True, slots=True)
class DomainCoverage:
    """Which of the 14 domains a flow's standards are about.

    Attributes:
        standards: Each domain with the ids of its standards; intentions do not count.
    """

    standards: Mapping[Domain, tuple[str, ...]]

    def __post_init__(self) -> None:
        """Freeze the mapping."""
        object.__setattr__(self, "standards", MappingProxyType(dict(self.standards)))

    @property
    def covered(self) -> tuple[Domain, ...]:
        """The domains with a standard."""
        return tuple(domain for domain, found in self.standards.items() if found)

    @property
    def uncovered(self) -> tuple[Domain, ...]:
        """The domains without one."""
        return tuple(domain for domain, found in self.standards.items() if not found)


def checklists(flow: Flow) -> tuple[Checklist, ...]:
    """Hold every standard of a flow, then every intention, against the five requirements."""
    limited = limited_pairs(flow)
    return (
        *(Checklist(standard, _answers(standard, limited)) for standard in flow.standards),
        *(Checklist(intention, _answers_of_intention(intention)) for intention in flow.intentions),
    )


def domain_coverage(flow: Flow) -> DomainCoverage:
    """Which domains the standards of a flow are about."""
    return DomainCoverage({domain: tuple(s.id for s in flow.standards if s.domain is domain) for domain in Domain})


def allows_no_exception(standard: Standard) -> bool:
    """Whether a measure that varies has to be kept every single time."""
    return (
        isinstance(standard.rule, _MEASURED)
        and standard.share == 1
        and standard.tolerance == 0
        and not _is_order_only(standard)
    )


def limited_pairs(flow: Flow) -> frozenset[tuple[str, str]]:
    """The pairs of steps of which some response standard says by when the second has to follow the first."""
    rules = (standard.rule for standard in flow.standards)
    return frozenset((r.first, r.second) for r in rules if isinstance(r, Response) and r.within is not None)


def lacks_time_limit(standard: Standard, limited: Collection[tuple[str, str]]) -> bool:
    """Whether a standard asks for something to happen and never says by when.

    Args:
        standard: A standard of a flow.
        limited: The flow's ``limited_pairs``; a response between such a pair is limited by the other standard.
    """
    rule = standard.rule
    if isinstance(rule, Response):
        return rule.within is None and (rule.first, rule.second) not in limited
    return isinstance(rule, Count | Together) and standard.per is None


def _is_order_only(standard: Standard) -> bool:
    return isinstance(standard.rule, Response) and standard.rule.within is None


def _answers(standard: Standard, limited: Collection[tuple[str, str]]) -> dict[Requirement, Answer]:
    return {
        Requirement.CLEAR: Answer.YES,
        Requirement.MEASURABLE: Answer.YES,
        Requirement.FEASIBLE: Answer.NO if allows_no_exception(standard) else Answer.OPEN,
        Requirement.IN_TIME: Answer.NO if lacks_time_limit(standard, limited) else Answer.YES,
        Requirement.FITTING: Answer.OPEN if standard.domain is None else Answer.YES,
    }


def _answers_of_intention(intention: Intention) -> dict[Requirement, Answer]:
    return {
        Requirement.CLEAR: Answer.NO,
        Requirement.MEASURABLE: Answer.NO,
        Requirement.FEASIBLE: Answer.OPEN,
        Requirement.IN_TIME: Answer.NO,
        Requirement.FITTING: Answer.OPEN if intention.domain is None else Answer.YES,
    }
