"""One case, looked at closely: its alignment, its events in time, and every instance of its standards.

What a case book keeps of all cases in columns is found again here for one case, from its flow and its events, by the
same functions; a law holds both together. What the book does not keep is added: how long the case waited for each event
and how long work lasted, in clock time and in working time, and the deadlines of an open case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from engine.assessment.branches import find_passages, judge_branches
from engine.assessment.checks import Check, checks_of
from engine.assessment.evidence import on_evidence
from engine.assessment.explanations import explain
from engine.assessment.facts import facts_of
from engine.calendars import Calendar
from engine.conformance.alignment import Alignment
from engine.conformance.alignments import align, align_prefixes, prepared
from engine.conformance.deadlines import Deadline, deadlines
from engine.conformance.deviations import Deviation
from engine.conformance.performed import CaseTable, EventTable, offsets_of
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.conformance.structure import Structure
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import EVENT_COLUMNS, Log
from engine.logs.variants import find_variants
from engine.nets.process import Process
from engine.vocabulary import DeviationKind, Lack, Outcome

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of time, in seconds.

    Attributes:
        clock: As clocks count it.
        working: While the calendar of who has to act was open.
    """

    clock: float
    working: float


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event of the case.

    Attributes:
        activity: Its name in the log.
        step: The step that it means, or None for an activity that the flow does not know.
        performed: Whether it performs its step, in its place or misplaced.
        start: When its work began, or None.
        time: When it happened, or None.
        resource: Who did it, or None.
        attributes: Its other attributes that have a value.
        waiting: From the event before it to its begin; None for the first one and where a time is unknown.
        working: From its start to its completion; None where one is unknown.
    """

    activity: str
    step: str | None
    performed: bool
    start: datetime | None
    time: datetime | None
    resource: str | None
    attributes: Mapping[str, object]
    waiting: Span | None
    working: Span | None


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a standard or of a branch.

    Attributes:
        check: Index of the standard, or of the branch after all standards.
        what: The standard or the branch.
        outcome: What it came to.
        kind: What went wrong, where missed.
        lack: What is missing, where there is no evidence.
        kept_later: Whether a missed one kept the later limit; None where there is none or it is open.
        moment: That of the event that asks, else when the case began; None where unknown.
        first: Position of its first event in the case, or None.
        second: Position of its second event in the case, or None.
        lasted: From the first to the second event, or of its one event from start to completion; None where unknown.
    """

    check: int
    what: Check
    outcome: Outcome
    kind: DeviationKind | None
    lack: Lack | None
    kept_later: bool | None
    moment: datetime | None
    first: int | None
    second: int | None
    lasted: Span | None


@dataclass(frozen=True, eq=False, slots=True)
class ExaminedCase:
    """Everything about one case.

    Attributes:
        known: Whether its explanation is exact; deviations and instances say nothing where it is not.
        ended: Whether its run reached an end.
        alignment: Its explanation: of the whole case, or of an open one as far as it got.
        deviations: As in ``Explanations``.
        events: In order.
        instances: By check, then event.
        deadlines: Of an open case.
    """

    known: bool
    ended: bool
    alignment: Alignment
    deviations: tuple[Deviation, ...]
    events: tuple[TimedEvent, ...]
    instances: tuple[Instance, ...]
    deadlines: tuple[Deadline, ...]


def examine_case(
    process: Process,
    log: Log,
    *,
    closed: bool,
    now: datetime | None,
    calendar: Calendar | None = None,
    paired: bool = False,
    completes: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> ExaminedCase:
    """Look at one case as an assessment judged it.

    Args:
        process: The flow and its net.
        log: The case alone, with the events that count.
        closed: Whether it was judged as closed.
        now: The moment at which it was judged.
        calendar: For the working time of everybody; the flow's own calendars when missing.
        paired: Whether starts and completions were paired.
        completes: Names of the activities that have completions somewhere in the log.
        limits: Of the searches for its explanation.

    Raises:
        ValueError: The log holds no case, or more than one.
        InputRefused: As ``assess``.
    """
    if log.cases.height != 1:
        raise ValueError(f"one case is examined at a time, not {log.cases.height}")
    process, costs = on_evidence(process)
    flow, net, variants = process.flow, process.net, find_variants(log)
    graph = prepared(net, variants, limits=limits)
    whole = align(graph, variants, costs=costs, limits=limits)
    prefixes = None if closed else align_prefixes(graph, variants, costs=costs, limits=limits)
    structure = Structure(net, flow if process.has_graph else None)
    explanations = explain(structure, variants, np.array([closed]), whole, prefixes)
    cases = CaseTable(np.array([closed]), explanations.ended[explanations.of_case])
    performed = explanations.to_events(explanations.performed, offsets_of(log))
    events = EventTable.of(log, net.label_of_activity, performed, paired=paired, completes=completes)
    facts = facts_of(flow, net, log, events, cases, now=now, calendar=calendar)
    passages = find_passages(flow, structure, explanations)
    judged = pl.concat([evaluate(flow.standards, facts), judge_branches(flow, passages, explanations.of_case, facts)])
    known = bool(explanations.known[0])
    clock = _Clock(facts, net.labels)
    return ExaminedCase(
        known=known,
        ended=bool(explanations.ended[0]),
        alignment=(prefixes or whole).alignment(0),
        deviations=explanations.deviations[0],
        events=_timeline(log, clock),
        instances=_instances(judged, checks_of(flow), clock, known=known),
        deadlines=deadlines(flow.standards, facts) if known else (),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Clock:
    """How time is measured in the case."""

    facts: Facts
    labels: tuple[str, ...]

    def step_of(self, row: int) -> str | None:
        label = int(self.facts.events.label[row])
        return self.labels[label] if label >= 0 else None

    def between(self, begin: np.datetime64, end: np.datetime64, step: str | None) -> Span | None:
        """The time between two moments, none before the first; None where one is unknown."""
        if np.isnat(begin) or np.isnat(end):
            return None
        moments = np.array([begin, max(begin, end)])
        found = self.facts.clock(step, np.zeros(1, dtype=np.int64))
        calendar = found.calendars[0 if found.which is None else int(found.which[0])]
        working = int(calendar.working_microseconds(moments[:1], moments[1:])[0])
        return Span(int((moments[1] - moments[0]).astype(np.int64)) / _MICROSECONDS, working / _MICROSECONDS)


def _timeline(log: Log, clock: _Clock) -> tuple[TimedEvent, ...]:
    table = clock.facts.events
    extra = [name for name in log.events.columns if name not in EVENT_COLUMNS or name == "lifecycle"]
    found = []
    for row, event in enumerate(log.events.iter_rows(named=True)):
        step = clock.step_of(row)
        found.append(
            TimedEvent(
                activity=log.activities[event["activity"]],
                step=step,
                performed=bool(table.performed[row]),
                start=event["start"],
                time=event["time"],
                resource=event["resource"],
                attributes={name: event[name] for name in extra if event[name] is not None},
                waiting=None if row == 0 else clock.between(table.time[row - 1], table.begun[row], step),
                working=clock.between(table.start[row], table.time[row], step),
            )
        )
    return tuple(found)


def _instances(judged: pl.DataFrame, checks: tuple[Check, ...], clock: _Clock, *, known: bool) -> tuple[Instance, ...]:
    table = clock.facts.events
    found = []
    for row in judged.iter_rows(named=True):
        first, second = row["first"], row["second"]
        lasted = None
        if first is not None and second is not None:
            begin = table.start[first] if first == second else table.time[first]
            lasted = clock.between(begin, table.time[second], clock.step_of(second))
        outcome = Outcome(row["outcome"]) if known else Outcome.NO_EVIDENCE
        found.append(
            Instance(
                check=row["standard"],
                what=checks[row["standard"]],
                outcome=outcome,
                kind=DeviationKind(row["kind"]) if outcome is Outcome.MISSED else None,
                lack=_lack(row["lack"], known=known),
                kept_later=row["kept_later"] if known else None,
                moment=None if row["moment"] is None else row["moment"].replace(tzinfo=UTC),
                first=first,
                second=second,
                lasted=lasted,
            )
        )
    return tuple(found)


def _lack(name: str | None, *, known: bool) -> Lack | None:
    if not known:
        return Lack.ALIGNMENT
    return None if name is None else Lack(name)
