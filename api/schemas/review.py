"""The JSON shapes of ``check --json`` and ``diff --json``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from api.schemas.problem import ProblemShape
from engine.errors import Problem
from engine.nets.soundness import Verdict
from engine.review.check import CheckReport
from engine.review.difference import Changes, Difference
from engine.review.simplicity import Simplicity
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


class CheckedFlow(BaseModel):
    """One file that was checked.

    Attributes:
        file: Its name, as given.
        verdict: ``clean`` without an error, ``problems``, or ``unreadable``.
        soundness: What is known of its behaviour; null when it is unreadable.
        simplicity: Figures of its graph; null when it is unreadable, or a net.
        problems: Everything found; a witness, where there is one, is in its sentence and its values.
    """

    file: str
    verdict: Literal["clean", "problems", "unreadable"]
    soundness: Verdict | None
    simplicity: SimplicityShape | None
    problems: list[ProblemShape]

    @classmethod
    def of(
        cls, file: str, report: CheckReport, figures: Simplicity | None, *, clean: bool, language: Language
    ) -> CheckedFlow:
        """The shape of a report; whether it counts as clean depends on how strict the check is."""
        return cls(
            file=file,
            verdict="clean" if clean else "problems",
            soundness=report.soundness.verdict,
            simplicity=None if figures is None else SimplicityShape.of(figures),
            problems=[ProblemShape.of(problem, language) for problem in report.problems],
        )

    @classmethod
    def unreadable(cls, file: str, problems: tuple[Problem, ...], language: Language) -> CheckedFlow:
        """The shape of a file that could not be read."""
        shapes = [ProblemShape.of(problem, language) for problem in problems]
        return cls(file=file, verdict="unreadable", soundness=None, simplicity=None, problems=shapes)


class CheckShape(BaseModel):
    """All files of one check, in their order."""

    flows: list[CheckedFlow]


class ChangedShape(BaseModel):
    """Something that both versions have, and the names of what differs."""

    id: str
    attributes: list[str]


class ChangesShape(BaseModel):
    """What came, went and changed in one section."""

    added: list[str]
    removed: list[str]
    changed: list[ChangedShape]

    @classmethod
    def of(cls, changes: Changes) -> ChangesShape:
        """The shape of the changes of one section."""
        changed = [ChangedShape(id=one.id, attributes=list(one.attributes)) for one in changes.changed]
        return cls(added=list(changes.added), removed=list(changes.removed), changed=changed)


class TraceShape(BaseModel):
    """What a search for a sequence came to; ``trace`` is null unless one was found."""

    end: SearchEnd
    trace: list[str] | None

    @classmethod
    def of(cls, search: TraceSearch) -> TraceShape:
        """The shape of a search."""
        return cls(end=search.end, trace=None if search.trace is None else list(search.trace))


class DifferenceShape(BaseModel):
    """How a new version differs from an old one.

    Attributes:
        allowed: A shortest sequence of steps that only the new version accepts.
        forbidden: A shortest one that only the old version accepts.
    """

    steps: ChangesShape
    gateways: ChangesShape
    edges: ChangesShape
    standards: ChangesShape
    plans: ChangesShape
    roles: ChangesShape
    weights: ChangesShape
    allowed: TraceShape
    forbidden: TraceShape

    @classmethod
    def of(cls, difference: Difference) -> DifferenceShape:
        """The shape of a difference."""
        return cls(
            steps=ChangesShape.of(difference.steps),
            gateways=ChangesShape.of(difference.gateways),
            edges=ChangesShape.of(difference.edges),
            standards=ChangesShape.of(difference.standards),
            plans=ChangesShape.of(difference.plans),
            roles=ChangesShape.of(difference.roles),
            weights=ChangesShape.of(difference.weights),
            allowed=TraceShape.of(difference.allowed),
            forbidden=TraceShape.of(difference.forbidden),
        )
