"""The JSON shape of ``standards --json``: the standards of a flow, before any log is held against them."""

from __future__ import annotations

from pydantic import BaseModel

from api.schemas.titles import TitleShape
from engine.definitions.evidence import evidence_of
from engine.definitions.flow import Flow
from engine.definitions.requirements import Checklist, checklists, domain_coverage
from engine.definitions.standard_writer import standard_text
from engine.definitions.standards import Domain, Intention
from engine.vocabulary import Answer, Dimension, Requirement


class WrittenStandardShape(BaseModel):
    """One standard, or text that states no rule; shares lie between 0 and 1.

    Attributes:
        standard: Its id.
        title: Its name for people.
        rule: With its condition, season and periods, as the flow file spells it; null where it states none.
        statement: What is wanted, where it states no rule; else null.
        share, tolerance: The target; null without a rule.
        dimension: Where it counts; null without a rule.
        domain: What it is about, or null.
        requirements: Requirement → ``yes``, ``no`` or ``open``.
        evidence: What a log has to record for it.
        working_time: Id of the role by whose own calendar its limits are counted; null where it is the flow's.
    """

    standard: str
    title: TitleShape
    rule: str | None = None
    statement: TitleShape | None = None
    share: float | None = None
    tolerance: float | None = None
    dimension: Dimension | None = None
    domain: Domain | None
    requirements: dict[Requirement, Answer]
    evidence: list[str] = []
    working_time: str | None = None

    @classmethod
    def of(cls, row: Checklist, flow: Flow) -> WrittenStandardShape:
        """The shape of one standard."""
        found = row.standard
        title, answers = TitleShape.of(found.title), dict(row.answers)
        if isinstance(found, Intention):
            statement = TitleShape.of(found.statement)
            return cls(standard=found.id, title=title, statement=statement, domain=found.domain, requirements=answers)
        return cls(
            standard=found.id,
            title=title,
            rule=standard_text(found),
            share=float(found.share),
            tolerance=float(found.tolerance),
            dimension=found.dimension,
            domain=found.domain,
            requirements=answers,
            evidence=[evidence.text for evidence in evidence_of(found)],
            working_time=flow.role_in_time(found),
        )


class StandardsShape(BaseModel):
    """The standards of a flow.

    Attributes:
        flow: Its id.
        standards: Those that state a rule in file order, then those that do not.
        domains: Each of the fourteen domains with the ids of its standards.
        covered: How many of them have one.
    """

    flow: str
    standards: list[WrittenStandardShape]
    domains: dict[Domain, list[str]]
    covered: int

    @classmethod
    def of(cls, flow: Flow) -> StandardsShape:
        """The shape of a flow's standards."""
        coverage = domain_coverage(flow)
        return cls(
            flow=flow.id,
            standards=[WrittenStandardShape.of(row, flow) for row in checklists(flow)],
            domains={domain: list(found) for domain, found in coverage.standards.items()},
            covered=len(coverage.covered),
        )
