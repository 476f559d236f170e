"""The JSON shape of one case of an assessment, looked at closely."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel

from api.live.schemas import DeadlineShape
from api.schemas.cases import CaseRowShape
from engine.assessment.one_case import ExaminedCase, Instance, Span, TimedEvent
from engine.definitions.evidence import evidence_of
from engine.definitions.flow import Flow
from engine.definitions.standard_writer import standard_text
from engine.definitions.standards import Standard
from engine.nets.net import Net
from engine.vocabulary import DeviationKind, Dimension, Lack, MoveKind, Outcome

Value = str | int | float | bool


class SpanShape(BaseModel):
    """An amount of time: as clocks count it, and while the calendar of who has to act was open."""

    clock_seconds: float
    working_seconds: float

    @classmethod
    def of(cls, span: Span | None) -> SpanShape | None:
        """The shape of a span; null for none."""
        return None if span is None else cls(clock_seconds=span.clock, working_seconds=span.working)


class CaseMoveShape(BaseModel):
    """One move of the alignment.

    Attributes:
        kind: ``sync``, ``log``, ``model`` or ``silent``.
        event: 0-based position of its event in the timeline; null for model and silent moves.
        activity: The event's activity, or null.
        step: Id of the step that the flow does, or null.
        time: When the event happened, or null.
    """

    kind: MoveKind
    event: int | None
    activity: str | None
    step: str | None
    time: datetime | None


class TimelineEventShape(BaseModel):
    """One event of the case.

    Attributes:
        activity: Its name in the log.
        step: Id of the step that it means, or null.
        performed: Whether it performs its step, in its place or misplaced.
        start: When its work began, or null.
        time: When it happened, or null.
        resource: Who did it, or null.
        attributes: Its other attributes that have a value; moments and days in ISO 8601.
        waiting: From the event before it to its begin, or null.
        working: From its start to its completion, or null.
    """

    activity: str
    step: str | None
    performed: bool
    start: datetime | None
    time: datetime | None
    resource: str | None
    attributes: dict[str, Value]
    waiting: SpanShape | None
    working: SpanShape | None

    @classmethod
    def of(cls, event: TimedEvent) -> TimelineEventShape:
        """The shape of an event."""
        return cls(
            activity=event.activity,
            step=event.step,
            performed=event.performed,
            start=event.start,
            time=event.time,
            resource=event.resource,
            attributes=attributes_of(event.attributes.items()),
            waiting=SpanShape.of(event.waiting),
            working=SpanShape.of(event.working),
        )


class InstanceShape(BaseModel):
    """An instance of a standard, or of a branch that says when it is taken.

    Attributes:
        standard: Id of the standard; null for a branch.
        branch: Gateway and target; null for a standard.
        outcome: What it came to.
        kind: What went wrong, where missed, else null.
        lack: What is missing, where there is no evidence, else null.
        kept_later: Whether a missed one kept the later limit; null where there is none or it is open.
        target: What is asked for, as the flow file spells it; of a branch its condition, null of one taken otherwise.
        actual: From its first to its second event, or of its one event from start to completion; null where unknown.
        values: The attributes of the event that shows it last, or of the case; empty where no value is asked for.
        moment: That of the event that asks, else when the case began, or null.
        events: 0-based positions of its events in the timeline.
    """

    standard: str | None
    branch: list[str] | None
    outcome: Outcome
    kind: DeviationKind | None
    lack: Lack | None
    kept_later: bool | None
    target: str | None
    actual: SpanShape | None
    values: dict[str, Value]
    moment: datetime | None
    events: list[int]


class LossShape(BaseModel):
    """Units of a dimension that the case lost by one finding, told by its index in the assessment's result."""

    dimension: Dimension
    finding: int
    units: int


class OneCaseShape(CaseRowShape):
    """A case, closely.

    Attributes:
        same_id: Numbers of all cases of the log that have this id, this one included.
        attributes: Of the case.
        losses: What it lost by which findings.
        moves: Its alignment.
        timeline: Its events, in order.
        instances: Of the standards and of branches, in the flow's order.
        deadlines: Of an open case, as they stood when it was judged.
    """

    same_id: list[int]
    attributes: dict[str, Value]
    losses: list[LossShape]
    moves: list[CaseMoveShape]
    timeline: list[TimelineEventShape]
    instances: list[InstanceShape]
    deadlines: list[DeadlineShape]


def moves_of(found: ExaminedCase, net: Net) -> list[CaseMoveShape]:
    """The alignment of a case."""
    shapes = []
    for move in found.alignment.moves:
        event = None if move.position is None else found.events[move.position]
        label = -1 if move.transition is None else net.transitions[move.transition].label
        shapes.append(
            CaseMoveShape(
                kind=move.kind,
                event=move.position,
                activity=None if event is None else event.activity,
                step=net.labels[label] if label >= 0 else None,
                time=None if event is None else event.time,
            )
        )
    return shapes


def instances_of(found: ExaminedCase, flow: Flow, case_attributes: dict[str, Value]) -> list[InstanceShape]:
    """The instances of a case."""
    return [_instance(one, found, flow, case_attributes) for one in found.instances]


def _instance(one: Instance, found: ExaminedCase, flow: Flow, case_attributes: dict[str, Value]) -> InstanceShape:
    standard = flow.standards[one.check] if one.what.standard else None
    shown = list(dict.fromkeys(position for position in (one.first, one.second) if position is not None))
    names = set() if standard is None else {evidence.name for evidence in evidence_of(standard)}
    known = {**case_attributes, **({} if not shown else attributes_of(found.events[shown[-1]].attributes.items()))}
    return InstanceShape(
        standard=one.what.standard or None,
        branch=list(one.what.branch) or None,
        outcome=one.outcome,
        kind=one.kind,
        lack=one.lack,
        kept_later=one.kept_later,
        target=_condition(one, flow) if standard is None else target_of(standard),
        actual=SpanShape.of(one.lasted),
        values={name: value for name, value in known.items() if name.removeprefix("case:") in names},
        moment=one.moment,
        events=shown,
    )


def target_of(standard: Standard) -> str | None:
    """What a standard asks for, as the flow file spells it; None where the format cannot say it."""
    try:
        return standard_text(standard)
    except ValueError:
        return None


def attributes_of(pairs: Any) -> dict[str, Value]:
    """Attributes as JSON can hold them; those without a value are left out."""
    return {name: shown for name, value in pairs if (shown := _shown(value)) is not None}


def _shown(value: object) -> Value | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _condition(one: Instance, flow: Flow) -> str | None:
    ways = (edge.when for edge in flow.edges if (edge.source, edge.target) == one.what.branch)
    return next((when for when in ways if when is not None), None)
