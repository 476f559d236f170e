"""The JSON shapes of ``check --json`` and ``diff --json``."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel

from api.schemas.problem import ProblemShape
from engine.assessment.history import TargetHistory
from engine.definitions.standards import Period
from engine.errors import Problem
from engine.nets.process import Process
from engine.nets.soundness import Verdict
from engine.review.check import CheckReport
from engine.review.design import Design, FlowForm, design
from engine.review.difference import Alteration, Changed, Changes, Difference, VersionMark
from engine.review.feasibility import FeasibilityVerdict
from engine.review.simplicity import Simplicity, simplicity
from engine.review.traces import SearchEnd, TraceSearch
from engine.vocabulary import Language


class SimplicityShape(BaseModel):
    """How simple a flow is, from its graph alone."""

    nodes: int
    steps: int
    gateways: int
    edges: int
    control_flow_complexity: int
    depth: int
    connectivity: float
    hand_overs: int
    simplicity: float

    @classmethod
    def of(cls, figures: Simplicity) -> SimplicityShape:
        """The shape of the figures."""
        return cls(**{name: getattr(figures, name) for name in cls.model_fields})


class DesignShape(BaseModel):
    """How a flow is laid out; ``contingency_coverage`` is null without risk steps."""

    form: FlowForm
    approval_levels: int
    extension_points: int
    risk_steps: int
    covered_risks: int
    contingency_coverage: float | None

    @classmethod
    def of(cls, figures: Design) -> DesignShape:
        """The shape of the figures."""
        return cls(**{name: getattr(figures, name) for name in cls.model_fields})


class TargetShape(BaseModel):
    """A standard's target beside what a log shows was reached; shares lie between 0 and 1.

    Attributes:
        standard: Its id.
        target: Its share less its tolerance.
        period: The periods that were looked at.
        begins: Their first days, of those with an instance that was due.
        shares: The share of met instances in each of them.
        verdict: What they say of the target.
        low: Where the next standard begins; null without a history.
        high: How far the service can reach; null without a history.
    """

    standard: str
    target: float
    period: Period
    begins: list[date]
    shares: list[float]
    verdict: FeasibilityVerdict
    low: float | None
    high: float | None

    @classmethod
    def of(cls, target: TargetHistory) -> TargetShape:
        """The shape of a target's history."""
        found = target.found
        return cls(
            standard=target.standard.id,
            target=float(found.target),
            period=target.period,
            begins=list(target.begins),
            shares=[float(share) for share in target.shares],
            verdict=found.verdict,
            low=None if found.low is None else float(found.low),
            high=None if found.high is None else float(found.high),
        )


class CheckedFlow(BaseModel):
    """One file that was checked.

    Attributes:
        file: Its name, as given.
        verdict: ``clean`` without an error, ``problems``, or ``unreadable``.
        soundness: What is known of its behaviour; null when it is unreadable.
        content_hash: Of its meaning; null when it is unreadable.
        effective: The day from which it is in force; null for always.
        simplicity: Figures of its graph; null when it is unreadable, or a net.
        design: How it is laid out; null when it is unreadable, or a net.
        targets: The targets of its standards beside what a log shows was reached; null without a log.
        problems: Everything found; a witness, where there is one, is in its sentence and its values.
    """

    file: str
    verdict: Literal["clean", "problems", "unreadable"]
    soundness: Verdict | None
    content_hash: str | None
    effective: date | None
    simplicity: SimplicityShape | None
    design: DesignShape | None
    targets: list[TargetShape] | None
    problems: list[ProblemShape]

    @classmethod
    def of(
        cls,
        file: str,
        process: Process,
        report: CheckReport,
        *,
        clean: bool,
        language: Language,
        targets: list[TargetShape] | None = None,
    ) -> CheckedFlow:
        """The shape of a report; whether it counts as clean depends on how strict the check is."""
        flow = process.flow if process.has_graph else None
        return cls(
            file=file,
            verdict="clean" if clean else "problems",
            soundness=report.soundness.verdict,
            content_hash=process.content_hash,
            effective=process.flow.effective,
            simplicity=None if flow is None else SimplicityShape.of(simplicity(flow)),
            design=None if flow is None else DesignShape.of(design(flow)),
            targets=targets,
            problems=[ProblemShape.of(problem, language) for problem in report.problems],
        )

    @classmethod
    def unreadable(cls, file: str, problems: tuple[Problem, ...], language: Language) -> CheckedFlow:
        """The shape of a file that could not be read."""
        shapes = [ProblemShape.of(problem, language) for problem in problems]
        return cls(
            file=file,
            verdict="unreadable",
            soundness=None,
            content_hash=None,
            effective=None,
            simplicity=None,
            design=None,
            targets=None,
            problems=shapes,
        )


class CheckShape(BaseModel):
    """All files of one check, in their order."""

    flows: list[CheckedFlow]


class AlterationShape(BaseModel):
    """One attribute that two versions say differently, as a flow file would spell it."""

    attribute: str
    old: str
    new: str

    @classmethod
    def of(cls, alteration: Alteration) -> AlterationShape:
        """The shape of an alteration."""
        return cls(attribute=alteration.attribute, old=alteration.old, new=alteration.new)


class ChangedShape(BaseModel):
    """Something that both versions have, the names of what differs, and what each version says of it."""

    id: str
    attributes: list[str]
    alterations: list[AlterationShape]

    @classmethod
    def of(cls, changed: Changed) -> ChangedShape:
        """The shape of a change."""
        alterations = [AlterationShape.of(alteration) for alteration in changed.alterations]
        return cls(id=changed.id, attributes=list(changed.attributes), alterations=alterations)


class ChangesShape(BaseModel):
    """What came, went and changed in one section."""

    added: list[str]
    removed: list[str]
    changed: list[ChangedShape]

    @classmethod
    def of(cls, changes: Changes) -> ChangesShape:
        """The shape of the changes of one section."""
        changed = [ChangedShape.of(one) for one in changes.changed]
        return cls(added=list(changes.added), removed=list(changes.removed), changed=changed)


class TraceShape(BaseModel):
    """What a search for a sequence came to.

    Attributes:
        end: ``found``, ``none`` (there is none at all), or ``budget``.
        trace: Null unless one was found.
        compared: Where the budget was spent: every sequence of up to so many steps was compared; else null.
    """

    end: SearchEnd
    trace: list[str] | None
    compared: int | None

    @classmethod
    def of(cls, search: TraceSearch) -> TraceShape:
        """The shape of a search."""
        trace = None if search.trace is None else list(search.trace)
        return cls(end=search.end, trace=trace, compared=search.compared)


class VersionShape(BaseModel):
    """What tells a version from others: its flow, the hash of its meaning, and from when it is in force."""

    flow: str
    content_hash: str
    effective: date | None

    @classmethod
    def of(cls, mark: VersionMark) -> VersionShape:
        """The shape of a mark."""
        return cls(flow=mark.flow, content_hash=mark.content_hash, effective=mark.effective)


class DifferenceShape(BaseModel):
    """How a new version differs from an old one.

    Attributes:
        old: The earlier version.
        new: The later one.
        flow: What the flow says of itself differently.
        allowed: A shortest sequence of steps that only the new version accepts.
        forbidden: A shortest one that only the old version accepts.
    """

    old: VersionShape
    new: VersionShape
    flow: list[AlterationShape]
    steps: ChangesShape
    gateways: ChangesShape
    edges: ChangesShape
    standards: ChangesShape
    plans: ChangesShape
    roles: ChangesShape
    weights: ChangesShape
    seasons: ChangesShape
    calendars: ChangesShape
    role_calendars: ChangesShape
    allowed: TraceShape
    forbidden: TraceShape

    @classmethod
    def of(cls, difference: Difference) -> DifferenceShape:
        """The shape of a difference."""
        return cls(
            old=VersionShape.of(difference.old),
            new=VersionShape.of(difference.new),
            flow=[AlterationShape.of(alteration) for alteration in difference.flow],
            steps=ChangesShape.of(difference.steps),
            gateways=ChangesShape.of(difference.gateways),
            edges=ChangesShape.of(difference.edges),
            standards=ChangesShape.of(difference.standards),
            plans=ChangesShape.of(difference.plans),
            roles=ChangesShape.of(difference.roles),
            weights=ChangesShape.of(difference.weights),
            seasons=ChangesShape.of(difference.seasons),
            calendars=ChangesShape.of(difference.calendars),
            role_calendars=ChangesShape.of(difference.role_calendars),
            allowed=TraceShape.of(difference.allowed),
            forbidden=TraceShape.of(difference.forbidden),
        )
